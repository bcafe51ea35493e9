"""Forms: one for each way of answering."""

from __future__ import annotations

import random
from typing import assert_never

from quizproof.displays import (
    Blanks,
    Display,
    Input,
    LineInput,
    Matching,
    NumberInput,
    OpenInput,
    Options,
    Ordering,
    ProgramInput,
    TextInput,
)
from quizproof_renderers.terminal.forms.base import Desk, Form, Marked, Quit, listed
from quizproof_renderers.terminal.forms.blanks import BlanksForm
from quizproof_renderers.terminal.forms.matching import MatchingForm
from quizproof_renderers.terminal.forms.open_answer import OpenForm
from quizproof_renderers.terminal.forms.options import OptionsForm
from quizproof_renderers.terminal.forms.ordering import OrderingForm
from quizproof_renderers.terminal.forms.program import ProgramForm
from quizproof_renderers.terminal.forms.typed import LineForm, NumberForm, TextForm

__all__ = ["Desk", "Form", "Marked", "Quit", "form_for", "listed"]


def form_for(shown: Input, display: Display, draw: random.Random) -> Form:
    """The form for the input of a question. `draw` decides the order of what is to be chosen from."""
    match shown:
        case Options():
            return OptionsForm(shown, display.evidence, draw)
        case NumberInput():
            return NumberForm(shown, display)
        case TextInput():
            return TextForm(shown, display)
        case LineInput():
            return LineForm(shown, display)
        case Blanks():
            return BlanksForm(shown, display)
        case Ordering():
            return OrderingForm(shown, display, draw)
        case Matching():
            return MatchingForm(shown, display, draw)
        case OpenInput():
            return OpenForm(shown, display)
        case ProgramInput():
            return ProgramForm(shown)
        case _:
            assert_never(shown)
