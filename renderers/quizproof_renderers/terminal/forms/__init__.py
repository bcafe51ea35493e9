"""Forms: one for each way of answering."""
