"""A request and its answer, with the arrival time of each part. Nothing here holds a credential."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
import msgspec

from conformance.target import Secret
from conformance.wire import sse
from conformance.wire.spill import Stored

MASK = "***"
LARGE, BEGINNING = 1 << 20, re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{\"0-9tfn-]")
"""Larger bodies that do not begin as JSON does are not decoded: to try takes twice their size."""
LONGEST_NUMBER = 300
"""The digits of an integer, of which a float can hold no more."""
DIGITS, LONG = bytes.maketrans(b"123456789", b"000000000"), b"0" * LONGEST_NUMBER
SHOWN = 1 << 20
"""The most bytes of a body that are read as text."""
KEY_HERE = "{key}"
VALID, REPORTED = "valid", "reported"
"""Marks of an answer: a check reads it as that to a valid request; a check fails because of its status."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. `key` names a key of the target, or is a `Secret`, or None.

    `path` is relative to the base URL of the protocol, or a whole URL, which gets no key and whose redirections are
    followed. An empty header is not sent, and `KEY_HERE` within a header or within a relative path becomes the key.
    """

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    key: str | Secret | None = "default"
    protocol: str = "openai"


@dataclass(frozen=True, eq=False)
class Exchange:
    """A request and its answer. `chunks` are (seconds since the request, bytes); nothing here holds a credential."""

    number: int
    request: Request
    url: str
    started: str
    sent: tuple[tuple[str, str], ...] = ()
    status: int = 0
    http_version: str = "HTTP/1.1"
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    chunks: Sequence[tuple[float, bytes]] = ()
    elapsed: float = 0.0
    broken: str = ""
    """How the connection ended too early; empty when it did not."""
    leaks: tuple[str, ...] = ()
    """Where it showed a credential, which is masked here."""
    marks: set[str] = field(default_factory=set)
    """What checks have noted of it."""

    @cached_property
    def body(self) -> bytes:
        """The whole body."""
        chunks = self._opened()
        return chunks.whole() if isinstance(chunks, Stored) else b"".join(chunk for _, chunk in chunks)

    @cached_property
    def text(self) -> str:
        """The body as text, for people."""
        return self.body[:SHOWN].decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The decoded body, or None when it is not JSON."""
        with self.chunks.looking if isinstance(self.chunks, Stored) else nullcontext():
            return decoded(self.body)

    @cached_property
    def asked(self) -> Any:
        """The decoded body of the request, or None when it is not JSON."""
        return decoded(self.request.body or b"")

    @cached_property
    def values(self) -> list[Any]:
        """The decoded data of each event of a stream, None for what is not JSON."""
        return [decoded(event.data) for event in self.stream.events]

    @cached_property
    def stream(self) -> sse.Reader:
        """The body read as server-sent events."""
        return sse.read(self._opened())

    def _opened(self) -> Sequence[tuple[float, bytes]]:
        """The chunks, of which something is going to stay in memory."""
        if isinstance(self.chunks, Stored):
            self.chunks.open(self)
        return self.chunks

    @property
    def size(self) -> int:
        """How many bytes the body has."""
        return self.chunks.size if isinstance(self.chunks, Stored) else sum(len(chunk) for _, chunk in self.chunks)

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()


def headers_of(pairs: Iterable[tuple[str, str]]) -> httpx.Headers:
    """Headers of any text: the library itself takes ASCII only, and a gateway may send other bytes."""
    return httpx.Headers([(name.encode(), value.encode("utf-8", "replace")) for name, value in pairs])


def decoded(text: bytes | str) -> Any:
    """A JSON value by RFC 8259, which has no NaN or Infinity; None when it is not JSON."""
    if isinstance(text, bytes):
        if len(text) > LARGE and not BEGINNING.match(text):
            return None
        if LONG not in text.translate(DIGITS):
            with suppress(msgspec.DecodeError, ValueError, RecursionError):
                return msgspec.json.decode(text)
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | float:
    """A number of more digits than any number has that is counted with is as good as infinite."""
    return int(digits) if len(digits) < LONGEST_NUMBER else float(digits)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
