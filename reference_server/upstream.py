"""The models behind the gateway: which one serves a prompt, and how one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from reference_server.call import Call
from reference_server.errors import Refusal
from reference_server.fallback import Served, first_working
from reference_server.fixtures import Model
from reference_server.prompt import Prompt
from reference_server.reply import Event

if TYPE_CHECKING:
    from reference_server.service import Service


def serve(service: Service, call: Call, prompt: Prompt, streamed: bool) -> Served:
    """The first model that works for the prompt. Raises Refusal."""
    return first_working(
        _candidates(service, call, prompt), lambda name: _attempt(service, call, prompt, name, streamed)
    )


def headers(service: Service, prompt: Prompt, served: Served, cost: float) -> dict[str, str]:
    """The documented headers that tell what an answer cost, and who gave it."""
    told = service.metering.headers(served.name, cost)
    if served.depth and service.fallback_signal == "headers":
        told |= {"x-fallback-from": prompt.model, "x-fallback-depth": str(served.depth)}
    return told


def interrupted(service: Service, call: Call, events: list[Event], model: Model) -> list[Event]:
    """The events up to the point where the provider fails, and the error; all of them when it does not fail."""
    if not model.after:
        return events
    failure = Refusal("upstream", "The provider failed midway.")
    return [*events[: model.after], service.envelope_of(call.protocol).error(failure)]


def _candidates(service: Service, call: Call, prompt: Prompt) -> list[str]:
    """The requested model, then its fallbacks as the gateway takes them: from the request, or from a dashboard."""
    if service.fallback_mode == "request":
        provider = call.body.get("provider") or {}
        return [prompt.model, *(provider.get("fallback") or ())]
    model = service.fixtures.model(prompt.model)
    if service.fallback_mode == "dashboard" and model and call.headers.get("x-disable-fallback", "").lower() != "true":
        return [prompt.model, *model.chain]
    return [prompt.model]


def _attempt(service: Service, call: Call, prompt: Prompt, name: str, streamed: bool) -> Model:
    """The model of a name, when it works for this prompt."""
    model = service.fixtures.model(name)
    if model is None:
        raise Refusal("unknown_model", f"The model {name!r} does not exist.", "model")
    _refuse_unreadable(prompt, model, name)
    if model.fails and _fails_now(service, call, prompt, model, streamed):
        raise _failure(service, model.fails, name)
    return model


def _refuse_unreadable(prompt: Prompt, model: Model, name: str) -> None:
    for message in prompt.messages:
        for part in message.parts:
            if part.kind != "text" and part.kind not in model.accepts:
                code = f"{part.kind}_not_supported_by_model"
                raise Refusal("invalid_value", f"The model {name!r} does not take {part.kind} input.", part.at, code)


def _fails_now(service: Service, call: Call, prompt: Prompt, model: Model, streamed: bool) -> bool:
    if model.once:
        token = call.key.token if call.key else ""
        return service.store.fails_now(token + msgspec.json.encode(prompt.messages).decode())
    return not (model.after and streamed)


def _failure(service: Service, cause: str, name: str) -> Refusal:
    if cause == "rate_limited":
        return service.access.upstream_limited()
    return Refusal(cause, f"The model {name!r} cannot answer now.")
