"""Vectors in the Gemini protocol: one, several, their lengths, and what they are for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import (
    demand_count,
    demand_json,
    demand_kind,
    demand_objects,
    demand_refused,
    demand_served,
)
from conformance.words.check import each, inconclusive, pick, requirement
from conformance.words.gemini.contents import Gemini
from conformance.words.gemini.embeddings import Embedded, embed, embed_batch, model_of
from conformance.words.openai.embeddings import NEARLY, SAME, SWAPPED, TEXTS, Vector, likeness, numbers
from conformance.words.openai.embeddings import embed as embed_openai
from conformance.words.schema import demand_schema
from gateway_contract import Contract

SHORTER = 128
"""A length that most models which shorten their vectors can give."""


@pytest.fixture
def one(gemini: Gemini) -> Embedded:
    """The vector of one text."""
    return embed(gemini)


@pytest.fixture
def batch(gemini: Gemini) -> Embedded:
    """The vectors of several texts."""
    return embed_batch(gemini)


@requirement("gemini.embeddings.answers")
def test_answers(one: Embedded, demand_supported: Callable[..., Any]) -> None:
    """`:embedContent` answers 200 with a JSON object."""
    demand_json(demand_supported(one).exchange)


@requirement("gemini.embeddings.schema")
def test_schema(one: Embedded, contract: Contract) -> None:
    """The answer satisfies the documented schema of an EmbedContentResponse."""
    demand_schema(contract.operations["embedContent"], one)


@requirement("gemini.embeddings.batch.schema")
def test_batch_schema(batch: Embedded, contract: Contract) -> None:
    """The answer satisfies the documented schema of a BatchEmbedContentsResponse."""
    demand_schema(contract.operations["batchEmbedContents"], batch)


@requirement("gemini.embeddings.values")
def test_values(one: Embedded) -> None:
    """`embedding.values` is a non-empty array of finite numbers."""
    _demand_vector(one.body.get("embedding"))


def _demand_vector(embedding: Any) -> Vector:
    """Demands an object with numbers, and gives them."""
    values: Vector = demand_kind(embedding, "embedding", dict).get("values")
    assert numbers(values), f"the values are {values!r:.80}"
    return values


@requirement("gemini.embeddings.usage")
def test_usage(one: Embedded) -> None:
    """`usageMetadata` counts the tokens of the text, in a whole number above 0."""
    usage = demand_kind(one.body.get("usageMetadata"), "usageMetadata", dict)

    demand_count(usage.get("promptTokenCount"), "promptTokenCount", 1)


@requirement("gemini.embeddings.same")
def test_same(gemini: Gemini, one: Embedded) -> None:
    """A text has the vector that `/embeddings` gives it with the same model."""
    other = embed_openai(gemini.ask, model=model_of(gemini)).vectors[0]
    if len(other) != len(one.vector):
        inconclusive(f"a vector has {len(one.vector)} numbers here, {len(other)} in the OpenAI dialect")

    similarity = likeness(one.vector, other)
    assert similarity >= SAME, f"the cosine to the vector of the OpenAI dialect is {similarity:.4f}"


@requirement("gemini.embeddings.batch")
def test_batch(batch: Embedded, demand_supported: Callable[..., Any]) -> None:
    """`:batchEmbedContents` gives one vector for each request, each a non-empty array of finite numbers."""
    _demand_batch(demand_supported(batch))


def _demand_batch(answer: Embedded) -> None:
    """Demands a vector for each text."""
    entries = demand_objects(answer.body.get("embeddings"), "embeddings")
    assert len(entries) == len(TEXTS), f"{len(TEXTS)} requests gave {len(entries)} vectors"
    for embedding in entries:
        _demand_vector(embedding)


@requirement("gemini.embeddings.batch.order")
def test_batch_order(gemini: Gemini, one: Embedded, batch: Embedded) -> None:
    """The vectors of a batch come in the order of its requests."""
    vectors, swapped = _of(batch, TEXTS), _of(embed_batch(gemini, SWAPPED), SWAPPED)

    _demand_nearest(one.vector, vectors, TEXTS, TEXTS[0])
    for text, vector in zip(TEXTS, vectors, strict=True):
        _demand_nearest(vector, swapped, SWAPPED, text)


def _of(answer: Embedded, texts: tuple[str, ...]) -> list[Vector]:
    if len(answer.vectors) != len(texts):
        inconclusive(f"cannot be judged: {len(texts)} requests gave {len(answer.vectors)} vectors")
    return answer.vectors


def _demand_nearest(vector: Vector, others: list[Vector], texts: tuple[str, ...], text: str) -> None:
    """Of the vectors of `texts` that of `text` is the nearest."""
    likenesses = [likeness(vector, other) for other in others]
    best = max(range(len(texts)), key=likenesses.__getitem__)

    right = likenesses[texts.index(text)] >= likenesses[best] - NEARLY
    assert right, f"the vector of {text!r} is found in another request at the place of {texts[best]!r}"


@requirement("gemini.embeddings.batch.distinct")
def test_batch_distinct(batch: Embedded) -> None:
    """Different texts have different vectors."""
    vectors = _of(batch, TEXTS)

    for place, vector in enumerate(vectors):
        assert vector not in vectors[:place], f"{TEXTS[place]!r} has the vector of another text"


@requirement("gemini.embeddings.batch.alone")
def test_batch_alone(one: Embedded, batch: Embedded) -> None:
    """A text has the same vector alone and in a batch."""
    best = max(likeness(one.vector, vector) for vector in _of(batch, TEXTS))

    assert best >= SAME, f"the vector of a text alone has a cosine of {best:.4f} to the nearest one of the batch"


def _shorter(own: int) -> int:
    """A length that is shorter than the model's own."""
    return SHORTER if own > SHORTER else max(1, own // 2)


@requirement("gemini.embeddings.dimensions")
def test_dimensions(gemini: Gemini, one: Embedded, demand_supported: Callable[..., Any]) -> None:
    """A vector has as many numbers as `outputDimensionality` asks for."""
    wanted = _shorter(len(one.vector))

    shorter = demand_supported(embed(gemini, outputDimensionality=wanted))

    length = len(shorter.vector)
    assert length == wanted, f"outputDimensionality is {wanted}, the vector has {length} numbers"


@requirement("gemini.embeddings.batch.dimensions")
def test_batch_dimensions(gemini: Gemini, batch: Embedded, demand_supported: Callable[..., Any]) -> None:
    """A batch gives shorter vectors when every request of it asks for them."""
    wanted = _shorter(len(pick(batch.vectors, 0)))

    for vector in demand_supported(embed_batch(gemini, outputDimensionality=wanted)).vectors:
        assert len(vector) == wanted, f"outputDimensionality is {wanted}, a vector has {len(vector)} numbers"


@requirement("gemini.embeddings.dimensions.invalid")
@each("value", [-1, "many"])
def test_dimensions_invalid(gemini: Gemini, gateway: dict[str, Any], value: int | str) -> None:
    """An `outputDimensionality` that is negative or no number is refused as an invalid value."""
    demand_refused(embed(gemini, outputDimensionality=value), gateway, "invalid_value")


@requirement("gemini.embeddings.task")
@each("task", ["RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY"])
def test_task(gemini: Gemini, one: Embedded, task: str, demand_supported: Callable[..., Any]) -> None:
    """The purpose of a vector and the title of its document are accepted."""
    own = len(one.vector)
    title = {"title": "A note"} if task == "RETRIEVAL_DOCUMENT" else {}

    values = _demand_vector(demand_supported(embed(gemini, taskType=task, **title)).body.get("embedding"))
    assert len(values) == own, f"with taskType {task} the vector has {len(values)} numbers, without it {own}"


@requirement("gemini.embeddings.v1")
def test_v1(gemini: Gemini) -> None:
    """`:embedContent` below `v1`, where recent clients ask, gives a non-empty array of finite numbers."""
    _demand_vector(demand_served(embed(gemini, version="v1")).body.get("embedding"))


@requirement("gemini.embeddings.batch.v1")
def test_batch_v1(gemini: Gemini) -> None:
    """`:batchEmbedContents` below `v1`, where recent clients ask, gives one vector for each request."""
    _demand_batch(demand_served(embed_batch(gemini, version="v1")))
