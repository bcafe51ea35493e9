"""What modes, frameworks, topics and isolations are called on the pages."""

from __future__ import annotations

from collections.abc import Mapping

from quizproof.marking.scoring import CONFIDENCES
from quizproof_renderers.site.languages.messages import gettext, ngettext, number

MODES = ("practice", "metrics", "experiment", "trace")
"""The learner's ways into a topic, in the order in which they are offered."""

NAMES = {
    "torch": "PyTorch",
    "tensorflow": "TensorFlow",
    "python": "Python",
    "numpy": "NumPy",
    "keras": "Keras",
    "sklearn": "scikit-learn",
    "scikit-learn": "scikit-learn",
}
"""Runtimes and libraries as their makers write them."""

_LONG = 120
"""Minutes from which on hours are easier to read."""


def mode_name(mode: str) -> str:
    """A mode as readers see it."""
    names = {
        "practice": gettext("Practice"),
        "metrics": gettext("Metrics"),
        "experiment": gettext("Experiment"),
        "trace": gettext("Trace"),
    }
    return names.get(mode) or spelled_out(mode)


def mode_description(mode: str) -> str:
    """What a mode is, in a sentence; empty for one that an author has named."""
    descriptions = {
        "practice": gettext("Questions about ideas, syntax, output and bugs."),
        "metrics": gettext("What to measure, how to read it, and when it misleads you."),
        "experiment": gettext("A real training run that misses its targets, and how to fix it."),
        "trace": gettext("Follow the data through a pipeline, shape by shape."),
    }
    return descriptions.get(mode, "")


def isolation(sandbox: str) -> str:
    """The isolation of runs, in the reader's words.

    sandbox  its level: "namespaces", "landlock" or "none"
    """
    levels = {
        "namespaces": gettext("Each run had its own processes, file system and network"),
        "landlock": gettext("Runs could not write outside their own scratch folder"),
        "none": gettext("Runs had time and memory limits, but no isolation"),
    }
    return levels.get(sandbox, sandbox)


def level_name(difficulty: int) -> str:
    """A difficulty from 1 to 5 as readers see it."""
    names = {
        1: gettext("very easy"),
        2: gettext("easy"),
        3: gettext("medium"),
        4: gettext("hard"),
        5: gettext("very hard"),
    }
    return names[difficulty]


def kind_name(kind: str) -> str:
    """A kind of question as readers see it: "Predict output"."""
    names = {
        "choice": gettext("Choice"),
        "predict-output": gettext("Predict output"),
        "number": gettext("Number"),
        "find-bug": gettext("Find bug"),
        "write-code": gettext("Write code"),
        "fill-blank": gettext("Fill blank"),
        "order-lines": gettext("Order lines"),
        "match": gettext("Match"),
        "open": gettext("Open"),
    }
    return names.get(kind) or spelled_out(kind)


def confidence_names() -> dict[str, str]:
    """How sure learners can say they are, as they read it."""
    names = {"sure": gettext("Sure"), "unsure": gettext("Unsure"), "guess": gettext("Guess")}
    return {level: names[level] for level in CONFIDENCES}


def percent(share: float) -> str:
    """A share, 0 to 1, in percent: "10 %", "2.5 %"."""
    return f"{number(round(share * 100, 1))} %"


def runtime_name(runtime: str) -> str:
    """A runtime as its makers write it."""
    return NAMES.get(runtime, runtime)


def versions_of(runtime: str, versions: Mapping[str, str]) -> str:
    """What snippets ran on: "PyTorch 2.13.0, Python 3.11.7".

    runtime   an id, such as "torch"
    versions  by the name of the library; that of the interpreter is under "python"
    """
    # What the quiz is about comes first, the interpreter below it last.
    order = sorted(versions, key=lambda name: (name != runtime, name == "python"))
    return ", ".join(f"{NAMES.get(name, name)} {versions[name]}" for name in order)


def spelled_out(slug: str) -> str:
    """An id as readers see it: "Freezing layers"."""
    text = slug.replace("-", " ")
    return text[:1].upper() + text[1:]


def tag_name(tag: str) -> str:
    """A tag as readers see it: "weight decay"."""
    return tag.replace("-", " ")


def worth(points: float) -> str:
    """What a question is worth: "2 points", "0.5 points"."""
    return ngettext("{points} point", "{points} points", 1 if points == 1 else 2, points=number(f"{points:g}"))


def duration(minutes: int) -> str:
    """How long something takes, in minutes, or from two hours on in half hours: "20 min", "8 h"; no line ends in it."""
    said = (
        gettext("{minutes} min", minutes=minutes)
        if minutes < _LONG
        else gettext("{hours} h", hours=number(f"{round(minutes / 30) / 2:g}"))
    )
    return said.replace(" ", "\N{NO-BREAK SPACE}")


def time_limit(minutes: float) -> str:
    """A time limit in words: "1 hour 30 minutes", "30 seconds"."""
    whole, seconds = divmod(round(minutes * 60), 60)
    hours, rest = divmod(whole, 60)
    parts = (
        hours and ngettext("{count} hour", "{count} hours", hours),
        rest and ngettext("{count} minute", "{count} minutes", rest),
        seconds and ngettext("{count} second", "{count} seconds", seconds),
    )
    return " ".join(part for part in parts if part)


def extent(questions: int, exhibits: int) -> str:
    """How much there is: "8 questions, 1 exhibit"."""
    asked = ngettext("{count} question", "{count} questions", questions)
    shown = ngettext("{count} exhibit", "{count} exhibits", exhibits)
    return f"{asked}, {shown}" if exhibits else asked
