"""The Anthropic protocol, streams: their text, their timing, stop sequences and thinking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.target import Target
from conformance.words.answer import demand_text
from conformance.words.anthropic.messages import STOP, THINKING, Anthropic
from conformance.words.check import alone, inconclusive, pick, requirement
from conformance.words.samples.prompts import COUNT, COUNT_FAR, REPEAT
from conformance.words.samples.unicode import TEXT_PROMPT, demand_code, demand_undamaged
from conformance.words.streams import REPEAT_COUNTED, demand_incremental, demand_lossless


@requirement("anthropic.stream.unicode")
def test_stream_unicode(anthropic: Anthropic) -> None:
    """No character is torn apart by a delta."""
    demand_undamaged(anthropic.stream(TEXT_PROMPT).text())


@requirement("anthropic.stream.verbatim")
def test_stream_verbatim(anthropic: Anthropic) -> None:
    """Code that is to be repeated comes back letter for letter in a stream as well."""
    demand_code(anthropic.stream(TEXT_PROMPT).text())


@requirement("anthropic.stream.equals-whole")
def test_stream_equals_whole(anthropic: Anthropic) -> None:
    """Where the model answers the same twice, the streamed text equals the whole one."""
    once, twice = anthropic.message(REPEAT), anthropic.message(REPEAT, take=1)
    if once.text != twice.text:
        inconclusive("the model does not answer the same twice")
    stream = anthropic.stream(REPEAT)
    if not stream.text():
        inconclusive("cannot be judged: the stream carries no text")

    assert stream.text() == once.text, f"streamed {stream.text()!r:.120}, whole {once.text!r:.120}"


@requirement("anthropic.stream.lossless")
def test_stream_lossless(anthropic: Anthropic) -> None:
    """No stream loses its middle or its end and calls that regular."""

    def streamed(take: int) -> str:
        stream = anthropic.stream(REPEAT_COUNTED, take=take)
        if stream.stop_reasons[-1:] != ["end_turn"]:
            inconclusive(f"the stream was ended by {stream.stop_reasons}")
        return stream.text()

    demand_lossless(anthropic.message(REPEAT_COUNTED).text, streamed)


@requirement("anthropic.stream.stop-sequence")
def test_stream_stop_sequence(anthropic: Anthropic) -> None:
    """A stop sequence ends a stream, and its end names it."""
    if STOP not in anthropic.stream(COUNT).text():
        inconclusive("the model does not count as asked")
    stream = anthropic.stream(COUNT, stop_sequences=["no such text", STOP])

    assert STOP not in stream.text(), f"the stop sequence is {STOP!r}, the text {stream.text()!r:.120}"
    delta = pick(stream.of("message_delta"), -1, "delta", kind=dict)
    assert delta.get("stop_reason") == "stop_sequence", f"stop_reason is {delta.get('stop_reason')!r:.80}"
    assert delta.get("stop_sequence") == STOP, f"stop_sequence is {delta.get('stop_sequence')!r:.80}"


@requirement("anthropic.stream.incremental")
@alone
def test_stream_incremental(anthropic: Anthropic, target: Target) -> None:
    """The first words arrive long before the last ones, and do not wait for a longer answer."""
    model = target.models["slow"]

    demand_incremental(
        lambda take, size: anthropic.stream(COUNT_FAR, model=model, take=take, max_tokens=size).arrivals(), 2, 24
    )


@requirement("anthropic.stream.thinking")
def test_stream_thinking(anthropic: Anthropic, demand_supported: Callable[..., Any]) -> None:
    """Thinking is streamed as a block of its own that ends with a signature."""
    stream = demand_supported(anthropic.stream(max_tokens=2048, thinking=THINKING))
    thoughts = [block for block in stream.blocks if block.type == "thinking"]
    if not thoughts and not anthropic.message(max_tokens=2048, thinking=THINKING).blocks("thinking"):
        inconclusive("the model does not think aloud")

    assert thoughts, f"no thinking block, but {[block.type for block in stream.blocks]}"
    last = thoughts[0].deltas[-1] if thoughts[0].deltas else {}
    assert last.get("type") == "signature_delta", f"the last delta of the thinking is {last.get('type')!r:.80}"
    demand_text(last.get("signature"), "signature")
