"""`POST /embeddings`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reference_server.model import embedding, vectors
from reference_server.model.prompt import Usage
from reference_server.model.vectors import Input
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_WRITERS: dict[str, Callable[[Input, int], Any]] = {"float": vectors.floats, "base64": vectors.base64}
_AT_ONCE = {**_WRITERS, "float": vectors.json}


@route("createEmbedding")
def create_embedding(service: Service, call: Call) -> Reply:
    """One vector for each input, in their order."""
    name = call.body["model"]
    model = embedding.model_of(service, name)
    texts = _texts(call.body["input"])
    used = embedding.counted(texts, "input")
    length = embedding.length_of(call.body.get("dimensions"), model, name, "dimensions")
    write = (_AT_ONCE if call.at_once else _WRITERS)[call.body.get("encoding_format", "float")]
    cost = service.metering.book(call, name, Usage(used, 0))
    reply = Reply.json(
        {
            "object": "list",
            "data": [
                {"object": "embedding", "index": index, "embedding": write(text, length)}
                for index, text in enumerate(texts)
            ],
            "model": name,
            "usage": {"prompt_tokens": used, "total_tokens": used},
            **service.metering.fields(cost),
        }
    )
    reply.headers.update(service.metering.headers(name, cost))
    return reply


def _texts(value: Any) -> list[Input]:
    """The inputs, one or several: texts, or tokens."""
    if isinstance(value, str):
        return [value]
    if isinstance(value[0], (int, float)):
        return [_tokens(value)]
    return [text if isinstance(text, str) else _tokens(text) for text in value]


def _tokens(numbers: list[float]) -> tuple[int, ...]:
    """Tokens as whole numbers, which JSON may write as 7.0."""
    return tuple(map(int, numbers))
