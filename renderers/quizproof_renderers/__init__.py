"""Every face of quizproof: the site, the terminal, the reports, the exports, and the command line."""
