"""A bank as tests of pytest."""
