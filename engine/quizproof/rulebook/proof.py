"""QP2xx: what a run has refuted, and what cannot be proven as it is written."""

from __future__ import annotations

from quizproof.rulebook.rule import define as _define

KEY_REFUTED = _define(
    "QP201",
    "key-refuted",
    "The key does not hold: a run disagrees.",
    """
The option marked as right fails the check, or the stated answer is not what the program gives. The run decides:
correct the key, or the check.
""",
)
DISTRACTOR_HOLDS = _define(
    "QP202",
    "distractor-holds",
    "A distractor is right: it passes the check.",
    "A learner who chooses it is right, but would be marked wrong. Make the check stricter, or change the option.",
)
WRONG_REASON = _define(
    "QP203",
    "wrong-reason",
    "What happens is not what `happens:` says.",
    """
`happens: runs silently` means that the option itself raises nothing and prints nothing. `happens: TypeError` names the
exception exactly; `happens: "TypeError: a fragment"` also states a part of its message.
""",
)
NO_ASSERTION = _define(
    "QP204",
    "no-assertion",
    "The check ran to its end without an assertion that could fail.",
    """
A check that asserts nothing passes for every option. An assertion counts if it was executed and is not a constant:
`assert <expression>`, or a call of a function whose name starts with `assert`, such as `torch.testing.assert_close`.
""",
    shared_by_claims=True,
)
PASSES_WITHOUT_ANSWER = _define(
    "QP205",
    "check-passes-without-answer",
    "The check passes although the answer's code was left out.",
    "Such a check does not look at what the answer does. Assert something that is true only because of the answer.",
)
OPTIONS_COINCIDE = _define(
    "QP206",
    "options-coincide",
    "Two options, or the key and a foreseen mistake, are the same.",
    """
They are compared as a person sees them, in every variant: `*two*` and `_two_`, a usual and a no-break space, or a Latin
and a Cyrillic letter look the same. Options are also the same when they are one literal or one program, such as `[1,2]`
and `[1, 2]`, or `n-=1` and `n -= 1`; `2` and `2.0` are not. Numbers are the same when they differ by no more than the
tolerance. Often only one combination of `params` causes it: the message names it.

Statements of several words are the same, too, when one has a capital or a full stop more than the other.

Spacing and quotes count where the real output has them on purpose, as that of `json.dumps` has, and in statements about
JSON, style or white space.
""",
)
UNSTATED_CRASH = _define(
    "QP207",
    "unstated-crash",
    "A distractor fails because of what looks like a typing error.",
    """
A NameError, SyntaxError or ImportError, or the AttributeError of a misspelt attribute, refutes any option, even one
that was meant to run. If the exception is the point of the option, state it: `happens: NameError`.
""",
)
CHECK_CRASHED = _define(
    "QP208",
    "check-crashed",
    "The check itself raised something other than an AssertionError.",
    """
A check that crashes judges nothing. Make it assert, or, if the exception is what the option is about, state it with
`happens:`.
""",
    shared_by_claims=True,
)
SETUP_FAILED = _define(
    "QP209",
    "setup-failed",
    "The setup raised an exception.",
    "No claim of the question could be judged, because the code that runs before every option fails.",
    shared_by_claims=True,
)
LIMIT_HIT = _define(
    "QP210",
    "limit-hit",
    "A run was stopped at a limit.",
    """
The limit is one of time, processor time, memory, output, file size or number of processes; the message names it. Make
the snippet smaller, or raise the limit for the quiz or the block:

    limits: {seconds: 60, memory_mib: 4096}
""",
    shared_by_claims=True,
)
SNIPPET_DIED = _define(
    "QP211",
    "snippet-died",
    "A run ended without a result: it was killed by a signal, it exited, or it left a forged one.",
    """
`os._exit`, a segmentation fault or a signal ended the interpreter before the claim could be judged. If the message says
that the run tampered with the interpreter's reply, the snippet has changed what reports its result: nothing that such a
run says is believed.
""",
    shared_by_claims=True,
)
PROOF_FAILED = _define(
    "QP212",
    "proof-failed",
    "The `proof` of a true statement, or the `refute` of a false one, did not pass.",
    "Both are programs that must run to their end. `refute` asserts what is true instead of the false statement.",
)
CODE_CRASHED = _define(
    "QP213",
    "code-crashed",
    "A program that should run to its end raised an exception.",
    "If the exception is the answer, use `asks: exception` on a `predict-output` question.",
    shared_by_claims=True,
)
NO_OUTPUT = _define(
    "QP214",
    "nothing-to-predict",
    "The program prints nothing, or raises nothing, so there is nothing to predict.",
    "A `predict-output` question needs a `print`; with `asks: exception` the program must raise.",
)
BUG_NOT_SHOWN = _define(
    "QP215",
    "bug-not-shown",
    "The check passes on the program that should have a bug.",
    "The check must fail on `code` and pass on `fix`.",
)
FIX_REFUTED = _define(
    "QP216",
    "fix-refuted",
    "The check fails on the fixed program.",
    "The check must fail on `code` and pass on `fix`.",
)
NOT_A_NUMBER = _define(
    "QP217",
    "not-a-number",
    "The value of an expression is not one finite number, or nobody can type it.",
    """
`value:` and the values of mistakes must be an int, a float, a complex number, a `Fraction`, a `Decimal`, or a tensor or
array of exactly one element. A float with many digits, such as `1 / 3`, needs a `tolerance:`; `5 / 2` does not.
""",
)
PROSE_REFUTED = _define(
    "QP218",
    "prose-refuted",
    "A value stated in prose differs from the run.",
    "`{{ stated('0.895', precision) }}` compares the typed value with the real one, rounded to the digits typed.",
)
NO_BUG_LINE = _define(
    "QP219",
    "no-bug-line",
    "`code` and `fix` do not differ, or a listed line is in the wrong set.",
    "The bug's lines are the lines of `code` that `fix` changes. A `mistakes:` entry must name another line.",
)
FACT_FAILED = _define(
    "QP220",
    "fact-failed",
    "An expression under `facts:` raised, or its value cannot be shown.",
    "Facts are evaluated after the block's right code has run. They are numbers, strings, booleans, or lists of these.",
)
SURVIVING_MUTATION = _define(
    "QP221",
    "surviving-mutation",
    "A small change of the solution passes every check.",
    """
If the checks do not notice that a sum became a mean, or that a statement is gone, they would let learners' mistakes
pass too. Assert something that the change breaks. If the changed program is also right, list the changed line, as the
message shows it, under `equivalent:`.
""",
    "warning",
)
STARTER_PASSES = _define(
    "QP222",
    "starter-passes",
    "The code that the learner starts from passes every check.",
    "A learner who submits it unchanged would be right. Remove something from `starter`, or check what it lacks.",
)
STALE_EQUIVALENT = _define(
    "QP223",
    "stale-equivalent",
    "A line under `equivalent` is in none of the changed solutions that pass every check.",
    """
The solution or the checks have changed since it was listed, or it is misspelt. Only changes that were tried count:
`mutations` limits their number. Remove the line.
""",
)
ORDERS_CUT = _define(
    "QP224",
    "orders-cut",
    "Not all orders of the lines were run.",
    """
Lines have many orders: five lines have 120, six 720, seven 5,040. At most `most_orders` of them are run, those nearest
to yours first. An order that was not run may be right, so a page cannot mark it: learners mark it themselves. Raise
`most_orders`, or use fewer lines.
""",
    "warning",
)
NOT_RECORDABLE = _define(
    "QP227",
    "not-recordable",
    "An expression of an exhibit gave something that the exhibit cannot show.",
    """
What an exhibit can show: labels are classes, as whole numbers from 0; scores are finite numbers, one per label; a stage
is a tensor or an array, with `shape` and `dtype`; a history maps names to lists of finite numbers, all of the same
length, one number per epoch; events lie within these epochs; targets are finite numbers; a figure is one of
matplotlib, and has at most 64 KiB as SVG. The message says what was given instead.
""",
)
FIGURE_REFUTED = _define(
    "QP228",
    "figure-refuted",
    "A figure, shape or dtype that an exhibit states is not what the run recorded.",
    "A typed decimal is compared at the digits typed, a whole number exactly. Correct it, or remove it.",
)
CURVE_REFUTED = _define(
    "QP229",
    "curve-refuted",
    "A claim about a training run does not hold for every seed.",
    """
A claim under `claims:` must hold by more than its `margin`, for each of the `seeds`. The message names the first seed
for which it does not hold, and the figures. Weaken the claim, or fix the training; never drop the seed.
""",
)
BASELINE_MEETS = _define(
    "QP230",
    "baseline-meets-targets",
    "The baseline of an experiment meets every target, so there is nothing to do.",
    """
For every seed the baseline must miss at least one target, by at least the target's `margin`. Move a target, or make the
baseline worse.
""",
)
TARGET_MISSED = _define(
    "QP231",
    "target-missed",
    "The solution of an experiment misses a target.",
    "It must meet every target by more than its `margin`, for every seed. The message names the seed and the value.",
)
CONSTRAINT_BROKEN = _define(
    "QP232",
    "constraint-broken",
    "The solution of an experiment breaks one of its constraints.",
    "The constraint's assertion failed after the solution ran. Fix one of the two.",
)
CONSTRAINT_HOLDS = _define(
    "QP233",
    "constraint-holds",
    "A script that should break a constraint does not break it.",
    "The constraint's `check` passes after its `broken` script ran. Make the check stricter, or the script worse.",
)
SEEDS_ALIKE = _define(
    "QP234",
    "seeds-alike",
    "An exhibit gives the same result for every seed, so it shows nothing about other seeds.",
    """
`seed` is only a number that is set before the code: seed the generators with it, as in `torch.manual_seed(seed)`. If
nothing is left to chance, say so by giving one seed: `seeds: [0]`.
""",
)
WIDE_TOLERANCE = _define(
    "QP235",
    "wide-tolerance",
    "The tolerance is half the value or more, or does not fit the decimals that the prompt asks for.",
    """
With `value: 0.8` and `tolerance: 0.5`, everything from 0.3 to 1.3 is right. In printed output a tolerance is wide when
it is half of every number in it. Make it smaller, or give a share of the value: `tolerance: 5%`.

A prompt that asks for an answer "to three decimals" needs a tolerance that these decimals matter to, and that takes the
rounded value: half a unit of the last one, `tolerance: 0.0005`.
""",
    "warning",
)
MODULE_MISSING = _define(
    "QP237",
    "module-missing",
    "A program imports a package that is not installed.",
    """
It fails for that reason alone, so its failure shows nothing. Install the package or correct its name. If not everybody
who proves the bank has it, list it in the header, and what needs it is unverified without it:

    packages: [pandas]

If the missing package is what the question is about, state it: `happens: ModuleNotFoundError`, or, of a
`predict-output`, `answer: ModuleNotFoundError`.
""",
    shared_by_claims=True,
)
NO_INPUT = _define(
    "QP238",
    "no-input",
    "A program reads standard input, and the question gives it none.",
    """
`input()` raises EOFError where there is nothing to read, which is not what a learner at a keyboard sees. Give the lines
that it reads under `stdin:`. `stdin: ""` says that the end of input is what the question is about.
""",
    shared_by_claims=True,
)
HARMLESS_CHANGE = _define(
    "QP239",
    "harmless-change",
    "The fix changes a line that is no bug.",
    """
Every line that `fix` changes counts as right. This change makes no difference: the check passes when it alone is
undone, and it does not repair the program by itself. Leave that line as it is in `code`.
""",
)
PROSE_CONTRADICTS = _define(
    "QP240",
    "prose-contradicts",
    "Typed prose says something else than the run.",
    """
A number, an output, an exception or a line that is typed in an explanation or in feedback, or a figure beside an
exhibit, differs from the evidence of its block, or a sum or an expression of literals is wrong. Write what comes from
a run as an expression, such as `{{ value }}`, `{{ raised }}` or `{{ line }}`: it cannot drift. `{{ stated('640',
value) }}` keeps your wording and compares it.
""",
    "warning",
)
NOT_KEPT = _define(
    "QP260",
    "not-kept",
    "A step of `prepare` leaves nothing that can be kept.",
    """
A step writes its files to the folder `prepared` of its working folder, as in `torch.save(weights, "prepared/base.pt")`.
What is kept are regular files, in folders or not: at most 1,000 files and folders, 128 MiB together and 8 folders deep,
with printable names of at most 100 characters. Links, pipes and devices are refused, because they would lead programs
elsewhere.
""",
)
