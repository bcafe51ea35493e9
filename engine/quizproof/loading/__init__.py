"""Files become a bank: found, read, and their ids held to be unique."""
