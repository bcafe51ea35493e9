"""Files in which attempts are taken elsewhere: JSON lines, CSV, and the progress file of the site."""
