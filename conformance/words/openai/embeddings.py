"""Embeddings as a check asks for them and reads them.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

import binascii
import struct
from base64 import b64decode
from collections.abc import Sequence
from functools import cached_property
from math import hypot, inf, isfinite
from operator import mul
from typing import Any

from conformance.words.answer import JsonAnswer
from conformance.words.ask import OMIT, Ask, without_omitted
from conformance.words.check import inconclusive, pick

PATH = "/embeddings"
TEXTS = (
    "The cat sat on the mat.",
    "Interest rates rose by half a point.",
    "Żółw śpiewa 世界 🎲",
    "def add(a, b): return a + b",
)
"""Short texts that no model can hold for the same."""
SWAPPED = (TEXTS[1], TEXTS[0], *TEXTS[2:])
"""The same texts in an order that is neither a rotation nor a reversal of the first one."""
DISHES = ["soup", "bread", "salad", "curry", "cake", "pancakes", "dumplings", "stew", "noodles", "omelette", "tea"]
PLACES = ["Japan", "Peru", "Poland", "Kenya", "Canada", "Greece", "India", "Mexico", "Norway", "Turkey", "Samoa"]
WORDS = ("Москва", "Казань")
"""Two words of the same length, without a letter of ASCII."""
MANY = tuple(f"How {dish} is made in {place}." for dish in DISHES for place in PLACES)
"""As many texts as a gateway may have to cut into several requests of its own."""
SOME = 24
"""How many of them a careful provider takes."""
USUAL = 256
"""A length that most models which shorten their vectors can give."""
SHORTEST = 1
"""The length of vectors whose values do not matter."""
Vector = Sequence[float]
SAME = 0.98
"""Vectors of one text are at least this alike, whatever machine computed them."""
NEARLY = 0.001
"""How much less alike the right vector may be than the best one."""


class Embeddings(JsonAnswer):
    """The answer to one request for embeddings."""

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        """The entries, in the order of the body."""
        entries = pick(self.body, "data", kind=list)
        return [pick(self.body, "data", place, kind=dict) for place in range(len(entries))]

    @cached_property
    def raw(self) -> list[Any]:
        """What stands for each vector: by index where the indices are whole, else in the order of the body."""
        places = [entry.get("index") for entry in self.entries]
        vectors = [pick(entry, "embedding") for entry in self.entries]
        if sorted(place for place in places if type(place) is int) != list(range(len(vectors))):
            return vectors
        return [vectors[places.index(place)] for place in range(len(vectors))]

    @cached_property
    def vectors(self) -> list[Vector]:
        """The vectors of an answer in floating point numbers."""
        vectors = [vector for vector in self.raw if numbers(vector)]
        if len(vectors) < len(self.raw) or not vectors:
            inconclusive("cannot be judged: an embedding is no array of numbers")
        return vectors

    @cached_property
    def decoded(self) -> list[Vector]:
        """The vectors of an answer in base64."""
        candidates = [unpacked(text) for text in self.raw]
        vectors = [vector for vector in candidates if vector]
        if len(vectors) < len(candidates) or not vectors:
            inconclusive("cannot be judged: an embedding is no base64 of 32-bit numbers")
        return vectors


def embed(ask: Ask, text: Any = TEXTS[0], *, take: int = 0, key: Any = "default", **fields: Any) -> Embeddings:
    """`POST /embeddings` for one text or several."""
    body = without_omitted({"model": ask.model_for("embeddings"), "input": text} | fields)
    return Embeddings(ask.post(PATH, body, take=take, key=key))


def shorter(ask: Ask) -> int:
    """A length of vectors that is shorter than the model's own."""
    own = len(embed(ask).vectors[0])
    return USUAL if own > USUAL else max(1, own // 2)


def embed_many(ask: Ask, count: int) -> Embeddings:
    """`POST /embeddings` for as many texts, with vectors as short as the model gives them."""
    lengths = (length for length in (SHORTEST, shorter(ask)) if embed(ask, dimensions=length).status == 200)
    return embed(ask, ["a"] * count, encoding_format="base64", dimensions=next(lengths, OMIT))


def numbers(value: Any) -> bool:
    """Whether a value is an array of finite numbers, not empty."""
    typed = isinstance(value, list) and bool(value) and set(map(type, value)) <= {int, float}
    return typed and all(map(inf.__gt__, map(abs, value)))


def unpacked(text: Any) -> Vector:
    """The little-endian 32-bit numbers in base64, which may be broken into lines; none of anything else."""
    if not isinstance(text, str):
        return ()
    try:
        data = b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return ()
    return struct.unpack(f"<{len(data) // 4}f", data) if data and len(data) % 4 == 0 else ()


def likeness(one: Vector, other: Vector) -> float:
    """The cosine of two vectors, from -1 to 1; -1 where they cannot be compared."""
    length = hypot(*one) * hypot(*other)
    if len(one) != len(other) or not length or not isfinite(length):
        return -1.0
    return sum(map(mul, one, other)) / length


def distance(one: Vector, other: Vector) -> float:
    """The largest difference between two vectors at any place; infinite where they cannot be compared."""
    if len(one) != len(other):
        return inf
    return max((abs(left - right) for left, right in zip(one, other, strict=True)), default=inf)
