"""Commands for those who learn: `take` and `try`."""
