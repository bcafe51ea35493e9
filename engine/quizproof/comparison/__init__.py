"""When two outputs, numbers or outcomes are the same, and how they differ."""
