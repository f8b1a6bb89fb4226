"""`POST /v1/messages` and `POST /v1/messages/count_tokens` of the Anthropic protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server import answering
from reference_server.answering import Asked
from reference_server.model import generation
from reference_server.model.prompt import Prompt
from reference_server.protocols import anthropic
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

if TYPE_CHECKING:
    from reference_server.service import Service


@route("createMessage")
def create_message(service: Service, call: Call) -> Reply:
    """The answer of the first model that works, whole or as a stream."""
    streamed = bool(call.body.get("stream"))
    fallbacks = answering.named_fallbacks(service, call)
    asked = Asked(_prompt(service, call), call.body["messages"], streamed, fallbacks)
    given = answering.answer(service, call, asked)
    model = given.served.model
    said = (f"msg_{call.id[:24]}", given.served.name, given.answers[0], given.usage)
    if streamed:
        events: list[Event] = list(anthropic.events(*said))
        reply = Reply.stream(answering.interrupted(service, call, events, model), model.pause, named=True)
    else:
        reply = Reply.json({**anthropic.message(*said), **service.metering.fields(given.cost)})
    reply.headers.update(answering.headers(service, asked, given))
    return reply


@route("countMessageTokens")
def count_message_tokens(service: Service, call: Call) -> Reply:
    """What the request would cost in input tokens. It costs nothing to ask."""
    prompt = _prompt(service, call)
    service.model(prompt.model)
    return Reply.json({"input_tokens": generation.prompt_tokens(prompt)})


def _prompt(service: Service, call: Call) -> Prompt:
    anthropic.refuse_removed(call.body, call.headers.get(anthropic.VERSION))
    return anthropic.prompt_of(call.body, service.shelf(call))
