"""`quizproof watch`: verdicts in a terminal, beside any editor."""
