"""`quizproof lsp`: a language server, which shows verdicts in editors."""
