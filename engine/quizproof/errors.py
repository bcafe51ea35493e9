"""Exceptions for callers. What is wrong in a file is no exception but a finding: see `findings`."""

from __future__ import annotations


class QuizproofError(Exception):
    """Base of all exceptions that quizproof raises on purpose; the text is fit for users."""


class UsageError(QuizproofError):
    """The caller asked for something that cannot be: a path that is not there, an unknown quiz."""


class CannotVerify(QuizproofError):
    """Nothing can be proven, for what carries out the runs is missing, too weakly closed off, or lost."""
