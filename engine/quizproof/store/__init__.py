"""What is kept between runs of the command: outcomes, proofs, the lock."""
