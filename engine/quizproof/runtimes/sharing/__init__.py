"""Sharing: what several programs begin with is run once, and each goes on from there in a process of its own."""
