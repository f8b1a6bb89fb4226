"""`POST /moderations`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.errors import Refusal
from reference_server.fixtures import Model
from reference_server.model import tokens
from reference_server.model.moderation import judged
from reference_server.model.prompt import Part, Usage
from reference_server.protocols.openai.parts import parts_of
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_USUAL = "omni-moderation-latest"


@route("createModeration")
def create_moderation(service: Service, call: Call) -> Reply:
    """One result for each text, or one for all parts that belong together."""
    name = call.body.get("model", _USUAL)
    model = service.working_model(name)
    if not model.moderates:
        raise Refusal("invalid_value", f"The model {name!r} does not moderate.", "model")
    inputs = _inputs(service, call, model, name)
    used = sum(tokens.count(part.text) for parts in inputs for part in parts if part.kind == "text")
    cost = service.metering.book(call, name, Usage(used, 0))
    body = {"id": f"modr-{call.id}", "model": name, "results": [_result(parts, model) for parts in inputs]}
    reply = Reply.json({**body, **service.metering.fields(cost)})
    reply.headers.update(service.metering.headers(name, cost))
    return reply


def _inputs(service: Service, call: Call, model: Model, name: str) -> list[tuple[Part, ...]]:
    """What is judged, each in its parts. Raises Refusal when the model does not take an image."""
    value: Any = call.body["input"]
    if isinstance(value, str):
        return [(Part("text", value),)]
    if isinstance(value[0], str):
        return [(Part("text", text),) for text in value]
    parts = parts_of(value, service.shelf(call), "input")
    for part in parts:
        if part.kind == "image" and "image" not in model.accepts:
            raise Refusal("invalid_value", f"The model {name!r} does not take images.", part.at)
    return [parts]


def _result(parts: tuple[Part, ...], model: Model) -> dict[str, Any]:
    texts = " ".join(part.text for part in parts if part.kind == "text")
    return judged(texts, {part.kind for part in parts}, illicit="image" in model.accepts)
