"""Figures of exhibits that prose states: metrics, last losses, what scripts reach, shapes of stages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from quizproof.comparison.numbers import is_number
from quizproof.findings import DataPath
from quizproof.proving.prose.evidence import Evidence, agrees, number_of
from quizproof.proving.prose.sentences import MARKUP, NUMBER, Sentence, Stated
from quizproof.quizfile.template import show

_WHOLE = r"(?![\d.,]*\d)(?!\s*(?:/|of\b|in\b|out of|times\b|points?\b|[-–]|to \d|±|\*))"
"""What must not follow a figure: more of it, or what makes it a part of something."""
_METRICS = {
    "precision": "precision",
    "recall": "recall",
    "sensitivity": "recall",
    "accuracy": "accuracy",
    "specificity": "specificity",
    "f1": "f1",
    "average precision": "average_precision",
    "auc": "roc_auc",
}
_METRIC = re.compile(
    rf"(?i)\b(?P<metric>average precision|precision|recall|sensitivity|accuracy|specificity|f1|auc)(?:[- ]score)?"
    rf"(?: of (?:the|this) (?:model|classifier))?(?: therefore| thus| then| here|,)?"
    rf"(?: is| equals| comes to| amounts to| stays at|:) {MARKUP}(?P<n>{NUMBER}){_WHOLE}"
)
_COUNT = re.compile(rf"(?i)(?<![\d.,])(?P<n>\d+){MARKUP} (?P<sign>true|false) (?P<class>positive|negative)s?\b")
_COUNTS = {"true positive": "tp", "false positive": "fp", "false negative": "fn", "true negative": "tn"}
_OTHERWISE = re.compile(r"(?i)\b(threshold|cut-?off|cut|macro|per class|classes|class|raising|lowering|score of)\b")
_SHAPE = re.compile(
    r"(?i)\b(?:(?:leaves|gives|makes|has|have|becomes|yields|keeps) (?:the |a |us )?(?:\w+ )?(?:with |of )?(?:the |a )?"
    r"shape(?: of| becomes)?|(?:the|its|this) shape (?:is|becomes)(?: now| then)?):? "
    rf"{MARKUP}(?P<shape>[\[(][\d, ]*[\])])"
)
_DTYPE = re.compile(
    rf"(?i)\b(?:the|its) dtype (?:(?P<here>is still|is now|stays|becomes|remains)|is) {MARKUP}"
    r"(?P<dtype>(?:u?int|b?float|complex)\d+|bool)\b"
)
_SEEDS = re.compile(r"(?i)\b(?:all|the|over|across) (?P<n>\d+) seeds\b")
_EPOCHS = re.compile(r"(?i)\b(?:runs|trains|trained|goes on|lasts)(?: for)? (?P<n>\d+) epochs\b")
_ABOUT = r"(?P<about>(?:about|around|roughly|nearly|almost|some|approximately) )?"
_ROUGHLY = 0.25
"""By which share of it a figure may differ that is "about" so much."""
_LAST = r"ends?|finish(?:es)?|ending|arrives|stops|comes to rest"
_FIRST = r"starts?|begins?|starting|beginning"


def of_exhibit(sentence: Sentence, at: DataPath, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """What a sentence about an exhibit states falsely: where, in which words, and the expression to write instead.

    at  the place of the prose, which may be that of one stage
    """
    names = evidence.names
    if "stages" in names:
        yield from _of_stages(sentence, at, names["stages"], evidence)
    elif "history" in names and "final" in names:
        yield from _of_training(sentence, names, evidence)
    elif "baseline" in names and "solution" in names:
        yield from _of_scripts(sentence, names, evidence)
    elif "precision" in names:
        yield from _of_matrix(sentence, names, evidence)


def _of_matrix(sentence: Sentence, names: Mapping[str, Any], evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    if _OTHERWISE.search(sentence.text):
        return
    for found in _METRIC.finditer(sentence.text):
        name = _METRICS[found["metric"].lower()]
        each = names.get("per_class", {}).values()
        known = [names.get(name), *(of_class.get(name) for of_class in each)]
        yield from _compare(sentence, found, name, known, evidence, share=True)
    for found in _COUNT.finditer(sentence.text):
        name = _COUNTS[f"{found['sign']} {found['class']}".lower()]
        yield from _compare(sentence, found, name, [names.get(name)], evidence, share=True)


def _of_training(sentence: Sentence, names: Mapping[str, Any], evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    yield from _of_seeds(sentence, evidence)
    for found in _EPOCHS.finditer(sentence.text):
        yield from _compare(sentence, found, "epochs", [names["epochs"]], evidence, share=True)
    for name, values in names["history"].items():
        spread = names["spread"].get(name, {})
        lasts = [values[-1], *spread.values()]
        word = re.escape(name).replace("_", "[_ ]")
        for pattern in (
            rf"(?:{_LAST})(?: at| with| on)? (?:a |an |the )?{word} (?:of |at |is )?",
            rf"{MARKUP}\b{word}{MARKUP} (?:{_LAST}) (?:at|with|on) ",
            rf"(?:final|last) {word} (?:is|of|:) ",
        ):
            for found in _figures(pattern, sentence):
                if _is_within(found["n"], spread) or (name == "loss" and "val" in sentence.text.lower()):
                    continue
                yield from _compare(sentence, found, f"final.{name}", lasts, evidence)
        for pattern in (
            rf"(?:{_FIRST})(?: at| with| on)? (?:a |an |the )?{word} (?:of |at |is )?",
            rf"{MARKUP}\b{word}{MARKUP} (?:{_FIRST}) (?:at|with|on) ",
        ):
            for found in _figures(pattern, sentence):
                firsts = list(_values_at(name, 0, evidence)) or [values[0]]
                yield from _compare(sentence, found, f"history.{name}[0]", firsts, evidence)


def _of_scripts(sentence: Sentence, names: Mapping[str, Any], evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    yield from _of_seeds(sentence, evidence)
    scripts = [name for name in ("baseline", "solution") if re.search(rf"(?i)\b{name}\b", sentence.text)]
    targets = [name for name in names["solution"] if _names_target(name, sentence.text)]
    # What a script ends with, is final.
    ends = rf"\b(?:{_LAST}) (?:at|with|on) (?:an? |the )?"
    if not targets and (found := re.search(rf"(?i){ends}(?P<what>\w+)", sentence.text)):
        final = (f"final {found['what']}".lower(), f"last {found['what']}".lower())
        targets = [name for name in names["solution"] if name.lower() in final]
    if len(scripts) != 1 or len(targets) != 1 or re.search(r"(?i)\bseeds?\b|\bvariation", sentence.text):
        return
    (script,), (target,) = scripts, targets
    named = re.escape(re.findall(r"\w+", target)[-1])
    stated = _figures(
        rf"(?:{ends})?\b{named}\w*(?: of the {script})?(?: therefore| then)? (?:(?:down|up) )?(?:to|is|of|reaches) ",
        sentence,
    )
    for found in stated:
        if not evidence.knows(found["n"]):
            yield from _compare(sentence, found, f"{script}['{target}']", [names[script][target]], evidence)


def _names_target(name: str, text: str) -> bool:
    return all(re.search(rf"(?i)\b{re.escape(word)}", text) for word in re.findall(r"\w+", name))


def _of_stages(
    sentence: Sentence, at: DataPath, stages: list[dict[str, Any]], evidence: Evidence
) -> Iterator[tuple[Stated, str, str]]:
    shapes = [tuple(stage["shape"]) for stage in stages]
    own = at[1] if at[0] == "stages" and isinstance(at[1], int) else None
    for found in _SHAPE.finditer(sentence.text):
        try:
            typed = ast.literal_eval(found["shape"])
        except (SyntaxError, ValueError):
            continue
        sizes = tuple(typed) if isinstance(typed, (tuple, list)) else (typed,)
        if (
            sizes not in shapes
            and not any(_is_part(sizes, shape) for shape in shapes)
            and sentence.states(*found.span())
        ):
            real = tuple(shapes[own if own is not None else -1])
            better = "" if own is None else f"stages[{own}].shape"
            stated = Stated(found["shape"], sentence.at(found.start("shape")))
            yield stated, f"the text says {found['shape']}, but the run recorded {real}", better
    for found in _DTYPE.finditer(sentence.text):
        # In the note of a stage, "still" and "now" are about that stage alone.
        nearby = stages if own is None or not found["here"] else [stages[own]]
        if found["dtype"] not in {stage["dtype"] for stage in nearby} and sentence.states(*found.span()):
            real = stages[own if own is not None else -1]["dtype"]
            better = "" if own is None else f"stages[{own}].dtype"
            stated = Stated(found["dtype"], sentence.at(found.start("dtype")))
            yield stated, f"the text says {found['dtype']}, but the run recorded {real}", better


def _is_part(sizes: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether sizes are some neighbouring ones of a shape, as those of one sample. A single size is too little."""
    return len(sizes) > 1 and any(shape[n : n + len(sizes)] == sizes for n in range(len(shape)))


def _of_seeds(sentence: Sentence, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    for found in _SEEDS.finditer(sentence.text):
        seeds = len(getattr(evidence.block, "seeds", ()))
        if int(found["n"]) > seeds:
            stated = Stated(found["n"], sentence.at(found.start("n")))
            yield stated, f"the text says {found['n']} seeds, but it was run with {seeds}", ""


def _figures(before: str, sentence: Sentence) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(?i){before}{_ABOUT}{MARKUP}(?P<n>{NUMBER}){_WHOLE}", sentence.text)


def _is_within(typed: str, spread: Mapping[str, float]) -> bool:
    """Whether a number is one that some seed may have ended with."""
    return bool(spread) and spread["low"] <= number_of(typed) <= spread["high"]


def _values_at(name: str, epoch: int, evidence: Evidence) -> Iterator[float]:
    """What a series had at an epoch, for every seed."""
    for program in evidence.programs:
        outcome = evidence.runs.get(program)
        found: Any = program.values(outcome).get(("history",)) if outcome else None
        if isinstance(found, dict) and isinstance(found.get(name), list):
            yield from (value for value in found[name][epoch : epoch + 1] if is_number(value))


def _compare(
    sentence: Sentence,
    found: re.Match[str],
    name: str,
    known: Iterable[Any],
    evidence: Evidence,
    *,
    share: bool = False,
) -> Iterator[tuple[Stated, str, str]]:
    """A stated figure if it is none of the known ones, rounded to the digits typed."""
    typed = found["n"]
    values = [value for value in known if is_number(value)]
    right = any(_same_share(typed, value) if share else agrees(typed, value) for value in values)
    if found.groupdict().get("about"):
        right = right or any(abs(number_of(typed) - value) <= _ROUGHLY * abs(value) for value in values)
    if not values or right or not sentence.states(*found.span()):
        return
    real = show(values[0])
    yield Stated(typed, sentence.at(found.start("n"))), f"the text says {typed}, but the run gave {real}", name


def _same_share(typed: str, value: float) -> bool:
    """Whether a typed share or count is a value, rounded to its digits or to whole percents; 1 is no rounded 0.9."""
    if re.fullmatch(r"[\d,]+", typed):
        number = number_of(typed)
        return number == value or (0 < value < 1 < number and abs(number - 100 * value) <= 0.5)
    return agrees(typed, value)
