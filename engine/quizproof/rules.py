"""The rules by name: `rules.KEY_REFUTED` is the code "QP201", and `rules.RULES` has what is known about it.

Each rule is defined once, in the module of `rulebook/` for what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping

# Every public name in these modules is a rule's.
from quizproof.rulebook.assertions import *  # noqa: F403
from quizproof.rulebook.files import *  # noqa: F403
from quizproof.rulebook.proof import *  # noqa: F403
from quizproof.rulebook.rule import DEFINED, Rule
from quizproof.rulebook.stability import *  # noqa: F403
from quizproof.rulebook.unverified import *  # noqa: F403
from quizproof.rulebook.writing import *  # noqa: F403

RULES: Mapping[str, Rule] = dict(sorted(DEFINED.items()))
"""All rules by code, in the order of their codes."""
