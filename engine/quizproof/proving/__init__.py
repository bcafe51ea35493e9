"""Blocks become claims, claims become runs, and outcomes judge claims."""
