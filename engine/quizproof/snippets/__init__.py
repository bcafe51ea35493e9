"""The source text of snippets: parsed, mutated, searched for what varies, and recorded."""
