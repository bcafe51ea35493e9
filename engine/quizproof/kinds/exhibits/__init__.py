"""The kinds that show something proven."""
