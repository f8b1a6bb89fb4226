"""Bytes as whoever reads them decodes them, with the way back to the raw bytes.

A secret may be written in escapes of JSON, of URLs and of HTML, in any mix and within each other, and may be split over
the events of a stream. `Layout` writes all of that out in one text, in which a search finds it.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

ESCAPE = re.compile(
    rb"\\+(?:u00|x)([2-7][0-9a-fA-F])|\\+([^\\])|%([2-7][0-9a-fA-F])"
    rb"|&#[xX]0*([2-7][0-9a-fA-F]);|&#0*([0-9]{2,3});|&(amp|quot|apos|lt|gt|sol|plus|equals|lowbar|hyphen|colon);"
)
NAMED = {b"amp": b"&", b"quot": b'"', b"apos": b"'", b"lt": b"<", b"gt": b">", b"sol": b"/", b"plus": b"+"}
NAMED |= {b"equals": b"=", b"lowbar": b"_", b"hyphen": b"-", b"colon": b":"}
DEPTH = 3
"""How many codings within each other are undone."""
LARGE = 1 << 20
"""The size from which on bytes that are no text are not searched for escapes."""
ALIKE = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ-_ ", b"abcdefghijklmnopqrstuvwxyz+/+")
"""Makes one of what is written in either case, in either alphabet of base64, and of a space and its sign in a form."""
LINE = re.compile(rb"[^\r\n]+")
MEMBER = re.compile(rb'"(\w+)"\s*:\s*"([^"\\]*+(?:\\.[^"\\]*+)*+)"')
INDEX = re.compile(rb'ndex"\s*:\s*(\d+)')
DATA = re.compile(rb"data: ?(?![{\[])")

Span = tuple[int, int]


def alike(text: bytes) -> bytes:
    """The text with its escapes undone, in the one form in which texts are compared."""
    for _ in range(DEPTH):
        if b"\\" not in text and b"%" not in text and b"&" not in text:
            break
        text = ESCAPE.sub(_written_out, text)
    return text.translate(ALIKE)


def _written_out(match: re.Match[bytes]) -> bytes:
    sort = match.lastindex
    if sort == 2:
        return b"" if match[2] in b"\r\nrn" else match[2]
    if sort == 5:
        return bytes([min(int(match[5]), 255)])
    return NAMED[match[6]] if sort == 6 else bytes.fromhex(match[sort or 0].decode())


class Layout:
    """A text, and below it each text that is split over its members of one name, as over the deltas of a stream."""

    def __init__(self, raw: bytes) -> None:
        self._pieces: list[Span] = [(0, len(raw))]
        self._escapes = len(raw) <= LARGE or b"\0" not in raw[:4096]
        if not self._escapes:
            self._flat, self.text = raw, raw.translate(ALIKE)
            return
        parts = [raw]
        for group in _split_texts(raw):
            parts += [b"\n", *(raw[start:end] for start, end in group)]
            self._pieces += [(-1, 0), *group]
        self._flat = b"".join(parts)
        self.text = alike(self._flat)

    def places(self, found: list[Span]) -> list[Span]:
        """The parts of the raw text that these parts of `text` stand for, in order and apart."""
        steps = _steps(self._flat) if self._escapes else []
        starts = self._starts()
        raw: list[Span] = []
        for start, end in found:
            for step in reversed(steps):
                start, end = step.place(start)[0], step.place(end - 1)[1]
            raw += self._in_pieces(starts, start, end)
        return apart(raw)

    def _starts(self) -> list[int]:
        """Where each piece begins in the flat text."""
        starts, at = [], 0
        for start, end in self._pieces:
            starts.append(at)
            at += end - start
        return starts

    def _in_pieces(self, starts: list[int], start: int, end: int) -> Iterator[Span]:
        number = bisect_right(starts, start) - 1
        while number < len(starts) and starts[number] < end:
            first, last = self._pieces[number]
            if first >= 0:
                shift = first - starts[number]
                yield max(start + shift, first), min(end + shift, last)
            number += 1


def _split_texts(raw: bytes) -> list[list[Span]]:
    """Where strings stand in members of one name, and of one index as well; and where data stands that is no JSON."""
    groups: dict[tuple[bytes, tuple[bytes, ...]], list[Span]] = defaultdict(list)
    if not any(sign in raw for sign in (b'":', b'" :', b"data:")):
        return []
    for line in LINE.finditer(raw):
        start, end = line.span()
        if data := DATA.match(raw, start, end):
            groups[b"", ()].append((data.end(), end))
        indexes = tuple(INDEX.findall(raw, start, end))
        for member in MEMBER.finditer(raw, start, end):
            groups[member[1], ()].append(member.span(2))
            if indexes:
                groups[member[1], indexes].append(member.span(2))
    alone = {name: len(spans) for (name, indexes), spans in groups.items() if not indexes}
    return [
        one for (name, indexes), one in groups.items() if len(one) > 1 and not (indexes and len(one) == alone[name])
    ]


class _Step:
    """One undoing of escapes: where each escape stood, and what came of it."""

    def __init__(self, before: bytes) -> None:
        self._starts, self._lengths, self._from, self._to = (array("q") for _ in range(4))
        parts, at, length = [], 0, 0
        for match in ESCAPE.finditer(before):
            written = _written_out(match)
            parts += [before[at : match.start()], written]
            length += match.start() - at
            self._starts.append(length)
            self._lengths.append(len(written))
            self._from.append(match.start())
            self._to.append(match.end())
            length, at = length + len(written), match.end()
        self.after = b"".join([*parts, before[at:]])

    def place(self, index: int) -> Span:
        """The place before this step of one byte after it."""
        number = bisect_right(self._starts, index) - 1
        if number < 0:
            return index, index + 1
        beyond = index - self._starts[number] - self._lengths[number]
        start, end = self._from[number], self._to[number]
        return (start, end) if beyond < 0 else (end + beyond, end + beyond + 1)


def _steps(text: bytes) -> list[_Step]:
    steps = []
    for _ in range(DEPTH):
        step = _Step(text)
        if step.after == text:
            break
        steps.append(step)
        text = step.after
    return steps


def apart(spans: list[Span]) -> list[Span]:
    """The same places, those that touch each other as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged
