"""Random number generators of a run's process: seeded for each run, as in a new interpreter, and watched."""

from __future__ import annotations

import ctypes
import os
import random
import struct
import sys
from collections.abc import Sequence
from typing import Any

_WORDS = 624
"""Numbers of 32 bits in the state of a Mersenne twister, which Python, numpy and torch all use."""
_LOW, _HIGH = 0x0000_1003, 0xFFFF_EFF7
"""Numbers of 32 bits near the ends, whichever of their bits a generator uses."""
_STAIRS = tuple(int(share * 0xFFFF_FFFF) for share in (0.93, 0.87, 0.81, 0.74, 0.68, 0.64, 0.6, 0.57, 0.53))
"""Drawn until one is small enough, they give nearly the largest."""
_EIGHTHS = tuple(
    (step * 0x2020_0000 + 0x1010_0000) & 0xFF00_0000 | step * 0x20_0000 + 0x10_0000 | step for step in range(8)
)
"""Numbers of 32 bits, one in each eighth of the range, whichever of their bits a generator uses."""
_FIRST_DRAWS: Sequence[Sequence[int]] = (
    (),
    (_LOW, _LOW),
    (_HIGH, _HIGH, *_STAIRS),
    (_LOW, _LOW, _HIGH, _HIGH, _LOW, _LOW, _HIGH, _HIGH),
    (_HIGH, _HIGH, _LOW, _LOW, _HIGH, _HIGH, _LOW, _LOW),
    *((number, number) for number in _EIGHTHS),
)
"""What generators give first, by the number of an attempt: `random() < 0.99` must come out false, too, and a die must
show each of its sides. Everything after it is drawn."""
_NUMPY_SEEDS = (0, 1022, 1074, 1022, 1074, 127, 1003, 103, 2098, 252, 1997, 2116, 2835)
"""By the number of an attempt, too: of numpy's newer generator, whose first number is then near an end or within an
eighth."""
_TENSORFLOW_SEEDS = (0, 772, 867, 772, 867, 141, 138, 477, 153, 432, 258, 222, 207)
"""The same of TensorFlow's operations."""
_MAX_SEED = 1 << 53
"""What people type. `torch.seed()` chooses larger ones."""
_TORCH_STATE = struct.Struct("<QiiQ")
"""The seed, how many numbers are left, whether it was seeded, and the next: then its words, of 64 bits each."""


class Generators:
    """The generators that draw without a word of it in the program, for example when a layer is created."""

    def __init__(self, attempt: int = 0) -> None:
        """Seed them. A fork inherits the state of its zygote's generators, and with it every number to come.

        attempt  see `Conditions`: of the first ones the first numbers are at the ends of their range
        """
        self._first = _FIRST_DRAWS[attempt] if attempt < len(_FIRST_DRAWS) else ()
        self._numpy_seed = _NUMPY_SEEDS[attempt] if self._first else 0
        self._tensorflow_seed = _TENSORFLOW_SEEDS[attempt] if self._first else 0
        self._unseeded = False
        """Whether a generator was made or drawn from that no seed decides."""
        self._seeded: set[str] = set()
        # Python's own is seeded by itself in every fork.
        if self._first:
            random.setstate(self._lucky())
        self._python = random.getstate()
        # Only what is imported already: an import here would cost every run, and a cold one would not be cold.
        self._numpy: Any = sys.modules.get("numpy.random")
        if self._numpy is not None:
            self._numpy.seed()
            if self._first:
                self._numpy.set_state(("MT19937", list(self._lucky()[1][:_WORDS]), 0))
            self._numpy_state = _state(self._numpy)
        self._torch: Any = getattr(sys.modules.get("torch"), "default_generator", None)
        if self._torch is not None:
            self._torch.seed()
            if self._first:
                self._torch.set_state(self._lucky_torch())
            self._torch_seed, self._torch_state = self._torch.initial_seed(), self._torch.get_state()
            self._watch_torch()
        self._watch_python()
        if self._numpy is not None:
            self._watch_numpy()
        self._watch_tensorflow()

    def drew(self) -> bool:
        """Whether one of them gave numbers that, as far as can be known, no seed of the program decided.

        True too when a state cannot be read. A false alarm costs some more runs; a draw that is missed could hide an
        unstable key.
        """
        try:
            return self._unseeded or self._moved()
        except Exception:  # the program has taken them apart
            return True

    def _moved(self) -> bool:
        if self._python_moved() or self._numpy_moved():
            return True
        # Of one that was imported meanwhile no earlier state is known, so it counts as drawn from.
        if self._numpy is None and "numpy.random" in sys.modules:
            return True
        if self._torch is None:  # or it was imported only now
            return hasattr(sys.modules.get("torch"), "default_generator")
        # Torch keeps its seed beside its state, so a program that has seeded it can be told from one that drew.
        seeded = self._torch.initial_seed() != self._torch_seed and self._torch.initial_seed() < _MAX_SEED
        return not seeded and not self._torch.get_state().equal(self._torch_state)

    def _python_moved(self) -> bool:
        return "python" not in self._seeded and random.getstate() != self._python

    def _numpy_moved(self) -> bool:
        return "numpy" not in self._seeded and self._numpy is not None and _state(self._numpy) != self._numpy_state

    # ---- watching: seeding changes a state as drawing does, so it is noted where it is done

    def _watch_python(self) -> None:
        usual = random.Random.seed
        generators = self

        def seed(self: random.Random, a: Any = None, version: int = 2) -> None:
            if a is not None and self is random._inst:
                generators._unseeded |= generators._python_moved()
                generators._seeded.add("python")
            usual(self, a, version)
            if a is None and type(self) is random.Random:
                generators._unseeded = True
                if generators._first:
                    self.setstate(generators._lucky())

        random.Random.seed = seed  # type: ignore[method-assign]
        usual_bytes = os.urandom

        def urandom(size: int) -> bytes:
            self._unseeded = True
            first = bytes([self._first[0] >> 24]) if self._first else b""
            return (first + usual_bytes(size))[:size]

        os.urandom = random._urandom = urandom  # type: ignore[attr-defined]
        random.seed = random._inst.seed

    def _watch_numpy(self) -> None:
        usual_seed, usual_rng = self._numpy.seed, self._numpy.default_rng

        def seed(*seeds: Any, **named: Any) -> Any:
            if seeds not in ((), (None,)) or named:
                self._unseeded |= self._numpy_moved()
                self._seeded.add("numpy")
            return usual_seed(*seeds, **named)

        def default_rng(seed: Any = None) -> Any:
            if seed is None:
                self._unseeded = True
                seed = self._numpy_seed or None
            return usual_rng(seed)

        self._numpy.seed, self._numpy.default_rng = seed, default_rng

    def _watch_torch(self) -> None:
        """Its `seed` chooses one at random; only `manual_seed` decides what is drawn."""
        torch = sys.modules["torch"]
        usual = torch.seed

        def seed() -> int:
            chosen: int = usual()
            self._unseeded = True
            if self._first:
                self._torch.set_state(self._lucky_torch())
            return chosen

        torch.seed = torch.random.seed = seed  # type: ignore[attr-defined]

    def _watch_tensorflow(self) -> None:
        """Its operations ask for a pair of seeds, and draw without one when nobody gives any."""
        seeds: Any = sys.modules.get("tensorflow.python.framework.random_seed")
        if seeds is None:
            return
        usual = seeds.get_seed

        def get_seed(op_seed: Any) -> Any:
            pair = usual(op_seed)
            if pair[0] is None and pair[1] is None:
                self._unseeded = True
                # For one operation: others with the same seeds would draw the same.
                seed, self._tensorflow_seed = self._tensorflow_seed, 0
                return (seed, seed + 1) if seed else pair
            return pair

        seeds.get_seed = get_seed

    # ---- what they give first

    def _lucky(self) -> tuple[Any, tuple[int, ...], None]:
        """A state of Python's generator whose next numbers are those of this attempt, and then random ones."""
        version, *_ = random.getstate()
        fresh = random.SystemRandom()
        drawn = [fresh.getrandbits(32) for _ in range(_WORDS)]
        drawn[: len(self._first)] = map(_untempered, self._first)
        return version, (*drawn, 0), None

    def _lucky_torch(self) -> Any:
        """The same for torch."""
        state = self._torch.get_state()
        seed, *_ = _TORCH_STATE.unpack(ctypes.string_at(state.data_ptr(), _TORCH_STATE.size))
        head = _TORCH_STATE.pack(seed, _WORDS, 1, 0)
        body = struct.pack(f"<{_WORDS}Q", *self._lucky()[1][:_WORDS])
        ctypes.memmove(state.data_ptr(), head + body, len(head) + len(body))
        return state


def _untempered(number: int) -> int:
    """The word of a Mersenne twister's state that gives a number of 32 bits."""
    number ^= number >> 18
    number ^= (number << 15) & 0xEFC6_0000
    word = number
    for _ in range(4):
        word = number ^ ((word << 7) & 0x9D2C_5680)
    word &= 0xFFFF_FFFF
    number = word
    for _ in range(2):
        word = number ^ (word >> 11)
    return word


def _state(numpy_random: Any) -> tuple[bytes, Any]:
    _, keys, *rest = numpy_random.get_state()
    # As bytes, because arrays compare element by element.
    return keys.tobytes(), rest
