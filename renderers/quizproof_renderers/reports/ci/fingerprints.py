"""Fingerprints of findings: by them a service knows a finding again, although its line has moved."""

from __future__ import annotations

from collections import Counter

from quizproof.findings import Finding
from quizproof.store.fingerprints import digest


class Fingerprints:
    """Those of the findings of one report. No two are the same, as services demand."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, str, str]] = Counter()

    def of(self, finding: Finding) -> str:
        """64 hexadecimal digits: of the finding's identity, and of how many of it came before."""
        identity = finding.identity
        self._seen[identity] += 1
        return digest(*identity, self._seen[identity])
