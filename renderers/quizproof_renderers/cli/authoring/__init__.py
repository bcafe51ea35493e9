"""Commands for those who write banks, beside `check` and `build`."""
