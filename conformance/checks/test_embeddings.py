"""Embeddings: the body, the entries, and which vector belongs to which text."""

from __future__ import annotations

from collections.abc import Callable
from math import hypot
from typing import Any

import pytest

from conformance.words.answer import demand_credits, demand_kind, demand_refused, demand_text
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.openai.embeddings import (
    MANY,
    NEARLY,
    SAME,
    SOME,
    SWAPPED,
    TEXTS,
    WORDS,
    Embeddings,
    Vector,
    embed,
    embed_many,
    likeness,
    numbers,
)
from conformance.words.schema import demand_schema
from gateway_contract import Contract

MOST = 2048
MARGIN = 0.02
"""How much less alike the right vector of many may be than the best one."""


@pytest.fixture
def one(ask: Ask) -> Embeddings:
    """The embedding of one text."""
    return embed(ask)


@pytest.fixture
def batch(ask: Ask) -> Embeddings:
    """The embeddings of several texts."""
    return embed(ask, TEXTS)


@requirement("embeddings.answers")
def test_answers(one: Embeddings, demand_supported: Callable[..., Any]) -> None:
    """A model and one text are enough for an answer with status 200."""
    demand_supported(one)

    assert one.exchange.media_type == "application/json", f"Content-Type is {one.exchange.media_type!r}"
    assert isinstance(one.exchange.json, dict), f"the body is no JSON object: {one.exchange.text:.120}"


@requirement("embeddings.schema")
def test_schema(batch: Embeddings, contract: Contract) -> None:
    """Every answer satisfies the documented schema of an embedding list."""
    demand_schema(contract.operations["createEmbedding"], batch)


@requirement("embeddings.object")
def test_object(batch: Embeddings) -> None:
    """The answer is a `list`, and each of its entries an `embedding`."""
    assert batch.body.get("object") == "list", f"object is {batch.body.get('object')!r:.80}"
    for entry in batch.entries:
        assert entry.get("object") == "embedding", f"object of an entry is {entry.get('object')!r:.80}"


@requirement("embeddings.count")
@pytest.mark.parametrize("texts", [TEXTS[0], [TEXTS[0]], TEXTS], ids=["text", "array-of-one", "array"])
def test_count(ask: Ask, texts: str | tuple[str, ...], demand_supported: Callable[..., Any]) -> None:
    """One text gives one vector, and an array of texts one for each."""
    expected = 1 if isinstance(texts, str) else len(texts)
    answer = demand_supported(embed(ask, texts))

    count = len(demand_kind(answer.body.get("data"), "data", list))
    assert count == expected, f"{expected} texts gave {count} vectors"


@requirement("embeddings.index")
def test_index(batch: Embeddings) -> None:
    """`index` counts the entries from 0, in the order of the body."""
    indices = [entry.get("index") for entry in batch.entries]

    assert indices == list(range(len(indices))), f"the indices are {indices!r:.120}"
    assert all(type(index) is int for index in indices), f"the indices are {indices!r:.120}"


@requirement("embeddings.order")
def test_order(ask: Ask, batch: Embeddings) -> None:
    """The vector at an index is that of the text at the same place: a reordered batch gives reordered vectors."""
    vectors = _of(batch, TEXTS)
    swapped = _of(embed(ask, SWAPPED), SWAPPED)

    for text, vector in zip(TEXTS, vectors, strict=True):
        _demand_nearest(vector, swapped, SWAPPED, text)


@requirement("embeddings.order.long")
def test_order_long(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """In a batch of 121 texts, or of 24 where so many are refused, every vector belongs to its text."""
    texts = MANY
    if embed(ask, texts).status in {400, 413, 422}:
        texts = MANY[:SOME]
    forwards, backwards = demand_supported(embed(ask, texts)), demand_supported(embed(ask, texts[::-1]))
    vectors, others = _of(forwards, texts), _of(backwards, texts)

    for place in range(0, len(texts), 10):
        right = likeness(vectors[place], others[len(texts) - 1 - place])
        if right < 1 - MARGIN:
            best = max(likeness(vectors[place], other) for other in others)
            assert right > best - MARGIN, f"of {len(texts)} texts, text {place} has the vector of another one"


def _of(answer: Embeddings, texts: tuple[str, ...]) -> list[Vector]:
    if len(answer.vectors) != len(texts):
        inconclusive(f"cannot be judged: {len(texts)} texts gave {len(answer.vectors)} vectors")
    return answer.vectors


def _demand_nearest(vector: Vector, others: list[Vector], texts: tuple[str, ...], text: str) -> None:
    """Of the vectors of `texts` that of `text` is the nearest."""
    likenesses = [likeness(vector, other) for other in others]
    best = max(range(len(texts)), key=likenesses.__getitem__)

    right = likenesses[texts.index(text)] >= likenesses[best] - NEARLY
    assert right, f"the vector of {text!r} is found in another request at the place of {texts[best]!r}"


@requirement("embeddings.vector")
def test_vector(batch: Embeddings) -> None:
    """A vector is an array of finite numbers when no format is asked for."""
    for vector in batch.raw:
        assert numbers(vector), f"an embedding is {vector!r:.80}"


@requirement("embeddings.length")
def test_length(batch: Embeddings) -> None:
    """All vectors of an answer have the same length."""
    lengths = {len(vector) for vector in batch.vectors}

    assert len(lengths) == 1, f"the vectors have {sorted(lengths)} numbers"


@requirement("embeddings.distinct")
def test_distinct(batch: Embeddings) -> None:
    """Different texts have different vectors."""
    vectors = _of(batch, TEXTS)

    for place, vector in enumerate(vectors):
        assert vector not in vectors[:place], f"{TEXTS[place]!r} has the vector of another text"


@requirement("embeddings.unicode")
def test_unicode(ask: Ask) -> None:
    """Different words outside ASCII have different vectors."""
    vectors = _of(embed(ask, WORDS), WORDS)

    assert vectors[0] != vectors[1], f"{WORDS[0]!r} and {WORDS[1]!r} share a vector"


@requirement("embeddings.alone")
def test_alone(one: Embeddings, batch: Embeddings) -> None:
    """A text has the same vector alone and among others."""
    best = max(likeness(one.vectors[0], vector) for vector in _of(batch, TEXTS))

    assert best >= SAME, f"the vector of a text alone has a cosine of {best:.4f} to the nearest one of the batch"


@requirement("embeddings.repeatable")
def test_repeatable(ask: Ask, one: Embeddings) -> None:
    """The same request gives the same vectors again."""
    again = likeness(one.vectors[0], embed(ask, take=1).vectors[0])

    assert again >= 1 - NEARLY, f"the cosine of two vectors of one text is {again:.4f}"


@requirement("embeddings.unit-length")
def test_unit_length(batch: Embeddings) -> None:
    """A vector has the length 1."""
    for length in (hypot(*vector) for vector in batch.vectors):
        assert abs(length - 1) <= 0.01, f"a vector is {length:.4f} long"


@requirement("embeddings.model")
def test_model(one: Embeddings) -> None:
    """`model` names the model that made the vectors."""
    demand_text(one.body.get("model"), "model")


@requirement("embeddings.usage")
def test_usage(one: Embeddings) -> None:
    """Prompt and all tokens are counted in whole numbers above 0."""
    usage = one.body.get("usage")

    assert isinstance(usage, dict), f"usage is {usage!r:.80}"
    for name in ("prompt_tokens", "total_tokens"):
        assert type(usage.get(name)) is int, f"usage.{name} is {usage.get(name)!r:.80}"
        assert usage[name] >= 1, f"usage.{name} is {usage[name]}"


@requirement("embeddings.usage.total")
def test_usage_total(batch: Embeddings) -> None:
    """`total_tokens` is the number of prompt tokens, because nothing is generated."""
    prompt, total = batch.tokens("prompt_tokens"), batch.tokens("total_tokens")

    assert total == prompt, f"total_tokens is {total}, prompt_tokens is {prompt}"


@requirement("embeddings.usage.grows")
def test_usage_grows(one: Embeddings, batch: Embeddings) -> None:
    """Several texts cost more tokens than one of them."""
    less, more = one.tokens("prompt_tokens"), batch.tokens("prompt_tokens")

    assert more > less, f"{len(TEXTS)} texts are counted as {more} tokens, the first of them as {less}"


@requirement("embeddings.batch.largest")
def test_batch_largest(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """One request takes 2048 texts."""
    answer = demand_supported(embed_many(ask, MOST))

    count = len(pick(answer.body, "data", kind=list))
    assert count == MOST, f"{MOST} texts gave {count} vectors"


@requirement("embeddings.batch.too-many")
def test_batch_too_many(ask: Ask, gateway: dict[str, Any]) -> None:
    """More than 2048 texts in one request are refused."""
    demand_refused(embed_many(ask, MOST + 1), gateway, "invalid_value")


@requirement("embeddings.credits")
def test_credits(one: Embeddings, gateway: dict[str, Any]) -> None:
    """Embeddings have their cost in credits in the documented header, as a number of 0 or more."""
    demand_credits(one.taken, gateway)


@requirement("embeddings.credits-used")
def test_credits_used(one: Embeddings) -> None:
    """Embeddings have their cost in credits in `credits_used`, as a number of 0 or more."""
    value = demand_kind(one.body.get("credits_used"), "credits_used", (int, float))

    assert value >= 0, f"credits_used is {value}"


@requirement("embeddings.model-used")
def test_model_used(one: Embeddings, gateway: dict[str, Any]) -> None:
    """Embeddings name the model that served in the documented header."""
    assert one.taken.headers.get(gateway["headers"]["model_used"]), f"{gateway['headers']['model_used']} is missing"
