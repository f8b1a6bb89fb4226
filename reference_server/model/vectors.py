"""Turns texts into vectors of length 1: always the same ones, and close to each other when texts share words.

Every word is hashed to a direction, and a vector is the sum of its words' directions. The whole text adds a small
direction of its own, so that no two texts have the same vector. Numbers are 32-bit, so both encodings of a vector
hold the same values.
"""

from __future__ import annotations

import re
import struct
from base64 import b64encode
from collections import Counter
from functools import lru_cache
from hashlib import shake_128
from math import sqrt

_WORD = re.compile(r"\w+|[^\w\s]")
_OWN = 0.1
"""The weight of the direction that belongs to the whole text alone."""
Input = str | tuple[int, ...]
"""A text, or the numbers of its tokens."""


def floats(text: Input, size: int, length: int) -> list[float]:
    """The vector of a text in a space of `size` dimensions, cut to the first `length` and made 1 long again."""
    return list(struct.unpack(f"<{length}f", _packed(text, size, length)))


@lru_cache(maxsize=256)
def base64(text: Input, size: int, length: int) -> str:
    """The same vector as base64 of little-endian 32-bit floating point numbers."""
    return b64encode(_packed(text, size, length)).decode()


@lru_cache(maxsize=256)
def _packed(text: Input, size: int, length: int) -> bytes:
    sums = [0.0] * size
    for word, weight in _weights(text).items():
        for place, byte in enumerate(shake_128(word.encode("utf-8", "replace")).digest(size)):
            sums[place] += weight * (byte - 127.5)
    cut = sums[:length]
    norm = sqrt(sum(value * value for value in cut))
    unit = [value / norm for value in cut] if norm else [1.0] + [0.0] * (length - 1)
    return struct.pack(f"<{length}f", *unit)


def _weights(text: Input) -> dict[str, float]:
    """The words of a text, each with its weight; the whole text counts as a word."""
    if isinstance(text, str):
        words, whole = _WORD.findall(text.lower()), text
    else:
        words, whole = [f"token {number}" for number in text], f"tokens {text}"
    return {**{word: sqrt(count) for word, count in Counter(words).items()}, f"text {whole}": _OWN}
