"""What a gateway reports about an account and its usage, as checks read it.

Names of fields that no document gives are guessed from what they must contain; where that fails, reading ends as
`Inconclusive`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import Answer
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick

UTC_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]00:?00)")
UTC_DAY = re.compile(r"\d{4}-\d\d-\d\d")
DAY_NAME = re.compile(r"day|date|time|bucket|period|start|(^|_)at$", re.IGNORECASE)
PAUSES = (0.1, 0.2, 0.4, 0.8)
"""Seconds between two looks at what was counted on this machine."""
FAR = 10
"""How much longer the pauses are for a gateway elsewhere."""
SPENT_ON = "Name one river in a single word."


@dataclass(frozen=True)
class Spent:
    """What a gateway has counted. `requests` is None where it does not tell them."""

    requests: int | None
    tokens: int


@dataclass(frozen=True)
class Growth:
    """What a gateway has counted since a request was sent, and what that request cost by its own answer."""

    requests: int | None
    tokens: int
    cost: int

    @property
    def seen(self) -> bool:
        """Whether anything was counted."""
        return bool(self.requests or self.tokens)

    @property
    def enough(self) -> bool:
        """Whether the request was counted as a whole."""
        return self.requests != 0 and self.tokens >= self.cost


Look = Callable[[int], Spent]
"""Asks how much was counted. A look with another number is another request."""


def growth(ask: Ask, look: Look, mark: int) -> Growth:
    """What was counted for one chat request, as soon as it is whole, or when patience ends.

    `mark` tells the request from others. Asked again, the answer comes from the recording.
    """
    day = _today()
    before = look(mark)
    cost = ask.chat(SPENT_ON, take=mark).tokens("total_tokens")
    for pause in (0.0, *PAUSES):
        time.sleep(pause if ask.recorder.target.local else pause * FAR)
        mark += 1
        difference = _between(before, look(mark), cost)
        if difference.enough:
            break
    if day != _today() or difference.tokens < 0:
        inconclusive("another day has begun, or the counters started anew, while the request was counted")
    return difference


def _today() -> date:
    return datetime.now(UTC).date()


def _between(before: Spent, after: Spent, cost: int) -> Growth:
    known = before.requests is not None and after.requests is not None
    requests = (after.requests or 0) - (before.requests or 0) if known else None
    return Growth(requests, after.tokens - before.tokens, cost)


def opened(exchange: Exchange) -> Any:
    """The decoded body of a 200."""
    return Answer(exchange).taken.json


def rows(body: Any) -> list[dict[str, Any]]:
    """The rows of an answer that is an array of objects, or an object with one such array."""
    arrays = [body] if isinstance(body, list) else [value for value in _values(body) if isinstance(value, list)]
    if len(arrays) != 1:
        inconclusive("cannot be judged: the body holds no single array")
    return [pick(arrays[0], place, kind=dict) for place in range(len(arrays[0]))]


def _values(body: Any) -> Sequence[Any]:
    return list(body.values()) if isinstance(body, dict) else []


def numbers(value: Any) -> Iterator[float]:
    """Every number within a JSON value, also one that is written as text."""
    if isinstance(value, dict):
        for part in value.values():
            yield from numbers(part)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value
    elif isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        yield float(value)


def named(row: dict[str, Any], *patterns: str) -> int:
    """The sum of the whole numbers of a row whose names contain one of the patterns; each pattern must be met."""
    total = 0
    for pattern in patterns:
        fitting = [value for name, value in row.items() if re.search(pattern, name.lower()) and type(value) is int]
        if len(fitting) != 1:
            inconclusive(f"cannot be judged: {len(fitting)} fields of a row are called {pattern}")
        total += fitting[0]
    return total


def days(row: dict[str, Any]) -> list[Any]:
    """The values of a row that tell its day, by their names."""
    return [value for name, value in row.items() if DAY_NAME.search(name)]


def is_day(value: Any) -> bool:
    """Whether a value is a day or a moment in UTC, as ISO 8601 writes it."""
    return isinstance(value, str) and bool(UTC_DAY.fullmatch(value) or UTC_TIME.fullmatch(value))


def moments(value: Any, *names: str) -> Iterator[tuple[str, Any]]:
    """Every member of a JSON value that is not null and whose name ends with `_at`, or is one of these."""
    if isinstance(value, list):
        for part in value:
            yield from moments(part, *names)
    elif isinstance(value, dict):
        for name, part in value.items():
            if (name.endswith("_at") or name in names) and part is not None:
                yield name, part
            yield from moments(part, *names)
