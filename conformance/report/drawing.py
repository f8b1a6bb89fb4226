"""How a page draws an exchange: a stream as a time line of its events, JSON with what differs marked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from conformance.model import Evidence, Finding

Piece = tuple[str, bool]
"""A part of a text, and whether it differs from what it is compared with."""
DATA = re.compile(r"^data: ?(.*)$", re.MULTILINE)
NAME = re.compile(r"^event: ?(.*)$", re.MULTILINE)
EVENTS = re.compile(r"\r?\n\r?\n|\r\r")
MOST = 60
"""The most events that a time line draws."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream: its name, its data, when it arrived, and at how many hundredths of the whole time."""

    name: str
    data: tuple[Piece, ...]
    seconds: float | None
    place: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """One exchange: the heads as text, the bodies in pieces, or the events instead of the body of an answer."""

    exchange: int
    curl: str
    request: str
    request_body: tuple[Piece, ...]
    response: str
    response_body: tuple[Piece, ...]
    events: tuple[Event, ...]
    left_out: int


def drawn(finding: Finding) -> list[Drawn]:
    """The evidence of a finding. Where it compares answers, each one is marked against the one before."""
    shown = list(finding.evidence)
    others = [shown[1], *shown[:-1]] if len(shown) > 1 else [None] * len(shown)
    return [_drawn(one, other) for one, other in zip(shown, others, strict=True)]


def _drawn(one: Evidence, other: Evidence | None) -> Drawn:
    asked, answered = one.request.partition("\n\n"), one.response.partition("\n\n")
    before = [text.partition("\n\n")[2] for text in (other.request, other.response)] if other else [None, None]
    streamed = "text/event-stream" in answered[0].lower()
    parts = [part for part in EVENTS.split(answered[2]) if DATA.search(part)] if streamed else []
    events = _events(parts[:MOST], one.times)
    body = () if events else _body(answered[2], before[1])
    return Drawn(
        one.exchange, one.curl, asked[0], _body(asked[2], before[0]), answered[0], body, events, len(parts[MOST:])
    )


def _events(parts: Sequence[str], times: Sequence[float]) -> tuple[Event, ...]:
    """The events in their order, each marked against the one before."""
    texts = ["\n".join(DATA.findall(part)) for part in parts]
    names = [found[1] if (found := NAME.search(part)) else "" for part in parts]
    pieces = [_line(text, text) for text in texts[:1]] + [_line(after, before) for before, after in pairwise(texts)]
    last = max(times, default=0.0) or 1.0
    arrived = [times[index] if index < len(times) else None for index in range(len(parts))]
    return tuple(
        Event(name, data, seconds, round(100 * (seconds or 0.0) / last, 2))
        for name, data, seconds in zip(names, pieces, arrived, strict=True)
    )


def _line(text: str, before: str) -> tuple[Piece, ...]:
    one, other = _json(text), _json(before)
    return (_compared(one, other, None) if one is not None and other is not None else None) or ((text, text != before),)


def _body(text: str, before: str | None) -> tuple[Piece, ...]:
    """A body, as indented JSON where it is JSON."""
    one, other = _json(text), _json(before) if before else None
    pieces = None if one is None else _compared(one, one if other is None else other, 0)
    return pieces or (((text, False),) if text else ())


def _compared(value: Any, other: Any, depth: int | None) -> tuple[Piece, ...] | None:
    """The pieces of a value; None where it is nested too deeply to be drawn."""
    try:
        return _joined(_marked(value, other, depth))
    except RecursionError:
        return None


def _marked(value: Any, other: Any, depth: int | None) -> Iterator[Piece]:
    """The JSON text of a value; what the other has not is marked. It is indented, unless `depth` is None."""
    if isinstance(value, dict) and isinstance(other, dict) and value:
        inner = ((f"{json.dumps(name, ensure_ascii=False)}: ", name, value[name]) for name in value)
        yield from _members("{}", [(text, one, other.get(name), name in other) for text, name, one in inner], depth)
    elif isinstance(value, list) and isinstance(other, list) and value:
        known = [*other, *[None] * len(value)]
        inner_list = [("", one, known[index], index < len(other)) for index, one in enumerate(value)]
        yield from _members("[]", inner_list, depth)
    else:
        indent = None if depth is None else 2
        text = json.dumps(value, ensure_ascii=False, indent=indent).replace("\n", "\n" + "  " * (depth or 0))
        yield text, value != other


def _members(brackets: str, inner: list[tuple[str, Any, Any, bool]], depth: int | None) -> Iterator[Piece]:
    deeper = None if depth is None else depth + 1
    start, end = ("", "") if depth is None else ("\n" + "  " * (depth + 1), "\n" + "  " * depth)
    yield brackets[0], False
    for index, (name, value, other, known) in enumerate(inner):
        yield ("," if depth is not None else ", ") * bool(index) + start, False
        yield name, not known
        yield from _marked(value, other, deeper) if known else ((_plain(value, deeper), True),)
    yield end + brackets[1], False


def _plain(value: Any, depth: int | None) -> str:
    return "".join(text for text, _ in _marked(value, value, depth))


def _joined(pieces: Iterator[Piece]) -> tuple[Piece, ...]:
    """Neighbours with the same mark as one."""
    joined: list[Piece] = []
    for text, marked in pieces:
        if joined and joined[-1][1] == marked:
            joined[-1] = (joined[-1][0] + text, marked)
        elif text:
            joined.append((text, marked))
    return tuple(joined)


def _json(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None
