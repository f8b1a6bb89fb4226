"""Vectors in the Gemini protocol: how checks ask for them, and how they read the answers.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from conformance.words.answer import JsonAnswer
from conformance.words.check import inconclusive, pick
from conformance.words.openai.embeddings import TEXTS, Vector, numbers

if TYPE_CHECKING:
    from conformance.words.gemini.contents import Gemini

EMBEDDINGS = "gemini-embeddings"
"""What the model is called in a target file."""
METHODS = ("embedContent", "batchEmbedContents")


class Embedded(JsonAnswer):
    """The answer to one request, for one vector or for several."""

    @property
    def vector(self) -> Vector:
        """The one vector."""
        return _vector(pick(self.body, "embedding", "values"))

    @property
    def vectors(self) -> list[Vector]:
        """The vectors of a batch, in the order of the body."""
        entries = pick(self.body, "embeddings", kind=list)
        return [_vector(pick(one, "values")) for one in entries]


def _vector(value: Any) -> Vector:
    return value if numbers(value) else inconclusive(f"cannot be judged: a vector is {value!r:.60}")


def content(text: str) -> dict[str, Any]:
    """A content that is one text."""
    return {"parts": [{"text": text}]}


def model_of(gemini: Gemini) -> str:
    """The model to ask. Raises `Unsupported` when none is known."""
    return gemini.ask.model_for(EMBEDDINGS)


def embed(gemini: Gemini, text: str = TEXTS[0], *, model: str = "", version: str = "v1beta", **rest: Any) -> Embedded:
    """`:embedContent` of a text. `rest` are further fields, or the options `key`, `headers` and `take`."""
    fields, options = _split(rest)
    body = {"content": content(text), **fields}
    return Embedded(gemini.post(METHODS[0], body, model=model or model_of(gemini), version=version, **options))


def embed_batch(
    gemini: Gemini, texts: Iterable[str] = TEXTS, *, named: str = "", version: str = "v1beta", **fields: Any
) -> Embedded:
    """`:batchEmbedContents` of some texts. Every request has the `fields`, and is `named` after that model."""
    model = model_of(gemini)
    requests = [{"model": f"models/{named or model}", "content": content(text), **fields} for text in texts]
    return Embedded(gemini.post(METHODS[1], {"requests": requests}, model=model, version=version))


def _split(rest: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    options = {name: value for name, value in rest.items() if name in {"key", "headers", "take"}}
    return {name: value for name, value in rest.items() if name not in options}, options
