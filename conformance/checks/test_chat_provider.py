"""Routing and fallback that a request asks for, with the extension `provider`.

Which model answered is known from `model`, compared with what the same model answers when it is asked for directly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.target import Target
from conformance.words.answer import Answer, demand_refused, demand_served, leave_at_limit
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import Ask
from conformance.words.check import every, inconclusive, pick, requirement
from conformance.words.gemini.contents import Gemini
from conformance.words.openai.chat import Completion
from conformance.words.samples.media import image_part, text_part


def _fallen_back(ask: Ask, target: Target, *fallback: str) -> Completion:
    """The answer to a request for a model that fails, with these fallbacks."""
    return ask.chat(model=target.models["upstream-error"], provider={"fallback": list(fallback)})


def _is_answer_of(model: str, served: str, ask: Ask) -> bool:
    """Whether `served` names this model: as it names itself when asked directly, or by a longer name."""
    direct = pick(ask.chat(model=model).body, "model", kind=str)
    return served == direct or model.rpartition("/")[2].lower() in served.lower()


def _served(answer: Completion) -> str:
    return pick(answer.body, "model", kind=str)


@requirement("provider.routing")
@pytest.mark.parametrize("routing", ["cost", "priority", "latency", "balanced"])
def test_routing(ask: Ask, demand_supported: Callable[..., Any], routing: str) -> None:
    """`provider.routing` is accepted with each documented value."""
    demand_supported(ask.chat(provider={"routing": routing}))


@requirement("provider.routing.invalid")
def test_routing_invalid(ask: Ask, gateway: dict[str, Any]) -> None:
    """An unknown `provider.routing` is refused as an invalid value."""
    demand_refused(ask.chat(provider={"routing": "no-such-routing"}), gateway, "invalid_value")


@requirement("provider.fallback")
def test_fallback(ask: Ask, target: Target, demand_supported: Callable[..., Any]) -> None:
    """`provider.fallback` is accepted as an array of model ids."""
    other = target.models.get("vision", ask.model)

    demand_supported(ask.chat(provider={"routing": "cost", "fallback": [other, ask.model]}))


@requirement("provider.fallback.unused")
def test_fallback_unused(ask: Ask, target: Target) -> None:
    """A model that works answers itself, whatever fallbacks are named."""
    other = target.models["vision"]
    served = _served(ask.chat(provider={"fallback": [other]}))
    if _served(ask.chat()) == _served(ask.chat(model=other)):
        inconclusive("both models give the same name")

    assert served != _served(ask.chat(model=other)), f"{ask.model} works, but {served} answered"


@requirement("provider.fallback.serves")
def test_fallback_serves(ask: Ask, target: Target) -> None:
    """When the requested model fails, the fallback answers."""
    answer = _fallen_back(ask, target, ask.model)

    leave_at_limit(answer.exchange)
    assert answer.status == 200, f"a failing model with a fallback is answered {answer.status}"


@requirement("provider.fallback.model")
def test_fallback_model(ask: Ask, target: Target) -> None:
    """`model` of an answer that a fallback gave names the fallback."""
    served = _served(_fallen_back(ask, target, ask.model))

    assert _is_answer_of(ask.model, served, ask), f"the fallback {ask.model} answered, but model is {served!r}"


@requirement("provider.fallback.order")
def test_fallback_order(ask: Ask, target: Target) -> None:
    """Fallbacks are tried in the order given: the first that works answers."""
    first, second = ask.model, target.models["vision"]
    if _served(ask.chat(model=first)) == _served(ask.chat(model=second)):
        inconclusive("both models give the same name")
    if not _is_answer_of(first, _served(_fallen_back(ask, target, first)), ask):
        inconclusive("cannot be judged: model does not name the fallback that answered")

    for order in ((first, second), (second, first)):
        served = _served(_fallen_back(ask, target, *order))
        assert _is_answer_of(order[0], served, ask), f"the fallbacks are {', '.join(order)}, but {served} answered"


@requirement("provider.fallback.passes-over")
def test_fallback_passes_over(ask: Ask, target: Target) -> None:
    """A fallback that fails as well is passed over."""
    if _fallen_back(ask, target, ask.model).status != 200:
        inconclusive("cannot be judged: not even a single fallback answers")

    answer = _fallen_back(ask, target, target.models["maintenance"], ask.model)

    assert answer.status == 200, f"the second of two fallbacks works, but the answer is {answer.status}"


@requirement("provider.fallback.stream")
def test_fallback_stream(ask: Ask, target: Target) -> None:
    """A stream whose model fails before the first event is answered by the fallback."""
    if _fallen_back(ask, target, ask.model).status != 200:
        inconclusive("cannot be judged: not even a whole answer comes from a fallback")

    stream = ask.stream(model=target.models["upstream-error"], provider={"fallback": [ask.model]})

    assert stream.status == 200, f"a stream of a failing model with a fallback is answered {stream.status}"
    assert not stream.errors, f"the stream reports {stream.errors[0]!r:.120}"


@requirement("provider.fallback.client-error")
def test_fallback_client_error(ask: Ask, target: Target) -> None:
    """A bad request is answered with its 4xx, and triggers no fallback."""
    parts = [text_part("What is this?"), image_part()]
    model, other = target.models["text-only"], target.models["vision"]
    alone = ask.chat(parts, model=model)
    if not 400 <= alone.status < 500 or alone.status in {402, 429}:
        inconclusive(f"without a fallback the image is answered {alone.status}")

    answer = ask.chat(parts, model=model, provider={"fallback": [other]})

    assert 400 <= answer.status < 500, (
        f"an image for {model} is answered {alone.status}, with a fallback {answer.status}"
    )


@requirement("provider.native")
def test_native(ask: Ask, anthropic: Anthropic, gemini: Gemini) -> None:
    """A message and a generation are served with the extension where they are without it."""
    routing = {"routing": "cost"}
    asking: dict[str, Callable[..., Answer]] = {"Anthropic": anthropic.message, "Gemini": gemini.generate}

    def demand(protocol: str) -> None:
        if not asking[protocol]().served:
            inconclusive("the request is not served without the extension either")
        demand_served(asking[protocol](provider=routing))

    every(asking, demand, ask.recorder.touched)
