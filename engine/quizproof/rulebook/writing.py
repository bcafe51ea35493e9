"""QP3xx: how items are written."""

from __future__ import annotations

from quizproof.rulebook.rule import define as _define

POSITIONAL_OPTION = _define(
    "QP301",
    "positional-option",
    "An option refers to other options by position, but options are shuffled.",
    '"All of the above", "both A and C" and the like lose their meaning in another order. Write the statement out.',
    "warning",
)
NEGATED_STEM = _define(
    "QP302",
    "negated-stem",
    "The question asks what is *not* true.",
    "Readers overlook a negation. Ask what is true, or set the word in capitals or bold.",
    "warning",
)
NO_FEEDBACK = _define(
    "QP303",
    "no-mistake",
    "A distractor does not say which mistake leads to it.",
    "A wrong option teaches only when its feedback names the misconception: add `mistake:`.",
    "warning",
)
LONG_KEY = _define(
    "QP304",
    "long-key",
    "The key stands out by its length.",
    """
Test-wise learners choose the longest option, because authors qualify what is right and not what is wrong. Here the key
is at least one and a half times as long as the longest distractor. Shorten it, or say more in the distractors.
(Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 24: keep the length
of choices about equal.)
""",
    "warning",
)
ANY_ORDER = _define(
    "QP305",
    "any-order",
    "The lines of an `order-lines` question can be in any order.",
    "Whatever order a learner gives is right. Choose lines that rest on each other, or check what the order changes.",
    "warning",
)
ONE_SEED = _define(
    "QP306",
    "one-seed",
    "A training or an experiment that rests on chance was run with one seed.",
    """
What holds with one seed may be luck. Seed the generators with `seed`, and give three seeds or more. If nothing is left
to chance, one seed is enough, and this rule says nothing.
""",
    "warning",
)
STARTER_GIVES_AWAY = _define(
    "QP307",
    "starter-gives-away",
    "The starter of a `write-code` question differs from the solution by comments only.",
    "The solution is in it, commented out perhaps. Leave out what the learner should write.",
    "warning",
)
