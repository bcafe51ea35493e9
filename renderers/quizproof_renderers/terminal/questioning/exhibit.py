"""An exhibit while it is shown: its hints and its solution are there for the asking, and a script can be tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from quizproof.displays import Script
from quizproof.errors import CannotVerify
from quizproof.marking.mark import MalformedResponse
from quizproof_renderers.terminal.forms.base import Quit
from quizproof_renderers.terminal.forms.files import read_program, write_new
from quizproof_renderers.terminal.questioning.hints import Hints
from quizproof_renderers.terminal.questioning.setting import Setting
from quizproof_renderers.terminal.selection import Item
from quizproof_renderers.text import sentence

Move: TypeAlias = Literal["on", "back"]
"""Where a learner goes from a block."""
_EDITOR = "e"


class Showing:
    """One exhibit."""

    def __init__(self, item: Item, setting: Setting, *, is_first: bool) -> None:
        """Nothing is shown before `run`.

        is_first  whether nothing comes before it
        """
        self._item = item
        self._setting = setting
        self._face = setting.face
        self._reader = setting.reader
        self._is_first = is_first
        self._hints = Hints(item.display.hints, cost=0)  # an exhibit has no score
        self._solution = item.display.solution
        self._draft = item.display.script.baseline if item.display.script else ""

    def run(self) -> Move | None:
        """Show it. Where the learner goes from it; None when there was nothing to ask for.

        Raises what the reader raises, and Quit.
        """
        face, display = self._face, self._item.display
        face.exhibit(self._item.proof.title)
        face.contents(display.prompt)
        if display.script:
            face.gap()
            face.say("Judge a script of your own here, with t, or in a shell:")
            face.command(self._command("script.py"))
        self._setting.shown(self._item)
        asked = False
        while self._hints.left or self._solution or (display.script and self._setting.trier):
            typed = self._reader.offer(f"\n  {self._offers()}: ")
            asked = True
            move = self._act(typed)
            if move:
                return move
        return "on" if asked else None

    def _offers(self) -> str:
        script = self._item.display.script
        offers = ["h for a hint"] * bool(self._hints.left) + ["v to view the solution"] * bool(self._solution)
        if script:
            offers += ["t to try a script"] * bool(self._setting.trier) + ["w to save the baseline"]
        offers += [] if self._is_first else ["b to go back"]
        return ", ".join([*offers, "q to quit", "any other key to continue"])

    def _act(self, typed: str) -> Move | None:
        """Do what was asked for; where to go, or None to stay."""
        word, _, rest = typed.partition(" ")
        script = self._item.display.script
        match word.lower():
            case "h" if self._hints.left:
                self._hints.give(self._face)
            case "v" if self._solution:
                self._face.heading("Solution")
                self._face.contents(self._solution)
                self._solution = ()
            case "t" if script and self._setting.trier:
                self._told(lambda: self._try(rest.strip()))
            case "w" if script:
                self._told(lambda: self._save(script, rest.strip()))
            case "b" | "<" if not self._is_first:
                return "back"
            case "q":
                raise Quit
            case _:
                return "on"
        return None

    def _told(self, action: Callable[[], None]) -> None:
        """Do something, and say so when it cannot be done."""
        try:
            action()
        except (MalformedResponse, CannotVerify) as error:
            self._face.say(sentence(str(error)))

    def _save(self, script: Script, name: str) -> None:
        name = name or self._reader.line("  File to write the baseline to: ").strip()
        if not name:
            return
        write_new(name, script.baseline)
        self._face.say(f"Written to {name}. Improve it, then type t here, or run this:")
        self._face.command(self._command(name))

    def _try(self, name: str) -> None:
        """Run a script for every seed, and show which targets it meets and which constraints it keeps."""
        assert self._setting.trier is not None
        name = name or self._reader.line("  Your script (a path, or e for your editor): ").strip()
        if not name:
            return
        if name.lower() == _EDITOR:
            source = self._draft = self._reader.edit(self._draft, ".py")
            name = "script.py"
        else:
            source = read_program(name)
        if not source.strip():
            raise MalformedResponse("the script is empty")
        self._face.say("Running your script with every seed. Ctrl-C stops the test.")
        item = self._item
        self._face.trial(self._setting.trier(item.quiz, item.proof.id, source, name))

    def _command(self, file: str) -> str:
        return self._setting.commands.trial(file, "experiment", self._item.proof.id, self._item.quiz.path)
