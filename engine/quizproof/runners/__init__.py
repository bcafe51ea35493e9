"""Runners carry programs to a runtime, here or on other machines, and bring back outcomes."""
