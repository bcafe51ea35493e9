"""The plugin of pytest: the quiz files of a bank are collected as tests, one for each claim.

It does nothing until the ini option `quizproof_banks` names files or folders:

    [tool.pytest.ini_options]
    quizproof_banks = ["questions"]

Then `pytest questions` gives tests like these, which `-k` chooses by ids:

    questions/tuples.yaml::extend-tuple::key
    questions/tuples.yaml::extend-tuple::distractor-b
    questions/tuples.yaml::extend-tuple::page

What could not be verified fails, because nothing has passed. What nobody can prove is skipped, with its author's
reason, and what a comment or the baseline ignores is expected to fail.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from quizproof.findings import Finding
    from quizproof.loading.quiz import Item, Quiz
    from quizproof.proof import BlockProof, Ignored, QuizProof
    from quizproof_renderers.testing.prover import Prover

# Every run of pytest where quizproof is installed imports this module: the rest is imported where a quiz is collected.

BANKS = "quizproof_banks"
_FOLDER = "quizproof_folder"
"""The key under which xdist's workers are given the folder that they share."""
_prover = pytest.StashKey["Prover"]()
_folder = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option."""
    parser.addini(BANKS, "Files and folders of quizzes, whose claims are collected as tests.", type="paths", default=[])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a quiz file that is in one of the banks."""
    banks: list[Path] = parent.config.getini(BANKS)
    if not banks or file_path.suffix not in (".yaml", ".yml"):
        return None
    from quizproof.loading.files import FILES

    for bank in banks:
        if file_path == bank or file_path.is_relative_to(bank):
            parts = file_path.relative_to(bank).parts
            if FILES not in parts[:-1] and not any(part.startswith(".") for part in parts):
                collector: pytest.Collector = QuizFile.from_parent(parent, path=file_path)
                return collector
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give a worker of xdist the folder in which all of them share proofs, so that no file is proven twice."""
    config = node.config
    if config.getini(BANKS):
        if _folder not in config.stash:
            config.stash[_folder] = tempfile.mkdtemp(prefix="quizproof-")
        node.workerinput[_FOLDER] = config.stash[_folder]


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the runtimes, and remove the folder."""
    if _prover in config.stash:
        config.stash[_prover].close()
        del config.stash[_prover]
    if _folder in config.stash:
        shutil.rmtree(config.stash[_folder], ignore_errors=True)
        del config.stash[_folder]


def prover(config: pytest.Config) -> Prover:
    """The one prover of this process, which is started when the first file is collected."""
    if _prover not in config.stash:
        from quizproof_renderers.testing.prover import Prover

        shared = getattr(config, "workerinput", {}).get(_FOLDER)
        config.stash[_prover] = Prover(config.getini(BANKS), Path(shared) if shared else None)
    return config.stash[_prover]


class QuizFile(pytest.File):
    """A quiz file."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Its blocks; then itself, for what is wrong with it as a whole. It is read, and nothing is run."""
        loaded = prover(self.config).load(self.path)
        for item in loaded.quiz.items if loaded.quiz else ():
            assert loaded.quiz is not None
            yield Block.from_parent(self, name=item.block.id, quiz=loaded.quiz, item=item)
        yield FileTest.from_parent(self, name="file")

    @property
    def proof(self) -> QuizProof:
        """Its proof, without the findings that do not count; made when it is first asked for."""
        return prover(self.config).proof(self.path)


class Block(pytest.Collector):
    """A question or an exhibit."""

    def __init__(self, *, quiz: Quiz, item: Item, **rest: Any) -> None:
        super().__init__(**rest)
        self._quiz = quiz
        self._item = item

    @property
    def line(self) -> int:
        """Where it begins in its file, from 1."""
        return self._quiz.document.span(self._item.at).line

    def collect(self) -> Iterator[pytest.Item]:
        """Its claims, variant by variant; then its page: prose, options that differ, and warnings."""
        from quizproof.loading.budget import Budget, BudgetSpent
        from quizproof.proving.plan import Plan

        budget, variants = Budget(), []
        with suppress(BudgetSpent), budget.use():  # otherwise its page says so
            variants = Plan(self._quiz, self._item).variants
        names: Counter[str] = Counter()
        for variant, stated in enumerate(variants):
            for claim, each in enumerate(stated.claims):
                name = each.what.replace(" ", "-") + (f"[{stated.drawn}]" if stated.params else "")
                names[name] += 1
                line = self._quiz.document.span((*self._item.at, *each.at)).line
                number = f"-{names[name]}" if names[name] > 1 else ""
                yield ClaimTest.from_parent(self, name=f"{name}{number}", variant=variant, claim=claim, line=line)
        yield PageTest.from_parent(self, name="page", line=self.line)


class NotProven(Exception):
    """What is wrong, as lines for people."""


class _Test(pytest.Item):
    """What all tests have in common: a place in the quiz file, and a failure that is told as findings are."""

    def __init__(self, *, line: int = 1, **rest: Any) -> None:
        """`line`: of the file, from 1."""
        super().__init__(**rest)
        self.line = line

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the line from 0, and what is tested."""
        chain = [node.name for node in self.listchain() if isinstance(node, (Block, pytest.Item))]
        return self.path, self.line - 1, ": ".join(chain)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings, without a traceback of ours."""
        if isinstance(excinfo.value, NotProven):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    @property
    def _proof(self) -> QuizProof:
        file = self.getparent(QuizFile)
        assert file is not None
        return file.proof

    def _block(self) -> BlockProof:
        assert self.parent is not None
        name = self.parent.name
        return next(block for block in self._proof.blocks if block.id == name)

    def _refuse(self, found: Sequence[Finding], ignored: Sequence[Ignored]) -> None:
        """Fail because of errors; fail as expected where all of them are ignored."""
        from quizproof_renderers.reports.ci.plain import told

        if errors := [finding for finding in found if finding.severity == "error"]:
            raise NotProven("\n\n".join(map(told, errors)))
        for each in ignored:
            if each.finding.severity == "error":
                where = "its comment" if each.by == "comment" else "the baseline"
                pytest.xfail(f"{each.finding.code} is ignored by {where}{each.reason and ': '}{each.reason}")


class ClaimTest(_Test):
    """One claim of one variant."""

    def __init__(self, *, variant: int, claim: int, **rest: Any) -> None:
        super().__init__(**rest)
        self._variant = variant
        self._claim = claim

    def runtest(self) -> None:
        """Have the file proven, and look at the verdict."""
        block = self._block()
        claims = block.variants[self._variant].claims if self._variant < len(block.variants) else ()
        if self._claim >= len(claims):
            raise NotProven("it was not judged; `quizproof check` says why")
        claim = claims[self._claim]
        if claim.verdict == "proven":
            return
        if claim.verdict == "unproven":
            pytest.skip(f"unproven: {claim.evidence.get('reason', '')}")
        others = tuple(f"{each.what}: " for each in block.claims if each.what != claim.what)

        def about(findings: Iterable[Finding]) -> list[Finding]:
            """Those that name this claim; where none does, those that name no other."""
            found = [finding for finding in findings if finding.severity == "error"]
            mine = [finding for finding in found if finding.message.startswith(f"{claim.what}: ")]
            return mine or [finding for finding in found if not finding.message.startswith(others)]

        found = about(block.findings)
        if not found and claim.verdict == "unverified":  # a missing runtime is a finding of the file
            found = [finding for finding in self._proof.findings if finding.is_unverified]
        ignored = [each for each in self._proof.ignored if each.finding.block == block.id]
        known = about(each.finding for each in ignored)
        self._refuse(found, [each for each in ignored if each.finding in known])
        raise NotProven(f"{claim.what} is {claim.verdict}")


class PageTest(_Test):
    """What a block shows beside its stated claims: prose, options that differ, facts, and its warnings."""

    def runtest(self) -> None:
        """Have the file proven, and look at what no claim has reported."""
        block = self._block()
        stated = tuple(f"{claim.what}: " for claim in block.claims)
        found = [finding for finding in block.findings if not finding.message.startswith(stated)]
        ignored = [i for i in self._proof.ignored if i.finding.block == block.id]
        self._refuse(found, [i for i in ignored if not i.finding.message.startswith(stated)])
        _warn(self, found)
        if block.status not in ("proven", "unproven"):
            pytest.skip("not looked at, because a claim is not proven")


class FileTest(_Test):
    """What is wrong with a file as a whole, and with blocks that cannot be read."""

    def runtest(self) -> None:
        """Have the file proven, and look at its own findings."""
        proof = self._proof
        own = [finding for finding in proof.file_findings if not finding.is_unverified or not proof.blocks]
        blocks = {block.id for block in proof.blocks}
        self._refuse(own, [each for each in proof.ignored if each.finding.block not in blocks])
        _warn(self, own)


class QuizWarning(UserWarning):
    """A warning about a quiz."""


def _warn(item: pytest.Item, findings: Sequence[Finding]) -> None:
    """Report warnings as pytest does, so that `-W error::quizproof_renderers.testing.plugin.QuizWarning` fails."""
    from quizproof_renderers.reports.concise import line

    for finding in findings:
        if finding.severity == "warning":
            item.warn(QuizWarning(line(finding)))
