"""The server of a bank: its site on this machine, rendered again on every save, and programs run from its pages."""
