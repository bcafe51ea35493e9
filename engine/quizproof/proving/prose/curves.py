"""Curves: what prose says of how a recorded series goes, in words. "The loss falls in every epoch."

A sentence is judged by the run that the chart shows, that of the first seed. Clauses are read one by one, because one
sentence often has two series. What a clause supposes, or says of some other training, is left alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from quizproof.comparison.numbers import is_number
from quizproof.proving.prose.evidence import number_of
from quizproof.proving.prose.sentences import MARKUP, NUMBER, Sentence, Stated
from quizproof.quizfile.template import show

Series = Sequence[float]

_CLAUSE = re.compile(r"[,;:(–—]|\b(?:while|whereas|but|although)\b|\band (?=the\b|its\b|then\b|\w+ (?:rises|falls)\b)")
_ELSEWHERE = re.compile(
    r"(?i)\b(?:if|unless|would|could|might|may|should|can|with|without|for|where|when|once|whether|how|which"
    r"|(?<!after )(?<!from )that|think\w*|expect\w*|believ\w*|imagin\w*|suppos\w*|instead|others?|another|larger"
    r"|smaller|higher|lower|longer|seeds?|both|all(?! the time)|on average|batch\w*|usually|often|mostly|hardly|nearly"
    r"|almost|not|no|neither|an? (?:\w+ )?(?:loss|accuracy|error|score|curve))\b|n['’]t\b|\?"
)
"""Words by which a clause is about another training, or denies or hedges what it says."""
_ADJECTIVE = {"validation": "val", "val": "val", "test": "test", "training": "train", "train": "train"}
_FALLS = r"(?:falls|fall|decreases|drops|shrinks|declines|goes down|sinks)"
_RISES = r"(?:rises|increases|grows|climbs|goes up)"
_ALWAYS = (
    r"(?: (?:in|at|with|after|on|from))? (?:every|each)(?: single)? (?:epoch|step)\b|steadily|monotonically|throughout"
    r"|all the time"
)
_EPOCH = r"epoch (?P<k>\d+)\b"
_UPPER = r"(?:exceeds|reaches|passes|(?:rises|gets|goes|climbs|is) (?:above|over|beyond)|surpasses)"
_LOWER = r"(?:(?:falls|drops|gets|goes|sinks|is) (?:below|under))"
_LIMIT = rf"{MARKUP}(?P<n>{NUMBER})(?P<percent> ?%)?"
_PEAK = re.compile(
    r"(?i)\b(?:(?P<low>lowest|smallest|minimal|bottoms out|its (?:minimum|lowest \w+))"
    r"|(?P<high>highest|largest|maximal|peaks|its (?:maximum|peak|highest \w+))|(?P<best>best|its best \w+))"
    rf"(?: value)? (?:at|in|after|is at|is in) (?:the )?{_EPOCH}"
)
_GAINS = re.compile(r"(?i)accuracy|precision|recall|f1|auc|score")
_COSTS = re.compile(r"(?i)loss|error|mse|mae|perplexity")
_FLAT = 0.25
"""Of the whole range of a series: what moves by more is not flat."""


def of_curves(sentence: Sentence, history: Mapping[str, Series]) -> Iterator[tuple[Stated, str, str]]:
    """What a sentence says of a series and its record contradicts: where, in which words, and no expression.

    history  of the run that is shown, by the names of the series
    """
    last: int | None = None
    bounds = [0, *(found.start() for found in _CLAUSE.finditer(sentence.text)), len(sentence.text)]
    name: str | None = None
    for start, end in itertools.pairwise(bounds):
        clause = sentence.text[start:end]
        mentioned = _named(clause, history)
        name = mentioned or (name if re.search(r"(?i)\b(?:it|then|and)\b", clause) else None)
        if peak := _PEAK.search(clause):
            last = int(peak["k"])
        if name is None or _ELSEWHERE.search(clause):
            continue
        series = [value for value in history[name] if is_number(value)]
        if len(series) != len(history[name]) or len(series) < 2:
            continue
        for index, said, real in _of_clause(clause, name, series, last):
            stated = Stated(said, sentence.at(start + index))
            yield stated, f"the text says of `{name}` that it {said}, but {real}", ""
            return


def _named(clause: str, history: Mapping[str, Series]) -> str | None:
    """The one series that a clause is about; None where it may be several, or none."""
    exact = [name for name in history if "_" in name and re.search(rf"\b{re.escape(name)}\b", clause)]
    if exact:
        return exact[0] if len(exact) == 1 else None
    words = re.findall(r"[a-z0-9]+", clause.lower())
    found: set[str] = set()
    for place, word in enumerate(words):
        about = [name for name in history if word == name.lower().split("_")[-1] or word in name.lower().split("_")]
        if not about or word in _ADJECTIVE:
            continue
        kind = _ADJECTIVE.get(words[place - 1], "") if place else ""
        prefixes = {name: {*name.lower().split("_")} & {*_ADJECTIVE, "valid"} for name in about}
        if kind == "train":
            fitting = [name for name in about if prefixes[name] <= {"train", "training"}]
        elif kind:
            fitting = [name for name in about if any(each.startswith(kind) for each in prefixes[name])]
        else:
            fitting = [name for name in about if name.lower() == word] or about
        if len(fitting) != 1:
            return None
        found.add(fitting[0])
    return found.pop() if len(found) == 1 else None


def _of_clause(clause: str, name: str, series: Series, peak: int | None) -> Iterator[tuple[int, str, str]]:
    """What is false in one clause: where, what it says, and what is so."""
    for verb, sign in ((_FALLS, -1), (_RISES, 1)):
        for found in re.finditer(rf"(?i)\b(?:steadily |monotonically )?{verb}\b(?P<rest>[^.]*)", clause):
            if real := _otherwise(found[0], found["rest"], sign, series, peak):
                yield found.start(), found[0].strip(), real
    yield from _of_limits(clause, series)
    yield from _of_flats(clause, series)
    yield from _of_peaks(clause, name, series)


def _otherwise(said: str, rest: str, sign: int, series: Series, peak: int | None) -> str:
    """How a series goes that does not rise, or fall, as is said; empty if it does, or nothing plain is said.

    rest  what follows the verb
    sign  1 for rising, -1 for falling
    peak  the epoch that the sentence has named before
    """
    if re.search(rf"(?i){_ALWAYS}", said):
        wrong = [n for n in range(1, len(series)) if sign * (series[n] - series[n - 1]) <= 0]
        return _goes(series[wrong[0] - 1], series[wrong[0]], f" at epoch {wrong[0] + 1}") if wrong else ""
    if after := re.match(rf"(?i) (?:again )?(?:after|from) (?:{_EPOCH}|that|then)", rest):
        k = int(after["k"]) if after["k"] else peak or 0
        wrongly = 0 < k < len(series) and sign * (series[-1] - series[k - 1]) <= 0
        return _goes(series[k - 1], series[-1], f" after epoch {k}") if wrongly else ""
    if until := re.match(rf"(?i) (?:until|till|up to) {_EPOCH}", rest):
        k = int(until["k"])
        wrongly = 1 < k <= len(series) and sign * (series[k - 1] - series[0]) <= 0
        return _goes(series[0], series[k - 1]) if wrongly else ""
    plain = re.fullmatch(r"(?i)(?: quickly| slowly| fast)?(?: towards? \w+)?\W*", rest)
    return _goes(series[0], series[-1]) if plain and sign * (series[-1] - series[0]) < 0 else ""


def _goes(one: float, other: float, when: str = "") -> str:
    return f"it goes from {show(one)} to {show(other)}{when}"


def _of_peaks(clause: str, name: str, series: Series) -> Iterator[tuple[int, str, str]]:
    found = _PEAK.search(clause)
    if not found or int(found["k"]) > len(series):
        return
    least = bool(found["low"] or (found["best"] and _COSTS.search(name)))
    if found["best"] and not least and not _GAINS.search(name):
        return  # nobody knows which way is better
    best = min(series) if least else max(series)
    epochs = [n for n, value in enumerate(series, 1) if value == best]
    if int(found["k"]) not in epochs:
        word = "lowest" if least else "highest"
        yield found.start(), found[0].strip(), f"it is {word} at epoch {epochs[0]}, with {show(best)}"


def _of_limits(clause: str, series: Series) -> Iterator[tuple[int, str, str]]:
    low, high = min(series), max(series)
    patterns = (
        (rf"(?i)\bnever {_UPPER} {_LIMIT}", True),
        (rf"(?i)\bnever {_LOWER} {_LIMIT}", False),
        (rf"(?i)\b(?:stays|remains|is always) (?:below|under) {_LIMIT}", True),
        (rf"(?i)\b(?:stays|remains|is always) (?:above|over) {_LIMIT}", False),
    )
    for pattern, upper in patterns:
        for found in re.finditer(pattern, clause):
            limit = number_of(found["n"])
            if found["percent"] or (limit > 1 and low >= 0 and high <= 1):
                limit /= 100
            reached = "reaches" in found[0] or not found[0].lower().startswith("never")
            beyond = high - limit if upper else limit - low
            if beyond > 0 or (reached and beyond == 0):
                real = f"its largest value is {show(high)}" if upper else f"its smallest value is {show(low)}"
                yield found.start(), found[0].strip(), real


def _of_flats(clause: str, series: Series) -> Iterator[tuple[int, str, str]]:
    pattern = (
        r"(?i)\b(?:(?:stays|remains|is) (?:flat|constant|the same|unchanged)|plateaus|levels off|stagnates|flattens"
        rf"|stops (?P<way>falling|rising|improving))(?: out)?(?: (?:after|from|at) {_EPOCH})"
    )
    before = re.search(rf"(?i)^\W*(?:after|from) {_EPOCH}(?P<rest>.*)", clause)
    flat = r"(?i)\b(?:stays|remains|is) (?:flat|constant|the same|unchanged)\b|\bplateaus\b|\bstagnates\b"
    if before and not re.search(flat, before["rest"]):
        before = None
    found = re.search(pattern, clause) or before
    if not found:
        return
    k, whole = int(found["k"]), max(series) - min(series)
    tail = series[k - 1 :]
    if 1 <= k < len(series) and whole and max(tail) - min(tail) > _FLAT * whole:
        yield found.start(), found[0].strip(), f"it goes from {show(tail[0])} to {show(tail[-1])} after that"
