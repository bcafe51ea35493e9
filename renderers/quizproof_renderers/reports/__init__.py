"""Reports for people, scripts and CI services, one module per format."""
