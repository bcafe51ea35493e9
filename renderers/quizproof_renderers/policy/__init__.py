"""What a command makes of findings: which count, which are ignored. No verdict depends on it."""
