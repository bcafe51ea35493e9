"""The languages of a site: its messages, the numbers in them, and the texts that come with a display."""
