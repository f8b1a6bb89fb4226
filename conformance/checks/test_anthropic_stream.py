"""The Anthropic protocol, streams: events, blocks, and the end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from conformance.wire.exchange import decoded
from conformance.words.answer import demand_kind, demand_served, demand_text
from conformance.words.anthropic.messages import STOP_REASONS, Anthropic, whole_input
from conformance.words.anthropic.stream import DELTAS, MessageStream
from conformance.words.check import inconclusive, member, pick, requirement
from conformance.words.counting import demand_capped, numbers
from conformance.words.received import demand_whole
from conformance.words.samples.prompts import COUNT, FEWEST
from conformance.words.samples.unicode import CODEWORD_PROMPT, RULES, TEXT_PROMPT
from conformance.words.schema import demand_events
from conformance.words.streams import demand_framing
from gateway_contract import Contract

KNOWN = (
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
)


@pytest.fixture
def stream(anthropic: Anthropic) -> MessageStream:
    """The plainest answer, streamed."""
    return anthropic.stream()


@pytest.fixture
def streams(anthropic: Anthropic, stream: MessageStream) -> list[MessageStream]:
    """Streams of different prompts: what fails now and then fails one of them."""
    return [stream, anthropic.stream(TEXT_PROMPT), anthropic.stream(COUNT, max_tokens=16)]


@requirement("anthropic.stream.answers")
def test_stream_answers(stream: MessageStream) -> None:
    """With `stream: true` the answer has status 200 and Content-Type `text/event-stream`."""
    exchange = demand_served(stream).exchange

    assert exchange.media_type == "text/event-stream", f"Content-Type is {exchange.media_type!r}"


@requirement("anthropic.stream.framing")
def test_stream_framing(streams: list[MessageStream]) -> None:
    """The body is server-sent events in UTF-8: fields on lines, every event closed by a blank line."""
    for stream in streams:
        demand_framing(stream.exchange)


@requirement("anthropic.stream.event-names")
def test_stream_event_names(streams: list[MessageStream]) -> None:
    """Every event has an `event` line that equals the `type` of its data."""
    for event in (event for stream in streams for event in stream.exchange.stream.events):
        data = decoded(event.data)
        if isinstance(data, dict) and data.get("type") in KNOWN:
            assert event.name == data["type"], f"the data is a {data['type']}, the event is named {event.name!r:.80}"


@requirement("anthropic.stream.json-events")
def test_stream_json_events(stream: MessageStream) -> None:
    """The data of every event is a JSON object with a `type`."""
    for event in stream.events:
        if event.data.strip() == "[DONE]":
            continue
        data = decoded(event.data)
        kind = data.get("type") if isinstance(data, dict) else None
        assert isinstance(kind, str), f"an event is not a JSON object with a type: {event.data!r:.120}"


@requirement("anthropic.stream.schema")
def test_stream_schema(streams: list[MessageStream], contract: Contract) -> None:
    """The documented schema of each event holds."""
    demand_events(contract.operations["createMessage"], [data for stream in streams for data in stream.data])


@requirement("anthropic.stream.start")
def test_stream_start(streams: list[MessageStream]) -> None:
    """`message_start` comes first, and once."""
    for stream in streams:
        kinds = [data["type"] for data in stream.data if data["type"] in KNOWN]
        assert kinds[:1] == ["message_start"], f"the first event is {kinds[:1]}"
        assert kinds.count("message_start") == 1, f"message_start comes {kinds.count('message_start')} times"


@requirement("anthropic.stream.start.message")
def test_stream_start_message(stream: MessageStream) -> None:
    """The message of `message_start` has an id, a model, no content and no `stop_reason`."""
    message = stream.message

    for name in ("id", "model"):
        demand_text(message.get(name), name)
    assert message.get("content") == [], f"content is {message.get('content')!r:.80}"
    assert message.get("stop_reason") is None, f"stop_reason is {message.get('stop_reason')!r:.80}"


@requirement("anthropic.stream.start.usage")
def test_stream_start_usage(stream: MessageStream) -> None:
    """The message of `message_start` has a `usage` with `input_tokens`."""
    usage = demand_kind(stream.message.get("usage"), "usage", dict)

    demand_kind(usage.get("input_tokens"), "input_tokens", int)


@requirement("anthropic.stream.blocks")
def test_stream_blocks(streams: list[MessageStream]) -> None:
    """Each block starts once, then has its deltas, then stops once; blocks are not interleaved."""
    for stream in streams:
        current: Any = None
        ended: list[Any] = []
        for data in stream.data:
            kind, index = data["type"], data.get("index")
            if kind == "content_block_start":
                assert current is None, f"block {index} starts within block {current}"
                assert index not in ended, f"block {index} starts twice"
                current = index
            elif kind == "content_block_delta":
                assert current == index, f"a delta of block {index} stands in block {current}"
            elif kind == "content_block_stop":
                assert current == index, f"block {index} stops within block {current}"
                current, ended = None, [*ended, index]
        assert current is None, f"block {current} never stops"


@requirement("anthropic.stream.indices")
def test_stream_indices(streams: list[MessageStream]) -> None:
    """The blocks are numbered from 0 without a gap."""
    for stream in streams:
        indices = [data.get("index") for data in stream.of("content_block_start")]

        assert indices == list(range(len(indices))), f"the blocks are numbered {indices}"


@requirement("anthropic.stream.deltas")
def test_stream_deltas(streams: list[MessageStream]) -> None:
    """The type of a delta is the one for the type of its block."""
    for block in (block for stream in streams for block in stream.blocks):
        if block.type in tuple(DELTAS.values()):
            strange = [delta.get("type") for delta in block.deltas if DELTAS.get(str(delta.get("type"))) != block.type]
            assert not strange, f"a {block.type} block has the delta {strange[0]!r:.80}"


@requirement("anthropic.stream.text")
def test_stream_text(anthropic: Anthropic, stream: MessageStream) -> None:
    """The stream of a plain question carries text."""
    whole = anthropic.message()
    if not whole.text or stream.stop_reasons in (["max_tokens"], ["refusal"]):
        inconclusive("the model gives no text")

    assert stream.text(), "the stream carries no text"


@requirement("anthropic.stream.stop-reason")
def test_stream_stop_reason(streams: list[MessageStream]) -> None:
    """After the last block a `message_delta` gives a documented `stop_reason`."""
    for stream in streams:
        reasons = stream.stop_reasons
        assert reasons, "no message_delta has a stop_reason"
        assert reasons[-1] in STOP_REASONS, f"stop_reason is {reasons[-1]!r:.80}"
        kinds = [data["type"] for data in stream.data]
        late = "content_block_delta" in kinds[kinds.index("message_delta") :]
        assert not late, "a content_block_delta follows the message_delta"


@requirement("anthropic.stream.usage")
def test_stream_usage(stream: MessageStream) -> None:
    """`message_delta` has a `usage` whose `output_tokens` is a sum: above zero, and never below the one before."""
    usages = [data.get("usage") for data in stream.of("message_delta")]
    if not usages:
        inconclusive("cannot be judged: the stream has no message_delta")
    values = [usage.get("output_tokens") if isinstance(usage, dict) else None for usage in usages]
    counts = [count for count in values if isinstance(count, int)]

    assert len(counts) == len(values), f"output_tokens of message_delta is {values}"
    first = member(stream.message, "usage", "output_tokens")
    rising = [*([first] if isinstance(first, int) else []), *counts]
    assert all(one <= other for one, other in pairwise(rising)), f"output_tokens falls: {rising}"
    assert counts[-1] or not stream.text(), "the answer has words and cost no output token"


@requirement("anthropic.stream.usage.counted")
def test_stream_usage_counted(anthropic: Anthropic) -> None:
    """A stream of numbers costs as many output tokens at least."""
    stream = anthropic.stream(COUNT, max_tokens=200)
    tokens = pick(stream.of("message_delta"), -1, "usage", "output_tokens", kind=int)

    assert tokens >= numbers(stream.text()), (
        f"{numbers(stream.text())} numbers are streamed, and {tokens} output tokens"
    )


@requirement("anthropic.stream.usage.input")
def test_stream_usage_input(anthropic: Anthropic, stream: MessageStream) -> None:
    """The input tokens of a stream, of its start or its end, are those of the whole answer to the same request."""
    whole = anthropic.message().input

    tokens = whole_input(stream.usage)

    assert tokens == whole, f"the stream costs {tokens} input tokens, the whole answer {whole}"


@requirement("anthropic.stream.system")
def test_stream_system(anthropic: Anthropic, stream: MessageStream) -> None:
    """A system prompt reaches the model of a stream as it reaches that of a whole answer: it costs input tokens."""
    plain, alone = whole_input(stream.usage), anthropic.message().input
    if plain != alone:
        inconclusive(f"cannot be judged: a plain request costs {alone} input tokens, streamed {plain}")
    whole, streamed = anthropic.message(CODEWORD_PROMPT, system=RULES), anthropic.stream(CODEWORD_PROMPT, system=RULES)
    counted = whole_input(streamed.usage)

    assert counted > whole.input - FEWEST, f"with a system prompt a stream costs {counted} tokens, else {whole.input}"


@requirement("anthropic.stream.stop")
def test_stream_stop(streams: list[MessageStream]) -> None:
    """`message_stop` comes last, and once."""
    for stream in streams:
        if stream.exchange.broken:
            inconclusive("cannot be judged: the connection broke")
        kinds = [data["type"] for data in stream.data if data["type"] in KNOWN]
        assert kinds[-1:] == ["message_stop"], f"the last event is {kinds[-1:]}"
        assert kinds.count("message_stop") == 1, f"message_stop comes {kinds.count('message_stop')} times"


@requirement("anthropic.stream.no-done")
def test_stream_no_done(streams: list[MessageStream]) -> None:
    """There is no `[DONE]`."""
    for stream in streams:
        done = [event.data for event in stream.events if event.data.strip() == "[DONE]"]
        assert not done, "the stream has [DONE], which is no JSON"


@requirement("anthropic.stream.complete")
def test_stream_complete(streams: list[MessageStream], anthropic: Anthropic) -> None:
    """The connection ends where the server says it ends."""
    demand_whole(anthropic.recorder, [stream.exchange for stream in streams])


@requirement("anthropic.stream.max-tokens")
def test_stream_max_tokens(anthropic: Anthropic) -> None:
    """A stream that `max_tokens` cuts ends with `stop_reason` max_tokens."""
    free, cut = anthropic.stream(COUNT), anthropic.stream(COUNT, max_tokens=16)
    if len(cut.text()) >= len(free.text()) or not free.text().startswith(cut.text()):
        inconclusive("the limit did not cut the answer off")
    reason = pick(cut.stop_reasons, 0)

    assert reason == "max_tokens", f"stop_reason is {reason!r:.80}"


@requirement("anthropic.stream.max-tokens.cap")
def test_stream_max_tokens_cap(anthropic: Anthropic) -> None:
    """A stream has no more tokens than `max_tokens`."""
    stream = anthropic.stream(COUNT, max_tokens=16)
    tokens = pick(stream.of("message_delta"), -1, "usage", "output_tokens", kind=int)

    demand_capped(stream.text(), tokens, 16, "the stream")


@requirement("anthropic.stream.start.counted")
def test_stream_start_counted(anthropic: Anthropic, stream: MessageStream) -> None:
    """The start counts the prompt: exactly, or by an estimate between half of it and twice as much."""
    whole, usage = anthropic.message().input, pick(stream.message, "usage", kind=dict)
    pick(usage, "input_tokens", kind=int)

    tokens = whole_input(usage)

    assert whole <= 2 * tokens <= 4 * whole, f"message_start counts {tokens} input tokens, the whole answer {whole}"
