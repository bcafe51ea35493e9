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
        self._numpy: Any = sys.modules.get("numpy.random")
        if self._numpy is not None:
            self._numpy.seed()
            self._numpy_state = _state(self._numpy)
        self._torch: Any = getattr(sys.modules.get("torch"), "default_generator", None)
        if self._torch is not None:
            self._torch.seed()
            self._torch_seed, self._torch_state = self._torch.initial_seed(), self._torch.get_state()

    def drew(self) -> bool:
        """Whether one of them gave numbers that, for all that can be told, no seed of the program decided."""
        try:
            return self._moved()
        except Exception:  # the program has taken them apart
            return True

    def _moved(self) -> bool:
        # Of these two it cannot be told whether the program has seeded them.
        if random.getstate() != self._python:
            return True
        if self._numpy is not None and _state(self._numpy) != self._numpy_state:
            return True
        if self._torch is None:  # or it was imported only now
            return hasattr(sys.modules.get("torch"), "default_generator")
        return bool(
            self._torch.initial_seed() == self._torch_seed and not self._torch.get_state().equal(self._torch_state)
        )


def _state(numpy_random: Any) -> tuple[bytes, Any]:
    _, keys, *rest = numpy_random.get_state()
    return keys.tobytes(), rest
