"""The rules of embeddings in any protocol: which models give them, for how much input, and how long they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reference_server.errors import Refusal
from reference_server.fixtures import Model
from reference_server.model import tokens
from reference_server.model.vectors import Input

if TYPE_CHECKING:
    from reference_server.service import Service

_LONGEST = 8192
"""Tokens of one text."""
_MOST = 300_000
"""Tokens of all texts together."""


def model_of(service: Service, name: str) -> Model:
    """The model of a name. Raises Refusal when it does not exist, cannot answer, or does not give embeddings."""
    model = service.working_model(name)
    if not model.dimensions:
        raise Refusal("invalid_value", f"The model {name!r} does not give embeddings.", "model")
    return model


def counted(texts: Sequence[Input], field: str) -> int:
    """The number of tokens of all inputs. Raises Refusal, naming the field, when they are too many."""
    counts = [tokens.count(text) if isinstance(text, str) else len(text) for text in texts]
    if max(counts) > _LONGEST:
        raise Refusal("invalid_value", f"An input has {max(counts)} tokens; at most {_LONGEST} are taken.", field)
    if sum(counts) > _MOST:
        raise Refusal("invalid_value", f"The inputs have {sum(counts)} tokens; at most {_MOST} are taken.", field)
    return sum(counts)


def length_of(dimensions: float | None, model: Model, name: str, field: str) -> int:
    """The length of the vectors. Raises Refusal, naming the field, when the model does not support it."""
    if dimensions is None:
        return model.dimensions
    if not model.shortens:
        raise Refusal("invalid_value", f"The model {name!r} does not support specifying {field}.", field)
    if dimensions > model.dimensions:
        raise Refusal("invalid_value", f"The model {name!r} has {model.dimensions} dimensions.", field)
    return int(dimensions)
