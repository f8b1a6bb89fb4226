"""Where large answers stay: in a temporary file, from which a body comes back for as long as a check reads it.

A run may receive more than memory holds, while any of its checks may judge any answer whole.
"""

from __future__ import annotations

import ctypes
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import IO, Any, overload

HEAVY = 32 << 10
"""From this weight on an answer is written to the file."""
SIGNS = {b"{": 64, b"[": 64, b"\n": 64, b",": 32, b'"': 32}
"""What an object, a list, a line, a number and half a string weigh, beside their bytes, once they are decoded."""
AT_HAND = 4 << 20
"""The weight of all answers from the file that stay decoded; the last one always does."""
LARGEST = 32
"""After as much as so many of the largest answers hold, no further large one is read."""
MMAP_THRESHOLD = -3
"""The parameter of `mallopt`, by its number in malloc.h, for the size from which memory is given back when freed."""
VIEWS = ("body", "text", "json", "stream", "values")
"""The members of an exchange that are made of its bytes."""

Chunk = tuple[float, bytes]


def weight(body: bytes) -> int:
    """How much memory a body takes once it is decoded, roughly."""
    return len(body) + sum(body.count(sign) * weighs for sign, weighs in SIGNS.items())


class Spill:
    """The file, and the exchanges of which something is in memory."""

    def __init__(self) -> None:
        self.size = 0
        """How many bytes were written to it."""
        self.looking = threading.Lock()
        """Held while something large is made of a large body, which takes a multiple of its size."""
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self._open: dict[Any, int] = {}

    def is_full(self, most: int) -> bool:
        """Whether no further answer of up to so many bytes has room."""
        return self.size >= LARGEST * most

    def kept(self, cuts: Sequence[tuple[float, int]], body: bytes) -> Sequence[Chunk]:
        """The chunks of a body, cut so, in memory or in the file. Raises `OSError` when that takes no more."""
        weighs = weight(body)
        if weighs < HEAVY:
            return tuple(_cut(cuts, body))
        with self._lock:
            if self._file is None:
                _give_back_what_is_freed()
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 (it lasts as long as the exchanges)
                weakref.finalize(self, self._file.close)
            start, self.size = self.size, self.size + len(body)
            self._file.seek(start)
            self._file.write(body)
        return Stored(self, start, tuple(cuts), weighs)

    def read(self, start: int, size: int) -> bytes:
        """So many bytes of the file."""
        with self._lock:
            assert self._file
            self._file.seek(start)
            return self._file.read(size)

    def open(self, exchange: Any, weighs: int) -> None:
        """Makes room in memory for what is going to be read of an exchange."""
        with self._lock:
            self._open.pop(exchange, None)
            while self._open and sum(self._open.values()) + weighs > AT_HAND:
                oldest = next(iter(self._open))
                del self._open[oldest]
                for name in VIEWS:
                    vars(oldest).pop(name, None)
            self._open[exchange] = weighs


class Stored(Sequence[Chunk]):
    """The chunks of a body in the file; each is read when it is asked for."""

    def __init__(self, spill: Spill, start: int, cuts: tuple[tuple[float, int], ...], weighs: int) -> None:
        self.size = sum(size for _, size in cuts)
        self.looking = spill.looking
        self._spill, self._start, self._cuts, self._weighs = spill, start, cuts, weighs

    def __reduce__(self) -> tuple[type[tuple[Chunk, ...]], tuple[list[Chunk]]]:
        return tuple, (list(self),)

    def __len__(self) -> int:
        return len(self._cuts)

    @overload
    def __getitem__(self, place: int) -> Chunk: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Chunk]: ...
    def __getitem__(self, place: int | slice) -> Chunk | Sequence[Chunk]:
        return list(self)[place]

    def __iter__(self) -> Iterator[Chunk]:
        start = self._start
        for when, size in self._cuts:
            yield when, self._spill.read(start, size)
            start += size

    def open(self, exchange: Any) -> None:
        """Makes room in memory for what is going to be read of the exchange that has these chunks."""
        self._spill.open(exchange, self._weighs)

    def whole(self) -> bytes:
        """All of it."""
        return self._spill.read(self._start, self.size)


def _give_back_what_is_freed() -> None:
    """The allocator of glibc would keep what one thread has freed for that thread, up to 32 MiB at a time."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, HEAVY)


def _cut(cuts: Sequence[tuple[float, int]], body: bytes) -> Iterator[Chunk]:
    start = 0
    for when, size in cuts:
        yield when, body[start : start + size]
        start += size
