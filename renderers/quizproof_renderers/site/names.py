"""What readers see things called: modes, frameworks, topics, isolations."""

from __future__ import annotations

from collections.abc import Mapping

MODES = {
    "practice": ("Practice", "Questions on the ideas, the syntax, the output and the bugs."),
    "metrics": ("Metrics", "What to measure, how to read it, and when it misleads."),
    "experiment": ("Experiment", "A real training run that misses its targets, and how to make it meet them."),
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
    "namespaces": "Each run had a process, a file system and a network of its own",
    "landlock": "Runs could not write outside their scratch folder",
    "none": "Runs were limited, but not isolated",
}
"""The isolation of runs, as readers are told of it."""


def mode_name(mode: str) -> str:
    """A mode as readers see it."""
    return MODES[mode][0] if mode in MODES else words(mode)


def runtime_name(runtime: str) -> str:
    """A runtime as its makers write it."""
    return NAMES.get(runtime, runtime)


def versions_of(runtime: str, versions: Mapping[str, str]) -> str:
    """What snippets ran on: "PyTorch 2.13.0, Python 3.11.7"."""
    # What the quiz is about comes first, the interpreter below it last.
    order = sorted(versions, key=lambda name: (name != runtime, name == "python"))
    return ", ".join(f"{NAMES.get(name, name)} {versions[name]}" for name in order)


def words(slug: str) -> str:
    """An id as words: "Freezing layers"."""
    text = slug.replace("-", " ")
    return text[:1].upper() + text[1:]
