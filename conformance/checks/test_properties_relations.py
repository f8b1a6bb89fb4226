"""What two answers have to do with each other. No oracle is needed, but a model that says the same twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement

PROMPT = "Count from one to ten in words."


def _steady(say: Callable[[int], str]) -> str:
    """What is said every time; inconclusive when it is something else the second time."""
    first, second = say(0), say(1)
    if first != second:
        inconclusive("the model says something else every time")
    return first


@pytest.fixture
def said(ask: Ask) -> str:
    """What the model says every time, whole."""
    return _steady(lambda take: ask.chat(PROMPT, temperature=0, take=take).text)


@requirement("properties.relations.stream")
def test_stream_says_the_same(ask: Ask, said: str) -> None:
    """A deterministic model says the same words streamed as whole."""
    if ask.stream(PROMPT, temperature=0).text() == said:
        return

    streamed = _steady(lambda take: ask.stream(PROMPT, temperature=0, take=take).text())
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

    shorter = _steady(lambda take: ask.chat(PROMPT, temperature=0, take=take, **fields).text)
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

    alone = _steady(lambda take: ask.chat(PROMPT, temperature=0, take=take, n=1).text)
    assert alone == said, f"without n {said!r:.80}, with n=1 {alone!r:.80}"
