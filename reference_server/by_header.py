"""What a request asks for itself, by headers: faults, and a time.

- `x-reference-fault: NAME; times=2; probability=0.1`: faults and variations, several apart by commas. `times` counts
  the requests of one test: `x-test-id`, or what follows `@` in the key.
- `x-reference-delay: 0.5`, or `first=0.2; rate=50; jitter=0.1`: seconds before the headers, or a whole time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING

from reference_server.errors import Refusal
from reference_server.faults import Fault, find
from reference_server.state.access import test_of

if TYPE_CHECKING:
    from reference_server.scenario.script import Play

FAULT, DELAY = "x-reference-fault", "x-reference-delay"
NAMES = frozenset({FAULT, DELAY})
_MOST = 10_000
"""Counts that are remembered; the oldest are forgotten."""
Pairs = Iterable[tuple[bytes, bytes]]


class ByHeader:
    """Reads the headers, counts, and draws by the seed."""

    def __init__(self, seed: int = 0) -> None:
        self._random = Random(seed)
        self._seed = seed
        self._counts: OrderedDict[tuple[str, str], int] = OrderedDict()

    def reset(self) -> None:
        """Count and draw from the beginning."""
        self._counts.clear()
        self._random.seed(self._seed)

    def faults(self, pairs: Pairs) -> tuple[Fault, ...]:
        """The faults that are due. Raises UnknownFault, and Refusal when an option is wrong."""
        headers = _decoded(pairs)
        return tuple(fault for text in headers.get(FAULT, "").split(",") for fault in self._due(text, headers))

    def play(self, pairs: Pairs) -> Play | None:
        """The time that is asked for. Raises Refusal."""
        text = _decoded(pairs).get(DELAY)
        if not text:
            return None
        from reference_server.scenario.script import Play

        return Play.timed(text, self._random)

    def _due(self, text: str, headers: dict[str, str]) -> Iterator[Fault]:
        name, *options = (part.strip() for part in text.split(";"))
        if not name:
            return
        fault, times, probability = find(name), None, None
        for option in options:
            word, _, value = option.partition("=")
            if word == "times":
                times = _number(value, option)
            elif word == "probability":
                probability = _number(value, option)
            else:
                raise _wrong(option)
        if probability is not None and self._random.random() >= probability:
            return
        if times is None or self._counted(test_of(headers), text.strip()) <= times:
            yield fault

    def _counted(self, test: str, text: str) -> int:
        """How often a test has asked for this, now included."""
        count = self._counts.pop((test, text), 0) + 1
        self._counts[test, text] = count
        if len(self._counts) > _MOST:
            self._counts.popitem(last=False)
        return count


def _decoded(pairs: Pairs) -> dict[str, str]:
    """The headers; one that comes several times has all its values, apart by commas."""
    headers: dict[str, str] = {}
    for name, value in pairs:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def _number(value: str, option: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise _wrong(option) from None


def _wrong(option: str) -> Refusal:
    return Refusal("invalid_value", f"{FAULT} has no option {option!r}: use times=2 or probability=0.1.", FAULT)
