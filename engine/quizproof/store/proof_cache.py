"""The proof cache: outcomes and proofs in the cache, under the keys of `keys`.

    run:DIGEST           an outcome, as `OutcomeData` of `quizproof.outcome`
    versions:DIGEST      the versions of a runtime: {"python": "3.11.7", "torch": "2.13.0"}
    quiz:DIGEST          the proof of a file, a `QuizProof` as JSON, without displays
    pages:quiz:DIGEST    the same with displays: what its blocks show, which is most of it

A text that is not of its form, because another version or another program wrote it, counts as missing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from quizproof.json_forms import whole
from quizproof.outcome import KEPT, Outcome
from quizproof.proof import COUNTED, QuizProof
from quizproof.rules import RULES
from quizproof.runtimes.conditions import Conditions
from quizproof.store.cache import Cache
from quizproof.store.keys import Isolation, Keys

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_NO_DISPLAYS: Any = {"blocks": {"__all__": {"variants": {"__all__": {"display"}}}}}
"""What pydantic leaves out."""


class ProofCache:
    """Finds outcomes and proofs of earlier times in a cache, and puts new ones there."""

    def __init__(self, cache: Cache, runner: Isolation, *options: Any) -> None:
        """Use a cache for the runs of one runner.

        cache    where texts are kept; the caller closes it
        runner   carries out the runs: its machine and its sandbox level are a part of every key
        options  what else decides verdicts, as JSON data
        """
        self._cache = cache
        self._keys = Keys(runner, *options)

    def quiz_key(self, path: str, content: bytes, data: str) -> str:
        """The key of the proof of a whole file.

        path     as it is shown
        content  the bytes of the file
        data     the fingerprint of the files that its snippets may read
        """
        return self._keys.quiz(path, content, data)

    def outcome(self, program: str, conditions: Conditions) -> Outcome | None:
        """The outcome of an earlier run; None if there is none.

        program     the key of the program: see `keys.program_key`
        conditions  the state of the process it ran in
        """
        text = self._cache.get(self._keys.run(program, conditions))
        # A text of ours can be neither damaged nor nested this deeply.
        with contextlib.suppress(ValueError, RecursionError):
            return None if text is None else Outcome.from_json(json.loads(text))
        return None

    def keep_outcome(self, program: str, conditions: Conditions, outcome: Outcome) -> None:
        """Keep an outcome, unless it is of a kind that another attempt may change: a limit, a death, or our own fault.

        program     the key of the program
        conditions  the state of the process it ran in
        outcome     what the run gave
        """
        if outcome.status in KEPT:
            self._cache.put(self._keys.run(program, conditions), _compact(outcome.to_json()))

    def versions(self, runtime: str) -> dict[str, str] | None:
        """The versions that a runtime had at an earlier time, by package; None if they are not known.

        runtime  the name of the runtime: its versions change only when the machine's fingerprint does
        """
        text = self._cache.get(self._keys.versions(runtime))
        with contextlib.suppress(ValueError, RecursionError):
            versions = None if text is None else json.loads(text)
            if isinstance(versions, dict) and all(isinstance(version, str) for version in versions.values()):
                return versions
        return None

    def keep_versions(self, runtime: str, versions: Mapping[str, str]) -> None:
        """Keep the versions of a runtime."""
        self._cache.put(self._keys.versions(runtime), _compact(dict(versions)))

    def proof(self, key: str, *, displays: bool) -> QuizProof | None:
        """The proof of a file, as `keep_proof` kept it; None if there is none.

        key       what `quiz_key` returned
        displays  whether it should hold how its blocks are shown; reports do without, and it is then much smaller
        """
        text = self._cache.get(_with_displays(key) if displays else key)
        with contextlib.suppress(ValueError):  # of which pydantic's ValidationError is one
            proof = None if text is None else _adapter().validate_json(text)
            return proof if proof and _is_sound(proof) else None
        return None

    def keep_proof(self, key: str, proof: QuizProof) -> None:
        """Keep the proof of a file: once as a whole and once without displays, which are most of it.

        key    what `quiz_key` returned
        proof  with its displays
        """
        # By way of Python, because JSON as pydantic writes it has no NaN.
        self._cache.put(key, _compact(_adapter().dump_python(proof, exclude=_NO_DISPLAYS)))
        self._cache.put(_with_displays(key), _compact(_adapter().dump_python(proof)))


def _is_sound(proof: QuizProof) -> bool:
    """Whether what types alone do not say is right: rules that exist, places in a file, counts that can be added up."""
    findings = [*proof.file_findings, *(finding for block in proof.blocks for finding in block.findings)]
    places = [place for finding in findings for place in vars(finding.span).values()]
    counts = [claim.evidence.get(name, 0) for claim in proof.claims for name in COUNTED]
    return (
        all(finding.code in RULES for finding in findings)
        and not any(map(whole(1), places))
        and not any(map(whole(0), counts))
    )


def _with_displays(key: str) -> str:
    return f"pages:{key}"


def _compact(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


@cache
def _adapter() -> TypeAdapter[QuizProof]:
    # Slow to import, and not needed where no proof is looked up.
    from pydantic import TypeAdapter

    return TypeAdapter(QuizProof)
