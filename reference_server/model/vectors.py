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
from operator import add, mul

_WORD = re.compile(r"\w+|[^\w\s]")
_OWN = 0.1
"""The weight of the direction that belongs to the whole text alone."""
_MIDDLE = 127.5
"""The middle of the bytes that a direction is made of."""
_MOST_WORDS = 500
"""The words of a text that count: the most frequent ones."""
Input = str | tuple[int, ...]
"""A text, or the numbers of its tokens."""


def floats(text: Input, length: int) -> list[float]:
    """The vector of a text: the first `length` numbers of an endless one, made 1 long."""
    return list(struct.unpack(f"<{length}f", _packed(text, length)))


@lru_cache(maxsize=256)
def base64(text: Input, length: int) -> str:
    """The same vector as base64 of little-endian 32-bit floating point numbers."""
    return b64encode(_packed(text, length)).decode()


@lru_cache(maxsize=256)
def _packed(text: Input, length: int) -> bytes:
    weights = _weights(text)
    sums = [-_MIDDLE * sum(weights.values())] * length
    for word, weight in weights.items():
        direction = shake_128(word.encode("utf-8", "replace")).digest(length)
        sums = list(map(add, sums, direction if weight == 1 else map(weight.__mul__, map(float, direction))))
    norm = sqrt(sum(map(mul, sums, sums)))
    unit = [value / norm for value in sums] if norm else [1.0] + [0.0] * (length - 1)
    return struct.pack(f"<{length}f", *unit)


def _weights(text: Input) -> dict[str, float]:
    """The words of a text, each with its weight; the whole text counts as a word."""
    if isinstance(text, str):
        words, whole = _WORD.findall(text.lower()), text
    else:
        words, whole = [f"token {number}" for number in text], f"tokens {text}"
    counts = Counter(words)
    if len(counts) > _MOST_WORDS:
        counts = Counter(dict(counts.most_common(_MOST_WORDS)))
    return {**{word: sqrt(count) for word, count in counts.items()}, f"text {whole}": _OWN}
