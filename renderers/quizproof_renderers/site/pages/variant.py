"""One variant of a question as its page shows it: letters, orders, the key, and feedback on mistakes."""

from __future__ import annotations

from dataclasses import dataclass

from quizproof.displays import (
    Code,
    Content,
    Display,
    Evidence,
    Matching,
    MatchItem,
    Option,
    Options,
    Ordering,
    OrderLine,
    ProgramInput,
)
from quizproof_renderers.shuffling import Lettered, shuffled, with_letters
from quizproof_renderers.site.feedback import Feedback, feedback_on_mistakes
from quizproof_renderers.site.languages.messages import joined
from quizproof_renderers.site.pages.repeats import Repeat, Shown, with_repeats


@dataclass(frozen=True)
class Variant:
    """One variant of a question on its page."""

    index: int
    """Its place among the variants on the page, from 0."""
    display: Display
    salt: str
    """What the order of options, matches and lines depends on."""
    above: tuple[Shown, ...] = ()
    """The programs that the page shows above its block."""

    @property
    def prompt(self) -> tuple[Content | Repeat, ...]:
        """The prompt, in which what the page has shown before can be folded away."""
        return with_repeats(self.display.prompt, self.above)

    @property
    def options(self) -> tuple[Lettered[Option], ...]:
        """The options in the order shown; none for other ways of answering."""
        asked = self.display.input
        return with_letters(asked.options, self.salt) if isinstance(asked, Options) else ()

    @property
    def matches(self) -> tuple[Lettered[MatchItem], ...]:
        """What can be matched, in the order shown; none for other ways of answering."""
        asked = self.display.input
        return with_letters(asked.right, self.salt) if isinstance(asked, Matching) else ()

    @property
    def pool(self) -> tuple[OrderLine, ...]:
        """The lines to be put in order, never in their author's order; none for other ways of answering."""
        asked = self.display.input
        if not isinstance(asked, Ordering):
            return ()
        lines = shuffled(asked.lines, self.salt)
        # Chance may give the author's order; then the first line goes to the end.
        return lines if lines != asked.lines else (*lines[1:], lines[0])

    @property
    def program(self) -> str:
        """The author's own program where the learner makes one, else empty."""
        match self.display.input:
            case Ordering(orders=orders, lines=lines, indented=indented):
                by_id = {line.id: line for line in lines}
                own = (by_id[part.partition(":")[0] if indented else part] for part in orders[0])
                return "\n".join("    " * line.indent + line.source for line in own)
            case ProgramInput(attempts=attempts):
                return attempts[0].source
            case _:
                return ""

    @property
    def explanation(self) -> tuple[Content, ...]:
        """The worked solution, without the author's program where the answer has shown it already."""
        solution = self.display.solution
        answer = self.display.answer.strip()
        return tuple(c for c in solution if not (self.program and isinstance(c, Code) and c.source.strip() == answer))

    def letter_of(self, match: str) -> str:
        """The letter at which a match is shown."""
        return next(letter for letter, item in self.matches if item.id == match)

    @property
    def mistakes(self) -> tuple[Feedback, ...]:
        """The feedback on the mistakes that the author foresaw."""
        return feedback_on_mistakes(self.display.input)

    @property
    def options_share_run(self) -> bool:
        """Whether all options are about the same run, so that it is shown once rather than under each."""
        return len({option.evidence for _, option in self.options}) == 1

    @property
    def run(self) -> Evidence | None:
        """What the question's own program did, unless each option shows a run of its own."""
        if self.options_share_run:
            return self.options[0].item.evidence or self.display.evidence
        return None if self.options else self.display.evidence

    @property
    def key_letters(self) -> str:
        """The letters of the right options, "B" or "A and C"; of the right matches, "1–B, 2–A".

        The page's script writes them again, in the same form, when it puts options in another order.
        """
        asked = self.display.input
        if isinstance(asked, Matching):
            letters = {item.id: letter for letter, item in self.matches}
            return ", ".join(f"{place}–{letters[id_]}" for place, id_ in enumerate(asked.key, 1))
        return joined([letter for letter, option in self.options if option.correct])
