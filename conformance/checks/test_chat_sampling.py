"""Parameters of sampling, and what accompanies a request without changing its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_refused
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, Unsupported, each, inconclusive, requirement
from conformance.words.openai.options import FEATURES
from gateway_contract import Contract

UNKNOWN = "x_conformance_probe"


@requirement("chat.temperature")
@pytest.mark.parametrize("value", [0, 0.4, 2])
def test_temperature(demand_option: Callable[..., None], value: float) -> None:
    """Both bounds of the range are accepted by a model that accepts another value below the default."""
    demand_option("temperature", value, *(other for other in (0, 0.4) if value < 1))


@requirement("chat.temperature.outside")
@pytest.mark.parametrize("value", [-0.1, 2.1])
def test_temperature_outside(ask: Ask, gateway: dict[str, Any], value: float) -> None:
    """A `temperature` below 0 or above 2 is refused as an invalid value."""
    demand_refused(ask.chat(temperature=value), gateway, "invalid_value")


@requirement("chat.top-p")
@pytest.mark.parametrize("value", [0, 0.9, 1])
def test_top_p(demand_option: Callable[..., None], value: float) -> None:
    """`top_p` is accepted from 0 to 1, both included."""
    demand_option("top_p", value)


@requirement("chat.top-p.outside")
@pytest.mark.parametrize("value", [-0.1, 1.1])
def test_top_p_outside(ask: Ask, gateway: dict[str, Any], value: float) -> None:
    """A `top_p` below 0 or above 1 is refused as an invalid value."""
    demand_refused(ask.chat(top_p=value), gateway, "invalid_value")


@requirement("chat.frequency-penalty")
@pytest.mark.parametrize("value", [-2, 0.5, 2])
def test_frequency_penalty(demand_option: Callable[..., None], value: float) -> None:
    """`frequency_penalty` is accepted from -2 to 2, both included."""
    demand_option("frequency_penalty", value)


@requirement("chat.frequency-penalty.outside")
@pytest.mark.parametrize("value", [-2.1, 2.1])
def test_frequency_penalty_outside(ask: Ask, gateway: dict[str, Any], value: float) -> None:
    """A `frequency_penalty` below -2 or above 2 is refused as an invalid value."""
    demand_refused(ask.chat(frequency_penalty=value), gateway, "invalid_value")


@requirement("chat.presence-penalty")
@pytest.mark.parametrize("value", [-2, 0.5, 2])
def test_presence_penalty(demand_option: Callable[..., None], value: float) -> None:
    """`presence_penalty` is accepted from -2 to 2, both included."""
    demand_option("presence_penalty", value)


@requirement("chat.presence-penalty.outside")
@pytest.mark.parametrize("value", [-2.1, 2.1])
def test_presence_penalty_outside(ask: Ask, gateway: dict[str, Any], value: float) -> None:
    """A `presence_penalty` below -2 or above 2 is refused as an invalid value."""
    demand_refused(ask.chat(presence_penalty=value), gateway, "invalid_value")


@requirement("chat.seed")
def test_seed(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """`seed` is accepted as an integer."""
    demand_supported(ask.chat(seed=7))


@requirement("chat.seed.repeatable")
def test_seed_repeatable(ask: Ask) -> None:
    """The same `seed` and the same request give the same answer while `system_fingerprint` stays the same."""
    first, second = ask.chat(seed=7), ask.chat(seed=7, take=1)
    if first.body.get("system_fingerprint") != second.body.get("system_fingerprint"):
        inconclusive("system_fingerprint changed between the two answers")

    assert first.text == second.text, f"the same seed gives {first.text!r:.80} and {second.text!r:.80}"


@requirement("chat.logit-bias")
def test_logit_bias(demand_option: Callable[..., None]) -> None:
    """`logit_bias` is accepted as an object from token ids to numbers from -100 to 100."""
    demand_option("logit_bias", {"1734": -100, "2435": 0.5})


@requirement("chat.user")
def test_user(demand_option: Callable[..., None]) -> None:
    """`user` is accepted."""
    demand_option("user", "user-7f3a")


@requirement("chat.metadata")
def test_metadata(demand_option: Callable[..., None]) -> None:
    """`metadata` is accepted as pairs of text."""
    demand_option("metadata", {"purpose": "conformance"})


@requirement("chat.optional-null")
@each("name", FEATURES)
def test_optional_null(ask: Ask, contract: Contract, demand_option: Callable[..., None], name: str) -> None:
    """An explicit null of an optional parameter is accepted like its absence."""
    if FEATURES[name] not in contract.features:
        raise NotApplicable(f"{contract.name} does not claim {FEATURES[name]}")
    if name == "max_tokens" != ask.limit:
        raise Unsupported(f"the model takes {ask.limit} only")

    demand_option(name, None)


@requirement("chat.unknown-parameter")
@pytest.mark.parametrize("value", [7, {"deep": [True, None]}], ids=["number", "object"])
def test_unknown_parameter(ask: Ask, value: Any) -> None:
    """An undocumented parameter is never the cause of a 5xx."""
    answer = ask.chat(**{UNKNOWN: value})

    assert 0 < answer.status < 500, f"an unknown parameter is answered {answer.status or answer.exchange.broken}"


@requirement("chat.unknown-parameter.ignored")
def test_unknown_parameter_ignored(ask: Ask) -> None:
    """An undocumented parameter is ignored, or refused by its name."""
    answer = ask.chat(**{UNKNOWN: 7})
    if answer.status in {402, 429} or answer.status >= 500:
        inconclusive(f"the request was answered {answer.status}")

    named = UNKNOWN in answer.exchange.text
    assert answer.status == 200 or named, f"expected 200, got {answer.status}: {answer.exchange.text:.160}"
