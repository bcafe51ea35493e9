"""The rules: one stable code for every kind of finding, with the text that `quizproof explain` shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True)
class Rule:
    """One kind of finding. Codes are never reused; names may be read by people and scripts alike."""

    code: str
    name: str
    summary: str
    explanation: str
    severity: Severity = "error"


RULES: dict[str, Rule] = {}
"""All rules by code, in the order of their codes."""


def _rule(code: str, name: str, summary: str, explanation: str, severity: Severity = "error") -> str:
    RULES[code] = Rule(code, name, summary, explanation.strip(), severity)
    return code


# QP1xx: the file and its schema.

UNREADABLE = _rule(
    "QP101",
    "unreadable-file",
    "The file is not UTF-8 text.",
    "A quiz file is text in UTF-8 (a byte-order mark and Windows line ends are fine). Save it again as UTF-8, "
    "or remove it from the bank if it is not a quiz.",
)
YAML_SYNTAX = _rule(
    "QP102",
    "yaml-syntax",
    "The file is not valid YAML.",
    """
The YAML parser stopped at the place shown; nothing after it could be read. Usual causes: a tab used as
indentation, a missing space after a colon, a text with `: ` or ` #` in it that needs quotes, or code that is less
indented than the first line of its `|` block.
""",
)
DUPLICATE_KEY = _rule(
    "QP103",
    "duplicate-key",
    "A mapping has the same key twice.",
    "YAML parsers usually keep the last value and drop the first in silence. Remove or rename one of the two.",
)
ALIAS = _rule(
    "QP104",
    "alias-or-tag",
    "Anchors, aliases and tags are not allowed.",
    """
`&name`, `*name`, `<<` and `!tag` make a file hard to review, and a few lines of aliases can grow to gigabytes.
Repeat the text. A plain text that begins with `*`, `&` or `!` needs quotes.
""",
)
TOO_DEEP = _rule(
    "QP105",
    "too-deep-or-large",
    "The file nests deeper, or is larger, than any quiz needs.",
    "Files may nest 32 levels deep and hold 4 MiB. Split a large quiz into several files.",
)
EMPTY = _rule(
    "QP106",
    "empty-file",
    "The file holds no quiz.",
    "Write at least `quiz:`, `title:`, `topic:`, `runtime:` and `blocks:`, or remove the file.",
)
UNKNOWN_KEY = _rule(
    "QP107",
    "unknown-key",
    "A key that the format does not know.",
    "Misspelt keys would otherwise be ignored in silence. The message names the closest known key.",
)
MISSING_KEY = _rule(
    "QP108",
    "missing-key",
    "A key that must be there is missing.",
    "The position is that of the mapping which lacks the key.",
)
INVALID_VALUE = _rule(
    "QP109",
    "invalid-value",
    "A value has the wrong type or is out of range.",
    """
YAML is read as 1.2: only `true` and `false` are booleans (`yes`, `no`, `on`, `off` are text), and `1_000` or
`12:30` are text. The message says what was expected.
""",
)
UNKNOWN_KIND = _rule(
    "QP110",
    "unknown-kind",
    "A block names a kind that does not exist.",
    "The message lists the kinds that are installed.",
)
DUPLICATE_ID = _rule(
    "QP111",
    "duplicate-id",
    "Two quizzes, or two questions, have the same id.",
    "Ids are unique over the whole bank, because progress, evidence and links are kept under them.",
)
CODE_STYLE = _rule(
    "QP112",
    "code-style",
    "Code is written in a form whose lines cannot be traced back.",
    """
Code of more than one line belongs in a `|` block:

    code: |
      x = 1
      print(x)

Folded (`>`) and multi-line quoted texts lose the line structure, so errors could not name their line.
""",
)
CODE_SYNTAX = _rule(
    "QP113",
    "code-does-not-parse",
    "A snippet is not valid Python.",
    """
The position is the place in the YAML file. If an option is wrong *because* it does not parse, say so with
`happens: SyntaxError`.
""",
)
NO_KEY = _rule(
    "QP114",
    "no-key",
    "A choice has no key, or no distractor.",
    "Mark the right option with `key: true`, and leave at least one option without it.",
)
CONTRADICTION = _rule(
    "QP115",
    "contradiction",
    "What a question or an option says of itself does not fit together.",
    """
A key is shown true by `proof:`, a distractor is shown false by `refute:`; a statement that no run can settle says
why with `unproven:`. Exactly one of the three. All options of a question are of one sort: `code`, `text` or `prints`.
""",
)
TEMPLATE = _rule(
    "QP116",
    "bad-expression",
    "A `{{ expression }}` cannot be evaluated.",
    """
Expressions may use the question's `params`, its `facts`, and the evidence (`stdout`, `answer`, `versions`), with
arithmetic, comparisons, indexing and the filters listed in the reference. Write `{{ '{{' }}` for two literal braces.
""",
)
BAD_ID = _rule(
    "QP117",
    "bad-id",
    "An id has characters that ids may not have.",
    "Ids become file names and links: lower-case letters and digits, joined by single hyphens, 80 at most.",
)

UNKNOWN_BLOCK = _rule(
    "QP118",
    "unknown-block",
    "The insight rests on a question or an exhibit that is not in the quiz.",
    "What a quiz has its readers take home must have been shown to them: `rests_on` names blocks of the same file.",
)

# QP2xx: proof.

KEY_REFUTED = _rule(
    "QP201",
    "key-refuted",
    "The key does not hold: a run disagrees.",
    """
The option marked as right fails the check, or the stated answer is not what the program really gives. The run wins:
correct the key, or the check.
""",
)
DISTRACTOR_HOLDS = _rule(
    "QP202",
    "distractor-holds",
    "A wrong option is not wrong: it passes the check.",
    "A learner who chooses it is right and would be marked wrong. Make the check stricter, or change the option.",
)
WRONG_REASON = _rule(
    "QP203",
    "wrong-reason",
    "What happens is not what `happens:` says.",
    """
`happens: runs silently` means that the option itself raises and prints nothing. `happens: TypeError` or
`happens: "TypeError: a fragment"` names the exception exactly, with a part of its message.
""",
)
NO_ASSERTION = _rule(
    "QP204",
    "no-assertion",
    "The check ran to its end without one assertion that could fail.",
    """
A check that asserts nothing passes for every option. An assertion counts when it was executed and is not a constant:
`assert <expression>`, or a call of a function whose name starts with `assert`, such as `torch.testing.assert_close`.
""",
)
PASSES_WITHOUT_ANSWER = _rule(
    "QP205",
    "check-passes-without-answer",
    "The check passes although the answer's code was left out.",
    "Such a check does not look at what the answer does. Assert something that only the answer brings about.",
)
OPTIONS_COINCIDE = _rule(
    "QP206",
    "options-coincide",
    "Two options, or the key and a foreseen mistake, are the same.",
    """
Compared as shown, in every variant; numbers also coincide when they lie within each other's tolerance. Often only one
combination of `params` is to blame: the message names it.
""",
)
UNSTATED_CRASH = _rule(
    "QP207",
    "unstated-crash",
    "A distractor dies of what looks like a typing error.",
    """
A NameError, SyntaxError or ImportError, or the AttributeError of a misspelt attribute, refutes any option, also one
that was meant to run. If it is the point of the option, state it: `happens: NameError`.
""",
)
CHECK_CRASHED = _rule(
    "QP208",
    "check-crashed",
    "The check itself raised something other than an AssertionError.",
    """
A check that breaks judges nothing. Make it assert, or, where the exception is what the option is about, state it with
`happens:`.
""",
)
SETUP_FAILED = _rule(
    "QP209",
    "setup-failed",
    "The setup raised an exception.",
    "No claim of the question could be judged, because the code that comes before every option does not run.",
)
LIMIT_HIT = _rule(
    "QP210",
    "limit-hit",
    "A run was stopped at a limit.",
    """
Time, processor time, memory, output, file size or number of processes. The message names the limit. Make the snippet
smaller, or raise the limit for the quiz or the question:

    limits: {seconds: 60, memory_mib: 4096}
""",
)
SNIPPET_DIED = _rule(
    "QP211",
    "snippet-died",
    "A run ended without a result: killed by a signal, or by its own exit.",
    "`os._exit`, a segmentation fault or a signal ends the interpreter before the claim can be judged.",
)
PROOF_FAILED = _rule(
    "QP212",
    "proof-failed",
    "The `proof` of a true statement, or the `refute` of a false one, did not pass.",
    "Both are programs that must run to their end; `refute` asserts what is really the case where the option is false.",
)
CODE_CRASHED = _rule(
    "QP213",
    "code-crashed",
    "A program that should run to its end raised an exception.",
    "If the exception is the answer, use `asks: exception` on a `predict-output` question.",
)
NO_OUTPUT = _rule(
    "QP214",
    "nothing-to-predict",
    "The program prints nothing, or raises nothing, so there is no answer.",
    "A `predict-output` question needs a `print`; with `asks: exception` the program must raise.",
)
BUG_NOT_SHOWN = _rule(
    "QP215",
    "bug-not-shown",
    "The check passes on the program that is said to have a bug.",
    "The check must fail on `code` and pass on `fix`.",
)
FIX_REFUTED = _rule(
    "QP216",
    "fix-refuted",
    "The check fails on the fixed program.",
    "The check must fail on `code` and pass on `fix`.",
)
NOT_A_NUMBER = _rule(
    "QP217",
    "not-a-number",
    "An expression did not give one finite number.",
    "`value:` and the values of mistakes must be an int, a float, or a tensor or array of exactly one element.",
)
PROSE_REFUTED = _rule(
    "QP218",
    "prose-refuted",
    "A value stated in prose differs from the run.",
    "`{{ stated('0.895', precision) }}` compares the typed value with the real one, at the digits typed.",
)
NO_BUG_LINE = _rule(
    "QP219",
    "no-bug-line",
    "`code` and `fix` do not differ, or a listed line is in the wrong set.",
    "The bug's lines are those of `code` which the fix changes. A `mistakes:` entry must name another line.",
)
FACT_FAILED = _rule(
    "QP220",
    "fact-failed",
    "An expression under `facts:` raised, or its value cannot be shown.",
    "Facts are evaluated after the question's right code ran; they are numbers, texts, booleans, or lists of these.",
)
ORDERS_CUT = _rule(
    "QP224",
    "orders-cut",
    "Not all orders of the lines were run.",
    """
Lines have many orders: five have 120, six 720, seven 5,040. At most `most_orders` are run, those first that are
nearest to yours. A right order that was not run is marked wrong, and learners are told so. Raise `most_orders`, or
use fewer lines.
""",
    "warning",
)

SURVIVING_MUTATION = _rule(
    "QP221",
    "surviving-mutation",
    "A small change of the solution passes every check.",
    """
Checks that do not notice that a sum became a mean, or that a statement is gone, would let learners' mistakes pass, too.
Assert something that the change breaks. When the changed program is right too, list the changed line, as the message
shows it, under `equivalent:`.
""",
    "warning",
)
STARTER_PASSES = _rule(
    "QP222",
    "starter-passes",
    "The code that the learner begins from passes every check.",
    "Who hands it in unchanged would be right. Take something out of `starter`, or check what it lacks.",
)
STALE_EQUIVALENT = _rule(
    "QP223",
    "stale-equivalent",
    "A line under `equivalent` is in no changed solution that passes every check.",
    """
The solution or the checks have changed since it was listed, or it is misspelt. Only changes that were tried count: at
most as many as `mutations` says. Remove the line.
""",
)

NOT_RECORDABLE = _rule(
    "QP227",
    "not-recordable",
    "What an expression of an exhibit gave is not what the exhibit shows.",
    """
Labels are classes as whole numbers from 0; scores are finite numbers, as many as labels; a stage is a tensor or an
array, with `shape` and `dtype`; a history is a mapping of names to equally long lists of finite numbers, one an epoch;
events lie within these epochs; targets are finite numbers. The message says what was given instead.
""",
)
FIGURE_REFUTED = _rule(
    "QP228",
    "figure-refuted",
    "A figure, shape or dtype that an exhibit states is not what the run recorded.",
    "A typed decimal is compared at the digits typed, a whole number exactly. Correct it or leave it out.",
)
CURVE_REFUTED = _rule(
    "QP229",
    "curve-refuted",
    "What is claimed of a training does not hold for every seed.",
    """
A claim under `claims:` must hold by more than its `margin`, for each of the `seeds`. The message names the first seed
for which it does not, and the figures. Weaken the claim, or mend the training; never drop the seed.
""",
)
BASELINE_MEETS = _rule(
    "QP230",
    "baseline-meets-targets",
    "The baseline of an experiment meets every target, so there is nothing to do.",
    """
For every seed the baseline must miss at least one target, by its `margin` at least. Move a target, or make the
baseline worse.
""",
)
TARGET_MISSED = _rule(
    "QP231",
    "target-missed",
    "The solution of an experiment misses a target.",
    "For every seed it must meet every target by more than the target's `margin`. The message names seed and value.",
)
CONSTRAINT_BROKEN = _rule(
    "QP232",
    "constraint-broken",
    "The solution of an experiment breaks one of its constraints.",
    "The constraint's assertion failed after the solution ran. Mend one of the two.",
)
CONSTRAINT_HOLDS = _rule(
    "QP233",
    "constraint-holds",
    "A script that is said to break a constraint does not.",
    "The constraint's `check` passes after its `broken` script ran. Make the check stricter, or the script bolder.",
)

SEEDS_ALIKE = _rule(
    "QP234",
    "seeds-alike",
    "An exhibit gives the same for every seed, so nothing is shown that would hold for others.",
    """
`seed` is only a number, set before the code: seed the generators with it, as in `torch.manual_seed(seed)`. Where
nothing is left to chance, say so by one seed: `seeds: [0]`.
""",
)

# QP3xx: item writing.

POSITIONAL_OPTION = _rule(
    "QP301",
    "positional-option",
    "An option speaks of other options by place, but options are shuffled.",
    '"All of the above", "both A and C" and the like lose their meaning in another order. Write the statement out.',
    "warning",
)
NEGATED_STEM = _rule(
    "QP302",
    "negated-stem",
    "The question asks for what is *not* so.",
    "Readers overlook a negation. Ask for what is so, or set the word in capitals or bold.",
    "warning",
)
NO_FEEDBACK = _rule(
    "QP303",
    "no-mistake",
    "A distractor does not say which mistake leads to it.",
    "A wrong option teaches only when its feedback names the misconception: add `mistake:`.",
    "warning",
)

LONG_KEY = _rule(
    "QP304",
    "long-key",
    "The key stands out by its length.",
    """
Test-wise readers choose the longest option, because authors qualify what is right and not what is wrong. Here the key
is at least half as long again as the longest distractor. Shorten it, or say more in the distractors. (Haladyna,
Downing and Rodriguez, 2002, "A review of multiple-choice item-writing guidelines", rule 24: keep the length of choices
about equal.)
""",
    "warning",
)

# QP4xx: stability and versions.

UNSTABLE = _rule(
    "QP401",
    "unstable",
    "The same program does not always do the same.",
    """
The program was run again in another state of the process, and something that the question relies on came out
otherwise: what it printed, a value, or whether a check passed. Learners who run it would see something else than the
page says. Usual causes, and what helps:

- a random number generator that is not seeded: `torch.manual_seed(0)`, `keras.utils.set_random_seed(0)`,
  `random.seed(0)`, `np.random.default_rng(0)`
- the order of a set of texts, or `hash()` of one: sort before printing
- `id()` and memory addresses: compare with `is` rather than printing them
- the clock: print what does not depend on it
- more threads, which add up floating-point numbers in another order: round, or compare with a tolerance

`quizproof check` runs a key again when its program draws unseeded random numbers or looks at such things;
`quizproof check --stress N` runs every program N more times.
""",
)
AUDIT = _rule(
    "QP402",
    "audit-differs",
    "A run does not come to what the cache says it did.",
    """
`--audit` ran again what was known from earlier, and something else came of it. Either the program is not stable, see
QP401, or something changed that the cache does not watch, such as a package that is edited in place.
`quizproof check --no-cache` proves everything anew; `quizproof cache clear` forgets what is known.
""",
)

# QP9xx: could not verify. Never a verdict on the author's work.

RUNTIME_MISSING = _rule(
    "QP901",
    "runtime-missing",
    "A framework is not installed, so its questions could not be verified.",
    'Install it, for instance with `pip install "quizproof[torch]"` or `pip install "quizproof[tensorflow]"`.',
)
ENGINE_FAULT = _rule(
    "QP902",
    "engine-fault",
    "A run was lost, and not by the snippet's doing.",
    "Run the command again. If it stays, `quizproof doctor` shows what this machine lacks.",
)
NOT_LOCKED = _rule(
    "QP903",
    "not-locked",
    "The lock does not know a program of the bank.",
    "The bank was edited after its lock was written. `quizproof check --write-lock` proves it and writes a new one.",
)
PACKAGE_MISSING = _rule(
    "QP904",
    "package-missing",
    "A package that a kind of exhibit computes with is not installed, so it could not be verified.",
    'The metrics of a `confusion-matrix` are computed with scikit-learn: `pip install "quizproof[metrics]"`.',
)
