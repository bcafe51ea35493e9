"""What typed prose says of the runs of its block, and whether it is true."""
