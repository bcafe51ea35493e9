"""What can be asked beside an output: exceptions, silence, input, warnings, endless programs, sessions.

`tests/asked/` has a quiz of truths and a quiz of lies for each runtime. The truths are proven without a finding, and of
each lie the rule is known that must catch it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers import samples
from helpers.replay import answer, opened
from quizproof import rules
from quizproof.comparison.happens import covers, is_raised, names_of
from quizproof.comparison.lacks import lack
from quizproof.displays import Evidence, Mistake, Options, Output, Prose, TextInput
from quizproof.loading.load import load_bank
from quizproof.marking.mark import MalformedResponse, mark
from quizproof.outcome import Outcome, PartResult, Raised
from quizproof_renderers.site.build import build_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from conftest import ProveBank, ProveText
    from quizproof.proof import BlockProof

ASKED = Path(__file__).parent / "asked"

CAUGHT_BY = {
    "exc-distractor-is-right": rules.DISTRACTOR_HOLDS,
    "exc-answer-other": rules.KEY_REFUTED,
    "exc-distractor-base": rules.DISTRACTOR_HOLDS,
    "exc-frozen-base": rules.DISTRACTOR_HOLDS,
    "exc-fragment-wrong": rules.KEY_REFUTED,
    "exc-ends-normally": rules.NO_OUTPUT,
    "syntax-accident": rules.CODE_SYNTAX,
    "syntax-answer-but-parses": rules.KEY_REFUTED,
    "syntax-prints-before": rules.CODE_SYNTAX,
    "nothing-but-newline": rules.KEY_REFUTED,
    "nothing-but-stderr": rules.KEY_REFUTED,
    "nothing-but-prints": rules.KEY_REFUTED,
    "nothing-as-distractor-right": rules.DISTRACTOR_HOLDS,
    "stdin-str-lie": rules.KEY_REFUTED,
    "stdin-missing": rules.NO_INPUT,
    "stdin-distractor-lacks": rules.NO_INPUT,
    "warns-not": rules.WRONG_REASON,
    "warns-other-category": rules.WRONG_REASON,
    "warns-predict-lie": rules.KEY_REFUTED,
    "warns-raises": rules.WRONG_REASON,
    "warns-swallowed": rules.WRONG_REASON,
    "endless-not": rules.KEY_REFUTED,
    "endless-recursion": rules.KEY_REFUTED,
    "endless-much-output": rules.KEY_REFUTED,
    "endless-silent-lie": rules.WRONG_REASON,
    "bug-prints-lie": rules.WRONG_REASON,
    "bug-prints-raises": rules.WRONG_REASON,
    "session-shown-lie": rules.KEY_REFUTED,
    "session-traceback-lie": rules.KEY_REFUTED,
    "session-none": rules.NO_OUTPUT,
    "session-all-shown": rules.NO_OUTPUT,
    "session-shown-nothing": rules.KEY_REFUTED,
    "child-dd": rules.LIMIT_HIT,
    "child-mp-file": rules.LIMIT_HIT,
    "child-mp-memory": rules.LIMIT_HIT,
    "child-full-disk": rules.LIMIT_HIT,
    "own-swallowed-file-limit": rules.LIMIT_HIT,
    "spawn-exitcode-lie": rules.KEY_REFUTED,
    "missing-package-exception": rules.MODULE_MISSING,
    "missing-package-distractor": rules.MODULE_MISSING,
    "network-distractor": rules.NO_NETWORK,
    "network-key": rules.NO_NETWORK,
    "gpu-distractor": rules.NO_GPU,
    "gpu-exception-key": rules.NO_GPU,
}


def prove(prove_warm: ProveBank, name: str) -> dict[str, BlockProof]:
    """The proofs of a quiz of `tests/asked`, by block."""
    return {proof.id: proof for proof in prove_warm(load_bank([ASKED / f"{name}.yaml"])).blocks}


@pytest.mark.parametrize("name", ["truths", "truths-torch"])
def test_truths_are_proven(prove_warm: ProveBank, name: str) -> None:
    """Without a finding, whatever their answers are."""
    proofs = prove(prove_warm, name)
    found = {id_: [f.message for f in proof.findings] for id_, proof in proofs.items() if proof.findings}
    assert found == {}
    assert {proof.status for proof in proofs.values()} <= {"proven", "unproven"}


@pytest.mark.parametrize("name", ["lies", "lies-torch"])
def test_lies_are_caught(prove_warm: ProveBank, name: str) -> None:
    """By the rule that is about them."""
    proofs = prove(prove_warm, name)
    missed = {id_ for id_, proof in proofs.items() if CAUGHT_BY[id_] not in {f.code for f in proof.findings}}
    assert missed == set()
    assert "proven" not in {proof.status for proof in proofs.values()}


def test_every_lie_has_its_rule() -> None:
    """So that none is left out of the quizzes unnoticed."""
    texts = "".join((ASKED / f"{name}.yaml").read_text() for name in ("lies", "lies-torch"))
    assert all(f"  - id: {id_}\n" in texts for id_ in CAUGHT_BY)


def test_a_declared_package_that_is_missing_is_unverified(prove_warm: ProveBank, tmp_path: Path) -> None:
    """And the same program with another package in the header is refuted."""
    text = "quiz: q\ntitle: T\ntopic: t\npackages: [{}]\nblocks:\n  - id: b\n    kind: predict-output\n    prompt: P\n"
    text += "    code: |\n      import nosuchpackage.part\n      print(1)\n"
    for package, status, code in (
        ("nosuchpackage", "unverified", rules.DECLARED_PACKAGE_MISSING),
        ("pandas", "refuted", rules.MODULE_MISSING),
    ):
        file = tmp_path / f"{package}.yaml"
        file.write_text(text.format(package))
        (proof,) = prove_warm(load_bank([file])).blocks
        assert (proof.status, [f.code for f in proof.findings]) == (status, [code])


# ---- what is shown


def test_warnings_are_evidence(prove_text: ProveText) -> None:
    """With their type and message, and without a path of this machine."""
    (proof,) = prove_text(
        """
        - id: q
          kind: predict-output
          prompt: What does it print?
          code: |
            import warnings
            warnings.warn("old", DeprecationWarning)
            print(1)
        """
    ).blocks
    display = proof.variants[0].display
    assert display is not None
    shown = display.evidence
    assert shown == Evidence("Runs, prints, and shows a warning.", "1\n", warnings="DeprecationWarning: old")


def test_options_say_how_the_program_ends(prove_text: ProveText) -> None:
    """With `asks: happens`, an output is one that the program ends normally after."""
    (proof,) = prove_text(
        """
        - id: q
          kind: predict-output
          prompt: What happens?
          asks: happens
          answer: never ends
          stdin: 5
          code: |
            while True:
                print("on")
          distractors:
            - {prints: "on", mistake: m}
            - {prints: "", mistake: m}
            - {raises: "ValueError: x", mistake: m}
        """
    ).blocks
    display = proof.variants[0].display
    assert display is not None
    assert display.prompt[-1] == Output("5", "Standard input")
    assert isinstance(display.input, Options)
    ends = "Ends normally, and prints"
    contents = [option.content for option in display.input.options]
    assert contents == [
        Prose("Never ends"),
        Output("on", ends),
        Output("(prints nothing)", ends),
        Prose("Raises `ValueError: x`"),
    ]
    assert display.evidence is not None
    assert display.evidence.summary == "Never ends: stopped after 3 s."
    assert set(display.evidence.stdout.split()) <= {"on", "o"}
    assert 0 < len(display.evidence.stdout) <= 300


# ---- names of exceptions


@pytest.mark.parametrize(
    ("name", "raised", "same", "caught"),
    [
        ("OSError", Raised("OSError", "", 0), True, True),
        ("IOError", Raised("OSError", "", 0), True, True),
        ("socket.timeout", Raised("TimeoutError", "", 0), True, True),
        ("OSError", Raised("TimeoutError", "", 0), False, True),
        ("LookupError", Raised("KeyError", "", 0), False, True),
        ("KeyError", Raised("LookupError", "", 0), False, False),
        ("torch.linalg.LinAlgError", Raised("_LinAlgError", "", 0, aliases=("LinAlgError",)), True, True),
        ("ValueError", Raised("JSONDecodeError", "", 0, bases=("ValueError", "Exception")), False, True),
        ("json.JSONDecodeError", Raised("JSONDecodeError", "", 0, bases=("ValueError",)), True, True),
        # A class of a program that has the name of a built-in one.
        ("Exception", Raised("TimeoutError", "", 0, bases=("RuntimeError",)), False, False),
        ("TimeoutError", Raised("TimeoutError", "", 0, bases=("RuntimeError",)), False, False),
        ("builtins.TimeoutError", Raised("TimeoutError", "", 0, bases=("RuntimeError",)), False, False),
        ("requests.ConnectionError", Raised("ConnectionError", "", 0, bases=("RequestException",)), True, True),
        ("IOError", Raised("OSError", "", 0, bases=("Exception",)), False, False),
    ],
)
def test_names_of_exceptions(name: str, raised: Raised, same: bool, caught: bool) -> None:
    """With a module or without, and by alias; a base class is another exception, but one that catches it."""
    assert (is_raised(name, raised), covers(name, raised)) == (same, caught)
    assert raised.type not in names_of(raised)


# ---- what runs lack

LACKS: list[tuple[str, str, str, str]] = [
    ("ModuleNotFoundError", "No module named 'pandas'", "", rules.MODULE_MISSING),
    ("ModuleNotFoundError", "No module named 'pandas'", "ImportError", rules.MODULE_MISSING),
    ("ModuleNotFoundError", "No module named 'pandas'", "ModuleNotFoundError", ""),
    ("ImportError", "cannot import name 'x' from 'y'", "", ""),
    ("URLError", "<urlopen error [Errno -3] Temporary failure in name resolution>", "URLError", rules.NO_NETWORK),
    ("Exception", "URL fetch failure on https://x: None", "", rules.NO_NETWORK),
    ("ConnectionRefusedError", "[Errno 111] Connection refused", "", ""),
    ("AssertionError", "Torch not compiled with CUDA enabled", "AssertionError", rules.NO_GPU),
    ("AssertionError", "Torch not compiled with CUDA enabled", "AssertionError: not compiled with CUDA", ""),
    ("AssertionError", "the GPU has no name", "", ""),
    ("EOFError", "EOF when reading a line", "", rules.NO_INPUT),
    ("EOFError", "EOF when reading a line", "EOFError", ""),
    ("EOFError", "Ran out of input", "", ""),
]


@pytest.mark.parametrize(("type_", "message", "stated", "rule"), LACKS)
def test_what_a_run_lacked(type_: str, message: str, stated: str, rule: str) -> None:
    """It is told as that, unless its author says that it is the point."""
    outcome = Outcome("raised", (PartResult(),), Raised(type_, message, 0))
    lacked = lack(outcome, stated, has_stdin=False)
    assert (lacked.rule if lacked else "") == rule


def test_input_that_was_given_is_not_lacking() -> None:
    """Its end is what the program does then; and a worker without its program is told whatever the run came to."""
    ended = Outcome("raised", (PartResult(),), Raised("EOFError", "EOF when reading a line", 0))
    assert lack(ended, "", has_stdin=True) is None
    said = 'in _fixup_main_from_path\n  File "<frozen runpy>"\nFileNotFoundError: snippet.py\n'
    lacked = lack(Outcome("finished", (PartResult("1\n", said),)), "", has_stdin=False)
    assert lacked is not None
    assert lacked.rule == rules.WORKER_NOT_STARTED


# ---- typed answers, in the engine and on the page

SILENT = TextInput("", mistakes=(Mistake("start", "It was not asked."),))
NOISY = TextInput("start", mistakes=(Mistake("", "It was asked."),))
ERROR = TextInput("OSError", asks="exception", also=("EnvironmentError", "IOError"))
MESSAGE = TextInput("ValueError: too many", asks="exception", mistakes=(Mistake("ValueError: not enough", "Count."),))
ENDLESS = TextInput("never ends", asks="happens", also=("endless", "infinite loop"))
TYPED: list[tuple[TextInput, str, float | None, str]] = [
    (SILENT, "", 1, ""),
    (SILENT, "  \n", 1, ""),
    (SILENT, "nothing", 1, ""),
    (SILENT, "(Prints nothing.)", 1, ""),
    (SILENT, "None", 0, ""),
    (SILENT, "start", 0, "It was not asked."),
    (NOISY, "", None, ""),
    (NOISY, "\u200b", None, ""),
    (NOISY, "start ", 1, ""),
    (NOISY, "Nothing", 0, "It was asked."),
    (TextInput("nothing"), "nothing", 1, ""),
    (TextInput("nothing"), "no output", 0, ""),
    (ERROR, "OSError", 1, ""),
    (ERROR, " builtins.OSError ", 1, ""),
    (ERROR, "IOError: no such file", 1, ""),
    (ERROR, "OS\u200bError\u00a0", 1, ""),
    (ERROR, "oserror", 1, ""),
    (ERROR, "ValueError", 0, ""),
    (ERROR, "an OSError", 0, ""),
    (ERROR, "", None, ""),
    (MESSAGE, "ValueError", 0, ""),
    (MESSAGE, "ValueError: too many values to unpack", 1, ""),
    (MESSAGE, "ValueError: not enough values", 0, "Count."),
    (ENDLESS, "Never ends.", 1, ""),
    (ENDLESS, "Infinite  loop", 1, ""),
    (ENDLESS, "never\u00a0ends", 1, ""),
    (ENDLESS, "RecursionError", 0, ""),
    (ENDLESS, "", None, ""),
]


def engine_mark(form: TextInput, response: str) -> tuple[float | None, str]:
    """The score, None where the learner is asked again; and the feedback."""
    try:
        given = mark(form, response)
    except MalformedResponse:
        return None, ""
    return given.score, given.feedback


@pytest.mark.parametrize(("form", "response", "score", "feedback"), TYPED)
def test_typed_answers(form: TextInput, response: str, score: float | None, feedback: str) -> None:
    """What stands for nothing, and what names an exception or an ending."""
    assert engine_mark(form, response) == (score, feedback)


def test_the_page_marks_them_as_the_engine_does(browser: Browser, tmp_path: Path) -> None:
    """All of the responses above, with the same feedback."""
    forms = list(dict.fromkeys(form for form, *_ in TYPED))
    questions = [samples.question(f"typed-{n}", samples.display(form)) for n, form in enumerate(forms)]
    report = samples.report(samples.asking(samples.quiz(), *questions))
    out = build_site(report, tmp_path / "site").out
    with opened(browser, out / "samples" / "sample.html") as page:
        for form, response, score, feedback in TYPED:
            marked, said = answer(page, f"typed-{forms.index(form)}", response)
            assert marked == ("malformed" if score is None else score), (form, response)
            assert feedback in said, (form, response)
