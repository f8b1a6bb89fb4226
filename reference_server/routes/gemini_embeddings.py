"""The Gemini protocol: vectors of texts, one or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.errors import Refusal
from reference_server.model import embedding, vectors
from reference_server.model.prompt import Usage
from reference_server.protocols.gemini.parts import Body, kind_of
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service


@route("embedContent", "embedContentV1")
def embed_content(service: Service, call: Call) -> Reply:
    """The vector of one text."""
    return _reply(service, call, [call.body], [""], lambda items: {"embedding": items[0]})


@route("batchEmbedContents", "batchEmbedContentsV1")
def batch_embed_contents(service: Service, call: Call) -> Reply:
    """One vector for each request, in their order."""
    requests = call.body["requests"]
    places = [f"requests[{number}]." for number in range(len(requests))]
    for request, at in zip(requests, places, strict=True):
        _demand_same_model(request["model"], call.parameters["model"], f"{at}model")
    return _reply(service, call, requests, places, lambda items: {"embeddings": items})


def _reply(service: Service, call: Call, requests: list[Body], places: list[str], shape: Any) -> Reply:
    """The vectors of some requests. `places` begin the names of their fields, `shape` makes a body of the vectors."""
    name = call.parameters["model"]
    model = embedding.model_of(service, name)
    texts = [_text(request["content"], f"{at}content") for request, at in zip(requests, places, strict=True)]
    lengths = [
        embedding.length_of(_dimensions(request), model, name, f"{at}outputDimensionality")
        for request, at in zip(requests, places, strict=True)
    ]
    used = embedding.counted(texts, "content")
    cost = service.metering.book(call, name, Usage(used, 0))
    embeddings = [{"values": vectors.floats(text, length)} for text, length in zip(texts, lengths, strict=True)]
    usage = {"promptTokenCount": used, "promptTokenDetails": [{"modality": "TEXT", "tokenCount": used}]}
    reply = Reply.json({**shape(embeddings), "usageMetadata": usage, **service.metering.fields(cost)})
    reply.headers.update(service.metering.headers(name, cost))
    return reply


def _demand_same_model(model: str, name: str, at: str) -> None:
    if model.removeprefix("models/") != name:
        raise Refusal("invalid_value", f"The model is {model!r} here and {name!r} in the path.", at)


def _text(content: Body, at: str) -> str:
    """All texts of a content, joined. Raises Refusal, naming the part, when one is not text, or all are empty."""
    for place, part in enumerate(content["parts"]):
        if kind_of(part, f"{at}.parts[{place}]") != "text":
            raise Refusal("invalid_value", "Only texts have vectors.", f"{at}.parts[{place}]")
    text = "\n".join(part["text"] for part in content["parts"])
    if not text.strip():
        raise Refusal("invalid_value", "The text is empty.", at)
    return text


def _dimensions(request: Body) -> float | None:
    """The length that a request asks for."""
    length: float | None = (request.get("embedContentConfig") or {}).get(
        "outputDimensionality", request.get("outputDimensionality")
    )
    return length
