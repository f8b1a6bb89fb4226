"""When an answer comes: the pauses of a stream, and the delay of a whole answer."""

from __future__ import annotations

from random import Random

import msgspec

from reference_server.errors import Refusal
from reference_server.scenario.words import Time
from reference_server.wire.reply import Delivery, Reply

_STALL = 600.0
"""Seconds that an answer stalls unless the scenario says how many."""
_FIELDS = Time.__struct_fields__


def combined(*times: Time | None) -> Time | None:
    """One time: of each word the first that says something. None when nothing does."""
    known = [time for time in times if time is not None]
    values = {
        name: next((value for time in known if (value := getattr(time, name)) is not None), None) for name in _FIELDS
    }
    return Time(**values) if known else None


def from_header(text: str) -> Time:
    """The time of a header such as `0.5`, which is the delay of the headers, or `first=0.2; rate=50`.

    Raises Refusal.
    """
    pairs = [part.strip().partition("=") for part in text.split(";") if part.strip()]
    try:
        values = {name if equals else "headers": float(value if equals else name) for name, equals, value in pairs}
        return msgspec.convert(values, Time, strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        message = f"x-reference-delay: {error}; use seconds, or {', '.join(f'{name}=' for name in _FIELDS)} apart by ;"
        raise Refusal("invalid_value", message, "x-reference-delay") from error


def paced(reply: Reply, time: Time, spent: int, random: Random) -> None:
    """Delay a reply; `spent` are the tokens of a whole answer, which stalls before it comes."""
    stall = _STALL if time.stall is None else time.stall
    reply.delay += time.headers or 0.0
    if reply.events is None:
        reply.delay += (time.first or 0.0) + (spent / time.rate if time.rate else 0.0)
        reply.delay += stall if time.stall_after is not None else 0.0
        return
    pause = 1 / time.rate if time.rate else 0.0
    waits = [pause * _varied(time.jitter, random) for _ in reply.events]
    if waits:
        waits[0] = (time.first or 0.0) * _varied(time.jitter, random)
    if time.stall_after is not None and time.stall_after < len(waits):
        waits[time.stall_after] += stall
    if any(waits):
        reply.delivery = Delivery(waits)


def _varied(jitter: float | None, random: Random) -> float:
    return 1 + random.uniform(-jitter, jitter) if jitter else 1.0
