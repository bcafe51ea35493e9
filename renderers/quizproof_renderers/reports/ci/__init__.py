"""Reports that CI services read, one module per format."""
