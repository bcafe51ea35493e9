"""Contradictions: typed prose that says something else than the runs of its block.

A typed number, exception or line drifts from the code without anybody noticing. What is written as `{{ expression }}`
cannot, so only what is typed is looked at. A warning needs strong grounds, because prose is full of numbers that are
not the answer: a sentence must state it plainly (see `sentences`), and nothing in the block may be meant instead.

Left alone is what is false on purpose: wrong options, and a `belief`, unless it is true. Of the prompt, only what it
counts is looked at.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from quizproof import rules
from quizproof.claims import Program
from quizproof.findings import Advice, DataPath
from quizproof.kinds.base import Block, Exhibit, Runs
from quizproof.kinds.questions.open_answer import Open
from quizproof.proving.prose.computed.worked_out import of_worked_out, true_belief
from quizproof.proving.prose.counts import of_counts, of_sizes
from quizproof.proving.prose.curves import of_curves
from quizproof.proving.prose.evidence import ANSWERED, Evidence, agrees, number_of, numbers_in
from quizproof.proving.prose.figures import of_exhibit
from quizproof.proving.prose.nouns import asked, of_what_is_asked
from quizproof.proving.prose.number_words import in_digits
from quizproof.proving.prose.quotations import is_in, messages, outputs
from quizproof.proving.prose.reasons import of_reasons
from quizproof.proving.prose.sentences import (
    Sentence,
    Stated,
    answers,
    conclusions,
    exceptions,
    lines,
    normal_ends,
    prints,
    pronouns,
    raising_lines,
    results,
    sentences,
)
from quizproof.proving.prose.shapes import of_output, of_type
from quizproof.proving.prose.situations import of_the_run
from quizproof.proving.prose.unnamed import unnamed
from quizproof.quizfile.fields import PROSE, texts
from quizproof.quizfile.template import show

_FEEDBACK = frozenset(["mistake", "otherwise", "hints"])
"""Fields of prose that may say what happens otherwise."""
_ABOUT_EXHIBITS = frozenset(["text", "note"])
_MODEL_ANSWERS = frozenset(["answer", "text"])
"""Fields of an `open` question: what its points and its model answer say is right."""


@dataclass(frozen=True)
class Contradiction:
    """A typed statement that differs from the runs."""

    advice: Advice
    line: int
    column: int
    """Both from 0, within the prose."""


def contradictions(
    block: Block, names: Mapping[str, Any], runs: Runs, programs: tuple[Program, ...]
) -> Iterator[Contradiction]:
    """Every typed statement in the prose of a block that its runs contradict.

    block     with its parameters filled in, but its prose as its author wrote it
    names     what prose can use, by name: evidence, facts, parameters
    runs      the outcomes of its programs
    programs  those of all its claims
    """
    evidence = Evidence(block, names, runs, programs)
    for at, prose in texts(block, PROSE):
        field = next((step for step in reversed(at) if isinstance(step, str)), "")
        more = _ABOUT_EXHIBITS if isinstance(block, Exhibit) else frozenset()
        if isinstance(block, Open):
            more = _MODEL_ANSWERS
        if field not in ANSWERED | _FEEDBACK | more | {"belief", "prompt"}:
            continue
        for stated, message, better in _of_prose(prose, at, field, evidence):
            before = prose[: stated.index]
            write = f"Write `{{{{ {better} }}}}` instead, which cannot drift." if better else "Correct the text."
            advice = Advice(rules.PROSE_CONTRADICTS, at, message, help=write)
            yield Contradiction(advice, before.count("\n"), len(before.rpartition("\n")[2]))
    for at, prose, stated in unnamed(block):
        before = prose[: stated.index]
        message = f"the text says {stated.text}, which its proof does not name"
        advice = Advice(
            rules.PROSE_CONTRADICTS, at, message, help=f"Let the proof say so: `with raises({stated.text}):`."
        )
        yield Contradiction(advice, before.count("\n"), len(before.rpartition("\n")[2]))


def _of_prose(prose: str, at: DataPath, field: str, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """What one prose states falsely: where, in which words, and the expression to write instead."""
    if field == "belief":
        yield from true_belief(prose, evidence)
        return
    for sentence in sentences(prose):
        if field == "prompt":
            yield from of_counts(sentence, at, field, evidence)
            continue
        yield from of_worked_out(sentence, at, field, evidence)
        if field != "mistake":
            yield from of_reasons(sentence, evidence.runtime, evidence.code)
        if isinstance(evidence.block, Exhibit):
            yield from of_exhibit(sentence, at, evidence)
            yield from of_curves(sentence, evidence.names.get("history", {}))
            yield from of_sizes(sentence, evidence)
            continue
        yield from of_counts(sentence, at, field, evidence)
        if field in ANSWERED:
            yield from of_sizes(sentence, evidence)
            yield from of_type(sentence, evidence)
        numbers = [*_of_numbers(sentence, prose, field, evidence)] or [*_of_own_numbers(sentence, at, field, evidence)]
        yield from numbers
        if not numbers:
            yield from _of_outputs(sentence, at, field, evidence)
            if field in ANSWERED:
                yield from of_output(sentence, evidence)
        yield from _of_exceptions(sentence, prose, at, field, evidence)
        yield from _of_lines(sentence, prose, at, field, evidence)


def _of_numbers(sentence: Sentence, prose: str, field: str, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    key = evidence.key_numbers
    if not key or field == "hints":
        return
    if getattr(evidence.block, "unit", None) == "%":  # as the learner types it
        sentence = replace(sentence, text=re.sub(r"(?<=\d)%", " ", sentence.text))
    found: list[Stated] = []
    if field in ANSWERED:
        either = filter(None, (sentence, in_digits(sentence)))
        found = [
            s for each in either for s in answers(each) if s.definite or not evidence.has_number(number_of(s.text))
        ]
        if evidence.printed:
            found += [s for s in prints(sentence) if not any(agrees(s.text, each) for each in evidence.printed)]
        if not found and len(key) == 1 and not evidence.mentions_key:
            found = [*_of_what_is_asked(sentence, prose, field, evidence)]
    else:
        found = [s for s in (*answers(sentence), *pronouns(sentence)) if not evidence.knows(s.text)]
    for stated in found:
        if not any(agrees(stated.text, value) for value in key):
            real = " and ".join(show(value) for value in key[:3])
            better = evidence.expression if field in ANSWERED else ""
            yield stated, f"the text says {stated.text}, but the run gave {real}", better
            return


def _of_what_is_asked(sentence: Sentence, prose: str, field: str, evidence: Evidence) -> Iterator[Stated]:
    """Numbers that a sentence gives to what the question asks, by its name or as a conclusion."""
    nouns, prompt = asked(evidence.block), evidence.block.stem()
    for each in filter(None, (sentence, in_digits(sentence))):
        # With nothing after it, a conclusion is about the whole, even if its number is in the code, too.
        closes = field in ("explanation", "why") and not prose[sentence.start + len(sentence.text) :].strip()
        named = of_what_is_asked(each, nouns, prompt)
        yield from (s for s in named if (s.definite and closes) or not evidence.has_number(number_of(s.text)))
        # A step may come to any intermediate number.
        concluded = conclusions(each) if field == "explanation" else ()
        yield from (s for s in concluded if not evidence.has_number(number_of(s.text)))


def _of_own_numbers(
    sentence: Sentence, at: DataPath, field: str, evidence: Evidence
) -> Iterator[tuple[Stated, str, str]]:
    """Numbers that feedback says its own option gives."""
    own = [text for text in evidence.own_texts(at) if text.strip()] if field == "mistake" else []
    if len(own) != 1 or len(numbers_in(own[0])) != 1:
        return
    for stated in (*pronouns(sentence), *prints(sentence), *results(sentence)):
        if not evidence.knows(stated.text):
            yield stated, f"the text says {stated.text}, but the run gave {own[0].strip()}", ""
            return


def _of_outputs(sentence: Sentence, at: DataPath, field: str, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """Outputs and messages that are quoted wrongly."""
    printed = str(evidence.names.get("stdout") or "")
    own = "".join(evidence.own_texts(at))
    real = own if field in ("mistake", "why") and own.strip() else printed if field in ANSWERED else ""
    for stated in outputs(sentence) if real.strip() else ():
        if not any(is_in(stated.text, text) for text in (*evidence.outputs, evidence.code)):
            better = "stdout" if real is printed and field in ANSWERED else ""
            yield stated, f"the text says {stated.text}, but the run printed {_clipped(real)}", better
            return
    for stated in messages(sentence):
        raised = [outcome.raised for outcome in evidence.runs.values() if outcome.raised]
        if raised and not any(is_in(stated.text, text) for text in (*evidence.outputs, evidence.code)):
            yield stated, f"no run has the message {stated.text!r}; one has {_clipped(raised[0].message)}", ""
            return


def _clipped(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most]} …"


def _of_exceptions(
    sentence: Sentence, prose: str, at: DataPath, field: str, evidence: Evidence
) -> Iterator[tuple[Stated, str, str]]:
    raised, better = evidence.raised_at(at)
    freed = of_the_run(sentence, raised, evidence.code) if raised and field in ANSWERED else None
    for stated in (*exceptions(sentence), *(exceptions(freed) if freed else ())):
        name = stated.text
        if raised is None or _is_a(raised, name) or (raised and re.search(rf"\b{raised}\b", prose)):
            continue  # nothing is known, it is true, or the prose has both
        if evidence.mentions(name) and not (stated.definite and field in ANSWERED and raised):
            continue
        if (not raised and not stated.definite) or _is_of_other_code(prose[sentence.start : stated.index], evidence):
            continue
        did = f"raised {raised}" if raised else "raised nothing"
        yield stated, f"the text says {name}, but the run {did}", better if raised else ""
    if raised and field in ANSWERED | {"mistake"} and not re.search(rf"\b{raised}\b", prose):
        for stated in normal_ends(sentence):
            yield stated, f"the text says that it {stated.text}, but the run raised {raised}", better


def _is_of_other_code(before: str, evidence: Evidence) -> bool:
    """Whether what is said to raise is a piece of code that the block does not run."""
    code = "".join(evidence.code.split())
    pieces = re.findall(r"`([^`\n]+)`", before.rpartition(" raises ")[0])
    return any(re.search(r"[(+*/%\[]", piece) and "".join(piece.split()) not in code for piece in pieces)


def _of_lines(
    sentence: Sentence, prose: str, at: DataPath, field: str, evidence: Evidence
) -> Iterator[tuple[Stated, str, str]]:
    raising = list(raising_lines(sentence)) if field in ANSWERED else []
    for stated in raising:
        where = evidence.raising_lines
        if where and int(stated.text) not in where and int(stated.text) <= evidence.code_lines:
            yield stated, f"the text says line {stated.text}, but line {where[-1]} raised", ""
    if not evidence.bug_lines:
        return
    mentioned = {int(s.text) for each in sentences(prose) for s in lines(each)}
    for stated in lines(sentence):
        number = int(stated.text)
        if number > evidence.code_lines:
            yield stated, f"the text says line {number}, but the program has {evidence.code_lines} lines", ""
        elif not stated.definite or stated.index in {other.index for other in raising}:
            continue
        elif field in ANSWERED and not evidence.explains_bug:
            bug = " or ".join(map(str, evidence.bug_lines))
            yield stated, f"the text says line {number}, but the bug is in line {bug}", "line"
        elif field == "mistake" and (own := evidence.suspected(at)) and not {own, *evidence.bug_lines} & mentioned:
            yield stated, f"the text says line {number}, but this is about line {own}", ""


def _is_a(raised: str, name: str) -> bool:
    """Whether an exception that was raised is one of a name, which may be that of a class it inherits from."""
    one, other = getattr(builtins, raised, None), getattr(builtins, name, None)
    if isinstance(one, type) and isinstance(other, type):
        return issubclass(one, other)
    return raised == name
