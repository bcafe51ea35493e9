"""A report as a static site."""
