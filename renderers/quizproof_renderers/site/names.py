"""What modes, frameworks, topics and isolations are called on the pages."""

from __future__ import annotations

from collections.abc import Mapping

from quizproof_renderers.text import plural

MODES = {
    "practice": ("Practice", "Questions about ideas, syntax, output and bugs."),
    "metrics": ("Metrics", "What to measure, how to read it, and when it misleads you."),
    "experiment": ("Experiment", "A real training run that misses its targets, and how to fix it."),
    "trace": ("Trace", "Follow the data through a pipeline, shape by shape."),
}
"""The learner's ways into a topic, in the order in which they are offered: name and description."""

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

SANDBOXES = {
    "namespaces": "Each run had its own processes, file system and network",
    "landlock": "Runs could not write outside their own scratch folder",
    "none": "Runs had time and memory limits, but no isolation",
}
"""The isolation of runs, in the reader's words."""

_LONG = 120
"""Minutes from which on hours are easier to read."""


def mode_name(mode: str) -> str:
    """A mode as readers see it."""
    return MODES[mode][0] if mode in MODES else spelled_out(mode)


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
    return f"{points:g} point{'' if points == 1 else 's'}"


def duration(minutes: int) -> str:
    """How long something takes, in minutes, or from two hours on in half hours: "20 min", "8 h"; no line ends in it."""
    if minutes < _LONG:
        return f"{minutes}\N{NO-BREAK SPACE}min"
    return f"{round(minutes / 30) / 2:g}\N{NO-BREAK SPACE}h"


def time_limit(minutes: float) -> str:
    """A time limit in words: "1 hour 30 minutes", "30 seconds"."""
    whole, seconds = divmod(round(minutes * 60), 60)
    hours, rest = divmod(whole, 60)
    parts = [(hours, "hour"), (rest, "minute"), (seconds, "second")]
    return " ".join(plural(count, name) for count, name in parts if count)


def extent(questions: int, exhibits: int) -> str:
    """How much there is: "8 questions, 1 exhibit"."""
    asked = plural(questions, "question")
    return f"{asked}, {plural(exhibits, 'exhibit')}" if exhibits else asked
