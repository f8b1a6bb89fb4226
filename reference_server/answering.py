"""Answers a prompt in any protocol: which model serves it, how it fails, and what it costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from reference_server.errors import Refusal
from reference_server.fallback import Selection, first_working
from reference_server.fixtures import Model
from reference_server.model import generation
from reference_server.model.prompt import Answer, Prompt, Usage
from reference_server.wire.call import Call
from reference_server.wire.reply import Event

if TYPE_CHECKING:
    from reference_server.service import Service


_CONTEXT = 4_000_000
"""The most characters of a prompt: about a million tokens."""


class Question(msgspec.Struct, frozen=True):
    """A request to a model. `turns` identify its conversation, `fallbacks` are models that the request names."""

    prompt: Prompt
    turns: Any
    streamed: bool
    fallbacks: Sequence[str] = ()


class Outcome(msgspec.Struct, frozen=True):
    """The answers of a model, the tokens they took, and their cost in credits."""

    selection: Selection
    answers: list[Answer]
    usage: Usage
    cost: float


def answer(service: Service, call: Call, question: Question) -> Outcome:
    """The answers of the first model that works; their cost is booked. Raises Refusal when none works."""
    refuse_unanswerable(call, question.prompt)
    names = _candidates(service, call, question)
    selection = first_working(names, lambda name: _attempt(service, call, question, name))
    play = call.play
    if play is not None and play.speaks:
        answers = play.speak(question.prompt, service.store, selection.model)
    else:
        answers = service.speak(question.prompt, service.store.ids, selection.model)
    usage = generation.usage(question.prompt, answers)
    if play is not None:
        usage = play.count(usage)
    return Outcome(selection, answers, usage, service.metering.book(call, selection.name, usage))


def refuse_unanswerable(call: Call, prompt: Prompt) -> None:
    """Raise Refusal when a prompt says nothing, or more than any model reads."""
    if not prompt.messages:
        raise Refusal("invalid_value", "The prompt holds nothing that could be answered.", _field(call))
    size = 0
    for message in prompt.messages:
        for part in message.parts:
            size += len(part.text)
        for made in message.calls:
            size += len(made.arguments)
    if size > _CONTEXT:
        text = f"The prompt has {size} characters; the context of a model has at most {_CONTEXT}."
        raise Refusal("invalid_value", text, _field(call), "context_length_exceeded")


def _field(call: Call) -> str | None:
    """The field of a request that holds the prompt."""
    return next((name for name in ("messages", "contents", "input") if name in call.body), None)


def named_fallbacks(service: Service, call: Call) -> Sequence[str]:
    """The models that the request itself names as fallbacks, where the gateway documents that it may."""
    if service.fallback_mode != "request":
        return ()
    return (call.body.get("provider") or {}).get("fallback") or ()


def headers(service: Service, question: Question, outcome: Outcome) -> dict[str, str]:
    """The documented headers: the cost, the model that served, and its fallbacks."""
    signals = service.metering.headers(outcome.selection.name, outcome.cost)
    if outcome.selection.depth and service.fallback_signal == "headers":
        signals["x-fallback-from"] = question.prompt.model
        signals["x-fallback-depth"] = str(outcome.selection.depth)
    return signals


def interrupted(service: Service, call: Call, events: list[Event], model: Model) -> list[Event]:
    """The events up to the point where the provider fails, then an error as the protocol writes it."""
    if not model.after:
        return events
    refusal = Refusal("upstream", "The provider failed midway.")
    return [*events[: model.after], service.envelope_of(call.protocol).error(refusal)]


def _candidates(service: Service, call: Call, question: Question) -> list[str]:
    """The requested model, then its fallbacks: named in the request, or set in a dashboard."""
    name = question.prompt.model
    if service.fallback_mode == "request":
        return [name, *question.fallbacks]
    if service.fallback_mode == "dashboard" and call.headers.get("x-disable-fallback", "").lower() != "true":
        model = service.fixtures.model(name)
        return [name, *model.chain] if model else [name]
    return [name]


def _attempt(service: Service, call: Call, question: Question, name: str) -> Model:
    """The model of a name, when it works for this prompt. Raises Refusal otherwise."""
    model = service.model(name)
    if not model.chats:
        raise Refusal("invalid_value", f"The model {name!r} does not answer by words: it is no chat model.", "model")
    _refuse_unreadable(question.prompt, model, name)
    scripted = call.play is not None and call.play.speaks
    if model.fails and not scripted and _fails_now(service, call, question, model):
        raise service.failure(model.fails, name)
    return model


def _refuse_unreadable(prompt: Prompt, model: Model, name: str) -> None:
    for message in prompt.messages:
        for part in message.parts:
            if part.kind != "text" and part.kind not in model.accepts:
                code = f"{part.kind}_not_supported_by_model"
                raise Refusal("invalid_value", f"The model {name!r} does not take {part.kind} input.", part.at, code)


def _fails_now(service: Service, call: Call, question: Question, model: Model) -> bool:
    if model.once:
        token = call.key.token if call.key else ""
        return service.store.fails_now(token + msgspec.json.encode(question.turns).decode())
    return not (model.after and question.streamed)
