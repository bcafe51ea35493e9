"""Random number generators of a run's process: seeded for each run, as in a new interpreter, and watched."""

from __future__ import annotations

import random
import sys
from typing import Any


class Generators:
    """The generators that draw without a word of it in the program, for example when a layer is created."""

    def __init__(self) -> None:
        """Seed them. A fork inherits the state of its zygote's generators, and with it every number to come."""
        # Python's own is seeded by itself in every fork.
        self._python = random.getstate()
        # Only what is imported already: an import here would cost every run, and a cold one would not be cold.
        self._numpy: Any = sys.modules.get("numpy.random")
        if self._numpy is not None:
            self._numpy.seed()
            self._numpy_state = _state(self._numpy)
        self._torch: Any = getattr(sys.modules.get("torch"), "default_generator", None)
        if self._torch is not None:
            self._torch.seed()
            self._torch_seed, self._torch_state = self._torch.initial_seed(), self._torch.get_state()

    def drew(self) -> bool:
        """Whether one of them gave numbers that, as far as can be known, no seed of the program decided.

        True too when a state cannot be read. A false alarm costs one more run; a draw that is missed could hide an
        unstable key.
        """
        try:
            return self._moved()
        except Exception:  # the program has taken them apart
            return True

    def _moved(self) -> bool:
        # Whether the program has seeded these two cannot be known: seeding changes their state as drawing does.
        if random.getstate() != self._python:
            return True
        if self._numpy is not None and _state(self._numpy) != self._numpy_state:
            return True
        # Of one that was imported meanwhile no earlier state is known, so it counts as drawn from.
        if self._torch is None:  # or it was imported only now
            return hasattr(sys.modules.get("torch"), "default_generator")
        return bool(
            # Torch keeps its seed beside its state, so a program that has seeded it can be told from one that drew.
            self._torch.initial_seed() == self._torch_seed and not self._torch.get_state().equal(self._torch_state)
        )


def _state(numpy_random: Any) -> tuple[bytes, Any]:
    _, keys, *rest = numpy_random.get_state()
    # As bytes, because arrays compare element by element.
    return keys.tobytes(), rest
