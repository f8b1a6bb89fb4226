"""The event stream reader: any legal encoding of the same events, cut at any byte, gives the same events."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conformance.wire import sse

LINE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)
DATA = st.lists(LINE, min_size=1, max_size=3)


@st.composite
def encoded(draw: st.DrawFn) -> tuple[list[str], bytes]:
    """Events, and one legal way to write them."""
    events = draw(st.lists(DATA, max_size=5))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    space = draw(st.sampled_from(["", " "]))
    lines: list[str] = []
    for event in events:
        lines += draw(st.lists(st.sampled_from([": ping", ":", "id: 7", "retry: 10", "unknown", ""]), max_size=2))
        lines += [f"data:{space or (' ' if line.startswith(' ') else '')}{line}" for line in event] + [""]
    text = end.join([*lines, ""]) if lines else ""
    bom = draw(st.sampled_from([b"", sse.BOM]))
    return ["\n".join(event) for event in events], bom + text.encode()


def cut(data: bytes, places: list[int]) -> list[tuple[float, bytes]]:
    """The bytes cut at these places."""
    edges = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [(float(number), data[start:end]) for number, (start, end) in enumerate(pairwise(edges))]


@given(encoded(), st.lists(st.integers(0, 400), max_size=8))
def test_any_encoding_gives_the_events(written: tuple[list[str], bytes], places: list[int]) -> None:
    """Line ends, spaces, comments, byte order mark and cuts do not matter."""
    events, data = written

    reader = sse.read(cut(data, places))

    assert [event.data for event in reader.events] == events
    assert not reader.invalid_utf8
    assert not reader.leftover


@given(encoded())
def test_every_byte_on_its_own(written: tuple[list[str], bytes]) -> None:
    """One byte at a time is legal too."""
    events, data = written

    assert [event.data for event in sse.read([(0.0, bytes([byte])) for byte in data]).events] == events


def test_arrival_is_when_the_blank_line_came() -> None:
    """An event arrives when it is complete."""
    reader = sse.read([(1.0, b"data: a\n"), (2.0, b"\ndata: b"), (3.0, b"\n\n")])

    assert [(event.data, event.arrived) for event in reader.events] == [("a", 2.0), ("b", 3.0)]


def test_unclosed_event_is_left_over() -> None:
    """An event needs a blank line at its end."""
    reader = sse.read([(0.0, b"data: a\n\ndata: [DONE]")])

    assert [event.data for event in reader.events] == ["a"]
    assert reader.leftover == "[DONE]"


def test_bytes_that_are_not_utf8_are_told() -> None:
    """An invalid byte is reported, not silently repaired."""
    assert sse.read([(0.0, b"data: \xe4\n\n")]).invalid_utf8


def test_event_names_are_read() -> None:
    """`event:` names the event that it belongs to."""
    reader = sse.read([(0.0, b"event: ping\ndata: {}\n\ndata: {}\n\n")])

    assert [event.name for event in reader.events] == ["ping", ""]


def test_byte_order_mark_stands_at_the_beginning_only() -> None:
    """A byte order mark after the start is part of an unknown field's name."""
    reader = sse.read([(0.0, b"\xef\xbb\xbfdata: a\n"), (0.0, b"\xef\xbb\xbfdata: b\n\n")])

    assert [event.data for event in reader.events] == ["a"]


def test_line_end_may_be_cut_in_two() -> None:
    """A carriage return and a line feed are one line end, even across two reads."""
    reader = sse.read([(0.0, b"data: a\r"), (0.0, b""), (0.0, b"\ndata: b\r"), (0.0, b"\r")])

    assert [event.data for event in reader.events] == ["a\nb"]


def test_lines_without_an_end_are_left_over_together() -> None:
    """The last line end does not end the event."""
    reader = sse.read([(0.0, b"data: a\ndata: b\n")])

    assert reader.events == []
    assert reader.leftover == "a\nb"


def test_unknown_fields_are_ignored() -> None:
    """Only `event` sets a name; comments set nothing."""
    reader = sse.read([(0.0, b": comment\nid: 7\nretry: 10\ndata: a\n\n")])

    assert reader.events == [sse.Event("a")]
