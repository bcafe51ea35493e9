"""Every kind of finding: its code, its name, and the text that `quizproof explain` shows."""
