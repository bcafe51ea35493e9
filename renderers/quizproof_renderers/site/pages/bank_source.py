"""Where readers of a site get its bank, and what they type to have a program of theirs judged by it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BankSource:
    """Where readers get a bank and quizproof itself."""

    address: str = ""
    """Of a git repository that has the bank; with a folder in it after `#`. Empty when readers have the bank."""
    package: str = ""
    """Where `pip` gets quizproof: an address such as git+https://...; empty for the package index."""

    def command(self, question: str, runtime: str) -> str:
        """What a reader types in a terminal to have a saved program judged, one command per line.

        question  the id of a write-code question, which is also the name of the saved file
        runtime   of its quiz; quizproof is installed with it

        With an address, nothing but Python and git need be installed before.
        """
        if not self.address:
            return f"quizproof try {question}.py --question {question}"
        repository, _, folder = self.address.partition("#")
        extra = "" if runtime == "python" else f"[{runtime}]"
        requirement = f"quizproof{extra} @ {self.package}" if self.package else f"quizproof{extra}"
        bank = f"bank/{folder}" if folder else "bank"
        return "\n".join(
            (
                f'python -m pip install "{requirement}"',
                f"git clone --depth 1 {repository} bank",
                f"python -m quizproof try {question}.py {bank} --question {question}",
            )
        )
