"""How long an answer may get: `max_tokens` and `max_completion_tokens`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_refused
from conformance.words.ask import Ask
from conformance.words.check import Unsupported, inconclusive, requirement
from conformance.words.counting import demand_capped
from conformance.words.openai.chat import CAP, Completion
from conformance.words.samples.prompts import COUNT

ENOUGH = 160
"""Tokens for the whole answer."""
INVALID = pytest.mark.parametrize("value", [0, -1, 2.5])


def _max_tokens(ask: Ask) -> str:
    """`max_tokens`, unless the model asks for its successor."""
    if ask.limit != "max_tokens":
        raise Unsupported("the model takes max_completion_tokens only")
    return "max_tokens"


def _demand_cap(answer: Completion) -> None:
    demand_capped(str(answer.message.get("content") or ""), answer.tokens("completion_tokens"), CAP, "the answer")


def _half(ask: Ask, chat: Completion, name: str) -> Completion | None:
    """The plainest prompt again, with half of the tokens that its answer took."""
    spent = chat.tokens("completion_tokens")
    half = ask.chat(**{name: spent // 2}) if chat.finish_reason == "stop" and spent >= 4 else None
    return half if half and half.status == 200 else None


def _demand_half(half: Completion, chat: Completion) -> None:
    most = chat.tokens("completion_tokens") // 2
    spent = half.tokens("completion_tokens")
    assert spent <= most, f"the limit is {most} tokens, but usage.completion_tokens is {spent}"


def _demand_length(ask: Ask, answer: Completion) -> None:
    """Demands the reason of an answer that is the beginning of what the model says with more room."""
    reason, text = answer.finish_reason, str(answer.message.get("content") or "")
    if reason != "length":
        free = str(ask.chat(COUNT, **ask.room(ENOUGH)).message.get("content") or "")
        if not text or len(text) >= len(free) or not free.startswith(text):
            inconclusive("the limit did not cut the answer off")
    assert reason == "length", f"the answer is cut off at {text[-20:]!r}, but finish_reason is {reason!r}"


def _demand_half_length(half: Completion, chat: Completion) -> None:
    if half.text and len(half.text) < len(chat.text) and chat.text.startswith(half.text):
        said = f"the answer is cut off at {half.text[-20:]!r}, but finish_reason is {half.finish_reason!r}"
        assert half.finish_reason == "length", said


@requirement("chat.max-tokens.cap")
def test_max_tokens_cap(ask: Ask, chat: Completion, demand_supported: Callable[..., Any]) -> None:
    """An answer has no more completion tokens than `max_tokens`."""
    _demand_cap(demand_supported(ask.chat(COUNT, **{_max_tokens(ask): CAP})))
    half = _half(ask, chat, _max_tokens(ask))
    if half:
        _demand_half(half, chat)


@requirement("chat.max-tokens.finish-reason")
def test_max_tokens_finish_reason(ask: Ask, chat: Completion) -> None:
    """An answer that `max_tokens` cuts off ends with `length`."""
    half = _half(ask, chat, _max_tokens(ask))
    if half:
        _demand_half_length(half, chat)
    _demand_length(ask, ask.chat(COUNT, **{_max_tokens(ask): CAP}))


@requirement("chat.max-tokens.invalid")
@INVALID
def test_max_tokens_invalid(ask: Ask, gateway: dict[str, Any], value: float) -> None:
    """A `max_tokens` that is zero, negative or not whole is refused as an invalid value."""
    demand_refused(ask.chat(max_tokens=value), gateway, "invalid_value")


@requirement("chat.max-completion-tokens.cap")
def test_max_completion_tokens_cap(ask: Ask, chat: Completion, demand_supported: Callable[..., Any]) -> None:
    """An answer has no more completion tokens than `max_completion_tokens`."""
    _demand_cap(demand_supported(ask.chat(COUNT, max_completion_tokens=CAP)))
    half = _half(ask, chat, "max_completion_tokens")
    if half:
        _demand_half(half, chat)


@requirement("chat.max-completion-tokens.stream")
def test_max_completion_tokens_stream(ask: Ask, chat: Completion) -> None:
    """A `max_completion_tokens` that shortens the whole answer shortens the streamed one."""
    half = _half(ask, chat, "max_completion_tokens")
    if half is None or not 0 < len(half.text) < len(chat.text):
        inconclusive("the limit does not shorten the whole answer")

    stream = ask.stream(max_completion_tokens=chat.tokens("completion_tokens") // 2)

    assert len(stream.text()) < len(chat.text), f"the stream goes on to {stream.text()[-40:]!r}, as without a limit"


@requirement("chat.max-completion-tokens.finish-reason")
def test_max_completion_tokens_finish_reason(ask: Ask, chat: Completion) -> None:
    """An answer that `max_completion_tokens` cuts off ends with `length`."""
    half = _half(ask, chat, "max_completion_tokens")
    if half:
        _demand_half_length(half, chat)
    _demand_length(ask, ask.chat(COUNT, max_completion_tokens=CAP))


@requirement("chat.max-completion-tokens.invalid")
@INVALID
def test_max_completion_tokens_invalid(ask: Ask, gateway: dict[str, Any], value: float) -> None:
    """A `max_completion_tokens` that is zero, negative or not whole is refused as an invalid value."""
    demand_refused(ask.chat(max_completion_tokens=value), gateway, "invalid_value")
