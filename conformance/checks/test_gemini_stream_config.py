"""How a stream in the Gemini protocol is configured: as a whole answer is."""

from __future__ import annotations

import pytest

from conformance.words.answer import demand_served
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.counting import demand_capped, demand_numbers_counted
from conformance.words.gemini.configured import BOOK, JSON, LIMIT, LIST, SCHEMA, UP_TO_NINE, demand_book
from conformance.words.gemini.contents import Gemini, GeneratedStream, repeats
from conformance.words.gemini.demands import FINISH_REASONS
from conformance.words.samples.prompts import FEWEST, LONG_RULES

STOP = {"stopSequences": ["5"]}
INSTRUCTION = {"parts": [{"text": f"Be polite. {LONG_RULES}"}]}


@pytest.fixture
def limited(gemini: Gemini) -> GeneratedStream:
    """A stream that is to count further than its limit allows."""
    stream = gemini.stream(LIST, config={"maxOutputTokens": LIMIT})
    leave_repeating(stream)
    return stream


def leave_repeating(stream: GeneratedStream) -> None:
    """Leaves the check where each piece repeats the one before."""
    texts = [part["text"] for part in stream.parts if isinstance(part.get("text"), str) and part["text"]]
    if len(texts) > 2 and repeats(texts):
        inconclusive("cannot be judged: the pieces repeat each other")


@pytest.fixture
def stopped(gemini: Gemini) -> GeneratedStream:
    """A stream with an instruction, which is to count beyond its stop sequence."""
    return gemini.stream(UP_TO_NINE, config=STOP, systemInstruction=INSTRUCTION)


def _spent(stream: GeneratedStream) -> int:
    return pick(stream.chunks[-1], "usageMetadata", "candidatesTokenCount", kind=int)


@requirement("gemini.stream.max-tokens")
def test_max_tokens(limited: GeneratedStream) -> None:
    """A stream has no more than `maxOutputTokens` tokens."""
    demand_capped(limited.text, _spent(limited), LIMIT, "the stream")


@requirement("gemini.stream.max-tokens.finish-reason")
def test_max_tokens_finish_reason(gemini: Gemini, limited: GeneratedStream) -> None:
    """A stream that the limit cuts off ends with MAX_TOKENS."""
    whole = gemini.generate(LIST, config={"maxOutputTokens": LIMIT})
    if whole.finish_reason != "MAX_TOKENS" or len(limited.text) > len(whole.text):
        inconclusive("the limit did not cut the answer off")
    reason = pick(limited.finish_reasons, -1)
    if str(reason) not in FINISH_REASONS:
        inconclusive(f"cannot be judged: finishReason is {reason!r:.60}")

    assert reason == "MAX_TOKENS", f"finishReason of a stream that is cut is {reason!r:.60}"


@requirement("gemini.stream.usage.numbers")
def test_usage_numbers(limited: GeneratedStream) -> None:
    """A stream that counts costs tokens for its numbers."""
    demand_numbers_counted(limited.text, _spent(limited), "the stream", LIMIT)


@requirement("gemini.stream.stop")
def test_stop(stopped: GeneratedStream) -> None:
    """The text of a stream ends before a stop sequence."""
    if "4" not in stopped.text:
        inconclusive(f"the model did not count: {stopped.text:.80}")

    assert "5" not in stopped.text, f"stopSequences are ['5'], the stream is {stopped.text!r:.120}"


@requirement("gemini.stream.system-instruction")
def test_system_instruction(gemini: Gemini, stopped: GeneratedStream) -> None:
    """`systemInstruction` reaches the model of a stream: it costs prompt tokens."""
    plain = pick(gemini.stream().chunks[-1], "usageMetadata", "promptTokenCount", kind=int)
    if not plain or plain != gemini.generate().tokens("promptTokenCount"):
        inconclusive("cannot be judged: a plain prompt costs nothing, or another number of tokens as a stream")
    without = gemini.generate(UP_TO_NINE, config=STOP).tokens("promptTokenCount")
    counted = pick(stopped.chunks[-1], "usageMetadata", "promptTokenCount", kind=int)

    assert counted >= without + FEWEST, f"with an instruction a stream costs {counted} prompt tokens, else {without}"


@requirement("gemini.stream.json")
def test_json(gemini: Gemini) -> None:
    """The text of a stream satisfies `responseSchema`."""
    stream = demand_served(gemini.stream(BOOK, config={**JSON, "responseSchema": SCHEMA}))
    leave_repeating(stream)

    demand_book(stream)
