"""A reply before it is sent, and the methods that change it.

Every method that changes a reply changes it in place, returns it, and does nothing where it does not apply: `map` on a
JSON answer, `edit` on a stream or on an error, `edit_error` on a success.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

Chunk = dict[str, Any]
Event = Chunk | str | bytes
"""One event of a stream: a chunk (JSON), raw data such as `[DONE]`, or bytes that are written as they are."""

_encoder = msgspec.json.Encoder()
encode_json, encode_lines = _encoder.encode, _encoder.encode_lines
HERE = "\x00"
"""Stands for a text in a chunk that is repeated."""
_ENCODED_HERE = encode_json(HERE)


def encode_event(event: Event, named: bool = False) -> bytes:
    """The bytes of an event on the wire. A chunk that is `named` has its `type` as the name of the event."""
    if isinstance(event, bytes):
        return event
    name = f"event: {event['type']}\n".encode() if named and isinstance(event, dict) and "type" in event else b""
    data = event.encode() if isinstance(event, str) else encode_json(event)
    return name + b"data: " + data + b"\n\n"


def burst(events: list[Event], place: int, texts: list[str], named: bool = False) -> bytes:
    """The bytes of events, of which the one at that place is repeated for each text, written where it has HERE."""
    pieces = [encode_event(event, named) for event in events]
    before, _, after = pieces[place].rpartition(_ENCODED_HERE)
    repeated = encode_lines(texts)[:-1].replace(b"\n", after + before)
    pieces[place : place + 1] = [before, repeated, after] if texts else []
    return b"".join(pieces)


def _with_names(lines: bytes, chunks: list[Any]) -> bytes:
    """The events of encoded chunks, each with its `type` as its name where it has one."""
    names = [f"event: {chunk['type']}\n".encode() if "type" in chunk else b"" for chunk in chunks]
    pairs = zip(names, lines.split(b"\n"), strict=True)
    return b"".join([b"%sdata: %s\n\n" % pair for pair in pairs])


class Delivery(msgspec.Struct):
    """When the pieces of a reply are sent and how its connection ends.

    `waits` are the seconds before each event. `ending` is "reset", "half-close" or "never", where there is a
    scripted one: `after` so many events or bytes, else at once. `events` and `cut` are as those of the reply.
    """

    waits: list[float] = []
    ending: str = ""
    after: int | None = None
    events: bool = False
    cut: bool = False


class Reply(msgspec.Struct):
    """One answer. It is a stream when `events` is not None, otherwise `body` is JSON, bytes or nothing.

    A stream is server-sent events, or one JSON array of its events when `array` is true.

    `delay` is waited before the first byte and `pause` after each event, both in seconds. `fragment` is the number of
    bytes per write, 0 for as many as there are. `cut` drops the connection after the last byte, without an end.
    `delivery` is what a scenario says of time and of the connection. `cause` names why a request was refused.
    `named` gives the events the names that their chunks have as `type`.
    """

    status: int = 200
    headers: dict[str, str] = {}
    body: Any = None
    events: list[Event] | None = None
    pause: float = 0.0
    delay: float = 0.0
    fragment: int = 0
    cut: bool = False
    delivery: Delivery | None = None
    cause: str | None = None
    named: bool = False
    array: bool = False

    @classmethod
    def json(cls, body: Any, status: int = 200) -> Reply:
        """An answer with a JSON body."""
        return cls(status, {"content-type": "application/json"}, body)

    @classmethod
    def stream(cls, events: list[Event], pause: float = 0.0, named: bool = False) -> Reply:
        """An answer in server-sent events."""
        headers = {"content-type": "text/event-stream", "cache-control": "no-cache"}
        return cls(200, headers, None, events, pause, named=named)

    @property
    def ok(self) -> bool:
        """The request was served."""
        return self.status < 400

    @property
    def chunks(self) -> list[Chunk]:
        """The chunks of a stream, to read or to change in place; none for any other answer."""
        return [event for event in self.events or () if isinstance(event, dict)]

    def map(self, change: Callable[[Chunk], Event]) -> Reply:
        """Replace each chunk of a stream."""
        if self.events is not None:
            self.events = [change(event) if isinstance(event, dict) else event for event in self.events]
        return self

    def without(self, unwanted: Callable[[Event], bool]) -> Reply:
        """Leave out events of a stream."""
        if self.events is not None:
            self.events = [event for event in self.events if not unwanted(event)]
        return self

    def edit(self, change: Callable[[Any], Any]) -> Reply:
        """Change the JSON body of a success: in place, or by the value that `change` returns."""
        if self.ok and self.events is None and self.body is not None:
            self._change_body(change)
        return self

    def edit_error(self, change: Callable[[Any], Any]) -> Reply:
        """Change the whole JSON body of an error: in place, or by the value that `change` returns."""
        if not self.ok:
            self._change_body(change)
        return self

    def edit_objects(self, change: Callable[[Chunk], Any]) -> Reply:
        """Change, in place, the JSON body of any answer, and each chunk of a stream."""
        if isinstance(self.body, dict):
            change(self.body)
        for chunk in self.chunks:
            change(chunk)
        return self

    def raw(self, change: Callable[[bytes], bytes]) -> Reply:
        """Change the bytes of the body, or of each event."""
        if self.events is not None:
            self.events = [change(piece) for piece in self.pieces()]
            self.array = False
        elif self.body is not None:
            self.body = change(self.encoded())
        return self

    def pieces(self) -> list[bytes]:
        """The bytes of a stream, event by event."""
        if not self.array:
            return [encode_event(event, self.named) for event in self.events or ()]
        items = [event if isinstance(event, bytes) else encode_json(event) for event in self.events or ()]
        opened = [(b",\n" if place else b"[") + item for place, item in enumerate(items)] or [b"["]
        return opened if self.cut else [*opened[:-1], opened[-1] + b"]"]

    def encoded(self) -> bytes:
        """The bytes of the body; of a stream, all events together."""
        if self.events is not None:
            return self._chunks_at_once() or b"".join(self.pieces())
        if self.body is None or isinstance(self.body, bytes):
            return self.body or b""
        return encode_json(self.body)

    def _chunks_at_once(self) -> bytes:
        """The bytes of a stream of chunks, of which the last may be a text; nothing of any other stream."""
        events = self.events or []
        chunks, rest = (events[:-1], events[-1:]) if events and isinstance(events[-1], str) else (events, [])
        if not chunks or (self.array and (rest or self.cut)) or any(type(chunk) is not dict for chunk in chunks):
            return b""
        lines = encode_lines(chunks)[:-1]  # JSON has no line end of its own
        if self.array:
            return b"[" + lines.replace(b"\n", b",\n") + b"]"
        data = _with_names(lines, chunks) if self.named else b"data: " + lines.replace(b"\n", b"\n\ndata: ") + b"\n\n"
        return data + b"".join(map(encode_event, rest))

    def _change_body(self, change: Callable[[Any], Any]) -> None:
        changed = change(self.body)
        self.body = self.body if changed is None else changed
