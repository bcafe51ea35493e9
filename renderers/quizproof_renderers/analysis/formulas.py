"""The formulas of classical test theory, each with its source. Plain Python; undefined values are None.

- Crocker, L., & Algina, J. (1986). Introduction to classical and modern test theory.
- Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika, 16, 297-334.
- Ebel, R. L., & Frisbie, D. A. (1991). Essentials of educational measurement (5th ed.).
- Haladyna, T. M., & Downing, S. M. (1993). How many options is enough for a multiple-choice test item? Educational and
  Psychological Measurement, 53, 999-1010.
- Henrysson, S. (1963). Correction of item-total correlations in item analysis. Psychometrika, 28, 211-218.
- Kelley, T. L. (1939). The selection of upper and lower groups for the validation of test items. Journal of Educational
  Psychology, 30, 17-24.
- Lord, F. M., & Novick, M. R. (1968). Statistical theories of mental test scores.
- Nunnally, J. C. (1978). Psychometric theory (2nd ed.).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

EXTREME_GROUP = 0.27
"""The share of learners in the lower and in the upper group: Kelley (1939)."""


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean of at least one value. Of an item's scores, its difficulty: Crocker & Algina (1986)."""
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float | None:
    """The sample variance, with n - 1 below; None of fewer than two values."""
    if len(values) < 2:
        return None
    centre = mean(values)
    return math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1)


def deviation(values: Sequence[float]) -> float | None:
    """The standard deviation of a sample; None of fewer than two values."""
    found = variance(values)
    return None if found is None else math.sqrt(found)


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's correlation of two rows of equal length; None of fewer than three pairs, and where one does not vary.

    Of an item's scores and the scores on all other items it is the corrected item-total correlation, which for items
    that are right or wrong is the corrected point-biserial: Henrysson (1963). Corrected, because an item that is part
    of the total would correlate with itself.
    """
    if len(first) != len(second):
        raise ValueError("the rows differ in length")
    if len(first) < 3:
        return None
    centre, middle = mean(first), mean(second)
    together = math.fsum((a - centre) * (b - middle) for a, b in zip(first, second, strict=True))
    spread = math.fsum((a - centre) ** 2 for a in first) * math.fsum((b - middle) ** 2 for b in second)
    if spread < 1e-18:
        return None
    return max(-1.0, min(1.0, together / math.sqrt(spread)))


def alpha(table: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha, k / (k - 1) * (1 - sum of item variances / variance of totals): Cronbach (1951).

    table  a row of item scores per learner, all of equal length

    For items that are right or wrong it is Kuder and Richardson's formula 20. None of fewer than two items or learners,
    and where totals do not vary.
    """
    if len(table) < 2 or len(table[0]) < 2:
        return None
    totals = variance([math.fsum(row) for row in table])
    if not totals:
        return None
    count = len(table[0])
    items = math.fsum(variance(column) or 0.0 for column in zip(*table, strict=True))
    return count / (count - 1) * (1 - items / totals)


def standard_error(spread: float, reliability: float) -> float:
    """The standard error of measurement, SD * sqrt(1 - reliability): Lord & Novick (1968), ch. 3.

    spread       the standard deviation of totals
    reliability  such as alpha; below 0 it counts as 0
    """
    return spread * math.sqrt(1 - max(0.0, reliability))


def is_beyond_chance(found: float, count: int) -> bool:
    """Whether a correlation of so many pairs is above 0 by more than twice its standard error, 1 / sqrt(count - 1)."""
    return count > 3 and found > 2 / math.sqrt(count - 1)
