"""Token counts of whole chat completions."""

from __future__ import annotations

from conformance.words.answer import demand_count, demand_kind
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.counting import demand_numbers_counted
from conformance.words.openai.chat import CAP, Completion
from conformance.words.samples.prompts import COUNT

REASONING_SLACK = 4096
"""Tokens beyond the visible text that a reasoning model may spend without saying so."""


@requirement("chat.usage.present")
def test_usage_present(chat: Completion) -> None:
    """A whole answer reports its usage."""
    assert chat.body.get("usage") is not None, "the answer has no usage"


@requirement("chat.usage")
def test_usage(chat: Completion, promised: bool) -> None:
    """`usage` counts the prompt (above 0) and the completion (0 or more) in whole tokens."""
    usage = chat.body.get("usage")
    if usage is None and not promised:
        inconclusive("the answer has no usage")

    counts = demand_kind(usage, "usage", dict)
    for name, least in (("prompt_tokens", 1), ("completion_tokens", 0), ("total_tokens", 1)):
        demand_count(counts.get(name), f"usage.{name}", least)


@requirement("chat.usage.total")
def test_usage_total(chat: Completion) -> None:
    """`total_tokens` is the sum of prompt and completion tokens."""
    prompt, completion, total = (chat.tokens(f"{name}_tokens") for name in ("prompt", "completion", "total"))

    assert total == prompt + completion, f"total_tokens is {total}, but the sum is {prompt} + {completion}"


@requirement("chat.usage.completion-counted")
def test_usage_completion_counted(chat: Completion) -> None:
    """A non-empty answer costs at least one token, and no more tokens than it has bytes."""
    tokens, size = chat.tokens("completion_tokens"), len(chat.text.encode())
    if not size:
        inconclusive("the model gave no text")

    assert tokens > 0, "a non-empty answer is counted as 0 completion tokens"
    assert tokens <= size + REASONING_SLACK, f"{size} bytes of text are counted as {tokens} tokens"


@requirement("chat.usage.numbers")
def test_usage_numbers(ask: Ask) -> None:
    """An answer that counts costs completion tokens for its numbers."""
    answer = ask.chat(COUNT, **ask.room(CAP))

    demand_numbers_counted(answer.text, answer.tokens("completion_tokens"), "the answer", CAP)


@requirement("chat.usage.grows")
def test_usage_grows(ask: Ask, chat: Completion) -> None:
    """A longer prompt costs more prompt tokens."""
    longer = ask.chat("Say hello in one short sentence. " + "The weather is fine and the sea is calm. " * 8)

    short, long = chat.tokens("prompt_tokens"), longer.tokens("prompt_tokens")

    assert long > short, f"the longer prompt is counted as {long} tokens, the shorter one as {short}"


@requirement("chat.usage.details")
def test_usage_details(chat: Completion) -> None:
    """Token details, where given, stay within the totals they belong to."""
    wholes = {"prompt_tokens_details": "prompt_tokens", "completion_tokens_details": "completion_tokens"}
    for details, whole in wholes.items():
        for name, count in demand_kind(chat.usage.get(details) or {}, details, dict).items():
            limit = pick(chat.usage, whole, kind=int)
            counted = isinstance(count, int) and name != "rejected_prediction_tokens"
            assert not counted or 0 <= count <= limit, f"{details}.{name} is {count} of {limit}"
