"""Fallbacks that are set elsewhere than in the request, and how headers tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.target import Target
from conformance.words.answer import leave_at_limit
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, inconclusive, requirement
from conformance.words.openai.chat import Completion


@pytest.fixture
def headers_signal(gateway: dict[str, Any]) -> None:
    """Where this gateway does not signal a fallback in headers, the check is not applicable."""
    if gateway["fallback"]["signal"] != "headers":
        raise NotApplicable("no headers are documented for a fallback")


def _chained(ask: Ask, target: Target) -> Completion:
    """The answer of a chain; inconclusive when there is none."""
    answer = ask.chat(model=target.models["chain"])
    return answer if answer.status == 200 else inconclusive(f"the chain was answered {answer.status}")


def _same(one: str, other: str) -> bool:
    """Whether two names may mean one model: one of them with a provider, a date or a version more."""
    first, second = (name.rpartition("/")[2].lower() for name in (one, other))
    return first in second or second in first


@requirement("fallback.serves")
def test_serves(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """When the requested model fails and a chain of fallbacks is set for it, the request is served."""
    if gateway["fallback"]["mode"] != "dashboard":
        raise NotApplicable("no chains outside the request are documented")
    answer = ask.chat(model=target.models["chain"])

    leave_at_limit(answer.exchange)
    assert answer.status == 200, f"a failing model with a chain is answered {answer.status}"


@requirement("fallback.headers.model-used")
def test_model_used(ask: Ask, target: Target, gateway: dict[str, Any]) -> None:
    """After a fallback a header names the model that served, which is not the requested one."""
    name, requested = gateway["headers"]["model_used"], target.models["chain"]
    used = _chained(ask, target).exchange.headers.get(name)

    assert used, f"a fallback ran, but there is no {name}"
    assert used != requested, f"a fallback ran, but {name} is the requested {used!r}"


@requirement("fallback.headers.consistent")
def test_consistent(ask: Ask, chat: Completion, target: Target, gateway: dict[str, Any]) -> None:
    """The model that served differs from the requested one only where `x-fallback-from` says that a fallback ran."""
    answers = {ask.model: chat}
    if "chain" in target.models:
        answers[target.models["chain"]] = ask.chat(model=target.models["chain"])

    for requested, answer in answers.items():
        headers = answer.exchange.headers
        used = headers.get(gateway["headers"]["model_used"], requested)
        silent = not _same(used, requested) and "x-fallback-from" not in headers
        assert not silent, f"{requested} was asked for and {used} answered, but there is no x-fallback-from"


@requirement("fallback.headers.from")
@pytest.mark.usefixtures("headers_signal")
def test_from(ask: Ask, target: Target) -> None:
    """`x-fallback-from` is the requested model after a fallback."""
    model = _chained(ask, target).exchange.headers.get("x-fallback-from")

    assert model == target.models["chain"], f"{target.models['chain']} was asked for, but x-fallback-from is {model!r}"


@requirement("fallback.headers.from-absent")
@pytest.mark.usefixtures("headers_signal")
def test_from_absent(ask: Ask, chat: Completion, gateway: dict[str, Any]) -> None:
    """`x-fallback-from` is absent where no fallback ran."""
    headers = chat.exchange.headers
    origin, used = headers.get("x-fallback-from"), headers.get(gateway["headers"]["model_used"], ask.model)
    if chat.status != 200 or not _same(used, ask.model):
        inconclusive(f"cannot be judged: the request was answered {chat.status} by {used}")

    assert not origin, f"no fallback was to be expected, but x-fallback-from is {origin!r}"


@requirement("fallback.headers.depth")
@pytest.mark.usefixtures("headers_signal")
def test_depth(ask: Ask, chat: Completion, target: Target) -> None:
    """`x-fallback-depth` is a whole number of 1 or more after a fallback, and otherwise absent or 0."""
    deep = _chained(ask, target).exchange.headers.get("x-fallback-depth", "")
    flat = chat.exchange.headers.get("x-fallback-depth", "0")

    assert deep.isdecimal(), f"a fallback ran, but x-fallback-depth is {deep!r}"
    assert int(deep) >= 1, f"a fallback ran, but x-fallback-depth is {deep}"
    assert flat == "0" or "x-fallback-from" in chat.exchange.headers, f"no fallback ran, but x-fallback-depth is {flat}"
