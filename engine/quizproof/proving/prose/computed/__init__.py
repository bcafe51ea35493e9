"""What prose works out without a run: sums, and expressions of literals with what they give."""
