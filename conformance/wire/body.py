"""Reads the body of an answer within bounds: how much of it is read, and how much one chunk may expand to."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

import httpx

from conformance.wire.network import ENDLESS

MIB = 1 << 20
MOST = 8 * MIB
"""The most bytes of an answer that are read, unpacked ones included."""
MOST_OF_MEDIA = 64 * MIB
"""The same of an answer that is, or may hold, an image, sound, a film or a file."""
MEDIA_TYPES = ("image/", "audio/", "video/", "application/octet-stream", "application/zip", "application/pdf")
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


def read(response: httpx.Response, path: str) -> Iterator[bytes]:
    """The decoded chunks of a body as they arrive. Raises `TooLarge`, and what reading raises."""
    most, size = limit(path, response.headers.get("content-type", "")), 0
    for chunk in _decoded(response):
        size += len(chunk)
        if size > most:
            raise TooLarge(f"{ENDLESS} within {most // MIB} MiB", request=response.request)
        yield chunk


def limit(path: str, media_type: str) -> int:
    """The most bytes that are read of an answer of that type to a request for that path."""
    media = path.startswith(MEDIA_PATHS) or media_type.lower().startswith(MEDIA_TYPES)
    return MOST_OF_MEDIA if media else MOST


def add(chunks: list[tuple[float, bytes]], when: float, chunk: bytes) -> None:
    """Appends a chunk that came so many seconds after the request."""
    if len(chunks) > MANY and when - chunks[-1][0] < MOMENT:
        chunks[-1] = chunks[-1][0], chunks[-1][1] + chunk
    else:
        chunks.append((when, chunk))


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
