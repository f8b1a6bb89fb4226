"""What two answers have to do with each other. No oracle is needed, but a model that says the same twice."""

from __future__ import annotations

import pytest

from conformance.ask import Ask
from conformance.check import inconclusive, requirement

PROMPT = "Count from one to ten in words."


@pytest.fixture
def said(ask: Ask) -> str:
    """What the model says every time; inconclusive when it says something else the second time."""
    first, second = (ask.chat(PROMPT, temperature=0, take=take).text for take in (0, 1))
    if first != second:
        inconclusive("the model says something else every time")
    return first


@requirement("properties.relations.stream")
def test_stream_says_the_same(ask: Ask, said: str) -> None:
    """A stream carries the words of the whole answer."""
    streamed = ask.stream(PROMPT, temperature=0).text()

    assert streamed == said, f"whole {said!r:.80}, streamed {streamed!r:.80}"


@requirement("properties.relations.stop")
def test_stop_shortens(ask: Ask, said: str) -> None:
    """The answer ends before the stop text, if not earlier."""
    if len(said.split()) < 3:
        inconclusive(f"the answer is too short: {said!r:.80}")
    stop = said.split()[2]

    stopped = ask.chat(PROMPT, temperature=0, stop=stop).text

    assert said.startswith(stopped.rstrip()), f"whole {said!r:.80}, stopped at {stop!r} {stopped!r:.80}"


@requirement("properties.relations.limit")
def test_limit_gives_the_beginning(ask: Ask, said: str) -> None:
    """Fewer tokens are the first ones."""
    limit = {ask.limit: 3, "temperature": 0}

    shorter = ask.chat(PROMPT, **limit).text

    assert said.startswith(shorter.rstrip()), f"whole {said!r:.80}, with a limit of 3 tokens {shorter!r:.80}"


@requirement("properties.relations.usage")
def test_usage_grows(ask: Ask) -> None:
    """More words, more tokens."""
    short, long = (ask.chat(f"{PROMPT} {PROMPT * times}").tokens("prompt_tokens") for times in (0, 4))

    assert long > short, f"a prompt costs {short} tokens, and one five times as long {long}"


@requirement("properties.relations.alone")
def test_one_choice_is_the_default(ask: Ask, said: str) -> None:
    """Asking for one answer is asking."""
    alone = ask.chat(PROMPT, temperature=0, n=1).text

    assert alone == said, f"without n {said!r:.80}, with n=1 {alone!r:.80}"
