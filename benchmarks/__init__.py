"""Whole-process comparisons, printed as ratios. `python -m benchmarks` runs them all."""
