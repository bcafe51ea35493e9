"""What prose claims about runs: the sentences of it that state a number, an exception or a line, read by patterns.

Only what is said plainly counts. A sentence that supposes, denies, compares or doubts says nothing that a run could
refute: "Without the bias the answer is 640", "you might think that it raises a TypeError".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

NUMBER = r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?"
"""A number as prose has it: 640, 1,526,400, 0.5, 1e-3."""
EXCEPTION = r"[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|StopIteration)|StopIteration"

MARKUP = r"[`*_'\"“”’]{0,3}"
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_SENTENCE = re.compile(r"(?:[^.!?;\n]|[.!?](?=[^\s`*_)\"'])|[.!?](?=[`*_)\"']+\S)|\n(?!\s*\n|\s*[-*] ))+[.!?;]?")
_SUPPOSED = re.compile(
    r"(?i)\b(if|unless|until|when|while|without|would|could|might|may|should|were|had|think\w*|thought|believ\w*"
    r"|expect\w*|assum\w*|suppos\w*|guess\w*|imagin\w*|hop\w*|instead|otherwise|confus\w*"
    r"|forget\w*|forgot\w*|overlook\w*|older|newer|earlier|version|example|e\.g|let|try|used to|to be)\b|\?"
    r"|^\W*(?:add|append|call|change|delete|drop|give|insert|make|pass|put|remove|replace|set|swap|take|turn|use|write)\b"
    r".*\band (?:it|the|this|python)\b"
    r"|^\W*(?:with|for|after|before|once|at|on|in (?!all\b|total\b|fact\b|short\b))\b"
)
"""Words by which a whole sentence is about something else than what happens here."""
_DOUBTED = re.compile(
    r"(?i)\b(where|can|cannot|looks?|seems?|else|others?|another|wrong\w*|mistak\w*|ignor\w*|later|say|was|used)\b"
    r"|\bfor (?!this|a total|the (?:whole|program|code|question)\b)\w+"
)
"""Words by which the statement beside them is."""
_QUALIFIED = re.compile(
    r"(?i)\b(with|not|never|no|nor|neither|nothing|none|rather|than|unlike|like|only|even|every|each|per|reads?|taken?|takes"
    r"|miss\w*|about|around|roughly|approximately|nearly|almost|(?:over|under)(?= \d)|least|most|more|less|fewer"
    r"|up to|between"
    r"|first|second|third|last|next|before|after|then|again|once)\b|n't\b|n’t\b|≈|~|<|>|≠"
)
"""Words by which it denies, compares, or is about a part."""
SO = re.compile(
    r"(?i)\b(?:so(?! (?:that|far|much|many|on|does|do|is|are)\b)|thus|hence|therefore)\b"
    r"|, which (?=(?:makes|gives|leaves) )"
    r"|,? and (?=(?:the (?:program|code|loop|call|output|answer)|it|this|python) )"
)
"""What separates a statement from its reasons, whose words do not qualify it."""
_SUBJECT = (
    r"(?:it|this|that|which|the (?:program|code|call|snippet|script|line|loop|function|statement|expression|example"
    r"|second line|last line|option)|python|pytorch|torch|tensorflow|keras|numpy|so|and)"
)
END = (
    r"(?!\w|[.,]?\d|-\w|\s*(?:[/+×^=−%<>]|- ?\d|x \d|times\b)"
    r"|\s+(?:\*\s|(?:and|plus|minus|or|of|out of) \d|\w+ and \d))"
)
"""What must not follow a number: more of it, or of a sum or share that it is a part of."""
NO_UNIT = rf"(?={MARKUP}\s*(?:[.,;:!?)]|$|(?:and|but|because|since|as|which|so)\b))"
_ANSWER = re.compile(rf"(?i)\b(?:the|this|our|right|correct) (?:answer|key) is:? {MARKUP}(?P<n>{NUMBER}){END}")
_RESULT = re.compile(
    rf"(?i)\b(?<!of )(?<!than )(?:the|this|its) (?:final |whole |printed )?(?:result|output|value|total) is:? {MARKUP}"
    rf"(?P<n>{NUMBER}){NO_UNIT}"
)
_PRINTS = re.compile(
    r"(?i)\b(?P<subject>(?:it|this|the (?:program|code|script|snippet)) )?(?:prints|outputs|displays) "
    rf"{MARKUP}(?P<n>{NUMBER}){NO_UNIT}"
)
_CONCLUSION = re.compile(
    rf"(?i)(?:\b(?:so|thus|hence|therefore)\b(?: there are| there is| it is| that is| that makes| we get| it gives"
    rf"| we have|,)?|\b(?:altogether|in total|in all|makes|which is|which gives|which makes|for a total of|leaves"
    rf"|leaving|gives)):? {MARKUP}(?P<n>{NUMBER}){END}"
    rf"|(?<![\w.,]){MARKUP}(?P<m>{NUMBER}){MARKUP} (?:\w+ )?(?:in all|in total|altogether)\b"
)
_PRONOUN = re.compile(
    rf"(?i)^\W*(?:that|this|it)(?: (?:one|option|code))? (?:gives|makes|returns|is|computes) {MARKUP}(?P<n>{NUMBER})"
    rf"{NO_UNIT}"
)
_WHICH_IS = re.compile(
    rf"(?i)^\W*(?:this|that|it)\b[^,;:]*, (?:which|so it|and that|which here) (?:is|gives|makes|prints|comes to) "
    rf"{MARKUP}(?P<n>{NUMBER}){NO_UNIT}"
)
_RAISES = re.compile(
    rf"(?P<subject>(?i:\b{_SUBJECT}\s+(?:\w+ly )?|^\W*))(?P<verb>(?i:raises|throws|fails (?:with|by)"
    rf"|dies (?:with|of|by)|crashes with|ends (?:with|in)))(?: an?| the)? {MARKUP}(?:[a-z_]+\.)*"
    rf"(?P<name>{EXCEPTION})\b"
)
_ANY_RAISES = re.compile(
    rf"(?P<verb>(?i:raises|throws|fails with|dies with|crashes with))(?: an?| the)? {MARKUP}(?:[a-z_]+\.)*"
    rf"(?P<name>{EXCEPTION})\b"
)
_IS_RAISED = re.compile(
    rf"(?:(?i:\ban?|\bthe) )?{MARKUP}(?:[a-z_]+\.)*(?P<name>{EXCEPTION}){MARKUP} (?P<verb>is|gets) (?:then )?"
    r"(?:raised|thrown)\b"
)
_LINE = re.compile(r"(?i)\blines? (?P<n>\d+)\b(?! (?:to|and|or)\b|[-–]|, ?\d)")
_LINE_STATED = re.compile(
    r"(?i)^\W*line (?P<n>\d+)\b(?! (?:to|and|or)\b|[-–]|, ?\d)"
    r"|\b(?:bug|mistake|error|fault|problem|culprit|slip) (?:is|sits|lies|hides) (?:in|on|at) line (?P<m>\d+)\b"
)
_ON_LINE = re.compile(
    r"(?i)^\W*(?:(?:the|this|that|a) (?:[\w`()]+ ){1,3})?(?:on|in|at|of) line (?P<n>\d+)\b(?! (?:to|and|or)\b|[-–])"
)
_FAULT = re.compile(
    r"(?i)\b(instead|(?<!as it )(?<!as they )should|wrong\w*|meant|forgets|forgotten|missing|needs|must|ought|rather"
    r"|misses|missed|too (?:many|few|early|late))\b"
)
"""Words by which a sentence says that something is not as it should be."""
_LINE_RAISES = re.compile(
    r"(?i)\bline (?P<n>\d+) (?:raises|throws|fails|crashes)"
    r"|(?:raised|thrown|raises|fails|crashes) (?:in|on|at|by) line (?P<m>\d+)"
)


_ENDS = re.compile(
    rf"(?i)(?:\b{_SUBJECT}|^\W*)\s*(?P<how>raises (?:nothing|no (?:exception|error))|runs without (?:an?y? ?)?"
    rf"(?:exception|error)s?|ends normally)"
)


_ELSEWHERE = re.compile(
    r"(?i)\b(would|might|could|think\w*|thought|believ\w*|expect\w*|assum\w*|wrongly|wrong (?!in|are|is)\w+|mistak\w*"
    r"|misread\w*|confus\w*|forget\w*|forgot\w*|ignor\w*|left to right|from the left|from left|overflow\w*|wrap\w*"
    r"|satur\w*|clip\w*|clamp\w*|modulo|mod|clock|base (?:\d+|two|eight|ten)|binary|hexa\w*|octal|python 2|javascript"
    r"|java|c\+\+|ruby|php|excel|school|calculator|older|earlier|used to|concatenat\w*|pretend\w*|as if|typo|claim\w*"
    r"|falsely|incorrect\w*|untrue|instead)\b"
    r"|\bC\b|\?"
)
"""Words by which what is worked out is false on purpose, or by other rules than Python's."""
_DENIED = re.compile(r"(?i)\b(?:not|never|nor|no|neither|rather than|than|nobody|hardly)\b|n't\b|n’t\b")


def is_elsewhere(text: str, start: int) -> bool:
    """Whether a sentence works something out by other rules than Python's, supposes it, or denies it.

    start  where in it that begins: what is denied after it is something else
    """
    words = re.sub(r"`[^`\n]*`", lambda code: "…" * len(code[0]), text)
    clause = re.split(r"[,;:(–—]|\b(?:so|because|since)\b", words[:start])[-1]
    return bool(_ELSEWHERE.search(words) or _DENIED.search(clause))


@dataclass(frozen=True)
class Sentence:
    """One sentence of a prose, without its expressions."""

    text: str
    start: int
    """The index of its first character in the prose."""
    last: bool
    """Whether no sentence after it has a number."""
    places: tuple[int, ...] = ()
    """Where the characters of its text were, from its start, if it was rewritten."""

    def at(self, index: int) -> int:
        """The place in the prose of an index of the sentence."""
        return self.start + (self.places[index] if self.places else index)

    @property
    def is_plain(self) -> bool:
        """Whether it states something without doubt, condition or comparison."""
        return self.states(0)

    def states(self, start: int, end: int | None = None) -> bool:
        """Whether what is between two indices of it is stated: nothing doubts it, but for reasons before a "so".

        end  `start` when None: the words of the statement itself are looked at, too
        """
        text = self._words
        reasons = [found.end() for found in SO.finditer(text) if found.end() <= start]
        around = f"{text[max(reasons, default=0) : start]}{text[start if end is None else end :]}"
        return not (_SUPPOSED.search(text) or _DOUBTED.search(around) or _QUALIFIED.search(around))

    def affirms(self, start: int) -> bool:
        """Whether what begins at an index of it is stated: nothing is supposed, and its own clause denies nothing."""
        clause = re.split(r"[,:(–—]|\b(?:so|and|because|since)\b", self._words[:start])[-1]
        return not (_SUPPOSED.search(self._words) or _DOUBTED.search(clause) or _QUALIFIED.search(clause))

    @cached_property
    def _words(self) -> str:
        """The text without code, whose `if` supposes nothing. Places stay what they are."""
        return re.sub(r"`[^`\n]*`", lambda code: "…" * len(code[0]), self.text)


@dataclass(frozen=True)
class Stated:
    """Something that a sentence states, and where in the prose."""

    text: str
    """The number or the name, as typed."""
    index: int
    definite: bool = True
    """Whether it is plainly about what the question asks."""


def sentences(prose: str) -> list[Sentence]:
    """The sentences of a Markdown text. Expressions and code blocks are left out; places stay what they are.

    prose  as its author wrote it
    """
    for pattern in (_FENCE, _EXPRESSION):
        prose = pattern.sub(lambda found: re.sub(r"[^\n]", "\u2026", found[0]), prose)
    found = [(match[0], match.start()) for match in _SENTENCE.finditer(prose)]
    numbered = max((n for n, (text, _) in enumerate(found) if re.search(r"\d", text)), default=0)
    return [Sentence(text, start, n >= numbered) for n, (text, start) in enumerate(found)]


def answers(sentence: Sentence) -> Iterator[Stated]:
    """Numbers that the sentence says are the answer, what is printed, or the result.

    A sentence that had words for them may go on: "the answer is two words".
    """
    for pattern, definite in ((_ANSWER, True), (_PRINTS, False), (_RESULT, False)):
        for found in pattern.finditer(sentence.text):
            goes_on = sentence.places and not re.match(NO_UNIT, sentence.text[found.end("n") :])
            if sentence.states(found.start()) and not goes_on:
                yield _stated(sentence, found, "n", definite=definite)


def prints(sentence: Sentence) -> Iterator[Stated]:
    """Numbers that the sentence says the program prints."""
    for found in _PRINTS.finditer(sentence.text):
        if found["subject"] and sentence.states(found.start()):
            yield _stated(sentence, found, "n")


def conclusions(sentence: Sentence) -> Iterator[Stated]:
    """The number that the last sentence about numbers comes to."""
    for found in list(_CONCLUSION.finditer(sentence.text))[-1:]:
        if sentence.last and sentence.is_plain:
            yield _stated(sentence, found, "n" if found["n"] else "m")


def pronouns(sentence: Sentence) -> Iterator[Stated]:
    """The number that feedback says the response itself gives: "That gives 640."."""
    if sentence.is_plain and (found := _PRONOUN.search(sentence.text)):
        yield _stated(sentence, found, "n")


def results(sentence: Sentence) -> Iterator[Stated]:
    """Numbers that feedback says its own code comes to: "This is the quotient, which is 2.5."."""
    for found in _WHICH_IS.finditer(sentence.text):
        if sentence.last and sentence.states(0):
            yield _stated(sentence, found, "n")


def exceptions(sentence: Sentence) -> Iterator[Stated]:
    """Exceptions that the sentence says are raised; definite where the subject is the program or the response."""
    definite = {found.start("name") for found in _RAISES.finditer(sentence.text)}
    for pattern in (_RAISES, _ANY_RAISES, _IS_RAISED):
        for found in pattern.finditer(sentence.text):
            if sentence.affirms(found.start("verb")) and (pattern is _RAISES or found.start("name") not in definite):
                yield _stated(sentence, found, "name", definite=pattern is _RAISES)


def lines(sentence: Sentence) -> Iterator[Stated]:
    """Numbers of lines; definite where the sentence is about that line, or says that the bug is there."""
    stated = {found.start(group) for found in _LINE_STATED.finditer(sentence.text) for group in ("n", "m")}
    if _FAULT.search(sentence.text):
        stated |= {found.start("n") for found in _ON_LINE.finditer(sentence.text)}
    for found in _LINE.finditer(sentence.text):
        yield _stated(sentence, found, "n", definite=found.start("n") in stated)


def normal_ends(sentence: Sentence) -> Iterator[Stated]:
    """Where the sentence says that the program or the response raises nothing."""
    for found in _ENDS.finditer(sentence.text):
        before, after = sentence.text[: found.start()], sentence.text[found.end() :]
        doubted = any(words.search(f"{before} {after}") for words in (_SUPPOSED, _DOUBTED))
        if not doubted and not _QUALIFIED.search(before):
            yield _stated(sentence, found, "how")


def raising_lines(sentence: Sentence) -> Iterator[Stated]:
    """Numbers of lines that the sentence says raise."""
    for found in _LINE_RAISES.finditer(sentence.text):
        if sentence.states(found.start()):
            yield _stated(sentence, found, "n" if found["n"] else "m")


def _stated(sentence: Sentence, found: re.Match[str], group: str, *, definite: bool = True) -> Stated:
    return Stated(found[group], sentence.at(found.start(group)), definite)
