"""The kinds that can be answered and marked."""
