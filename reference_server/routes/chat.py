"""`POST /chat/completions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reference_server import generation
from reference_server.call import Call
from reference_server.errors import Refusal
from reference_server.fallback import first_working
from reference_server.fixtures import Model
from reference_server.prompt import Prompt, Usage
from reference_server.protocols import openai
from reference_server.protocols.openai.response import DONE
from reference_server.reply import Event, Reply
from reference_server.routes import route

if TYPE_CHECKING:
    from reference_server.service import Service


@route("createChatCompletion")
def create_chat_completion(service: Service, call: Call) -> Reply:
    """The answer of the first model that works, whole or as a stream."""
    prompt = openai.prompt_of(call.body, service.shelf(call))
    served = first_working(_candidates(service, call), lambda name: _attempt(service, call, prompt, name))
    answers = generation.answers(prompt, service.store.ids, served.model.lengthy)
    usage = generation.usage(prompt, answers)
    frame = openai.Frame(f"chatcmpl-{call.id[:24]}", int(service.store.clock()), served.name, prompt.logprobs)
    cost = service.metering.book(call, served.name, usage)
    if call.body.get("stream"):
        events = _events(service, call, frame, answers, usage, cost)
        reply = Reply.stream(_interrupted(service, events, served.model), served.model.pause)
    else:
        reply = Reply.json({**openai.completion(frame, answers, usage), **service.metering.fields(cost)})
    reply.headers.update(service.metering.headers(served.name, cost))
    if served.depth and service.fallback_signal == "headers":
        reply.headers["x-fallback-from"] = prompt.model
        reply.headers["x-fallback-depth"] = str(served.depth)
    return reply


def _candidates(service: Service, call: Call) -> list[str]:
    """The requested model, then its fallbacks as the gateway takes them: from the request, or from a dashboard."""
    name = call.body["model"]
    if service.fallback_mode == "request":
        provider = call.body.get("provider") or {}
        return [name, *(provider.get("fallback") or ())]
    model = service.fixtures.model(name)
    if service.fallback_mode == "dashboard" and model and call.headers.get("x-disable-fallback", "").lower() != "true":
        return [name, *model.chain]
    return [name]


def _attempt(service: Service, call: Call, prompt: Prompt, name: str) -> Model:
    """The model of a name, when it works for this prompt."""
    model = service.fixtures.model(name)
    if model is None:
        raise Refusal("unknown_model", f"The model {name!r} does not exist.", "model")
    _refuse_unreadable(prompt, model, name)
    if model.fails and _fails_now(service, call, model):
        raise _failure(service, model.fails, name)
    return model


def _refuse_unreadable(prompt: Prompt, model: Model, name: str) -> None:
    for message in prompt.messages:
        for part in message.parts:
            if part.kind != "text" and part.kind not in model.accepts:
                code = f"{part.kind}_not_supported_by_model"
                raise Refusal("invalid_value", f"The model {name!r} does not take {part.kind} input.", part.at, code)


def _fails_now(service: Service, call: Call, model: Model) -> bool:
    if model.once:
        token = call.key.token if call.key else ""
        return service.store.fails_now(token + msgspec.json.encode(call.body["messages"]).decode())
    return not (model.after and call.body.get("stream"))


def _failure(service: Service, cause: str, name: str) -> Refusal:
    if cause == "rate_limited":
        return service.access.upstream_limited()
    return Refusal(cause, f"The model {name!r} cannot answer now.")


def _events(
    service: Service, call: Call, frame: openai.Frame, answers: list[Any], usage: Usage, cost: float
) -> list[Event]:
    asked = bool((call.body.get("stream_options") or {}).get("include_usage"))
    trailer = service.stream_trailer == "usage"
    events: list[Event] = list(openai.chunks(frame, answers, usage if asked or trailer else None))
    if trailer:
        events.append({**events[-1], "usage": openai.usage_body(usage), **service.metering.fields(cost)})  # type: ignore[dict-item]
    return [*events, DONE]


def _interrupted(service: Service, events: list[Event], model: Model) -> list[Event]:
    """The events up to the point where the provider fails, and the error."""
    if not model.after:
        return events
    return [*events[: model.after], service.envelope.error(Refusal("upstream", "The provider failed midway."))]
