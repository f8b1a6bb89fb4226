"""`POST /responses`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server import answering
from reference_server.answering import Asked, Given
from reference_server.errors import Refusal
from reference_server.protocols import openai
from reference_server.routes import route
from reference_server.state.responses import Responses
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_CODE = "previous_response_not_found"


@route("createResponse")
def create_response(service: Service, call: Call) -> Reply:
    """The answer of the first model that works, whole or as a stream. It is kept unless the request says otherwise."""
    kept = Responses(service.store, call.key.account if call.key else "")
    before = _before(kept, call.body)
    prompt = openai.response_prompt(call.body, before, service.shelf(call))
    streamed = bool(call.body.get("stream"))
    turns = [*before, *openai.input_items(call.body)]
    asked = Asked(prompt, turns, streamed, answering.named_fallbacks(service, call))
    given = answering.answer(service, call, asked)
    frame = openai.ResponseFrame(
        f"resp_{call.id}", int(service.store.clock()), given.served.name, {**call.body, "store": _stores(call.body)}
    )
    if _stores(call.body) and not (streamed and given.served.model.after):
        kept.keep(frame.id, [*turns, *openai.output_items(frame, given.answers[0])])
    reply = _streamed(service, frame, given) if streamed else _whole(service, frame, given)
    reply.headers.update(answering.headers(service, asked, given))
    return reply


def _before(kept: Responses, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The items that come before the input."""
    name = body.get("previous_response_id")
    if name is None:
        return []
    items = kept.items(name)
    if items is None:
        raise Refusal("invalid_value", f"There is no response {name!r}.", "previous_response_id", _CODE)
    return items


def _stores(body: dict[str, Any]) -> bool:
    return body.get("store") is not False


def _whole(service: Service, frame: openai.ResponseFrame, given: Given) -> Reply:
    body = openai.response_body(frame, given.answers[0], given.usage)
    return Reply.json({**body, **service.metering.fields(given.cost)})


def _streamed(service: Service, frame: openai.ResponseFrame, given: Given) -> Reply:
    model = given.served.model
    chunks: list[Chunk] = openai.response_events(frame, given.answers[0], given.usage)
    chunks[-1]["response"] |= service.metering.fields(given.cost)
    if model.after:
        chunks = openai.failed_events(frame, chunks[: model.after], "The provider failed midway.")
    events: list[Event] = list(chunks)
    return Reply.stream(events, model.pause, named=True)
