"""What two answers have to do with each other. No oracle is needed, but a model that says the same twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.properties.fields import is_claimed, properties_of
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, Once, every, inconclusive, requirement
from conformance.words.speakers import PROMPT, Speaker, speakers, steady
from gateway_contract import Contract

ForEach = Callable[[Callable[[Speaker], None]], None]


@pytest.fixture
def each_speaker(once: Once, ask: Ask, contract: Contract) -> ForEach:
    """Judges every operation that answers with a text."""
    some = once("speakers", lambda: speakers(ask, contract))
    return lambda demand: every(some, demand, ask.recorder.touched, lambda one: one.operation.id)


@pytest.fixture
def said(ask: Ask) -> str:
    """What the model says every time, whole."""
    return steady(lambda take: ask.chat(PROMPT, temperature=0, take=take).text)


@requirement("properties.relations.stream")
def test_stream_says_the_same(ask: Ask, said: str) -> None:
    """A deterministic model says the same words streamed as whole."""
    if ask.stream(PROMPT, temperature=0).text() == said:
        return

    streamed = steady(lambda take: ask.stream(PROMPT, temperature=0, take=take).text())
    assert streamed == said, f"whole {said!r:.80}, streamed {streamed!r:.80}"


@requirement("properties.relations.stop")
def test_stop_shortens(ask: Ask, said: str) -> None:
    """A stop text only shortens what a deterministic model says."""
    if len(said.split()) < 3:
        inconclusive(f"the answer is too short: {said!r:.80}")

    _demand_beginning(ask, said, stop=said.split()[2])


@requirement("properties.relations.limit")
def test_limit_gives_the_beginning(ask: Ask, said: str) -> None:
    """A smaller limit gives the beginning of what a deterministic model says with a larger one."""
    _demand_beginning(ask, said, **{ask.limit: 3})


def _demand_beginning(ask: Ask, said: str, **fields: Any) -> None:
    """With these fields the model says, every time, what it says without them, or the beginning of it."""
    if said.startswith(ask.chat(PROMPT, temperature=0, **fields).text.rstrip()):
        return

    shorter = steady(lambda take: ask.chat(PROMPT, temperature=0, take=take, **fields).text)
    assert said.startswith(shorter.rstrip()), f"whole {said!r:.80}, with {fields} {shorter!r:.80}"


@requirement("properties.relations.usage")
def test_usage_grows(ask: Ask) -> None:
    """A prompt that contains another costs more prompt tokens."""
    prompts = (PROMPT, " ".join([PROMPT] * 5))
    short, long = (ask.chat(prompt, temperature=0).tokens("prompt_tokens") for prompt in prompts)

    assert long > short, f"a prompt costs {short} tokens, and one five times as long {long}"


@requirement("properties.relations.alone")
def test_one_choice_is_the_default(ask: Ask, said: str) -> None:
    """`n: 1` is the default: a deterministic model says the same words."""
    if ask.chat(PROMPT, temperature=0, n=1).text == said:
        return

    alone = steady(lambda take: ask.chat(PROMPT, temperature=0, take=take, n=1).text)
    assert alone == said, f"without n {said!r:.80}, with n=1 {alone!r:.80}"


@requirement("properties.relations.native-stream")
def test_native_stream_says_the_same(each_speaker: ForEach) -> None:
    """In every other protocol as well, a deterministic model says the same words streamed as whole."""

    def demand(speaker: Speaker) -> None:
        if speaker.operation.id == "createChatCompletion":
            raise NotApplicable("for chat completions there is `properties.relations.stream`")
        said = speaker.says()
        if speaker.streamed(0) != said:
            streamed = steady(speaker.streamed)
            assert streamed == said, f"whole {said!r:.80}, streamed {streamed!r:.80}"

    each_speaker(demand)


@requirement("properties.relations.defaults")
def test_defaults_change_nothing(each_speaker: ForEach, contract: Contract) -> None:
    """With each field at its documented default a deterministic model says the same words as without them."""

    def demand(speaker: Speaker) -> None:
        defaults = _defaults(speaker, contract)
        if not defaults:
            raise NotApplicable(f"{speaker.operation.id} has no documented defaults")
        served = [one for one in _together_or_alone(speaker, defaults) if speaker.ask(one).served]
        if not served:
            inconclusive(f"none of {', '.join(defaults)} is served at its default")
        for body in served:
            _demand_same(speaker, body, f"with {sorted(body.keys() - speaker.body.keys())} at the default")

    each_speaker(demand)


def _defaults(speaker: Speaker, contract: Contract) -> dict[str, Any]:
    fields = properties_of(speaker.operation).items()
    return {name: one["default"] for name, one in fields if "default" in one and is_claimed(one, contract)}


def _together_or_alone(speaker: Speaker, fields: dict[str, Any]) -> list[dict[str, Any]]:
    """The body with all fields where that is served, else one for each: some go only with what is not there."""
    together = fields | speaker.body
    if speaker.ask(together).served:
        return [together]
    return [{name: value} | speaker.body for name, value in fields.items()]


@requirement("properties.relations.order")
def test_order_changes_nothing(each_speaker: ForEach) -> None:
    """In whatever order the members of a request stand, a deterministic model says the same words."""
    each_speaker(lambda speaker: _demand_same(speaker, _reversed(speaker.body), "with its members in reverse"))


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _reversed(one) for name, one in reversed(value.items())}
    return [_reversed(one) for one in value] if isinstance(value, list) else value


def _demand_same(speaker: Speaker, body: dict[str, Any], how: str) -> None:
    said = speaker.says()
    if speaker.ask(body).text != said:
        other = speaker.says(body)
        assert other == said, f"the plain request is answered {said!r:.80}, {how} {other!r:.80}"
