"""`POST /chat/completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server import generation, upstream
from reference_server.call import Call
from reference_server.prompt import Usage
from reference_server.protocols import openai
from reference_server.protocols.openai.response import DONE
from reference_server.reply import Event, Reply
from reference_server.routes import route

if TYPE_CHECKING:
    from reference_server.service import Service


@route("createChatCompletion")
def create_chat_completion(service: Service, call: Call) -> Reply:
    """The answer of the first model that works, whole or as a stream."""
    prompt = openai.prompt_of(call.body, service.fixtures.files)
    streamed = bool(call.body.get("stream"))
    served = upstream.serve(service, call, prompt, streamed)
    answers = generation.answers(prompt, service.store.ids, served.model.lengthy)
    usage = generation.usage(prompt, answers)
    frame = openai.Frame(f"chatcmpl-{call.id[:24]}", int(service.store.clock()), served.name, prompt.logprobs)
    cost = service.metering.book(call, served.name, usage)
    if streamed:
        events = _events(service, call, frame, answers, usage, cost)
        reply = Reply.stream(upstream.interrupted(service, call, events, served.model), served.model.pause)
    else:
        reply = Reply.json({**openai.completion(frame, answers, usage), **service.metering.fields(cost)})
    reply.headers.update(upstream.headers(service, prompt, served, cost))
    return reply


def _events(
    service: Service, call: Call, frame: openai.Frame, answers: list[Any], usage: Usage, cost: float
) -> list[Event]:
    asked = bool((call.body.get("stream_options") or {}).get("include_usage"))
    trailer = service.stream_trailer == "usage"
    events: list[Event] = list(openai.chunks(frame, answers, usage if asked or trailer else None))
    if trailer:
        events.append({**events[-1], "usage": openai.usage_body(usage), **service.metering.fields(cost)})  # type: ignore[dict-item]
    return [*events, DONE]
