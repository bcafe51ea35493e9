"""Phrases: what the engine writes into displays, as templates by which it is found again and translated.

The engine writes English and knows no renderer. Where a display can have a text of its own, such as the summary of a
run, a heading of code, or a cell of a table that it computes, the text is compared with these templates. Whatever fits
none is an author's text or data, and stays as it is. A test proves a block of every kind, renders it with every message
in brackets, and finds what is missing here.
"""

from __future__ import annotations

import re
from functools import cache

from quizproof_renderers.site.languages.messages import gettext, number


def _noted(template: str) -> str:
    """A template as it is; by this name the tool that collects messages finds it."""
    return template


SUMMARIES = (
    _noted("Never ends: stopped after {seconds} s."),
    _noted("The picture was drawn by a run of this program."),
    _noted("Does not run: {exception}."),
    _noted("Runs, prints, and shows a warning."),
    _noted("Runs and shows a warning."),
    _noted("Runs, and the check passes."),
    _noted("Runs, and all {count} checks pass."),
    _noted("Runs and prints."),
    _noted("Runs silently."),
    _noted("Raises {exception}."),
    _noted("Was stopped: {reason}."),
    _noted("Ended without a result: {reason}."),
    _noted("Is not valid Python: {exception}."),
    _noted("Runs and prints, but the check fails."),
    _noted("Runs and prints, but the check raises {exception}."),
    _noted("Runs without an error, but the check fails."),
    _noted("Runs without an error, but the check raises {exception}."),
    _noted("Runs and shows a warning, but the check fails."),
    _noted("Runs and shows a warning, but the check raises {exception}."),
    _noted("Runs without an error, but “{check}” fails."),
    _noted("Runs without an error, but “{check}” does not finish."),
    _noted("Passes {count} of {total} checks, but “{check}” fails."),
    _noted("Passes {count} of {total} checks, but “{check}” does not finish."),
    _noted("A run shows that this is true."),
    _noted("A run shows that this is false."),
    _noted("Computes {result}."),
    _noted("What this mistake computes: {result}."),
    _noted("What this mistake computes:"),
    _noted("Shapes, dtypes and values were recorded from one run."),
)
"""What a run did, in a sentence."""

LABELS = (
    _noted("Given"),
    _noted("Baseline"),
    _noted("Solution"),
    _noted("Fixed"),
    _noted("Filled in"),
    _noted("One right order"),
    _noted("The right order"),
    _noted("A right program"),
    _noted("The check that judged every option"),
    _noted("The check that judged every order"),
    _noted("The check that judged every text"),
    _noted("The check: it fails on the program above and passes on the fixed one"),
    _noted("Check: {name}"),
    _noted("Pair {number}, and the check that it passes"),
    _noted("Standard input"),
    _noted("Ends normally, and prints"),
    _noted("Prepared once: {step}"),
    _noted("Prepared once: {step} (not proven)"),
    _noted("Every program here begins with"),
)
"""Headings of code and output."""

OUTPUTS = (_noted("(prints nothing)"), _noted("(empty)"))
"""What is shown where there is no output or input."""

ANSWERS = (*OUTPUTS, _noted("line {number}: {source}"))
"""Keys that the engine puts into words."""

SENTENCES = (
    _noted("**Commonly believed:** {text}"),
    _noted("**Quick check:** {text}"),
    _noted("A script must keep these constraints:"),
    _noted("All {total} orders of these lines were tried: only this one is right."),
    _noted("All {total} orders of these lines were tried: {right} are right."),
    _noted(
        "All {total} orders of these lines, counting those with one line a level further in or out, were tried: "
        "only this one is right."
    ),
    _noted(
        "All {total} orders of these lines, counting those with one line a level further in or out, were tried: "
        "{right} are right."
    ),
    _noted(
        "Of the {total} orders of these lines only the {tried} nearest to this one were tried: only this one is right. "
        "Another order may be right as well: only a run can say."
    ),
    _noted(
        "Of the {total} orders of these lines only the {tried} nearest to this one were tried: {right} are right. "
        "Another order may be right as well: only a run can say."
    ),
    _noted(
        "Of the {total} orders of these lines, counting those with one line a level further in or out, only the "
        "{tried} nearest to this one were tried: only this one is right. Another order may be right as well: only "
        "a run can say."
    ),
    _noted(
        "Of the {total} orders of these lines, counting those with one line a level further in or out, only the "
        "{tried} nearest to this one were tried: {right} are right. Another order may be right as well: only a run can "
        "say."
    ),
    _noted("Runs, and prints nothing"),
    _noted("Never ends"),
    _noted("Runs, and prints `{output}`"),
    _noted("Runs, and shows a warning: {warning}"),
    _noted("Runs, and shows a warning"),
    _noted("Raises `{exception}`"),
)
"""Prose."""

CHANGES = (
    _noted("This is what you started from."),
    _noted("`{new}` for `{old}`."),
    _noted("Without `{code}`."),
    _noted("Without `{code}` and what belongs to it."),
    _noted("`{one}` and `{other}` swapped."),
)
"""What was changed in a program."""

FIGURES = (
    _noted("Epoch"),
    _noted("Recorded with seed {seed}."),
    _noted("At the last epoch"),
    _noted("Mean (range)"),
    _noted("Over the {seeds}."),
    _noted("What holds for every seed"),
    _noted("The closest call"),
    _noted("seed {last}"),
    _noted("seeds {names} and {last}"),
    _noted("{mean} ({low} to {high})"),
    _noted("`{series}` is falling at every epoch"),
    _noted("`{series}` is rising at every epoch"),
    _noted("`{series}` is falling at every epoch by more than {value}"),
    _noted("`{series}` is rising at every epoch by more than {value}"),
    _noted("{subject} ends above {value}"),
    _noted("{subject} ends below {value}"),
    _noted("{subject} ends above {value}, by more than {margin}"),
    _noted("{subject} ends below {value}, by more than {margin}"),
    _noted("the gap from `{one}` to `{other}`"),
    _noted("{value} at epoch {epoch}, {after} at epoch {later}, with seed {seed}"),
    _noted("{value} at epoch {epoch}, with seed {seed}"),
    _noted("there is only one epoch, with seed {seed}"),
    _noted("Script"),
    _noted("Baseline"),
    _noted("Solution"),
    _noted("{name} (above {value})"),
    _noted("{name} (below {value})"),
    _noted("{figures}, met"),
    _noted("{figures}, missed"),
    _noted("{figures}, met with {count} of {total} seeds"),
    _noted("Mean and range over the {seeds}."),
    _noted("With {seeds}."),
    _noted("{count} samples."),
    _noted("{count} samples. A score of {value} or more is predicted to be {name}."),
    _noted("Macro mean"),
    _noted("Accuracy {value}. Computed by scikit-learn."),
    _noted("Computed by scikit-learn."),
    _noted("Class"),
    _noted("Samples"),
    _noted("Metric"),
    _noted("From"),
    _noted("Value"),
    _noted("Precision"),
    _noted("Recall"),
    _noted("F1"),
    _noted("Accuracy"),
    _noted("Specificity"),
    _noted("Average precision"),
    _noted("Area under ROC"),
    _noted("over all thresholds"),
    _noted("undefined"),
    _noted("(TP + TN) / all = {share}"),
    _noted("threshold {value}"),
    _noted("Threshold"),
    _noted("Precision, recall"),
    _noted("precision"),
    _noted("recall"),
    _noted("False positive rate"),
    _noted("True positive rate"),
    _noted("by chance"),
    _noted("true negatives"),
    _noted("false positives"),
    _noted("false negatives"),
    _noted("true positives"),
)
"""Titles, captions, headings and cells of figures."""

RULES = (
    _noted("all or nothing."),
    _noted("each right choice earns an equal share, and each wrong choice costs as much; never below zero."),
    _noted("each blank earns an equal share."),
    _noted("lines that follow each other as in a right order earn an equal share each, whatever is between them."),
    _noted("each pair earns an equal share."),
    _noted("self-marked; each point that you made earns an equal share."),
    _noted("checks run in order; each one that passes before the first failure earns an equal share."),
    _noted("Each hint costs {value} % of the full score."),
)
"""How a response is scored."""

TOLERANCES = (_noted("{value} or {share}"), "{value}")
"""By how much numbers may differ."""

HINTS = (
    _noted("Numbers may differ by {tolerance}."),
    _noted("For example 12, 0.5, 1e-3 or 3/4."),
    _noted("For example 12, 0.5, 1e-3 or 3/4. Tolerance: {tolerance}."),
    _noted("Type every line as the program prints it, or the word “nothing” if it prints nothing."),
    _noted(
        "Type every line as the program prints it, or the word “nothing” if it prints nothing. "
        "Numbers may differ by {tolerance}."
    ),
    _noted("The name of the exception, such as TypeError."),
    _noted("What happens: “never ends”, or the name of an exception or a warning."),
)
"""What pages that collect responses say about the form of a response."""

_NUMBERS = ("count", "total", "tried", "right", "mean", "low", "high", "value", "after", "margin", "share")
"""Values that are numbers, and are written as the language does."""
_NESTED = ("seeds", "figures", "subject")
"""Values that are phrases themselves."""
_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.])|(?<![\w.])\d[\d,]*(?:\.\d+)?(?=[.,;]?(?:\s|$))")
_FIGURE = re.compile(r"[-\N{MINUS SIGN}±]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")


def in_language(text: str, phrases: tuple[str, ...]) -> str:
    """A text of the engine in the language that is spoken; a text that is none of these phrases stays as it is."""
    for template, pattern in _patterns(phrases):
        if found := pattern.fullmatch(text):
            values = {name: _value(name, value, phrases) for name, value in found.groupdict().items()}
            return gettext(template, **values) if values else gettext(template)
    return text


def cell(text: str) -> str:
    """A cell or a caption of a figure that the engine computed."""
    return number(text) if _FIGURE.fullmatch(text) else in_language(text, FIGURES)


def _value(name: str, value: str, phrases: tuple[str, ...]) -> str:
    if name == "tolerance":
        return in_language(value, TOLERANCES)
    if name in _NESTED:
        return cell(value) if phrases is FIGURES else in_language(value, phrases)
    return _NUMBER.sub(lambda found: number(found[0]), value) if name in _NUMBERS else value


@cache
def _patterns(phrases: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The phrases with their patterns; those that say most come first, because others may fit as well."""
    ranked = sorted(phrases, key=lambda phrase: -len(re.sub(r"\{\w+\}", "", phrase)))
    return tuple((each, re.compile(_pattern(each), re.DOTALL)) for each in ranked)


def _pattern(template: str) -> str:
    return re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
