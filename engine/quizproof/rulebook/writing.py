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
    """
Readers overlook a negation. Ask what is true, or set the word in capitals or bold. "Which statement is false?" turns on
one word as well. Code in backticks does not count.
""",
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
KEY_PLACE = _define(
    "QP308",
    "key-place",
    "The key is in one place in all choices of a quiz.",
    """
Pages and the terminal shuffle options. Printed handouts and other programs that read the bank may not, and then a
learner who has seen through the order needs no knowledge. The rule counts the choices with one key among options that
you put in order, from six on. A key that is always first is not told of: many authors write it there on purpose, and
leave the order to the shuffling.
(Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 20: vary the
location of the right answer. Attali and Bar-Hillel, 2003, "Guess where: the position of correct answers in
multiple-choice test items as a psychometric variable", Journal of Educational Measurement 40.)
""",
    "warning",
)
MIDDLE_KEY = _define(
    "QP309",
    "middle-key",
    "In all choices between numbers, the key is neither the smallest nor the largest.",
    """
Authors put the right number between two wrong ones, and test-wise learners guess that. The rule counts the choices of a
quiz whose options are three numbers or more, from four on. Let the key be the smallest or the largest now and then.
(Attali and Bar-Hillel, 2003, "Guess where: the position of correct answers in multiple-choice test items as a
psychometric variable", Journal of Educational Measurement 40: authors and test takers both prefer the middle.)
""",
    "warning",
)
ABSOLUTE_WORDS = _define(
    "QP310",
    "absolute-words",
    "Every distractor is absolute, and the key is not.",
    """
What is always or never so is seldom so, and test-wise learners strike it out. Write distractors in the words of a
belief that a learner can hold.
(Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 28a: avoid specific
determiners such as always, never, completely and absolutely.)
""",
    "warning",
)
STEM_ECHO = _define(
    "QP311",
    "stem-echo",
    "The key alone repeats words of the stem.",
    """
The sound of the question leads to the key, which the literature calls a clang association. The rule speaks from three
words of five letters or more on, if no distractor has any word of the stem; code in backticks does not count. Let
distractors have these words as well, or say it in other words.
(Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 28b: avoid clang
associations, choices identical to or resembling words in the stem.)
""",
    "warning",
)
NEAR_DUPLICATE = _define(
    "QP312",
    "near-duplicate",
    "Two questions of the bank ask the same, but for numbers or spacing.",
    """
A learner who has answered one has the answer to the other. Make one question of the two, with `params` for what
differs. Questions of fewer than 120 letters and digits are not compared; feedback and explanations do not count.
(Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 4: keep the content
of each item independent from the content of other items.)
""",
    "warning",
)
UNSEEN_CHARACTER = _define(
    "QP313",
    "unseen-character",
    "A text has a character that cannot be seen, or a letter that looks like another.",
    """
A space without width, or a Cyrillic letter in a Latin word, comes along when text is copied from a page. Learners who
copy the code get an error whose cause they cannot see, and a search does not find the word. Type the word again.
(A trick that nobody meant. Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing
guidelines", rule 7: avoid trick items. Which letters look alike is taken from Unicode Technical Standard 39.)
""",
    "warning",
)
SPACING_ALONE = _define(
    "QP314",
    "spacing-alone",
    "Two options differ in spacing alone.",
    """
The learner is asked to count spaces. Where spacing is what you ask about, say so in the stem ("How many spaces are
printed?"), and the rule is silent. Options that are equal but for quotation marks, the order of a set or letters that
look alike are no matter of style: these are errors (QP202, QP206).
(Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 7: avoid trick
items.)
""",
    "warning",
)
STEM_MISFIT = _define(
    "QP315",
    "stem-misfit",
    "The stem does not fit its question.",
    """
It names a function, a variable or a line that the code does not have; it says "choose all" where one option is a key;
or it asks for an exception where the answer is an output. Such stems are left over when a question is copied or
renamed. (Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule
14: ensure that the directions in the stem are very clear.)
""",
    "warning",
)
MISSPELT = _define(
    "QP330",
    "misspelt-word",
    "A word of the prose is not known, and may be misspelt.",
    """
Learners stumble over it, and a search does not find it. Correct it, or add it to the dictionary of the project. This is
looked at only where the settings have `spelling = "en"` or another language, with the extra `spelling`; code, formulas,
names and words of the quiz's own programs are left out, and British and American spelling are both right.
(Haladyna, Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 12: use correct
grammar, punctuation, capitalization and spelling.)
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
