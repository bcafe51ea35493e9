"""What a quiz file is made of: YAML, its fields, its header, and `{{ expressions }}`."""
