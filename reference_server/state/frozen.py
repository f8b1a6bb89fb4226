"""Time and ids that are the same in every run."""

from __future__ import annotations

from hashlib import sha256
from itertools import count

START = 1767225600.0
"""2026-01-01T00:00:00Z, in Unix seconds."""


class FrozenClock:
    """A clock that stands still. Only what a client waits for moves it: the end of a job, or of a rate limit."""

    def __init__(self) -> None:
        self._now = START

    def __call__(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self._now += seconds


class SeededIds:
    """Ids in an order that follows from the seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._number = count()

    def __call__(self) -> str:
        return sha256(f"{self._seed} {next(self._number)}".encode()).hexdigest()[:32]
