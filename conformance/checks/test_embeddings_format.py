"""How embeddings are written and how long they are; inputs that are tokens."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from conformance.words.answer import demand_refused
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai.embeddings import (
    TEXTS,
    Embeddings,
    Vector,
    distance,
    embed,
    likeness,
    numbers,
    shorter,
    unpacked,
)

SAME = 0.98
"""Vectors of one text are at least this alike, whatever machine computed them."""
PRECISE = 1e-6
TOKENS = [464, 3797, 3332]
"""Tokens that every vocabulary has."""
OTHER_TOKENS = [1, 2, 3, 4, 5, 6]


@pytest.fixture
def floats(ask: Ask) -> Embeddings:
    """The vectors as numbers."""
    return embed(ask, TEXTS)


@pytest.fixture
def texts(ask: Ask) -> Embeddings:
    """The same vectors in base64."""
    return embed(ask, TEXTS, encoding_format="base64")


@requirement("embeddings.float")
def test_float(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """`encoding_format` `float` gives arrays of finite numbers."""
    for vector in demand_supported(embed(ask, encoding_format="float")).raw:
        assert numbers(vector), f"an embedding is {vector!r:.80}"


@requirement("embeddings.base64")
def test_base64(texts: Embeddings, demand_supported: Callable[..., Any]) -> None:
    """`encoding_format` `base64`, for which the official clients ask by default, gives each vector as text."""
    for vector in demand_supported(texts).raw:
        assert isinstance(vector, str), f"an embedding is {vector!r:.80}"


@requirement("embeddings.base64.decodes")
def test_base64_decodes(texts: Embeddings, floats: Embeddings) -> None:
    """The text is base64 of as many little-endian 32-bit floating point numbers as the vector has."""
    texts_of_base64 = [vector for vector in texts.raw if isinstance(vector, str)]
    if not texts_of_base64:
        inconclusive("cannot be judged: no embedding is text")

    for text in texts_of_base64:
        length, expected = len(unpacked(text)), len(floats.vectors[0])
        assert length == expected, f"the text holds {length} numbers of 32 bits, the vector has {expected}"


def _pairs(floats: Embeddings, texts: Embeddings) -> list[tuple[Vector, Vector]]:
    """The vectors of each text in both formats."""
    if [len(vector) for vector in floats.vectors] != [len(vector) for vector in texts.decoded]:
        inconclusive("cannot be judged: the vectors of the two formats have different lengths")
    return list(zip(floats.vectors, texts.decoded, strict=True))


@requirement("embeddings.base64.same")
def test_base64_same(texts: Embeddings, floats: Embeddings) -> None:
    """Both formats hold the same vector."""
    for one, other in _pairs(floats, texts):
        similarity = likeness(one, other)
        assert similarity >= SAME, f"the cosine of the two forms is {similarity:.4f}; the text starts with {other[:3]}"


@requirement("embeddings.base64.precise")
def test_base64_precise(ask: Ask, texts: Embeddings, floats: Embeddings) -> None:
    """The format does not change the numbers, as far as the model repeats itself."""
    pairs = _pairs(floats, texts)
    difference = max(distance(one, other) for one, other in pairs)
    if difference > PRECISE and _varies(ask, floats):
        inconclusive("the model does not give the same numbers twice")
    if min(likeness(one, other) for one, other in pairs) < SAME:
        inconclusive("cannot be judged: the two formats hold different vectors")

    assert difference <= PRECISE, f"the two forms differ by up to {difference:.2g}"


def _varies(ask: Ask, floats: Embeddings) -> bool:
    """Whether three answers to the same request hold different numbers."""
    again = [embed(ask, TEXTS, take=take).vectors for take in (1, 2)]
    pairs = [zip(floats.vectors, vectors, strict=False) for vectors in again]
    return max((distance(one, other) for pair in pairs for one, other in pair), default=inf) > PRECISE


@requirement("embeddings.dimensions")
def test_dimensions(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A vector has as many numbers as `dimensions` asks for."""
    wanted = shorter(ask)

    for vector in demand_supported(embed(ask, dimensions=wanted)).vectors:
        assert len(vector) == wanted, f"{wanted} dimensions were asked for, the vector has {len(vector)}"
        assert any(vector[-(wanted // 4 or 1) :]), f"{wanted} dimensions were asked for, the last of them are all 0"


@requirement("embeddings.dimensions.base64")
def test_dimensions_base64(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A vector in base64 has as many numbers as `dimensions` asks for."""
    wanted, own = shorter(ask), len(embed(ask).vectors[0])
    if len(embed(ask, encoding_format="base64").decoded[0]) != own:
        inconclusive("cannot be judged: base64 does not hold the vector in 32-bit numbers")

    for vector in demand_supported(embed(ask, dimensions=wanted, encoding_format="base64")).decoded:
        assert len(vector) == wanted, f"{wanted} dimensions were asked for, the vector has {len(vector)}"


@requirement("embeddings.dimensions.too-large")
def test_dimensions_too_large(ask: Ask, gateway: dict[str, Any]) -> None:
    """More `dimensions` than the model has are refused, or honoured, but not ignored."""
    wanted = 2 * len(embed(ask).vectors[0]) + 1
    answer = embed(ask, dimensions=wanted)

    if answer.status != 200:
        demand_refused(answer, gateway, "invalid_value")
        return
    length = len(answer.vectors[0])
    assert length == wanted, f"{wanted} dimensions were asked for, the vector has {length}"


@requirement("embeddings.dimensions.invalid")
@pytest.mark.parametrize("value", [0, -1, "many"], ids=["zero", "negative", "word"])
def test_dimensions_invalid(ask: Ask, gateway: dict[str, Any], value: int | str) -> None:
    """`dimensions` that are zero, negative or no number are refused as an invalid value."""
    demand_refused(embed(ask, dimensions=value), gateway, "invalid_value")


@requirement("embeddings.tokens")
def test_tokens(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """An array of tokens is one input, with a vector as long as that of a text."""
    own = len(embed(ask).vectors[0])
    vectors = demand_supported(embed(ask, TOKENS)).vectors

    lengths = [len(vector) for vector in vectors]
    assert lengths == [own], f"one array of tokens gave vectors of the lengths {lengths}, that of a text has {own}"


@requirement("embeddings.tokens.batch")
def test_tokens_batch(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """Arrays of tokens in an array are inputs of their own, in their order."""
    vectors = demand_supported(embed(ask, [OTHER_TOKENS, TOKENS])).vectors
    alone = embed(ask, TOKENS).vectors[0]

    assert len(vectors) == 2, f"two arrays of tokens gave {len(vectors)} vectors"
    assert likeness(vectors[1], alone) > likeness(vectors[0], alone), "the vectors are not in the order of the tokens"


@requirement("embeddings.tokens.counted")
def test_tokens_counted(ask: Ask) -> None:
    """Tokens are counted as at least as many as were sent."""
    counted = embed(ask, TOKENS).tokens("prompt_tokens")

    assert counted >= len(TOKENS), f"{len(TOKENS)} tokens are counted as {counted}"
