"""`POST /chat/completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server import answering
from reference_server.answering import Asked, Given
from reference_server.protocols import openai
from reference_server.protocols.openai.response import DONE
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

if TYPE_CHECKING:
    from reference_server.service import Service


@route("createChatCompletion")
def create_chat_completion(service: Service, call: Call) -> Reply:
    """The answer of the first model that works, whole or as a stream."""
    prompt = openai.prompt_of(call.body, service.shelf(call))
    streamed = bool(call.body.get("stream"))
    fallbacks = answering.named_fallbacks(service, call)
    asked = Asked(prompt, call.body["messages"], streamed, fallbacks)
    given = answering.answer(service, call, asked)
    served = given.served
    frame = openai.Frame(f"chatcmpl-{call.id[:24]}", int(service.store.clock()), served.name, prompt.logprobs)
    if streamed:
        events = _events(service, call, frame, given)
        reply = Reply.stream(answering.interrupted(service, call, events, served.model), served.model.pause)
    else:
        whole = openai.completion(frame, given.answers, given.usage)
        reply = Reply.json({**whole, **service.metering.fields(given.cost)})
    reply.headers.update(answering.headers(service, asked, given))
    return reply


def _events(service: Service, call: Call, frame: openai.Frame, given: Given) -> list[Event]:
    asked = bool((call.body.get("stream_options") or {}).get("include_usage"))
    trailer = service.stream_trailer == "usage"
    chunks = openai.chunks(frame, given.answers, given.usage if asked or trailer else None)
    if trailer:
        own = {"usage": openai.usage_body(given.usage), **service.metering.fields(given.cost)}
        chunks.append({**chunks[-1], **own})
    return [*chunks, DONE]
