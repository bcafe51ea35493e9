"""Markdown as quizzes have it, and the formulas in it: what checks, pages and the terminal all read by."""
