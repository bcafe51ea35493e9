"""Limits: what a run may take, how it is counted, and how it is known that a run has met one of them."""
