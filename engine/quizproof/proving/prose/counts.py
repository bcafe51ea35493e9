"""Counts that prose gives and that code or a run shows: turns of a loop, lines, items, right orders, rows of an image.

Read with digits for number words. Only where there is one thing that can be meant: one loop, one list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from quizproof.displays import Ordering
from quizproof.findings import DataPath
from quizproof.kinds.questions.order_lines import OrderLines
from quizproof.proving.prose.evidence import ANSWERED, Evidence, number_of
from quizproof.proving.prose.number_words import in_digits
from quizproof.proving.prose.sentences import MARKUP, Sentence, Stated
from quizproof.snippets.syntax import parse

_SMALL = {"one": 1, "once": 1, "twice": 2}
"""Words that are numbers in the patterns below, and seldom elsewhere."""
_TURNS = re.compile(
    r"(?i)\b(?:the |its )?(?:loop|body|loop body|body of the loop|line in the loop) "
    r"(?:runs|is run|is executed|executes|iterates|is repeated|repeats|goes round|is entered)"
    r"(?: exactly| only)? (?P<n>\d+(?= times\b)|once|twice)"
)
_LINES = re.compile(
    rf"(?i)\b(?:(?:program|code|loop|script|snippet|it|this) (?:prints|outputs|writes) {MARKUP}(?P<n>\d+){MARKUP} lines"
    rf"|(?P<m>\d+) lines (?:are|is) (?:printed|written))\b(?! of\b)"
)
_ORDERS = re.compile(
    r"(?i)\b(?:only |exactly )?(?P<n>\d+|one) (?:of (?:the|these) (?:\d+ )?)?orders? (?:is|are|works?|pass(?:es)?)"
    r"(?: right| correct| valid| possible)?\b"
)
_ITEMS = re.compile(
    r"(?i)\b(?:the|this) (?P<what>list|tuple|text|string|word) (?:has|contains|holds|consists of) (?P<n>\d+) "
    r"(?:numbers|items|elements|entries|values|words|strings|names|integers|(?P<signs>characters|letters))\b"
)
_SIZE = re.compile(
    r"(?i)\b(?:the |its )?(?:height|width|height and width|height and the width) (?:is|are|becomes?|shrinks?"
    r"|grows?|goes|drops?|halves|falls?)(?: now| then| from \d+)?(?: down)?(?: to)? "
    rf"{MARKUP}(?P<n>\d+)\b(?! ?[%x×*/+-])"
    r"|\b(?P<m>\d+) (?:pixels (?:high|wide|tall)|by \d+(?=\W*$))"
)
_UNPADDED = re.compile(r"(?i)^\W*(?:without|with no) (?:any )?padding,")
_PARTS = re.compile(
    r"(?i)\b(?P<weights>\d[\d,]*) (?:weights|values|numbers)?\W*(?:and|plus) (?:the bias has |a bias of )?"
    r"(?P<biases>\d[\d,]*)(?: bias(?:es)?)?\W*$"
)
_OF_WEIGHTS = re.compile(r"(?i)\b(?:weights|kernel)\b.*\bbias")
_CHANGES = re.compile(r"\.(?:append|extend|insert|pop|remove|clear)\(|\bdel\b|\+=|\*=")


def of_counts(sentence: Sentence, at: DataPath, field: str, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """What a sentence counts otherwise than code and runs: where, in which words, and the expression to write instead.

    at     the place of the prose
    field  of it
    """
    read = in_digits(sentence) or sentence
    if field in ANSWERED | {"prompt"}:
        yield from _of_items(read, evidence)
    if field not in ANSWERED:
        return
    if (turns := _turns(evidence)) is not None:
        yield from _compared(_TURNS, read, turns, "the loop runs {} times")
    lines = [line for line in str(evidence.names.get("stdout") or "").split("\n") if line.strip()]
    if lines and len(lines) == len(str(evidence.names["stdout"]).strip("\n").split("\n")):
        yield from _compared(_LINES, read, len(lines), "the run printed {} lines")
    if isinstance(evidence.block, OrderLines) and _ORDERS.search(read.text):
        form = evidence.block.display(evidence.runs).input
        if isinstance(form, Ordering) and form.complete:
            yield from _compared(_ORDERS, read, len(form.orders), "{} orders pass the check")
    yield from _of_weights(read, evidence)


def of_sizes(sentence: Sentence, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """Heights and widths that no shape has, nor anything else in the block."""
    stages = evidence.names.get("stages")
    printed = str(evidence.names.get("stdout") or "").strip()
    shapes = [stage["shape"] for stage in stages] if isinstance(stages, list) else []
    if not shapes and not re.fullmatch(r"\D*\(\d+(?:, \d+){2,}\)\D*", printed):
        return
    if "padding" not in evidence.code:  # then this is about the run
        sentence = replace(sentence, text=_UNPADDED.sub(lambda each: "…" * len(each[0]), sentence.text))
    for found in _SIZE.finditer(sentence.text):
        text = found["n"] or found["m"]
        known = any(int(text) in shape for shape in shapes) or evidence.has_number(number_of(text))
        if not known and is_clear(sentence, found):
            real = f"the run recorded {tuple(shapes[-1])}" if shapes else f"the run printed {printed}"
            group = "n" if found["n"] else "m"
            yield Stated(text, sentence.at(found.start(group))), f"the text says {text}, but {real}", ""


def is_clear(sentence: Sentence, found: re.Match[str]) -> bool:
    """Whether what a match says is stated. What follows its clause, such as a reason, does not qualify it."""
    end = re.search(r"[,;:(–—]|$", sentence.text[found.end() :])
    clause = replace(sentence, text=sentence.text[: found.end() + (end.start() if end else 0)])
    return clause.states(*found.span())


def _compared(pattern: re.Pattern[str], sentence: Sentence, real: int, words: str) -> Iterator[tuple[Stated, str, str]]:
    """Every count that a pattern finds and that is another. `words` say what is so, with a place for the number."""
    for found in pattern.finditer(sentence.text):
        group = "n" if found["n"] else "m"
        number = _SMALL.get(found[group].lower()) or int(found[group])
        if number != real and is_clear(sentence, found):
            stated = Stated(found[group], sentence.at(found.start(group)))
            yield stated, f"the text says {found[group]}, but {words.format(real)}", ""


def _turns(evidence: Evidence) -> int | None:
    """How often the one loop of the program runs, if its text says so."""
    tree = parse(str(getattr(evidence.block, "code", None) or ""))
    loops = (
        [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While, ast.comprehension))] if tree else []
    )
    if len(loops) != 1 or not isinstance(loop := loops[0], ast.For) or tree is None or loop not in tree.body:
        return None
    if any(isinstance(node, (ast.Break, ast.Return, ast.Raise, ast.Try)) for node in ast.walk(loop)):
        return None
    match loop.iter:
        case ast.List(elts=items) | ast.Tuple(elts=items) if not any(isinstance(each, ast.Starred) for each in items):
            return len(items)
        case ast.Constant(value=str(text)):
            return len(text)
        case ast.Call(func=ast.Name(id="range"), args=args, keywords=[]):
            try:
                return len(range(*map(ast.literal_eval, args)))
            except (ValueError, TypeError):
                return None
        case _:
            return None


def _of_items(sentence: Sentence, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """How many items a list has that the program writes out."""
    for found in _ITEMS.finditer(sentence.text):
        code = "\n".join(str(getattr(evidence.block, name, None) or "") for name in ("setup", "code"))
        tree = parse(code)
        sizes = _sizes(list(ast.walk(tree)) if tree else [], found["what"].lower())
        is_text = found["what"].lower() not in ("list", "tuple")
        if len(sizes) != 1 or is_text != bool(found["signs"]) or _CHANGES.search(code):
            continue
        real, typed = sizes[0], int(found["n"])
        # A list of the run, such as one that is printed, may be another.
        if typed != real and typed not in evidence.computed and sentence.states(*found.span()):
            stated = Stated(found["n"], sentence.at(found.start("n")))
            yield stated, f"the text says {found['n']}, but the {found['what']} in the code has {real}", ""


def _sizes(nodes: list[ast.AST], what: str) -> list[int]:
    """How many items each literal has that may be meant; none where lists are made in other ways, too."""
    if any(isinstance(node, (ast.ListComp, ast.Starred)) for node in nodes):
        return []
    if what in ("list", "tuple"):
        kind = ast.List if what == "list" else ast.Tuple
        return [len(node.elts) for node in nodes if isinstance(node, (ast.List, ast.Tuple)) and isinstance(node, kind)]
    return [len(node.value) for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _of_weights(sentence: Sentence, evidence: Evidence) -> Iterator[tuple[Stated, str, str]]:
    """Weights and biases that do not add up to the parameters that are asked for."""
    found = _PARTS.search(sentence.text)
    value = evidence.names.get("value")
    if not found or not _OF_WEIGHTS.search(sentence.text) or not isinstance(value, (int, float)):
        return
    weights, biases = number_of(found["weights"]), number_of(found["biases"])
    clean = not re.search(r"(?i)\b(?:each|every|per|layers?|first|second|of the|other)\b", sentence.text)
    if clean and weights + biases != value and value not in (weights, biases) and sentence.states(*found.span()):
        stated = Stated(found["biases"], sentence.at(found.start("biases")))
        message = f"{found['weights']} and {found['biases']} are {weights + biases:g}, but the run gave {value:g}"
        yield stated, message, ""
