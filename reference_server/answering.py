"""From a prompt to its answer, whatever protocol it was asked in: the model that serves, its failures, the cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from reference_server.errors import Refusal
from reference_server.fallback import Served, first_working
from reference_server.fixtures import Model
from reference_server.model import generation
from reference_server.model.prompt import Answer, Prompt, Usage
from reference_server.wire.call import Call
from reference_server.wire.reply import Event

if TYPE_CHECKING:
    from reference_server.service import Service


class Asked(NamedTuple):
    """What is wanted. `turns` tell one conversation from another, `fallbacks` are models named in the request."""

    prompt: Prompt
    turns: Any
    streamed: bool
    fallbacks: Sequence[str] = ()


class Given(NamedTuple):
    """What a model answered, and what that costs in credits."""

    served: Served
    answers: list[Answer]
    usage: Usage
    cost: float


def answer(service: Service, call: Call, asked: Asked) -> Given:
    """The answers of the first model that works, booked. Raises Refusal when none does."""
    names = _candidates(service, call, asked)
    served = first_working(names, lambda name: _attempt(service, call, asked, name))
    answers = generation.answers(asked.prompt, service.store.ids, served.model.lengthy)
    usage = generation.usage(asked.prompt, answers)
    return Given(served, answers, usage, service.metering.book(call, served.name, usage))


def named_fallbacks(service: Service, call: Call) -> Sequence[str]:
    """The models that the request itself names as fallbacks, where the gateway documents that it may."""
    if service.fallback_mode != "request":
        return ()
    return (call.body.get("provider") or {}).get("fallback") or ()


def headers(service: Service, asked: Asked, given: Given) -> dict[str, str]:
    """The documented headers that tell the cost, the model that served, and its fallbacks."""
    told = service.metering.headers(given.served.name, given.cost)
    if given.served.depth and service.fallback_signal == "headers":
        told["x-fallback-from"] = asked.prompt.model
        told["x-fallback-depth"] = str(given.served.depth)
    return told


def interrupted(service: Service, call: Call, events: list[Event], model: Model) -> list[Event]:
    """The events up to the point where the provider fails, and the error in the words of the protocol."""
    if not model.after:
        return events
    refusal = Refusal("upstream", "The provider failed midway.")
    return [*events[: model.after], service.envelope_of(call.protocol).error(refusal)]


def _candidates(service: Service, call: Call, asked: Asked) -> list[str]:
    """The requested model, then its fallbacks as the gateway takes them: from the request, or from a dashboard."""
    name = asked.prompt.model
    if service.fallback_mode == "request":
        return [name, *asked.fallbacks]
    model = service.fixtures.model(name)
    if service.fallback_mode == "dashboard" and model and call.headers.get("x-disable-fallback", "").lower() != "true":
        return [name, *model.chain]
    return [name]


def _attempt(service: Service, call: Call, asked: Asked, name: str) -> Model:
    """The model of a name, when it works for this prompt."""
    model = service.model(name)
    _refuse_unreadable(asked.prompt, model, name)
    if model.fails and _fails_now(service, call, asked, model):
        raise service.failure(model.fails, name)
    return model


def _refuse_unreadable(prompt: Prompt, model: Model, name: str) -> None:
    for message in prompt.messages:
        for part in message.parts:
            if part.kind != "text" and part.kind not in model.accepts:
                code = f"{part.kind}_not_supported_by_model"
                raise Refusal("invalid_value", f"The model {name!r} does not take {part.kind} input.", part.at, code)


def _fails_now(service: Service, call: Call, asked: Asked, model: Model) -> bool:
    if model.once:
        token = call.key.token if call.key else ""
        return service.store.fails_now(token + msgspec.json.encode(asked.turns).decode())
    return not (model.after and asked.streamed)
