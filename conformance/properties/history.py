"""One history of requests, and the model that its answers are held against."""

from __future__ import annotations

import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, TypeVar

from conformance.errors import Inconclusive
from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask

Seen = TypeVar("Seen")
FIRST_TAKE = 10_000
"""Takes from here on belong to the histories: they never look at an old answer."""
LOOKS = 3
PAUSE, QUICK = 0.5, 0.02
"""Seconds between two looks at what may take a moment to settle: on a live target, and on this machine."""
SHOWN = 20


class Step(NamedTuple):
    """What is done to the file or job of that number. What `first` and `second` mean depends on the act."""

    act: str
    thing: int
    first: int = 0
    second: int = 0


class Broken(AssertionError):
    """A promise that a history shows to be broken; `requirement` is the one that makes it."""

    shown = SHOWN
    """The most exchanges that its finding carries: a history is told from its first request."""

    def __init__(self, requirement: str, message: str) -> None:
        super().__init__(message)
        self.requirement = requirement


@dataclass
class Asking:
    """What all histories of a check have in common. What is `muted` is not judged."""

    ask: Ask
    muted: set[str] = field(default_factory=set)
    takes: itertools.count[int] = field(default_factory=lambda: itertools.count(FIRST_TAKE))

    @property
    def take(self) -> int:
        """A take that was never used."""
        return next(self.takes)

    def look(self, see: Callable[[], Seen], settled: Callable[[Seen], bool]) -> Seen:
        """What is seen, once it is as it should be; the last of a few looks otherwise."""
        for _ in range(LOOKS - 1):
            seen = see()
            if settled(seen):
                return seen
            self.wait(QUICK if self.ask.recorder.target.local else PAUSE)
        return see()

    def wait(self, seconds: float) -> None:
        """Waits for the target; a recording has nothing to wait for."""
        if not self.ask.recorder.replays:
            time.sleep(seconds)


class History(ABC):
    """One history, and the model of it. A step on what was never made does nothing."""

    make: ClassVar[str]
    """The act that makes a new thing."""
    acts: ClassVar[tuple[str, ...]]
    """Every act, the frequent ones several times."""
    most_first: ClassVar[int]
    """The most things that a history begins with."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.done: list[Step] = []

    @abstractmethod
    def words(self, step: Step) -> str:
        """What the step is, for people; empty when the target does not promise what it takes."""

    @abstractmethod
    def do(self, step: Step) -> None:
        """Does it. Raises `Broken`; `Inconclusive` when the target does not go along."""

    @abstractmethod
    def closing(self) -> list[Step]:
        """The steps that look at everything once more."""

    @abstractmethod
    def end(self) -> None:
        """Removes what the history has left on the target."""

    def perform(self, step: Step) -> None:
        """Does a step and remembers it."""
        if self.words(step):
            self.done.append(step)
            self.do(step)

    def demand(self, holds: bool, requirement: str, message: str) -> None:
        """Raises `Broken` when a promise is not kept, with the steps that led there."""
        if not holds and requirement not in self.asking.muted:
            steps = "; ".join(f"{number}. {self.words(step)}" for number, step in enumerate(self.done, start=1))
            raise Broken(requirement, f"{message}, after: {steps}")


def demand_room(answer: Exchange) -> Exchange:
    """The answer; inconclusive when a limit of the account came first, or when there is none."""
    if answer.status in {0, 402, 429}:
        status = answer.status or answer.broken
        raise Inconclusive(f"{answer.request.method} {answer.request.path} was answered {status}: {answer.text:.120}")
    return answer
