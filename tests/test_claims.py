"""Claims: where the lines of a program belong, and how outcomes are judged, without running anything."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizproof import rules
from quizproof.checks import can_fail, passes
from quizproof.claims import (
    ACCIDENTS,
    OURS,
    PROVEN,
    Judgement,
    Part,
    PartRole,
    Program,
    at_frame,
    crash,
    failing,
    fails,
    mismatch,
    obstacle,
    refuted,
)
from quizproof.comparison.happens import Happens
from quizproof.outcome import LASTING, LOST, Frame, Outcome, PartResult, Raised, Status

SETUP, ANSWER, CHECK = range(3)
PROGRAM = Program(
    (
        Part("setup", "x = 1\ny = 2\n", ("setup",)),
        Part("answer", "x += y", ("options", 0, "code")),
        Part("check", "total = x\nassert x == 3, 'sum'\n", ("check",)),
    )
)
"""Lines 1 and 2 are the setup, 3 is the answer, 4 and 5 the check."""


def finished(assertions: int = 1, stdout: str = "", program: Program = PROGRAM) -> Outcome:
    """A run to the end, in which the answer printed something and the check asserted."""
    roles = [part.role for part in program.parts]
    return Outcome(
        "finished",
        tuple(PartResult(stdout if r == "answer" else "", assertions=assertions if r == "check" else 0) for r in roles),
    )


def raised(part: int, line: int, type_: str = "ValueError", message: str = "bad", meant: str = "") -> Outcome:
    """A run that ended in this part, at this line of the program."""
    frames = (Frame(line, 1, 4, "<module>", "text"),)
    return Outcome("raised", tuple(PartResult() for _ in range(part + 1)), Raised(type_, message, part, frames, meant))


def syntax(part: int, line: int) -> Outcome:
    return Outcome("syntax", (), Raised("SyntaxError", "invalid syntax", part, (Frame(line, 2, 3, "", "x +="),)))


def key(program: Program, outcome: Outcome) -> Judgement:
    return passes(program, outcome, code=rules.KEY_REFUTED, message="the key fails", expected="it passes")


def distractor(program: Program, outcome: Outcome, happens: str = "") -> Judgement:
    stated = Happens.parse(happens) if happens else None
    return fails(program, outcome, stated, code=rules.DISTRACTOR_HOLDS, message="it passes the check")


# ---- programs

SOURCES = st.lists(st.lists(st.sampled_from(["x", "", "  y"]), min_size=1, max_size=4), min_size=1, max_size=4)


@given(SOURCES, st.booleans(), st.data())
def test_every_line_belongs_to_its_part(sources: list[list[str]], ends: bool, data: st.DataObject) -> None:
    """Lines count from 1 over all parts, with a line break at the end of a part or without."""
    lines = [[*source[:-1], "end"] for source in sources]  # empty lines at the end of a part do not count
    leads = [data.draw(st.integers(0, len(part) - 1)) for part in lines]
    texts = ["\n".join(part) + "\n" * ends for part in lines]
    parts = tuple(Part("code", text, (n,), lead) for n, (text, lead) in enumerate(zip(texts, leads, strict=True)))
    program = Program(parts)
    places = [(part, n) for part, lines_ in zip(parts, lines, strict=True) for n in range(len(lines_))]
    assert [program.starts().index(line) for line in program.starts()] == list(range(len(parts)))
    for line, (part, n) in enumerate(places, 1):
        assert program.locate(line) == (part, max(n - part.lead, 0))
    assert program.locate(len(places) + 1)[0] == parts[-1]  # where Python sees that something is missing
    assert program.locate(0) == (parts[0], 0)


def test_what_a_run_did_by_parts() -> None:
    """What was printed by roles, values by places, and where a run ended."""
    program = Program((*PROGRAM.parts, Part("value", "x", ("value",)), Part("value", "y", ("facts", "y"))))
    results = [PartResult("a"), PartResult("b"), PartResult("c"), PartResult("", value=3), PartResult("", value=2)]
    done = Outcome("finished", tuple(results))
    assert program.stdout(done, "setup") == "a"
    assert program.stdout(done, "setup", "check") == "ac"
    assert program.stdout(done) == ""
    assert program.values(done) == {("value",): 3, ("facts", "y"): 2}
    assert program.reached(done) == 4
    assert program.raised_in(done) is None
    broken = Outcome("raised", tuple(results), Raised("E", "", 4))
    assert program.values(broken) == {("value",): 3}  # the last was begun and has none
    assert program.raised_in(broken) == "value"
    assert program.reached(broken) == 4
    stopped = Outcome("limit", tuple(results[:2]), detail="too long")
    assert program.stdout(stopped, "answer", "check") == "b"
    assert program.values(stopped) == {}
    assert program.reached(stopped) == 1
    assert program.reached(Outcome("died")) == 1  # the answer's part, when the run does not tell


def test_frames_are_those_of_the_author() -> None:
    """Lines that no author wrote lead nowhere."""
    program = Program((Part("setup", "import x", OURS), Part("code", "f()", ("code",))))
    frames = (Frame(2, 1, 4, "<module>", "f()"), Frame(1, 1, 4, "<module>", "import x"))
    outcome = Outcome("raised", (PartResult(), PartResult()), Raised("E", "", 1, frames))
    assert program.frames(outcome) == frames[:1]
    assert program.frames(Outcome("finished")) == ()
    judged = at_frame(program, outcome, Judgement("refuted"))
    assert (judged.at, judged.frame) == (("code",), replace(frames[0], line=0))


# ---- `happens`


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("runs silently", Happens("silence")),
        (" runs silently\n", Happens("silence")),
        ("never ends", Happens("endless")),
        ("TypeError", Happens("exception", "TypeError")),
        ("TypeError: must be", Happens("exception", "TypeError", "must be")),
        ("TypeError:  a: b ", Happens("exception", "TypeError", "a: b")),
        ("torch.cuda.OutOfMemoryError", Happens("exception", "torch.cuda.OutOfMemoryError")),
        ("warns", Happens("warning")),
        ("warns UserWarning", Happens("warning", "UserWarning")),
        ("warns UserWarning: a size", Happens("warning", "UserWarning", "a size")),
        ("prints 45", Happens("output", text="45")),
        ("prints 1\n2\n", Happens("output", text="1\n2")),
    ],
)
def test_happens_is_read(text: str, read: Happens) -> None:
    """And written as it was, but for space."""
    happens = Happens.parse(text)
    assert happens == read
    assert Happens.parse(str(happens)) == happens


@pytest.mark.parametrize(
    "text", ["", ":", "it crashes", "runs silently.", "Type-Error", ": fragment", "2Error", "prints", "warns of it"]
)
def test_happens_that_is_none(text: str) -> None:
    """Words are no exception."""
    with pytest.raises(ValueError, match="write `runs silently`, an exception such as `TypeError`"):
        Happens.parse(text)


WARNED = PartResult("", "a warning\n", warned=("UserWarning: a warning",))
NOISY = Outcome("finished", (PartResult(), WARNED, PartResult(assertions=1)))
ENDLESS = Outcome("endless", (PartResult(), PartResult()), detail="it ran longer than 3 s")
STUCK = Outcome("endless", (PartResult(), PartResult(), PartResult()), detail="it ran longer than 3 s")
MISMATCHES: list[tuple[str, Outcome, str]] = [
    ("runs silently", finished(), ""),
    ("runs silently", raised(CHECK, 5, "AssertionError"), ""),
    ("runs silently", raised(CHECK, 5, "ValueError"), ""),
    ("runs silently", raised(ANSWER, 3), "it raised ValueError: bad"),
    ("runs silently", finished(stdout=" \n"), ""),
    ("runs silently", finished(stdout="4\n"), "it printed '4'"),
    ("runs silently", NOISY, "it printed 'a warning'"),
    ("runs silently", finished(stdout="x" * 300), f"it printed '{'x' * 200}'"),
    ("ValueError", raised(ANSWER, 3), ""),
    ("ValueError: ad", raised(ANSWER, 3), ""),
    ("package.ValueError", raised(ANSWER, 3), ""),
    ("ValueError", raised(CHECK, 5), ""),
    ("ValueError", finished(), "nothing was raised"),
    ("ValueError: good", raised(ANSWER, 3), "it raised ValueError: bad"),
    ("TypeError", raised(ANSWER, 3), "it raised ValueError: bad"),
    ("AssertionError", raised(CHECK, 5, "AssertionError"), "nothing was raised, and then the check failed"),
    ("AssertionError", raised(ANSWER, 3, "AssertionError"), ""),
    ("IOError", raised(ANSWER, 3, "OSError"), ""),
    ("socket.error", raised(ANSWER, 3, "OSError"), ""),
    ("OSError", raised(ANSWER, 3, "FileNotFoundError"), "it raised FileNotFoundError: bad"),
    ("warns", NOISY, ""),
    ("warns UserWarning", NOISY, ""),
    ("warns builtins.UserWarning: a warn", NOISY, ""),
    ("warns UserWarning", raised(CHECK, 5, "AssertionError"), "it showed no warning"),
    ("warns FutureWarning", NOISY, "it warned of 'UserWarning: a warning'"),
    ("warns UserWarning: other", NOISY, "it warned of 'UserWarning: a warning'"),
    ("warns", raised(ANSWER, 3), "it raised ValueError: bad"),
    ("prints 4", finished(stdout="4\n"), ""),
    ("prints 5", finished(stdout="4\n"), "it printed '4'"),
    ("prints 4", raised(ANSWER, 3), "it raised ValueError: bad"),
    ("never ends", ENDLESS, ""),
    ("never ends", finished(), "it came to its end"),
    ("never ends", raised(CHECK, 5), "it came to its end"),
    ("never ends", raised(ANSWER, 3), "it raised ValueError: bad"),
    ("never ends", STUCK, "the code came to its end, and the check did not"),
    ("runs silently", ENDLESS, "it never ended"),
    ("TypeError", ENDLESS, "it never ended"),
]


@pytest.mark.parametrize(("stated", "outcome", "words"), MISMATCHES)
def test_what_happened_instead(stated: str, outcome: Outcome, words: str) -> None:
    """Empty where it is what was stated."""
    assert mismatch(Happens.parse(stated), PROGRAM, outcome) == words


# ---- obstacles: what no claim can be judged by

OBSTACLES: list[tuple[Outcome, str, str, str]] = [
    (Outcome("missing", detail="no torch"), "unverified", rules.RUNTIME_MISSING, "no torch"),
    (Outcome("unlocked", detail="not there"), "unverified", rules.NOT_LOCKED, "not there"),
    (Outcome("capped", detail="too long"), "unverified", rules.CAPPED, "the run was stopped: too long"),
    (Outcome("fault", detail="killed"), "unverified", rules.ENGINE_FAULT, "the run was lost: killed"),
    (Outcome("limit", detail="too long"), "refuted", rules.LIMIT_HIT, "the run was stopped: too long"),
    (Outcome("died", detail="SIGSEGV"), "refuted", rules.SNIPPET_DIED, "the run ended without a result: SIGSEGV"),
    (syntax(ANSWER, 3), "refuted", rules.CODE_SYNTAX, "SyntaxError: invalid syntax"),
    (raised(SETUP, 2), "refuted", rules.SETUP_FAILED, "the setup raised ValueError: bad"),
    (Outcome("endless", (PartResult(),), detail="3 s"), "refuted", rules.LIMIT_HIT, "the setup is still running: 3 s"),
]


@pytest.mark.parametrize(("outcome", "verdict", "code", "message"), OBSTACLES)
def test_obstacle(outcome: Outcome, verdict: str, code: str, message: str) -> None:
    """It is told of in the same way whatever the claim is, and a run that we lost refutes nothing."""
    judged = obstacle(PROGRAM, outcome)
    assert judged is not None
    assert (judged.verdict, judged.code, judged.message) == (verdict, code, message)
    assert (judged.verdict == "unverified") is (outcome.status in LOST)
    assert key(PROGRAM, outcome) == crash(PROGRAM, outcome) == can_fail(PROGRAM, (), (), outcome) == judged
    if outcome.status != "syntax":
        assert distractor(PROGRAM, outcome) == distractor(PROGRAM, outcome, "ValueError") == judged


def test_obstacles_are_all() -> None:
    """Every way of ending that says nothing of the snippet's own end is in the table above."""
    assert {outcome.status for outcome, *_ in OBSTACLES} == set(get_args(Status)) - (LASTING - {"raised", "syntax"})
    assert obstacle(PROGRAM, finished()) is None
    assert obstacle(PROGRAM, raised(ANSWER, 3)) is None
    assert obstacle(PROGRAM, raised(CHECK, 5)) is None
    assert obstacle(PROGRAM, syntax(ANSWER, 3), syntax_ok=True) is None
    assert obstacle(PROGRAM, ENDLESS) is None


@pytest.mark.parametrize("status", ["limit", "died"])
def test_obstacle_is_placed_where_the_run_ended(status: Status) -> None:
    """At the part that it had begun; the first where it had begun none."""
    for begun, at in ((0, "setup"), (1, "setup"), (2, "options"), (3, "check")):
        judged = obstacle(PROGRAM, Outcome(status, (PartResult(),) * begun, detail="x"))
        assert judged is not None
        assert judged.at is not None
        assert judged.at[0] == at


# ---- places


@pytest.mark.parametrize(
    ("outcome", "at", "line"),
    [
        (raised(SETUP, 1), ("setup",), 0),
        (raised(SETUP, 2), ("setup",), 1),
        (raised(ANSWER, 3), ("options", 0, "code"), 0),
        (raised(CHECK, 4), ("check",), 0),
        (raised(CHECK, 5), ("check",), 1),
        (syntax(SETUP, 3), ("setup",), 1),  # after its last line, where the next part begins
        (syntax(CHECK, 6), ("check",), 1),
        (syntax(ANSWER, 3), ("options", 0, "code"), 0),
    ],
)
def test_judgement_points_at_the_line(outcome: Outcome, at: tuple[object, ...], line: int) -> None:
    """The text as its author wrote it, and the line within it, from 0; columns stay."""
    judged = at_frame(PROGRAM, outcome, Judgement("refuted", at=("id",)))
    assert judged.at == at
    assert judged.frame is not None
    assert outcome.raised is not None
    assert judged.frame == replace(outcome.raised.frames[-1], line=line)


def test_judgement_without_a_line_stays() -> None:
    """Where nothing was raised, or nothing that an author wrote was passed."""
    judgement = Judgement("refuted", at=("id",))
    assert at_frame(PROGRAM, finished(), judgement) is judgement
    assert at_frame(PROGRAM, Outcome("raised", (PartResult(),), Raised("E", "", 0)), judgement) is judgement


def test_a_failed_check_is_the_answers_fault() -> None:
    """So the judgement stays at the answer; in a proof there is nothing else, and it points into it."""
    judgement = Judgement("refuted", at=("options", 0))
    assert failing(PROGRAM, raised(CHECK, 5, "AssertionError"), judgement) is judgement
    assert failing(PROGRAM, raised(ANSWER, 3), judgement).at == ("options", 0, "code")
    proof = Program((PROGRAM.parts[0], Part("check", "assert x", ("options", 0, "proof"))))
    judged = failing(proof, raised(1, 3, "AssertionError"), judgement)
    assert (judged.at, judged.frame and judged.frame.line) == (("options", 0, "proof"), 0)


# ---- what must pass


def test_what_passes_is_proven() -> None:
    """With an assertion that could fail, or with no check at all."""
    assert key(PROGRAM, finished()) is PROVEN
    assert key(PROGRAM, finished(assertions=7)) is PROVEN
    bare = Program(PROGRAM.parts[:2])
    assert key(bare, finished(program=bare)) is PROVEN


@pytest.mark.parametrize(("at", "noun"), [("check", "check"), ("proof", "proof"), ("refute", "refutation")])
def test_check_that_asserts_nothing(at: str, noun: str) -> None:
    """It is told of where it stands, by the name that its author gave it."""
    program = Program((*PROGRAM.parts[:2], Part("check", "pass", ("options", 0, at))))
    judged = key(program, finished(assertions=0, program=program))
    assert (judged.verdict, judged.code) == ("refuted", rules.NO_ASSERTION)
    assert judged.message == f"the {noun} executed no assertion that could fail"
    assert judged.at == ("options", 0, at)
    assert judged.help
    crashed = key(program, raised(CHECK, 4))
    assert (crashed.code, crashed.message) == (rules.CHECK_CRASHED, f"the {noun} itself raised ValueError: bad")


def test_one_of_several_checks_must_assert() -> None:
    """Checks are taken together."""
    program = Program((*PROGRAM.parts, Part("check", "pass", ("check",))))
    none, one = PartResult(), PartResult(assertions=1)
    assert key(program, Outcome("finished", (none, none, none, one))) is PROVEN
    assert key(program, Outcome("finished", (none, none, one, none))) is PROVEN
    assert key(program, Outcome("finished", (none, one, none, none))).code == rules.NO_ASSERTION  # it is the answer's


def test_key_that_fails() -> None:
    """By its own exception, or by the check, whose line is quoted where it says nothing itself."""
    own = key(PROGRAM, raised(ANSWER, 3))
    assert (own.verdict, own.code, own.message) == (
        "refuted",
        rules.KEY_REFUTED,
        "the key fails: ValueError: bad; the check was never reached",
    )
    assert (own.at, own.expected) == (("options", 0, "code"), "it passes")
    by_check = key(PROGRAM, raised(CHECK, 5, "AssertionError", "sum"))
    assert (by_check.code, by_check.message) == (rules.KEY_REFUTED, "the key fails: AssertionError: sum")
    assert by_check.at is None
    assert key(PROGRAM, raised(CHECK, 5, "AssertionError", "")).message == "the key fails: `text`"
    nowhere = Outcome("raised", (PartResult(),) * 3, Raised("AssertionError", "", CHECK))
    assert key(PROGRAM, nowhere).message == "the key fails: AssertionError"


def test_program_that_must_run_to_its_end() -> None:
    """Any exception refutes it, at its line, or at the part that raised."""
    assert crash(PROGRAM, finished(assertions=0)) is None
    judged = crash(PROGRAM, raised(CHECK, 5))
    assert judged is not None
    assert (judged.code, judged.message) == (rules.CODE_CRASHED, "the program raised ValueError: bad")
    assert (judged.at, judged.frame and judged.frame.line) == (("check",), 1)
    nowhere = crash(PROGRAM, Outcome("raised", (PartResult(),) * 2, Raised("E", "", ANSWER)))
    assert nowhere is not None
    assert (nowhere.at, nowhere.frame) == (("options", 0, "code"), None)


# ---- what must fail


@pytest.mark.parametrize(
    ("happens", "outcome"),
    [
        ("", raised(CHECK, 5, "AssertionError")),
        ("ValueError: bad", raised(ANSWER, 3)),
        ("NameError", raised(ANSWER, 3, "NameError")),
        ("AttributeError", raised(ANSWER, 3, "AttributeError", meant="zeros")),
        ("SyntaxError", syntax(ANSWER, 3)),
        ("ValueError", raised(CHECK, 5)),
        ("runs silently", raised(CHECK, 5, "AssertionError")),
    ],
)
def test_distractor_that_fails_is_proven(happens: str, outcome: Outcome) -> None:
    """By the check, or as it was stated."""
    assert distractor(PROGRAM, outcome, happens) is PROVEN


def test_distractor_that_raises_should_say_so() -> None:
    """It is proven to be wrong, but the check was never reached, and any slip would have done as well."""
    judged = distractor(PROGRAM, raised(ANSWER, 3))
    assert (judged.verdict, judged.code, judged.at) == ("proven", rules.UNSTATED_EXCEPTION, ("options", 0, "code"))
    assert "happens: ValueError" in judged.help


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        ("", "the check fails"),
        ("runs silently", "it runs silently, and then the check fails"),
        ("ValueError: bad", "ValueError: bad"),
    ],
)
def test_distractor_that_passes(happens: str, expected: str) -> None:
    """It is refuted whatever was stated."""
    words = refuted(rules.DISTRACTOR_HOLDS, "it passes the check", expected=expected, actual="every assertion passed")
    assert distractor(PROGRAM, finished(), happens) == words


@pytest.mark.parametrize("part", [SETUP, ANSWER, CHECK])
@pytest.mark.parametrize("type_", ["NameError", "PermissionError", "KeyboardInterrupt", "GeneratorExit", "ValueError"])
def test_accidents(type_: str, part: int) -> None:
    """An exception that looks like an accident must be stated; in the check it is the check's own."""
    judged = distractor(PROGRAM, raised(part, part * 2 + 1, type_))
    accident = type_ in ACCIDENTS
    of_answer = rules.UNSTATED_CRASH if accident else rules.UNSTATED_EXCEPTION
    codes = {SETUP: rules.SETUP_FAILED, ANSWER: of_answer, CHECK: rules.CHECK_CRASHED}
    assert judged.code == codes[part]
    if part == ANSWER and accident:
        assert judged.message == f"it failed by {type_}: bad, which looks like an accident"
        assert judged.help == f"If that is what the option is about, add `happens: {type_}`."
        assert judged.at == ("options", 0, "code")


@pytest.mark.parametrize(("base", "accident"), [("SystemExit", True), ("KeyboardInterrupt", True), ("OSError", False)])
def test_what_ends_a_program_must_be_stated(base: str, accident: bool) -> None:
    """A class of the snippet's that inherits from what ends a program ends it too."""
    outcome = raised(ANSWER, 3, "Quit")
    assert outcome.raised
    outcome = replace(outcome, raised=replace(outcome.raised, bases=(base, "BaseException")))
    judged = distractor(PROGRAM, outcome)
    assert judged.code == (rules.UNSTATED_CRASH if accident else rules.UNSTATED_EXCEPTION)
    assert distractor(PROGRAM, outcome, "Quit") is PROVEN


def test_misspelt_attribute_is_an_accident() -> None:
    """What was meant is said first."""
    judged = distractor(PROGRAM, raised(ANSWER, 3, "AttributeError", "no attribute 'zeroes'", "zeros"))
    assert judged.code == rules.UNSTATED_CRASH
    assert judged.help.startswith("Did you mean `zeros`? ")
    assert distractor(PROGRAM, raised(ANSWER, 3, "AttributeError", "no attribute 'zeroes'")).verdict == "proven"


def test_code_that_does_not_compile_is_an_accident() -> None:
    """In an option it must be stated, as any accident; in a check nothing can state it."""
    assert distractor(PROGRAM, syntax(ANSWER, 3)).code == rules.UNSTATED_CRASH
    assert distractor(PROGRAM, syntax(CHECK, 4)).code == rules.CODE_SYNTAX
    assert distractor(PROGRAM, syntax(CHECK, 4), "SyntaxError").code == rules.CODE_SYNTAX


def test_wrong_reason() -> None:
    """What was stated and what happened, at the place where it was stated."""
    judged = distractor(PROGRAM, raised(ANSWER, 3), "TypeError: no")
    assert (judged.verdict, judged.code) == ("refuted", rules.WRONG_REASON)
    assert judged.message == "`happens: TypeError: no` is not what happened: it raised ValueError: bad"
    assert judged.at == ("options", 0, "happens")
    assert judged.expected == "TypeError: no"
    accident = distractor(PROGRAM, raised(ANSWER, 3, "NameError"), "runs silently")
    assert accident.code == rules.WRONG_REASON  # the reason is wrong before it is an accident


BARE = Program((PROGRAM.parts[SETUP], PROGRAM.parts[CHECK]))
NAME_MISSING = raised(1, 3, "NameError")


def examined(*, tried: int, noticed: int, missed: str = "") -> Outcome:
    """The right answer's run, and what its check made of changes."""
    outcome = finished()
    check = replace(outcome.parts[CHECK], tried=tried, noticed=noticed, missed=missed)
    return replace(outcome, parts=(*outcome.parts[:CHECK], check))


def test_check_passes_without_the_answer() -> None:
    """Then it asserts nothing of the answer."""
    judged = can_fail(BARE, (), (), finished(program=BARE))
    assert (judged.verdict, judged.code) == ("refuted", rules.PASSES_WITHOUT_ANSWER)
    assert judged.help
    assert can_fail(BARE, (), (), raised(1, 3, "AssertionError")) is PROVEN


def test_missing_name_does_not_show_that_a_check_can_fail() -> None:
    """A wrong answer that fails an assertion does, or a change of what the right one made."""
    own = can_fail(BARE, (PROGRAM,), (), examined(tried=3, noticed=0, missed="`total` plus 1"), NAME_MISSING)
    assert (own.verdict, own.code) == ("refuted", rules.OVERWRITES_ANSWER)  # which the check binds itself
    missed = examined(tried=3, noticed=0, missed="`x` plus 1")
    judged = can_fail(BARE, (PROGRAM,), (), missed, NAME_MISSING)
    assert (judged.verdict, judged.code, judged.at) == ("proven", rules.UNNOTICED_CHANGE, ("check",))
    assert "`x` plus 1" in judged.message
    assert judged.evidence == {"changes": 3, "noticed": 0}
    wrong = raised(CHECK, 5, "AssertionError")
    shown = can_fail(BARE, (PROGRAM,), (PROGRAM,), missed, wrong, NAME_MISSING)
    assert (shown.verdict, shown.code, shown.evidence) == ("proven", "", {"changes": 3, "noticed": 0})
    slip = raised(ANSWER, 3, "TypeError")
    assert can_fail(BARE, (PROGRAM,), (PROGRAM,), missed, slip, NAME_MISSING).code == rules.UNNOTICED_CHANGE
    noticed = can_fail(BARE, (PROGRAM,), (), examined(tried=2, noticed=1), NAME_MISSING)
    assert (noticed.verdict, noticed.code, noticed.evidence) == ("proven", "", {"changes": 2, "noticed": 1})
    # Nothing is known of an answer whose values could not be changed.
    assert can_fail(BARE, (PROGRAM,), (), finished(), NAME_MISSING) is PROVEN


ROLES = st.lists(st.sampled_from(get_args(PartRole)), min_size=1, max_size=4)


@given(ROLES, st.sampled_from(["finished", "raised"]), st.data())
def test_pass_and_fail_exclude_each_other(roles: list[PartRole], status: Status, data: st.DataObject) -> None:
    """No outcome proves both that a program passes its check and that it fails it."""
    roles = [*roles, "answer", "check"]
    program = Program(tuple(Part(role, "x", (role, n)) for n, role in enumerate(roles)))
    ended = len(roles) if status == "finished" else data.draw(st.integers(1, len(roles)))
    type_ = data.draw(st.sampled_from(["AssertionError", "NameError", "ValueError"]))
    what = None if status == "finished" else Raised(type_, "", ended - 1, (Frame(ended, 1, 2, "f", "x"),))
    outcome = Outcome(status, tuple(PartResult(assertions=data.draw(st.integers(0, 1))) for _ in range(ended)), what)
    assert outcome.fits([range(start, start + 1) for start in program.starts()])
    assert "refuted" in (key(program, outcome).verdict, distractor(program, outcome).verdict)
    assert (key(program, outcome) is PROVEN) <= (outcome.raised is None)
    assert (distractor(program, outcome) is PROVEN) <= (outcome.raised is not None)
