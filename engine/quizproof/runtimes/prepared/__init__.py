"""The folder `prepared`: how it gets into a run, and how what a step wrote there gets out."""
