"""Turns texts into vectors of length 1: always the same ones, and close to each other when texts share words.

Every word is hashed to a direction, and a vector is the sum of its words' directions. The whole text adds a small
direction of its own, so that no two texts have the same vector. Numbers are 32-bit, so both encodings of a vector
hold the same values, of which there are 128 in a vector. A long vector repeats itself.

A direction is one large integer, of which every four bytes are a number from 0 to 255: so one addition adds all numbers
of two directions.
"""

from __future__ import annotations

import re
import struct
from base64 import b64encode
from collections import Counter
from functools import lru_cache
from hashlib import shake_128
from math import hypot, sqrt

import msgspec

_WORD = re.compile(r"\w+|[^\w\s]")
_WEIGHT, _OWN = 10, 0.1
"""The weight of a word's direction, and that of the text's own direction, as a part of all words together."""
_SIZE = 4
"""Bytes of a number, and of the sum of numbers."""
_LEVELS = 128
_DISTANCES = range(1 - _LEVELS, _LEVELS, 2)
"""How far each level, from 0 on, is from the middle, in halves."""
_LOW = bytes(distance**2 % 256 for distance in _DISTANCES).ljust(256)
_HIGH = bytes(distance**2 // 256 for distance in _DISTANCES).ljust(256)
"""The squares of the distances: tables are added up faster than in a loop."""
_VALUES = f"<{_LEVELS}f"
_PERIOD = 256
"""Numbers after which a vector repeats itself: more of them would take longer, and say no more about the text."""
_MOST_WORDS = 500
"""The words of a text that count: the most frequent ones."""
Input = str | tuple[int, ...]
"""A text, or the numbers of its tokens."""


def floats(text: Input, length: int) -> list[float]:
    """The vector of a text: the first `length` numbers of an endless one, made 1 long."""
    return list(struct.unpack(f"<{length}f", _packed(text, length)))


def json(text: Input, length: int) -> msgspec.Raw:
    """The same numbers as JSON, of which each is written once."""
    levels, values = _vector(text, length)
    numbers = msgspec.json.encode(struct.unpack(_VALUES, values))[1:-1].split(b",")
    written = [numbers[level] for level in levels]
    times, rest = divmod(length, len(levels))
    blocks = [b",".join(written)] * times
    if rest:
        blocks.append(b",".join(written[:rest]))
    return msgspec.Raw(b"[%s]" % b",".join(blocks))


def base64(text: Input, length: int) -> str:
    """The same vector as base64 of little-endian 32-bit floating point numbers."""
    return b64encode(_packed(text, length)).decode()


def _packed(text: Input, length: int) -> bytes:
    levels, values = _vector(text, length)
    packed = bytearray(_SIZE * len(levels))
    for place in range(_SIZE):
        packed[place::_SIZE] = levels.translate(values[place::_SIZE].ljust(256))
    return (bytes(packed) * (length // len(levels) + 1))[: _SIZE * length]


def _vector(text: Input, length: int) -> tuple[bytes, bytes]:
    """The levels of a vector until they repeat, and what each level stands for."""
    levels = _levels(text, min(length, _PERIOD))
    return levels, _values(levels, length)


def _levels(text: Input, length: int) -> bytes:
    """The sum of the directions, whose numbers are levels again."""
    words, whole = _words(text)
    weights = _weights(words)
    own = max(1, round(_OWN * hypot(*weights.values())))
    total = own * _hashed(whole, length) + sum([weight * _direction(word, length) for word, weight in weights.items()])
    most = _LEVELS * 256 ** (_SIZE - 1) // (255 * (own + sum(weights.values())) + 1)
    return (most * total).to_bytes(_SIZE * length, "little")[_SIZE - 1 :: _SIZE]


def _values(levels: bytes, length: int) -> bytes:
    """What each level stands for, as 32-bit numbers: so that the middle is 0 and the vector 1 long."""
    times, rest = divmod(length, len(levels))
    scale = 1 / sqrt(times * _squares(levels) + _squares(levels[:rest]))
    return struct.pack(_VALUES, *[distance * scale for distance in _DISTANCES])


def _squares(levels: bytes) -> int:
    return sum(levels.translate(_LOW)) + 256 * sum(levels.translate(_HIGH))


@lru_cache(maxsize=256)
def _direction(word: str, length: int) -> int:
    return _hashed(word, length)


def _hashed(word: str, length: int) -> int:
    spread = bytearray(_SIZE * length)
    spread[::_SIZE] = shake_128(word.encode("utf-8", "replace")).digest(length)
    return int.from_bytes(spread, "little")


def _words(text: Input) -> tuple[list[str], str]:
    """The words of a text, and what is hashed for the whole of it."""
    if isinstance(text, str):
        return _WORD.findall(text.lower()), f"text {text}"
    return [f"token {number}" for number in text], f"text tokens {text}"


def _weights(words: list[str]) -> dict[str, int]:
    counts = Counter(words)
    if len(counts) > _MOST_WORDS:
        counts = Counter(dict(counts.most_common(_MOST_WORDS)))
    return {word: round(_WEIGHT * sqrt(count)) for word, count in counts.items()}
