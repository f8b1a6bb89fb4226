"""`POST /v1/messages` and `POST /v1/messages/count_tokens` of the Anthropic protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server import generation, upstream
from reference_server.call import Call
from reference_server.prompt import Prompt
from reference_server.protocols import anthropic
from reference_server.reply import Event, Reply
from reference_server.routes import route

if TYPE_CHECKING:
    from reference_server.service import Service


@route("createMessage")
def create_message(service: Service, call: Call) -> Reply:
    """The answer of the first model that works, whole or as a stream."""
    prompt = _prompt(service, call)
    streamed = bool(call.body.get("stream"))
    served = upstream.serve(service, call, prompt, streamed)
    answers = generation.answers(prompt, service.store.ids, served.model.lengthy)
    usage = generation.usage(prompt, answers)
    cost = service.metering.book(call, served.name, usage)
    said = (f"msg_{call.id[:24]}", served.name, answers[0], usage)
    if streamed:
        events: list[Event] = list(anthropic.events(*said))
        events = upstream.interrupted(service, call, events, served.model)
        reply = Reply.stream(events, served.model.pause, named=True)
    else:
        reply = Reply.json({**anthropic.message(*said), **service.metering.fields(cost)})
    reply.headers.update(upstream.headers(service, prompt, served, cost))
    return reply


@route("countMessageTokens")
def count_message_tokens(service: Service, call: Call) -> Reply:
    """What the request would cost in input tokens. It costs nothing to ask."""
    prompt = _prompt(service, call)
    upstream.serve(service, call, prompt, streamed=False)
    return Reply.json({"input_tokens": generation.prompt_tokens(prompt)})


def _prompt(service: Service, call: Call) -> Prompt:
    anthropic.refuse_removed(call.body, call.headers.get(anthropic.VERSION))
    return anthropic.prompt_of(call.body, service.fixtures.files)
