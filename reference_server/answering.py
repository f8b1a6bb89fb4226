"""Answers a prompt in any protocol: which model serves it, how it fails, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
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


CONTEXT = 1_000_000
"""The most tokens of a prompt, of four characters each."""
_AUTO, _CHOSEN = "auto", "openai/gpt-4o-mini"
"""The name by which a gateway with fallbacks by request is asked to choose a model, and what it chooses by itself."""


class Question(msgspec.Struct, frozen=True):
    """A request to a model. `turns` identify its conversation."""

    prompt: Prompt
    turns: Any
    streamed: bool


class Outcome(msgspec.Struct, frozen=True):
    """The answers of a model, the tokens they took, and their cost in credits."""

    selection: Selection
    answers: list[Answer]
    usage: Usage
    cost: float

    @property
    def plain(self) -> bool:
        """Whether it is one text, of a model that neither pauses in a stream nor fails in one."""
        return self.selection.model.hurries and len(self.answers) == 1 and self.answers[0].plain


def answer(service: Service, call: Call, question: Question) -> Outcome:
    """The answers of the first model that works; their cost is booked. Raises Refusal when none works."""
    refuse_unanswerable(call, question.prompt)
    names = _candidates(service, call, question.prompt.model)
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
    if size > 4 * CONTEXT:
        text = f"The prompt has {size} characters; the context of a model has at most {4 * CONTEXT}."
        raise Refusal("invalid_value", text, _field(call), "context_length_exceeded")


def _field(call: Call) -> str | None:
    """The field of a request that holds the prompt."""
    return next((name for name in ("messages", "contents", "input") if name in call.body), None)


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


def _candidates(service: Service, call: Call, name: str) -> list[str]:
    """The requested model, then its fallbacks: named in the request, or set in a dashboard."""
    if service.fallback_mode == "request":
        chosen = _names(call.body, "model_routing_config", "models") or [_CHOSEN] if name == _AUTO else [name]
        return [*chosen, *_names(call.body, "provider", "fallback")]
    if service.fallback_mode == "dashboard" and call.headers.get("x-disable-fallback", "").lower() != "true":
        model = service.fixtures.model(name)
        return [name, *model.chain] if model else [name]
    return [name]


def _names(body: Mapping[str, Any], *path: str) -> list[str]:
    """The models that a request names in one of its objects. Raises Refusal when they are no names."""
    names: Any = body
    for step in path:
        names = {} if names is None else names
        if not isinstance(names, Mapping):
            raise Refusal("invalid_value", f"Invalid value for '{path[0]}': it must be an object.", path[0])
        names = names.get(step)
    if names is not None and not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        at = ".".join(path)
        raise Refusal("invalid_value", f"Invalid value for '{at}': it must be a list of models.", at)
    return names or []


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
