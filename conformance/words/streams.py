"""What checks demand of event streams, whatever the protocol."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.wire.exchange import Exchange
from conformance.words.check import inconclusive

NOTICEABLE = 0.05
"""Seconds of generation below which arrival times say nothing about buffering."""
TRIES = 3
"""How often a stream must look buffered to count as buffered: a network may be slow once."""

COUNTED = " ".join(map(str, range(11, 41)))
REPEAT_COUNTED = f"Repeat exactly: {COUNTED}"


def is_counted(text: str) -> bool:
    """All numbers are there."""
    return " ".join(re.findall(r"\d+", text)) == COUNTED


def has_gap(text: str) -> bool:
    """The numbers are some of those that were asked for, in their order and not all, and nothing says so."""
    numbers, rest = re.findall(r"\d+", text), iter(COUNTED.split())
    abridged = re.search(r"\.\.|…", text)
    return not is_counted(text) and not abridged and bool(numbers) and all(number in rest for number in numbers)


def demand_lossless(whole: str, streamed: Callable[[int], str]) -> None:
    """Demands that one of two streams of the counted list is complete, where the `whole` answer is.

    `streamed` gives the text of a stream that calls its end regular, by the number of the try.
    """
    if not is_counted(whole):
        inconclusive(f"the model does not repeat what it was asked to: {whole!r:.120}")
    texts = [text for take in (0, 1) if has_gap(text := streamed(take))]

    assert len(texts) < 2, f"two streams lost a part of the answer: {texts[-1]!r:.120}"


def demand_framing(exchange: Exchange) -> None:
    """Demands that every event is closed by a blank line, and that every byte is UTF-8."""
    reader = exchange.stream
    if exchange.status != 200 or exchange.broken or exchange.media_type != "text/event-stream":
        inconclusive("cannot be judged: there is no whole event stream")

    assert not reader.invalid_utf8, "the stream is not UTF-8"
    assert not reader.leftover, f"no blank line closes the last event: {reader.leftover!r:.100}"
    assert reader.events, f"the body holds no event: {exchange.text:.100}"


def demand_incremental(arrivals: Callable[[int, int], list[float]], least: int, most: int) -> None:
    """Demands that a long answer is not held back.

    `arrivals` tells when the text of an answer arrived, by the number of the try and the limit of its tokens.
    """
    for take in range(TRIES):
        short, long = arrivals(take, least), arrivals(take, most)
        spread, growth = long[-1] - long[0], long[0] - short[0]
        if growth < NOTICEABLE or spread > growth / 5:
            break
    else:
        raise AssertionError(f"the first text of a long answer came {growth:.2f} s later, all of it in {spread:.3f} s")
    if max(growth, spread) < NOTICEABLE:
        inconclusive(f"the model is too fast to tell: all text came within {spread:.3f} s")
