"""The self-test in a terminal: `quizproof take`."""
