"""Log probabilities of the tokens of an answer, whole and streamed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_kind, demand_objects, demand_refused
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, member, pick, requirement
from conformance.words.openai.chat import Completion, CompletionStream

TOP = 3
ROUNDING = 1e-6
"""How far above 0 the logarithm of a probability may come by rounding."""


def _asked(ask: Ask) -> Completion:
    return ask.chat(logprobs=True, top_logprobs=TOP)


def _entries(answer: Completion) -> list[dict[str, Any]]:
    """The entries of the first choice; inconclusive when there are none."""
    content = pick(answer.body, "choices", 0, "logprobs", "content", kind=list)
    entries = [pick(content, place, kind=dict) for place in range(len(content))]
    return entries or inconclusive("cannot be judged: logprobs.content is empty")


def _streamed_entries(stream: CompletionStream) -> list[dict[str, Any]]:
    """The entries of all chunks, in order."""
    logprobs = [choice.get("logprobs") for choice in stream.of(0)]
    lists = [one.get("content") for one in logprobs if isinstance(one, dict)]
    return [entry for entries in lists if isinstance(entries, list) for entry in entries if isinstance(entry, dict)]


def _joined(entries: list[dict[str, Any]]) -> str:
    """What the tokens say: by their bytes, where all have some, because a token may end within a character."""
    raw: list[Any] = [entry.get("bytes") for entry in entries]
    if all(_is_bytes(one) for one in raw):
        return b"".join(map(bytes, raw)).decode("utf-8", "replace")
    return "".join(str(entry.get("token")) for entry in entries)


def _is_bytes(value: Any) -> bool:
    return isinstance(value, list) and all(type(one) is int and 0 <= one < 256 for one in value)


def _demand_tokens(entries: list[dict[str, Any]], text: str) -> None:
    """An end mark such as `<|end|>` may follow the text."""
    if not text:
        inconclusive("the model gave no text")
    joined = _joined(entries).strip()
    rest = joined.removeprefix(text.strip()).strip()
    same = joined.startswith(text.strip()) and (not rest or rest.startswith("<"))
    assert same, f"the tokens are {joined!r:.100}, the text is {text!r:.100}"


def _demand_entry(entry: dict[str, Any]) -> None:
    token, raw = demand_kind(entry.get("token"), "token", str), entry.get("bytes")
    logprob = demand_kind(entry.get("logprob"), f"logprob of {token!r}", (int, float))
    assert logprob <= ROUNDING, f"logprob of {token!r} is {logprob}, which is above 0"
    assert raw is None or _is_bytes(raw), f"bytes of {token!r} is {raw!r:.60}"


@requirement("chat.logprobs.present")
def test_present(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """With `logprobs: true` every choice with text has `logprobs.content`, one entry for each token."""
    answer = demand_supported(ask.chat(logprobs=True))

    for choice in answer.choices:
        if not pick(choice, "message", kind=dict).get("content"):
            inconclusive("the model gave no text")
        logprobs = demand_kind(choice.get("logprobs"), "logprobs", dict)
        demand_objects(logprobs.get("content"), "logprobs.content")


@requirement("chat.logprobs.entry")
def test_entry(ask: Ask) -> None:
    """Every entry has a `token`, a `logprob` of at most 0, and `bytes` that are null or bytes."""
    for entry in _entries(ask.chat(logprobs=True)):
        _demand_entry(entry)


@requirement("chat.logprobs.tokens")
def test_tokens(ask: Ask) -> None:
    """The tokens of the entries, put together, are the content."""
    answer = ask.chat(logprobs=True)

    _demand_tokens(_entries(answer), answer.text)


@requirement("chat.logprobs.top")
def test_top(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """`top_logprobs` gives alternatives for the tokens, for none of them more than it says."""
    entries = _entries(demand_supported(_asked(ask)))
    lists = [demand_kind(entry.get("top_logprobs") or [], "top_logprobs", list) for entry in entries]

    assert any(lists), f"top_logprobs is {TOP}, but no token has an alternative"
    assert max(map(len, lists)) <= TOP, f"top_logprobs is {TOP}, but a token has {max(map(len, lists))} alternatives"
    for alternative in (one for some in lists for one in some):
        _demand_entry(demand_kind(alternative, "an alternative", dict))


@requirement("chat.logprobs.stream")
def test_stream(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A stream carries the log probabilities that were asked for."""
    stream = demand_supported(ask.stream(logprobs=True))
    if not stream.text():
        inconclusive("the model gave no text")

    assert _streamed_entries(stream), "no chunk has logprobs, although they were asked for"


@requirement("chat.logprobs.stream.tokens")
def test_stream_tokens(ask: Ask) -> None:
    """The tokens of all entries of a stream, put together, are its text."""
    stream = ask.stream(logprobs=True)
    entries = _streamed_entries(stream)
    if not entries:
        inconclusive("cannot be judged: no chunk has logprobs")

    _demand_tokens(entries, stream.text())


@requirement("chat.logprobs.unasked")
def test_unasked(chat: Completion) -> None:
    """`logprobs` is null or absent unless log probabilities are asked for."""
    for choice in chat.choices:
        entries = member(choice, "logprobs", "content")
        assert not entries, f"logprobs.content is {entries!r:.80}, although it was not asked for"


@requirement("chat.logprobs.top-needs-logprobs")
def test_top_needs_logprobs(ask: Ask, gateway: dict[str, Any]) -> None:
    """`top_logprobs` without `logprobs` is refused as an invalid value."""
    demand_refused(ask.chat(top_logprobs=TOP), gateway, "invalid_value")


@requirement("chat.logprobs.top-outside")
@pytest.mark.parametrize("value", [-1, 21])
def test_top_outside(ask: Ask, gateway: dict[str, Any], value: int) -> None:
    """A `top_logprobs` below 0 or above 20 is refused as an invalid value."""
    demand_refused(ask.chat(logprobs=True, top_logprobs=value), gateway, "invalid_value")
