"""`POST /embeddings`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reference_server import tokens, vectors
from reference_server.call import Call
from reference_server.errors import Refusal
from reference_server.fixtures import Model
from reference_server.prompt import Usage
from reference_server.reply import Reply
from reference_server.routes import route
from reference_server.vectors import Input

if TYPE_CHECKING:
    from reference_server.service import Service

_LONGEST = 8192
"""Tokens of one text."""
_MOST = 300_000
"""Tokens of all texts together."""
_WRITERS: dict[str, Callable[[Input, int, int], Any]] = {"float": vectors.floats, "base64": vectors.base64}


@route("createEmbedding")
def create_embedding(service: Service, call: Call) -> Reply:
    """One vector for each input, in their order."""
    name = call.body["model"]
    model = _model(service, name)
    texts = _texts(call.body["input"])
    used = _counted(texts)
    length = _length(call.body.get("dimensions"), model, name)
    write = _WRITERS[call.body.get("encoding_format", "float")]
    cost = service.metering.book(call, name, Usage(used, 0))
    reply = Reply.json(
        {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": write(text, model.dimensions, length)}
                for index, text in enumerate(texts)
            ],
            "model": name,
            "usage": {"prompt_tokens": used, "total_tokens": used},
            **service.metering.fields(cost),
        }
    )
    reply.headers.update(service.metering.headers(name, cost))
    return reply


def _model(service: Service, name: str) -> Model:
    model = service.model(name)
    if model.fails:
        raise Refusal(model.fails, f"The model {name!r} cannot answer now.")
    if not model.dimensions:
        raise Refusal("invalid_value", f"The model {name!r} does not give embeddings.", "model")
    return model


def _texts(given: Any) -> list[Input]:
    """The inputs, one or several: texts, or tokens."""
    if isinstance(given, str):
        return [given]
    if isinstance(given[0], (int, float)):
        return [_tokens(given)]
    return [text if isinstance(text, str) else _tokens(text) for text in given]


def _tokens(numbers: list[float]) -> tuple[int, ...]:
    """Tokens as whole numbers, which JSON may write as 7.0."""
    return tuple(map(int, numbers))


def _counted(texts: list[Input]) -> int:
    """The tokens of all inputs. Raises Refusal when they are too many."""
    counts = [tokens.count(text) if isinstance(text, str) else len(text) for text in texts]
    if max(counts) > _LONGEST:
        raise Refusal("invalid_value", f"An input has {max(counts)} tokens; at most {_LONGEST} are taken.", "input")
    if sum(counts) > _MOST:
        raise Refusal("invalid_value", f"The inputs have {sum(counts)} tokens; at most {_MOST} are taken.", "input")
    return sum(counts)


def _length(asked: float | None, model: Model, name: str) -> int:
    """The length of the vectors. Raises Refusal when the model cannot give them so."""
    if asked is None:
        return model.dimensions
    if not model.shortens:
        raise Refusal("invalid_value", f"The model {name!r} does not support specifying dimensions.", "dimensions")
    if asked > model.dimensions:
        raise Refusal("invalid_value", f"The model {name!r} has {model.dimensions} dimensions.", "dimensions")
    return int(asked)
