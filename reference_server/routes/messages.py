"""`POST /v1/messages` and `POST /v1/messages/count_tokens` of the Anthropic protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server import answering
from reference_server.answering import Question
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
    question = Question(_prompt(service, call), call.body["messages"], streamed)
    outcome = answering.answer(service, call, question)
    model = outcome.selection.model
    message = (f"msg_{call.id[:24]}", outcome.selection.name, outcome.answers[0], outcome.usage)
    if streamed and call.at_once and outcome.plain:
        reply = Reply.stream([anthropic.text_at_once(*message)])
    elif streamed:
        events: list[Event] = list(anthropic.events(*message))
        reply = Reply.stream(answering.interrupted(service, call, events, model), model.pause, named=True)
    else:
        reply = Reply.json({**anthropic.message(*message), **service.metering.fields(outcome.cost)})
    reply.headers.update(answering.headers(service, question, outcome))
    return reply


@route("countMessageTokens")
def count_message_tokens(service: Service, call: Call) -> Reply:
    """The input tokens that the request would cost. Counting is free."""
    prompt = _prompt(service, call)
    answering.refuse_unanswerable(call, prompt)
    service.model(prompt.model)
    return Reply.json({"input_tokens": generation.prompt_tokens(prompt)})


def _prompt(service: Service, call: Call) -> Prompt:
    anthropic.refuse_removed(call.body, call.headers.get(anthropic.VERSION))
    return anthropic.prompt_of(call.body, service.shelf(call))
