"""Reads server-sent events as section 9.2.6 of the WHATWG HTML standard describes.

Every legal form is accepted: CR, LF and CRLF line ends, a leading byte order mark, comments, `data:` with or without a
space, data over several lines, unknown fields. Whatever is not legal is reported, not repaired.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `arrived` is in seconds since the request was sent."""

    data: str
    name: str = ""
    arrived: float = 0.0


@dataclass(slots=True)
class Reader:
    """Cuts bytes into events. `feed` may be called with any cut of the bytes; `close` ends the stream."""

    events: list[Event] = field(default_factory=list)
    invalid_utf8: bool = False
    leftover: str = ""
    _buffer: bytes = b""
    _started: bool = False
    _after_cr: bool = False
    _data: list[str] = field(default_factory=list)
    _name: str = ""

    def feed(self, chunk: bytes, arrived: float = 0.0) -> None:
        """Takes the next bytes, which arrived `arrived` seconds after the request."""
        if not chunk:
            return
        self._buffer += chunk
        if not self._started:
            if len(self._buffer) < len(BOM):
                return
            self._buffer = self._buffer.removeprefix(BOM)
            self._started = True
        self._cut_lines(arrived)

    def close(self) -> None:
        """Ends the stream. Data that no blank line has ended is stored in `leftover`."""
        if self._buffer:
            self._line(self._buffer, 0.0)
            self._buffer = b""
        self.leftover = "\n".join(self._data)

    def _cut_lines(self, arrived: float) -> None:
        if self._after_cr:
            self._buffer = self._buffer.removeprefix(b"\n")
        lines = self._buffer.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._after_cr = self._buffer.endswith(b"\r")
        self._buffer = lines.pop()
        for line in lines:
            self._line(line, arrived)

    def _line(self, line: bytes, arrived: float) -> None:
        if not line:
            self._dispatch(arrived)
            return
        name, _, value = self._decode(line).partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value

    def _dispatch(self, arrived: float) -> None:
        if self._data:
            self.events.append(Event("\n".join(self._data), self._name, arrived))
        self._data, self._name = [], ""

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.invalid_utf8 = True
            return line.decode(errors="replace")


def read(chunks: Iterable[tuple[float, bytes]]) -> Reader:
    """Reads a whole stream of (seconds, bytes)."""
    reader = Reader()
    for arrived, chunk in chunks:
        reader.feed(chunk, arrived)
    reader.close()
    return reader
