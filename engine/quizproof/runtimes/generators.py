"""Random number generators of a run's process: begun anew for each run, as in a new interpreter, and watched."""

from __future__ import annotations

import random
import sys
from typing import Any


class Generators:
    """The generators that draw without being seen in a program's text, such as when a layer is made."""

    def __init__(self) -> None:
        """Begin anew. A fork inherits the state of its zygote's generators, and with it every number to come."""
        # Python's own begins anew by itself in every fork.
        self._python = random.getstate()
        self._torch: Any = getattr(sys.modules.get("torch"), "default_generator", None)
        if self._torch is not None:
            self._torch.seed()
            self._seed, self._state = self._torch.initial_seed(), self._torch.get_state()

    def drew(self) -> bool:
        """Whether one of them gave numbers that no seed of the program decided; true when that cannot be told."""
        try:
            return self._moved()
        except Exception:  # the program has taken them apart
            return True

    def _moved(self) -> bool:
        if random.getstate() != self._python:  # drawn from, or seeded: this one does not tell
            return True
        if self._torch is None:  # or it was imported only now
            return hasattr(sys.modules.get("torch"), "default_generator")
        return bool(self._torch.initial_seed() == self._seed and not self._torch.get_state().equal(self._state))
