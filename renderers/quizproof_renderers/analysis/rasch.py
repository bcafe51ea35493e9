"""The Rasch model: how hard questions are and how able learners, on one scale, in logits. Plain Python.

The chance that a learner of ability t is right in a question of difficulty b is 1 / (1 + exp(b - t)): Rasch (1960).
Difficulties are fitted by marginal maximum likelihood, with abilities normal in the class: Bock & Aitkin (1981), and
Thissen (1982) for this model. It takes marks in which learners left out different questions, and learners who have
everything right. The scale has its zero at the mean difficulty.

- Bock, R. D., & Aitkin, M. (1981). Marginal maximum likelihood estimation of item parameters. Psychometrika, 46,
  443-459.
- Linacre, J. M. (1994). Sample size and item calibration stability. Rasch Measurement Transactions, 7(4), 328.
- Liu, C., Rubin, D. B., & Wu, Y. N. (1998). Parameter expansion to accelerate EM. Biometrika, 85, 755-770.
- Louis, T. A. (1982). Finding the observed information matrix when using the EM algorithm. Journal of the Royal
  Statistical Society B, 44, 226-233.
- Rasch, G. (1960). Probabilistic models for some intelligence and attainment tests.
- Thissen, D. (1982). Marginal maximum likelihood estimation for the one-parameter logistic model. Psychometrika, 47,
  175-186.
- Warm, T. A. (1989). Weighted likelihood estimation of ability in item response theory. Psychometrika, 54, 427-450.
- Wright, B. D., & Linacre, J. M. (1994). Reasonable mean-square fit values. Rasch Measurement Transactions, 8(3), 370.
- Wright, B. D., & Masters, G. N. (1982). Rating scale analysis.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add, mul
from typing import TypeAlias

from quizproof_renderers.analysis.formulas import mean
from quizproof_renderers.analysis.linear import inverse

MIN_LEARNERS = 100
"""Below it a difficulty is less exact than half a logit: Linacre (1994)."""
_MIN_SPREAD = 0.1
"""Where abilities differ less, in logits, there is nothing to measure."""
_STEP = 0.25
_NODES = tuple(_STEP * place for place in range(-24, 25))
"""Where the normal density is summed: this close, the error is far below that of the figures."""
_TOTAL = math.fsum(math.exp(-node * node / 2) for node in _NODES)
_DENSITY = tuple(math.exp(-node * node / 2) / _TOTAL for node in _NODES)
_EXACT = 1e-6
"""Logits: the fit is done when nothing changes by more."""
_MAX_ROUNDS = 500
_NOTHING = 1e-12
"""A weight that does not count."""
_FAR = 15.0
"""Logits: no ability is further from the difficulties."""

Group: TypeAlias = tuple[tuple[int, ...], int]
"""Learners who are alike to the model: the places of the questions that they answered, and how many they had right."""


@dataclass(frozen=True)
class RaschItem:
    """A question on the scale."""

    question: str
    difficulty: float
    """In logits; 0 is the mean of the quiz."""
    error: float
    """The standard error of the difficulty, in logits."""
    infit: float
    """The mean square of residuals, weighted by information; 1 as the model has it, more where answers are noisier."""
    outfit: float
    """The same without weights: learners far from the difficulty count more."""


@dataclass(frozen=True)
class RaschLearner:
    """A learner on the scale."""

    learner: str
    ability: float
    """In logits, by weighted likelihood: also those who have everything right, or nothing, have one."""
    error: float
    """Its standard error, in logits."""


@dataclass(frozen=True)
class RaschFigures:
    """A quiz and its learners on one scale."""

    items: tuple[RaschItem, ...]
    """Without those that everyone or nobody has right: they have no place on the scale."""
    learners: tuple[RaschLearner, ...]
    mean: float
    """The mean ability, in logits."""
    spread: float
    """The standard deviation of abilities, in logits, without the error of measurement."""


def rasch(scores: Mapping[str, Mapping[str, float]]) -> RaschFigures | str:
    """The fitted model, or why there is none, as a clause.

    scores  of every learner, 0 to 1 by question; the model knows right and wrong, and a partial score is wrong
    """
    right = {name: {each: score == 1 for each, score in answers.items()} for name, answers in scores.items()}
    if len(right) < MIN_LEARNERS:
        return f"it takes {MIN_LEARNERS} learners, and these are {len(right)}"
    seen: dict[str, set[bool]] = {}
    for answers in right.values():
        for question, value in answers.items():
            seen.setdefault(question, set()).add(value)
    questions = [question for question, values in seen.items() if len(values) == 2]
    if len(questions) < 2:
        return "it takes two questions that some learners have right and some have wrong"
    table = {name: [answers.get(question) for question in questions] for name, answers in right.items()}
    fit = _Fit.of([row for row in table.values() if any(value is not None for value in row)], len(questions))
    if fit is None:
        return "what learners have right in one question says nothing about the others"
    return _figures(questions, table, fit)


def _figures(questions: Sequence[str], table: Mapping[str, Sequence[bool | None]], fit: _Fit) -> RaschFigures:
    abilities = {group: _ability(group, fit.difficulties) for group in fit.groups}
    learners, residuals = [], _Residuals(len(questions))
    for name, row in table.items():
        group = _group(row)
        if group not in abilities:
            continue  # answered none of these questions
        ability, error = abilities[group]
        learners.append(RaschLearner(name, ability, error))
        residuals.add(row, ability, fit.difficulties)
    fits = residuals.mean_squares()
    items = [
        RaschItem(question, difficulty, error, *fits[place])
        for place, (question, difficulty, error) in enumerate(
            zip(questions, fit.difficulties, fit.errors(), strict=True)
        )
    ]
    return RaschFigures(tuple(items), tuple(learners), fit.mean, fit.spread)


def chance(ability: float, difficulty: float) -> float:
    """The chance that a learner is right."""
    return 1 / (1 + math.exp(max(-700.0, min(700.0, difficulty - ability))))


def _group(row: Sequence[bool | None]) -> Group:
    return tuple(place for place, value in enumerate(row) if value is not None), sum(value is True for value in row)


@dataclass(frozen=True)
class _Fit:
    """The fitted parameters, with what they were fitted to."""

    groups: Mapping[Group, int]
    """How many learners each group has: all that the model knows of answers, but for how many have each right."""
    difficulties: tuple[float, ...]
    mean: float
    spread: float

    @staticmethod
    def of(rows: Sequence[Sequence[bool | None]], count: int) -> _Fit | None:
        """The fit to rows of right, wrong and missing answers to `count` questions; None if abilities do not differ."""
        groups = Counter(map(_group, rows))
        right = [sum(row[place] is True for row in rows) for place in range(count)]
        answered = [sum(row[place] is not None for row in rows) for place in range(count)]
        raw = [math.log((n - r + 0.5) / (r + 0.5)) for r, n in zip(right, answered, strict=True)]
        fit = _Fit(groups, tuple(each - mean(raw) for each in raw), -mean(raw), 1.0)
        for _ in range(_MAX_ROUNDS):
            better = fit._better(right)
            changes = [abs(a - b) for a, b in zip(better.difficulties, fit.difficulties, strict=True)]
            fit, change = better, max(*changes, abs(better.mean - fit.mean), abs(better.spread - fit.spread))
            if fit.spread < _MIN_SPREAD:
                return None
            if change < _EXACT:
                break
        return fit

    def _posteriors(self) -> dict[Group, list[float]]:
        """Where each group's abilities are: a weight for each node, together 1."""
        nodes = [self.mean + self.spread * node for node in _NODES]
        # What each question adds to the logarithm of the likelihood, but for the part that depends on the ability.
        losses = [[math.log1p(math.exp(t - b)) for t in nodes] for b in self.difficulties]
        of_sets: dict[tuple[int, ...], list[float]] = {}
        found = {}
        for places, right in self.groups:
            if places not in of_sets:
                of_sets[places] = [sum(column) for column in zip(*(losses[i] for i in places), strict=True)]
            logs = [right * t - loss for t, loss in zip(nodes, of_sets[places], strict=True)]
            top = max(logs)
            weights = [d * math.exp(each - top) for d, each in zip(_DENSITY, logs, strict=True)]
            total = math.fsum(weights)
            found[places, right] = [weight / total for weight in weights]
        return found

    def _better(self, right: Sequence[int]) -> _Fit:
        """One round of EM, in which the mean ability is free as well: parameter expansion, Liu, Rubin & Wu (1998)."""
        nodes = [self.mean + self.spread * node for node in _NODES]
        whole = [0.0] * len(nodes)
        of_items = [[0.0] * len(nodes) for _ in self.difficulties]
        for group, posterior in self._posteriors().items():
            weights = [self.groups[group] * each for each in posterior]
            whole = [*map(add, whole, weights)]
            for place in group[0]:
                of_items[place] = [*map(add, of_items[place], weights)]
        count = math.fsum(whole)
        centre = math.fsum(w * t for w, t in zip(whole, nodes, strict=True)) / count
        spread = math.sqrt(math.fsum(w * (t - centre) ** 2 for w, t in zip(whole, nodes, strict=True)) / count)
        moved = []
        for b, weights, wanted in zip(self.difficulties, of_items, right, strict=True):
            chances = [chance(t, b) for t in nodes]
            expected = math.fsum(w * p for w, p in zip(weights, chances, strict=True))
            information = math.fsum(w * p * (1 - p) for w, p in zip(weights, chances, strict=True))
            moved.append(b + max(-1.0, min(1.0, (expected - wanted) / max(information, 1e-9))))
        middle = mean(moved)
        return _Fit(self.groups, tuple(each - middle for each in moved), centre - middle, spread)

    def errors(self) -> tuple[float, ...]:
        """The standard errors of the difficulties, from the observed information: Louis (1982).

        It is that of the difficulties and of the spread, with the mean ability at 0; then all are centred. Per group
        it is the expected information, had abilities been seen, less the variance of the score over where they are.
        """
        count = len(self.difficulties)
        chances = [[chance(self.mean + self.spread * node, b) for node in _NODES] for b in self.difficulties]
        information = [[0.0] * (count + 1) for _ in range(count + 1)]
        for (places, right), posterior in self._posteriors().items():
            learners = self.groups[places, right]
            kept = [place for place, weight in enumerate(posterior) if weight > _NOTHING]
            nodes, weights = [_NODES[place] for place in kept], [posterior[place] for place in kept]
            rows = [[chances[i][place] for place in kept] for i in places]
            left = [right - sum(column) for column in zip(*rows, strict=True)]
            scores = [*rows, [*map(mul, nodes, left)]]
            expected = [_product(weights, row) for row in scores]
            slots = [*places, count]
            for a, one in enumerate(scores):
                weighted = [*map(mul, weights, one)]
                for b in range(a, len(scores)):
                    together = _product(weighted, scores[b])
                    information[slots[a]][slots[b]] -= learners * (together - expected[a] * expected[b])
            for i, row in zip(places, rows, strict=True):
                known = [learners * w * p * (1 - p) for w, p in zip(weights, row, strict=True)]
                by_node = [*map(mul, known, nodes)]
                information[i][i] += sum(known)
                information[i][count] -= sum(by_node)
                information[count][count] += _product(by_node, nodes)
        for a in range(count + 1):
            for b in range(a):
                information[a][b] = information[b][a]
        covariance = inverse(information)
        means = [mean(row[:count]) for row in covariance[:count]]
        whole = mean(means)
        return tuple(math.sqrt(max(0.0, covariance[i][i] - 2 * means[i] + whole)) for i in range(count))


def _product(first: Sequence[float], second: Sequence[float]) -> float:
    """The scalar product of two rows."""
    return float(sum(map(mul, first, second)))


def _ability(group: Group, difficulties: Sequence[float]) -> tuple[float, float]:
    """The ability of a group by weighted likelihood, and its standard error: Warm (1989)."""
    places, right = group
    asked = [difficulties[place] for place in places]

    def slope(ability: float) -> float:
        chances = [chance(ability, b) for b in asked]
        information = math.fsum(p * (1 - p) for p in chances)
        bias = math.fsum(p * (1 - p) * (1 - 2 * p) for p in chances)
        return right - math.fsum(chances) + bias / (2 * information)

    low, high = min(asked) - _FAR, max(asked) + _FAR
    while high - low > _EXACT:
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    chances = [chance(low, b) for b in asked]
    return low, 1 / math.sqrt(math.fsum(p * (1 - p) for p in chances))


class _Residuals:
    """How far answers are from what the model expects, by question: Wright & Masters (1982)."""

    def __init__(self, count: int) -> None:
        self._squares = [0.0] * count
        self._variances = [0.0] * count
        self._standard = [0.0] * count
        self._answers = [0] * count

    def add(self, row: Iterable[bool | None], ability: float, difficulties: Sequence[float]) -> None:
        """The answers of one learner."""
        for place, value in enumerate(row):
            if value is not None:
                p = chance(ability, difficulties[place])
                square, variance = (value - p) ** 2, p * (1 - p)
                self._squares[place] += square
                self._variances[place] += variance
                self._standard[place] += square / variance
                self._answers[place] += 1

    def mean_squares(self) -> list[tuple[float, float]]:
        """Infit and outfit of each question."""
        return [
            (square / variance, standard / answers)
            for square, variance, standard, answers in zip(
                self._squares, self._variances, self._standard, self._answers, strict=True
            )
        ]
