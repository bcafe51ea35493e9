"""Tests at a distance: pages that collect responses and hold no key, and the marking of what was handed in."""
