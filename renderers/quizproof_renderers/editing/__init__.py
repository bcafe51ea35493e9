"""What editors ask: the schema of a quiz file, verdicts while an author types, corrections."""
