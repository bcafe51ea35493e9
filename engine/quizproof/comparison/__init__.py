"""When two outputs, numbers or outcomes are the same, and how they differ; what happened, and what a run lacked."""
