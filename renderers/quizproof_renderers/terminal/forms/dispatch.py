"""Which form an input gets."""

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
from quizproof_renderers.terminal.forms.base import Form
from quizproof_renderers.terminal.forms.blanks import BlanksForm
from quizproof_renderers.terminal.forms.matching import MatchingForm
from quizproof_renderers.terminal.forms.open_answer import OpenForm
from quizproof_renderers.terminal.forms.options import OptionsForm
from quizproof_renderers.terminal.forms.ordering import OrderingForm
from quizproof_renderers.terminal.forms.program import ProgramForm
from quizproof_renderers.terminal.forms.typed import LineForm, NumberForm, TextForm


def form_for(input_: Input, display: Display, draw: random.Random) -> Form:
    """The form for the input of a question.

    input_   how the question is answered
    display  the variant that is put, with its evidence
    draw     shuffles what can be chosen from; two forms from equal generators have the same order
    """
    match input_:
        case Options():
            return OptionsForm(input_, display.evidence, draw)
        case NumberInput():
            return NumberForm(input_, display)
        case TextInput():
            return TextForm(input_, display)
        case LineInput():
            return LineForm(input_, display)
        case Blanks():
            return BlanksForm(input_, display)
        case Ordering():
            return OrderingForm(input_, display, draw)
        case Matching():
            return MatchingForm(input_, display, draw)
        case OpenInput():
            return OpenForm(input_, display)
        case ProgramInput():
            return ProgramForm(input_)
        case _:
            assert_never(input_)
