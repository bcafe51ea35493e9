"""Misspelt words in the prose of quizzes: looked for where the settings ask for it, with the words of a library.

What is code is left out, and so are names, words in capitals and the words of the field. What a project has beyond
these is in a dictionary of its own, a word a line.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quizproof import rules
from quizproof.errors import CannotVerify, UsageError
from quizproof.findings import DataPath, Finding

if TYPE_CHECKING:
    from quizproof.loading.quiz import Quiz
    from quizproof.proof import BlockProof, QuizProof
    from quizproof_renderers.policy.settings import Settings

LANGUAGES = ("ar", "de", "en", "es", "eu", "fa", "fr", "it", "lv", "nl", "pt", "ru")
"""Those whose words the library has."""
_NO_PROSE = re.compile(
    r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\$\$.*?\$\$|\$[^$\n]*\$|\{\{[^{}]*\}\}|\]\([^()\n]*\)|\b\w{1,20}://\S+|"
    r"\b[\w.-]{1,60}/[\w./-]{0,80}\.\w{1,8}\b|<[^<>\n]*>|"
    r"&\w+;",
    re.DOTALL,
)
"""Code, formulas, expressions, addresses, paths of files and markup.

None of them begins inside itself: a long text is read once.
"""
_MOST = 100
"""Misspelt words of a file that are told: a text in another language has no others."""
_MOST_NEAR = 20
"""Those for which the nearest word is looked up, which takes a hundredth of a second each."""
_LONGEST = 24
"""Letters of a word for which that is done."""
_WORD = re.compile(r"(?<![\w.@_])[^\W\d_]{3,}(?:['\u2019][^\W\d_]+)?(?![\w_]|[.@]\w)")
"""A word in prose, or a part of a compound, but not of a dotted name."""
_BEFORE = 40
"""Signs before a word that show whether a sentence begins with it."""
_PREFIXES = re.compile(
    "anti|auto|bio|counter|inter|intra|macro|meta|micro|mid|mini|mis|multi|neuro|"
    "non|post|pre|pro|re|semi|sub|super|trans|tri|uni"
)
"""What compounds begin with: "multi-layer"."""
_SENTENCE = re.compile(r"(?:^|[.!?:]\s+|\n\s*[-*]?\s*)$")
"""What stands before the first word of a sentence."""
_MIN_PLURAL = 4
"""Letters of a word that may be a plural whose singular alone is listed."""
_BRITISH = (
    (re.compile(r"(?<=.{2})is(?=(?:e|es|ed|ing|er|ers|able|ation|ations)$)"), "iz"),
    (re.compile(r"(?<=.{2})ys(?=(?:e|es|ed|ing|er|ers)$)"), "yz"),
    (re.compile(r"our(?=$|s$|ed$|ing$|ful$|able$|less$|ite$)"), "or"),
    (re.compile(r"ll(?=(?:ed|ing|er|ers)$)"), "l"),
)
"""Endings that are as right, each with how the library's English has it."""


@dataclass(frozen=True)
class Speller:
    """Knows the words of a language, and those of a project."""

    language: str
    _known: Any
    """The library's word list."""
    _own: frozenset[str] = frozenset()
    """Of the project, in small letters."""
    _seen: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Speller | None:
        """What the settings ask for; None where they ask for nothing.

        Raises CannotVerify when the library is missing, and UsageError when the project's dictionary cannot be read.
        """
        language = settings.value("spelling")
        if not language:
            return None
        try:
            from spellchecker import SpellChecker
        except ImportError:
            place = settings.source("spelling")
            raise CannotVerify(
                f"{place}: `spelling` needs a library that is not installed; pip install 'quizproof[spelling]'"
            ) from None
        return cls(language, SpellChecker(language=language, distance=1), _dictionary(settings.dictionary))

    def added_to(self, quiz: QuizProof) -> QuizProof:
        """A proof with a finding for each misspelt word of its file, the first time that it stands in a text.

        quiz  as proven; a file that is gone or was read from standard input has none
        """
        found = list(itertools.islice(self._findings(quiz), _MOST))
        if not found:
            return quiz

        def told(block: BlockProof) -> BlockProof:
            own = [finding for finding in found if finding.block == block.id]
            return replace(block, findings=tuple(sorted((*block.findings, *own), key=lambda each: each.span)))

        ids = {block.id for block in quiz.blocks}
        rest = [finding for finding in found if finding.block not in ids]
        return replace(quiz, blocks=tuple(map(told, quiz.blocks)), file_findings=(*quiz.file_findings, *rest))

    def _findings(self, quiz: QuizProof) -> Iterator[Finding]:
        from quizproof.loading.load import load_file

        path = Path(quiz.path)
        if not path.is_file() or (loaded := load_file(path).quiz) is None:
            return
        known, looked_up = frozenset(_names(loaded)), 0
        for block, at, text in _prose(loaded):
            told: set[str] = set()
            blank = _NO_PROSE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
            for match in _WORD.finditer(blank):
                word = match[0]
                before, rest = (
                    blank[max(match.start() - _BEFORE, 0) : match.start()],
                    blank[match.end() : match.end() + 1],
                )
                if word in told or word.lower() in known or self._is_right(word, before, rest):
                    continue
                told.add(word)
                line = text.count("\n", 0, match.start())
                column = match.start() - (text.rfind("\n", 0, match.start()) + 1)
                span = loaded.document.inside(at, line, column)
                if span.line == span.end_line and span.end_column == span.column + 2:
                    span = replace(span, end_column=span.column + len(word))
                looked_up += len(word) <= _LONGEST
                near = self._near(word) if len(word) <= _LONGEST and looked_up <= _MOST_NEAR else ""
                message = f"{word!r} is no word that is known"
                message += f"; did you mean {near!r}?" if near else ""
                help_ = "If the word is right, add it to the project's dictionary (`dictionary` in the settings)."
                yield Finding(rules.MISSPELT, quiz.path, span, message, block=block, help=help_, at=at)

    def _is_right(self, word: str, before: str, rest: str) -> bool:
        """Whether a word is known, or is none to look up: a name, or capitals."""
        # Superscripts are letters for a pattern, and digits for people.
        if not re.sub("['\u2019]", "", word).isalpha() or any(letter.isupper() for letter in word[1:]):
            return True
        if self.language != "de" and word[0].isupper() and not _SENTENCE.search(before):
            return True  # a name; in German every noun is written so
        if rest.startswith("-") and _PREFIXES.fullmatch(word.lower()):
            return True
        small = re.sub(r"['\u2019]s?$", "", word.lower()).replace("\u2019", "'")
        if small not in self._seen:
            self._seen[small] = any(self._knows(each) for each in _forms(small, self.language))
        return self._seen[small]

    def _knows(self, word: str) -> bool:
        return word in self._own or (self.language == "en" and word in _field_words()) or word in self._known

    def _near(self, word: str) -> str:
        """The commonest known word that differs by one letter; empty when there is none."""
        found = self._known.correction(word.lower())
        if not found or found == word.lower():
            return ""
        return str(found.capitalize() if word[0].isupper() else found)


def _forms(word: str, language: str) -> Iterator[str]:
    """A word as it may stand in the list: itself, one of many, and a British one as Americans write it."""
    yield word
    if language == "en":
        if len(word) > _MIN_PLURAL and word.endswith("s"):
            yield word[:-1]  # the list has not every plural
        yield from (new for ending, other in _BRITISH if (new := ending.sub(other, word)) != word)


@cache
def _field_words() -> frozenset[str]:
    """Words of the field that the library's English lacks, and British ones without a common ending.

    "centre" is one by one, because a rule for its ending would let "numbre" pass.
    """
    file = resources.files("quizproof_renderers.policy") / "field_words.txt"
    return frozenset(file.read_text(encoding="utf-8").split())


def _dictionary(file: Path | None) -> frozenset[str]:
    """The words of a project's own dictionary, separated by spaces or lines; what follows a `#` is a comment."""
    if file is None:
        return frozenset()
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the dictionary {file} cannot be read: {error}") from None
    return frozenset(word for line in lines for word in line.partition("#")[0].lower().split())


def _prose(quiz: Quiz) -> Iterator[tuple[str | None, DataPath, str]]:
    """Every text that people read, with the id of its block (None in the header) and its place."""
    from quizproof.quizfile.fields import FIXED, PROSE, texts

    places: list[tuple[str | None, Any, DataPath]] = [(None, quiz.header, ())]
    places += [(item.block.id, item.block, item.at) for item in quiz.items]
    for block, model, start in places:
        if block is None:
            yield None, ("title",), quiz.header.title
        for role in (PROSE, FIXED):
            for at, text in texts(model, role, start):
                if at in quiz.document.values:
                    yield block, at, text


def _names(quiz: Quiz) -> Iterator[str]:
    """The names of the quiz's programs, in small letters: prose may speak of them."""
    from quizproof.quizfile.fields import CODE, texts

    for model in (quiz.header, *(item.block for item in quiz.items)):
        for _, source in texts(model, CODE):
            yield from (name.lower() for name in re.findall(r"[^\W\d_]{3,}", source))
