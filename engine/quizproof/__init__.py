"""quizproof: a quiz engine in which every key is proven, and every wrong option refuted, by a run.

The front door for programs; `docs/library.md` shows how to use it:

    import quizproof

    report = quizproof.prove(quizproof.load_bank(["questions"]))
    for finding in report.findings:
        print(finding.place, finding.message)
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from quizproof.displays import Display as Display
    from quizproof.errors import CannotVerify as CannotVerify
    from quizproof.errors import QuizproofError as QuizproofError
    from quizproof.errors import UsageError as UsageError
    from quizproof.findings import Finding as Finding
    from quizproof.loading.load import load_bank as load_bank
    from quizproof.loading.quiz import Bank as Bank
    from quizproof.marking.mark import MalformedResponse as MalformedResponse
    from quizproof.marking.mark import Mark as Mark
    from quizproof.marking.mark import NeverRun as NeverRun
    from quizproof.marking.mark import mark as mark
    from quizproof.proof import BlockProof as BlockProof
    from quizproof.proof import JudgedClaim as JudgedClaim
    from quizproof.proof import QuizProof as QuizProof
    from quizproof.proof import Report as Report
    from quizproof.proof import VariantProof as VariantProof
    from quizproof.proving.prove import prove as prove
    from quizproof.store.cache import Cache as Cache
else:
    # Importing quizproof must stay free of pydantic and yaml, so a module is imported when a name of it is first used.
    # Type checkers read the imports above instead: to them, a name that is not there stays an error. A test holds that
    # both lists agree.
    _MODULES = {
        "Bank": "loading.quiz",
        "BlockProof": "proof",
        "Cache": "store.cache",
        "CannotVerify": "errors",
        "Display": "displays",
        "Finding": "findings",
        "JudgedClaim": "proof",
        "MalformedResponse": "marking.mark",
        "Mark": "marking.mark",
        "NeverRun": "marking.mark",
        "QuizProof": "proof",
        "QuizproofError": "errors",
        "Report": "proof",
        "UsageError": "errors",
        "VariantProof": "proof",
        "load_bank": "loading.load",
        "mark": "marking.mark",
        "prove": "proving.prove",
    }
    __all__ = ["__version__", *_MODULES]

    def __getattr__(name):
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return value

    def __dir__():
        return sorted({*globals(), *_MODULES})
