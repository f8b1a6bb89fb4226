"""`POST /chat/completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server import answering
from reference_server.answering import Outcome, Question
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
    question = Question(prompt, call.body["messages"], streamed)
    outcome = answering.answer(service, call, question)
    selection = outcome.selection
    created, tier = int(service.store.clock()), call.body.get("service_tier")
    frame = openai.Frame(f"chatcmpl-{call.id[:24]}", created, selection.name, prompt.logprobs, tier)
    if streamed:
        events = _events(service, call, frame, outcome)
        reply = Reply.stream(answering.interrupted(service, call, events, selection.model), selection.model.pause)
    else:
        whole = openai.completion(frame, outcome.answers, outcome.usage)
        reply = Reply.json({**whole, **service.metering.fields(outcome.cost)})
    reply.headers.update(answering.headers(service, question, outcome))
    return reply


def _events(service: Service, call: Call, frame: openai.Frame, outcome: Outcome) -> list[Event]:
    wants_usage = bool((call.body.get("stream_options") or {}).get("include_usage"))
    trailer = service.stream_trailer == "usage"
    usage = outcome.usage if wants_usage or trailer else None
    if call.at_once and outcome.plain and frame.logprobs is None and not trailer:
        return [openai.text_at_once(frame, outcome.answers[0], usage)]
    chunks = openai.chunks(frame, outcome.answers, usage)
    if trailer:
        own = {"usage": openai.usage_body(outcome.usage), **service.metering.fields(outcome.cost)}
        chunks.append({**chunks[-1], **own})
    return [*chunks, DONE]
