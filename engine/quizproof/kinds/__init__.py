"""The kinds of block, one file each: `questions` and `exhibits`."""
