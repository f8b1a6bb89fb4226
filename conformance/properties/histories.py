"""Histories of requests, drawn by a state machine and held against a model; one that fails is made short."""

from __future__ import annotations

import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple, TypeVar

from conformance.ask import Ask
from conformance.errors import Inconclusive
from conformance.exchange import Exchange, Request
from conformance.properties.search import Patience, Search

Seen = TypeVar("Seen")
FIRST_TAKE = 10_000
"""Takes from here on belong to the histories: they never look at an old answer."""
LOOKS = 3
PAUSE, QUICK = 0.5, 0.02
"""Seconds between two looks at what may take a moment to settle: on a live target, and on this machine."""
SHOWN = 20
SHORTER = 60
"""The most histories with which one that fails is made shorter."""


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
        if self.ask.recorder.waits(Request("GET", ""), self.take):
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
        """Leaves nothing behind."""

    def perform(self, step: Step) -> None:
        """Does a step and remembers it."""
        if self.words(step):
            self.done.append(step)
            self.do(step)

    def demand(self, kept: bool, requirement: str, message: str) -> None:
        """Raises `Broken` when a promise is not kept, with the steps that led there."""
        if not kept and requirement not in self.asking.muted:
            told = "; ".join(f"{number}. {self.words(step)}" for number, step in enumerate(self.done, start=1))
            raise Broken(requirement, f"{message}, after: {told}")


def demand_room(answer: Exchange) -> Exchange:
    """The answer; inconclusive when a limit of the account came first, or when there is none."""
    if answer.status in {0, 402, 429}:
        told = answer.status or answer.broken
        raise Inconclusive(f"{answer.request.method} {answer.request.path} was answered {told}: {answer.text:.120}")
    return answer


@dataclass
class Findings:
    """What histories have shown of each requirement, and the exchanges that show it."""

    touched: list[Exchange]
    looked_at: list[Exchange] = field(default_factory=list)
    broken: dict[str, tuple[str, list[Exchange]]] = field(default_factory=dict)
    ended: Exception | None = None

    def demand(self, requirement: str) -> None:
        """Raises `Broken` when the requirement is; else what ended the search too early, if something did."""
        message, shown = self.broken.get(requirement, (None, self.looked_at))
        self.touched += shown
        if message is not None:
            raise Broken(requirement, message)
        if self.ended is not None:
            raise self.ended


@dataclass
class Trial:
    """Histories of one kind against one target."""

    asking: Asking
    start: Callable[[], History]
    seed: int
    examples: int
    steps: int
    shorter: int = SHORTER
    """The most histories with which a failure is made shorter."""

    def findings(self, requirements: Iterable[str]) -> Findings:
        """Searches until no further requirement breaks. One that is broken is not judged again."""
        touched, patience = self.asking.ask.recorder.touched, Patience()
        findings, start = Findings(touched), len(touched)
        for _ in (*requirements, None):
            try:
                self._search(patience, touched)
            except Broken as broken:
                findings.broken[broken.requirement] = (str(broken), touched[start:])
                self.asking.muted.add(broken.requirement)
            except Exception as ended:
                findings.ended = ended
                break
            else:
                break
            del touched[start:]
        findings.looked_at = touched[start:]
        del touched[start:]
        return findings

    def _search(self, patience: Patience, touched: list[Exchange]) -> None:
        """Raises the first failure, made short; the exchanges of that are what is left of those touched."""
        from conformance.properties.machine import run

        start = len(touched)
        search = Search(self.seed, self.examples, touched=touched, patience=patience, shrinks=False)
        failed: list[History] = []
        try:
            run(search, self.start, self.steps, failed)
        except Broken as broken:
            found = _Shortest(self, broken, touched, start).of(failed[-1].done, failed[-1].make)
            touched[start:] = found.evidence
            raise found.broken from None


class _Shortest:
    """Leaves steps out of a history for as long as it breaks the same promise."""

    def __init__(self, trial: Trial, broken: Broken, touched: list[Exchange], start: int) -> None:
        self.trial = trial
        self.broken = broken
        self.touched = touched
        self.start = start
        self.evidence: list[Exchange] = []
        self._left = trial.shorter

    def of(self, steps: Sequence[Step], make: str) -> _Shortest:
        """Of these steps. Raises `Inconclusive` when the history does not fail again as a whole."""
        if not self._breaks(list(steps)):
            raise Inconclusive(f"seen once, and not again: {self.broken}")
        kept, size = list(steps), len(steps) // 2
        while size:
            place = 0
            while place < len(kept):
                shorter = _whole(kept[:place] + kept[place + size :], make)
                if shorter and self._breaks(shorter):
                    kept = shorter
                else:
                    place += size
            size //= 2
        return self

    def _breaks(self, steps: list[Step]) -> bool:
        """Whether these steps break the promise, as far as the tries go."""
        if self._left <= 0:
            return False
        self._left -= 1
        history, first = self.trial.start(), len(self.touched)
        try:
            for step in steps:
                history.perform(step)
        except Broken as broken:
            if broken.requirement != self.broken.requirement:
                return False
            self.broken, self.evidence = broken, self.touched[first:]
            return True
        except Inconclusive:
            return False
        finally:
            history.end()
        return False


def _whole(steps: list[Step], make: str) -> list[Step]:
    """The steps without those on what is no longer made."""
    made = {step.thing for step in steps if step.act == make}
    return [step for step in steps if step.thing in made]
