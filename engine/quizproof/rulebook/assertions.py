"""QP246 to QP253: assertions that show nothing, or less than they seem to."""

from __future__ import annotations

from quizproof.rulebook.rule import define as _define

ALWAYS_TRUE = _define(
    "QP246",
    "always-true",
    "An assertion cannot fail, so it shows nothing.",
    """
It held, but it would have held whatever the program does. Usual forms are `assert (x for x in xs)`, which is an
iterator and always true; `assert x.isfinite`, which is a function that was not called; `assert x == 3 or 5`;
`len(xs) >= 0`; and `all(...)` over an iterator that was used up before. After a run, the values in each of its
assertions are changed one by one, and the assertion is evaluated again. An assertion that no change makes fail has this
finding.
""",
    shared_by_claims=True,
)
SAME_OBJECT = _define(
    "QP247",
    "same-object",
    "An assertion compares a thing with itself.",
    """
`before = layer.weight` makes no copy: after a training step, `before` and `layer.weight` are still one tensor, and
equal whatever the step did. Copy what is compared later: `layer.weight.detach().clone()`, `list(xs)`,
`copy.deepcopy(d)`. If you mean that two names are one object, assert that: `assert a is b`, or compare `data_ptr()`.
""",
    shared_by_claims=True,
)
UNNOTICED_CHANGE = _define(
    "QP248",
    "unnoticed-change",
    "The check has failed for no wrong answer, and does not notice when a value of the right one is changed.",
    """
Without the answer the check only misses a name, which shows nothing, and no distractor makes one of its assertions
fail. So the values that the answer made were changed: numbers by 1, flags negated, lists reversed, tensors reshaped.
The check passes all the same. Assert the value that the answer should have.
""",
    "warning",
    shared_by_claims=True,
)
OVERWRITES_ANSWER = _define(
    "QP249",
    "overwrites-answer",
    "The check gives a name of the answer a value of its own before it looks at it.",
    "What it asserts then is its own value. Use another name for what is expected, and compare the answer's with it.",
    shared_by_claims=True,
)
SWALLOWED = _define(
    "QP250",
    "swallowed-failure",
    "A `try` or a `with` would swallow the failure that it should show.",
    """
An assertion inside `try: ... except AssertionError: pass` cannot fail the run. And `except Exception: raised = True` is
satisfied by any mistake in its block, such as a misspelt name. State the exact exception instead; every check and proof
can use these without an import:

    with raises(TypeError, "unhashable"):
        {[]: 1}
    with warns(UserWarning, "broadcast"):
        loss(prediction, target)
""",
    shared_by_claims=True,
)
UNSTATED_EXCEPTION = _define(
    "QP251",
    "unstated-exception",
    "A distractor fails by an exception that its author does not mention.",
    """
The check was never reached, so nothing is known of what the code would have done. If the exception is the point, state
it: `happens: TypeError`, or `happens: "TypeError: a fragment"`. If not, it is a slip: fix the distractor.
""",
    "warning",
)
BY_TOLERANCE = _define(
    "QP253",
    "holds-by-tolerance",
    "An assertion holds only because of its tolerance.",
    """
`assert abs(loss - 0.5) < 0.25` passes for a loss of 0.69, and says nothing about one half. The number that was found
differs from the stated one by a fifth or more, or both are decimals of as many digits and differ, as in
`math.isclose(round(2.675, 2), 2.68, abs_tol=0.02)`, which is 2.67.

State what it is, or make the tolerance smaller.
""",
    "warning",
)
STEP_LEFT_OUT = _define(
    "QP254",
    "step-left-out",
    "A statement is about a step that its proof does not take.",
    """
"`sorted` keeps the order of equal items, even with `reverse=True`" is not proven by a proof without `reverse`: what
that asserts may be true, and is about something else. Let the proof use what the statement names in backticks. Where
that is only mentioned ("it does the same as `sum`"), compare with it, or leave out the backticks.
""",
    "warning",
)
ONE_INPUT = _define(
    "QP255",
    "one-input",
    "Every check of a `write-code` question tries a function with the same input.",
    """
Then a program that returns this one result passes every check, and nothing shows that the solution is right for other
inputs. Add an assertion with another input, such as an empty list, a single item, or one item twice.
""",
    "warning",
)
ANSWERS_DIFFER = _define(
    "QP256",
    "answers-differ",
    "Two right answers leave different values.",
    """
Two accepted texts of a `fill-blank` question, or two right orders of an `order-lines` question, pass the check, but
what they leave in a variable differs: one strips the spaces on both sides, the other on the left. One of them is wrong,
and the check does not look there; or the question asks for less than it seems to. Assert the value, or remove the text.
Each is run once more to find this, without the check. Accepted numbers may leave what they like.
""",
    "warning",
)
