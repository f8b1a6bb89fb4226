"""Reads the body of an answer within bounds: how much of it is read, and how much one chunk may expand to."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, Protocol

import httpx

from conformance.wire.network import ENDLESS, TOO_LARGE
from conformance.wire.spill import weight

MIB = 1 << 20
MOST = 8 * MIB
"""The most bytes of an answer that are read, unpacked ones included."""
MOST_OF_MEDIA = 64 * MIB
"""The same of an answer that may hold an image, sound, a film or a file."""
SMALL = 256 << 10
"""The same when a run has received too many large ones; up to this size an answer arrives in memory."""
MOST_DECODED = 48 * MIB
"""The most memory that the objects, lists, strings and numbers of an answer may take, beside its bytes."""
BEGINNING = 4 << 10
"""How many bytes are kept of an answer that takes more."""
HEADERS, MOST_HEADERS = 16 << 10, 200
"""The most bytes of its headers, and the most of them."""
MEDIA_PATHS = ("/images", "/audio", "/videos", "/music", "/files", "/tasks", "http://", "https://")
PIECE = 64 << 10
"""How many bytes are unpacked at a time."""
CODINGS = "gzip, deflate"
"""The content codings that are asked for, and understood."""
MANY = 10_000
"""After so many chunks, those that come within `MOMENT` become one, so that single bytes take no memory."""
MOMENT = 0.05


class TooLarge(httpx.RequestError):
    """The body is larger than what is read of an answer."""


class Decoder(Protocol):
    """What `zlib.decompressobj` gives."""

    @property
    def unconsumed_tail(self) -> bytes:
        """What was not unpacked yet, because it would have been too much at once."""

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        """What the data unpacks to, at most so many bytes."""


def read(response: httpx.Response, most: int) -> Iterator[bytes]:
    """The decoded chunks of a body as they arrive. Raises `TooLarge`, and what reading raises."""
    size = 0
    for chunk in _decoded(response):
        size += len(chunk)
        if size > most:
            raise TooLarge(f"{ENDLESS} within {most / MIB:g} MiB", request=response.request)
        yield chunk


def demand_decodable(record: dict[str, Any], incoming: Incoming) -> None:
    """Leaves the beginning of a body that would take too much memory once it is decoded, and says so."""
    if incoming.size > SMALL and weight(incoming.whole) - incoming.size > MOST_DECODED:
        incoming.shorten(BEGINNING)
        record["broken"] = f"{TOO_LARGE}: the answer takes more than {MOST_DECODED // MIB} MiB once it is decoded"


def bounded(record: dict[str, Any], pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers up to their bound; what is beyond that is told."""
    ends = accumulate(len(name) + len(value) for name, value in pairs)
    kept = [pair for pair, end in zip(pairs[:MOST_HEADERS], ends, strict=False) if end <= HEADERS]
    if len(kept) < len(pairs):
        record["broken"] = f"{TOO_LARGE}: the headers are more than {MOST_HEADERS}, or than {HEADERS >> 10} KiB"
    return kept


def limit(path: str) -> int:
    """The most bytes that are read of an answer to a request for that path."""
    return MOST_OF_MEDIA if path.startswith(MEDIA_PATHS) else MOST


class Incoming:
    """The body of an answer that arrives; a large one does so in a temporary file. `cuts` are its chunks, by size."""

    def __init__(self) -> None:
        self.cuts: list[tuple[float, int]] = []
        self.size = 0
        self._file = tempfile.SpooledTemporaryFile(SMALL)  # noqa: SIM115 (it lasts as long as the answer arrives)

    def add(self, when: float, chunk: bytes) -> None:
        """Appends a chunk that came so many seconds after the request."""
        self._file.write(chunk)
        self.size += len(chunk)
        if len(self.cuts) > MANY and when - self.cuts[-1][0] < MOMENT:
            self.cuts[-1] = self.cuts[-1][0], self.cuts[-1][1] + len(chunk)
        else:
            self.cuts.append((when, len(chunk)))

    @property
    def whole(self) -> bytes:
        """What has come so far."""
        self._file.seek(0)
        return self._file.read()

    def shorten(self, size: int) -> None:
        """Leaves so many bytes of it."""
        self.cuts, self.size = [(self.cuts[0][0], size)], size
        self._file.truncate(size)

    def close(self) -> None:
        """Forgets it."""
        self._file.close()


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    """The chunks without the content codings that are understood. Raises `httpx.DecodingError`."""
    chunks = response.iter_raw()
    codings = response.headers.get("content-encoding", "").lower().split(",")
    for coding in reversed([name.strip() for name in codings]):
        if coding in ("gzip", "x-gzip", "deflate"):
            chunks = _unpacked(chunks, coding)
    try:
        yield from filter(None, chunks)
    except zlib.error as error:
        raise httpx.DecodingError(str(error), request=response.request) from None


def _unpacked(chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    decoder: Decoder | None = None
    for data in filter(None, chunks):
        decoder = decoder or _decoder(coding, data)
        piece = decoder.decompress(data, PIECE)
        while piece:
            yield piece
            piece = decoder.decompress(decoder.unconsumed_tail, PIECE)


def _decoder(coding: str, first: bytes) -> Decoder:
    """The decoder of a body. What servers call deflate has a header, or none."""
    if coding != "deflate":
        return zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        zlib.decompressobj().decompress(first, 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS)
    return zlib.decompressobj()
