"""Responses, streams: events, items, parts, and the end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from conformance.wire.exchange import decoded
from conformance.words.answer import demand_kind, demand_served
from conformance.words.check import inconclusive, member, pick, requirement
from conformance.words.counting import demand_capped, demand_numbers_counted
from conformance.words.openai.responses import CAP, TOOLS, Responses, words
from conformance.words.openai.responses_stream import ENDS, LIFECYCLE, TEXT, ResponseStream
from conformance.words.openai.tools import QUESTION
from conformance.words.samples.prompts import COUNT, FEWEST
from conformance.words.samples.unicode import CODEWORD_PROMPT, RULES, TEXT_PROMPT
from conformance.words.schema import demand_events
from conformance.words.streams import demand_framing
from gateway_contract import Contract

ADDED, ITEM_DONE = "response.output_item.added", "response.output_item.done"
PART = "response.content_part.added"


@pytest.fixture
def stream(responses: Responses) -> ResponseStream:
    """The plainest response, streamed."""
    return responses.stream()


@pytest.fixture
def streams(responses: Responses, stream: ResponseStream) -> list[ResponseStream]:
    """Streams of different prompts: what fails now and then fails one of them."""
    return [stream, responses.stream(TEXT_PROMPT)]


@requirement("responses.stream.answers")
def test_stream_answers(stream: ResponseStream) -> None:
    """With `stream: true` the answer has status 200 and Content-Type `text/event-stream`."""
    exchange = demand_served(stream).exchange

    assert exchange.media_type == "text/event-stream", f"Content-Type is {exchange.media_type!r}"


@requirement("responses.stream.framing")
def test_stream_framing(streams: list[ResponseStream]) -> None:
    """The body is server-sent events in UTF-8: fields on lines, every event closed by a blank line."""
    for stream in streams:
        demand_framing(stream.exchange)


@requirement("responses.stream.typed")
def test_stream_typed(stream: ResponseStream) -> None:
    """The data of every event is a JSON object with a `type`."""
    for event in stream.events:
        data = decoded(event.data)
        kind = data.get("type") if isinstance(data, dict) else None
        assert isinstance(kind, str), f"an event is not a JSON object with a type: {event.data!r:.120}"


@requirement("responses.stream.event-names")
def test_stream_event_names(streams: list[ResponseStream]) -> None:
    """Every event has an `event` line that equals the `type` of its data."""
    for event in (event for stream in streams for event in stream.exchange.stream.events):
        data = decoded(event.data)
        if isinstance(data, dict) and str(data.get("type")).startswith("response."):
            assert event.name == data["type"], f"the data is a {data['type']}, the event is named {event.name!r:.80}"


@requirement("responses.stream.schema")
def test_stream_schema(stream: ResponseStream, contract: Contract) -> None:
    """The documented schema of each event holds."""
    demand_events(contract.operations["createResponse"], stream.data)


@requirement("responses.stream.sequence")
def test_stream_sequence(streams: list[ResponseStream]) -> None:
    """Every event has a `sequence_number`, each greater than the one before."""
    for stream in streams:
        numbers = [data.get("sequence_number") for data in stream.data if data["type"].startswith("response.")]
        integers = [number for number in numbers if type(number) is int]

        assert integers == numbers, f"the events are numbered {numbers!r:.120}"
        assert all(one < other for one, other in pairwise(integers)), f"the events are numbered {integers!r:.120}"


@requirement("responses.stream.created")
def test_stream_created(streams: list[ResponseStream]) -> None:
    """`response.created` comes first, and once, with a response that is in progress."""
    for stream in streams:
        kinds = [data["type"] for data in stream.data]
        places = [place for place, kind in enumerate(kinds) if kind == "response.created"]
        assert places == [0], f"response.created comes at {places}; the first event is {kinds[:1]}"
        state = pick(stream.data, 0, "response", kind=dict).get("status")
        assert state in ("in_progress", "queued"), f"status of the beginning is {state!r:.80}"


@requirement("responses.stream.end")
def test_stream_end(streams: list[ResponseStream]) -> None:
    """A stream ends with one final event, and the status of its response agrees with it."""
    for stream in streams:
        if stream.exchange.broken:
            inconclusive("cannot be judged: the connection broke")
        if stream.of("error") or stream.errors:
            inconclusive("cannot be judged: the stream reports a failure")
        kinds = [data["type"] for data in stream.data if data["type"].startswith("response.")]
        places = [place for place, kind in enumerate(kinds, 1) if kind in ENDS]
        assert places == [len(kinds)], f"of {len(kinds)} events these are an end: {places}; the last is {kinds[-1:]}"
        state = stream.final.get("status")
        assert f"response.{state}" == stream.end, f"the last event is {stream.end}, its response is {state!r:.80}"


@requirement("responses.stream.id")
def test_stream_id(streams: list[ResponseStream]) -> None:
    """All events that hold the response hold the same id."""
    for stream in streams:
        snapshots = [data.get("response") for data in stream.of(*LIFECYCLE)]
        names = {str(response.get("id")) for response in snapshots if isinstance(response, dict)}

        assert len(names) <= 1, f"the id of the response changes: {sorted(names)}"


@requirement("responses.stream.items")
def test_stream_items(streams: list[ResponseStream]) -> None:
    """Each item is added once, at an `output_index` of its own, and a message begins with an empty list of parts."""
    for stream in streams:
        begun = stream.of(ADDED)
        places = [data.get("output_index") for data in begun]
        assert all(type(place) is int for place in places), f"the output_index of an item is one of {places}"
        assert len(set(places)) == len(places), f"items are added at {places}"
        for data in begun:
            item = pick(data, "item", kind=dict)
            content = item.get("content")
            assert item.get("type") != "message" or content == [], f"a message begins with the content {content!r:.80}"


@requirement("responses.stream.items.done")
def test_stream_items_done(streams: list[ResponseStream]) -> None:
    """Each item that is added is done later, with the same id."""
    for stream in streams:
        if stream.end != "response.completed":
            inconclusive(f"the stream ended with {stream.end}")
        kinds = [(data["type"], data.get("output_index"), _name(data)) for data in stream.data]
        for place, (kind, index, name) in enumerate(kinds):
            if kind == ADDED:
                later = [other for kind, at, other in kinds[place:] if (kind, at) == (ITEM_DONE, index)]
                assert later == [name], f"the item {index} is added as {name!r} and done as {later}"


def _name(data: dict[str, Any]) -> Any:
    """The id of the item of an event."""
    item = data.get("item")
    return item.get("id") if isinstance(item, dict) else None


@requirement("responses.stream.parts")
def test_stream_parts(streams: list[ResponseStream]) -> None:
    """The item and the part that a delta of text is for have begun before it."""
    for stream in streams:
        items, parts = [], []
        for data in stream.data:
            index, part = data.get("output_index"), (data.get("output_index"), data.get("content_index"))
            if data["type"] == ADDED:
                items.append(index)
            elif data["type"] == PART:
                parts.append(part)
            elif data["type"] == TEXT:
                assert index in items, f"a delta of text comes before the item {index} is added"
                assert part in parts, f"a delta of text comes before the part {part} is added"


@requirement("responses.stream.text")
def test_stream_text(streams: list[ResponseStream]) -> None:
    """The deltas of text, put together, are the text of the done event."""
    for stream in streams:
        if stream.end != "response.completed" or not _speaks(stream):
            inconclusive("the model gives no text")
        assert stream.text, "the stream carries no text"
        done = stream.of("response.output_text.done")
        assert done, f"no response.output_text.done follows the deltas {stream.text!r:.80}"
        text = "".join(str(data.get("text")) for data in done)
        assert text == stream.text, f"the deltas are {stream.text!r:.80}, the done events have {text!r:.80}"


def _speaks(stream: ResponseStream) -> bool:
    """Anything tells of text."""
    texts = [data.get("text") for data in stream.of("response.output_text.done")]
    return bool(stream.text or any(texts) or words(pick(stream.final, "output", kind=list)))


@requirement("responses.stream.final")
def test_stream_final(streams: list[ResponseStream]) -> None:
    """The response of the last event holds the text that was streamed."""
    for stream in streams:
        final = stream.final
        streamed = stream.text or inconclusive("cannot be judged: the stream carries no text")
        output = demand_kind(final.get("output"), "output of the last event", list)
        text = words([item for item in output if isinstance(item, dict)])
        assert text == streamed, f"streamed was {streamed!r:.80}, the last event has {text!r:.80}"


@requirement("responses.stream.usage")
def test_stream_usage(responses: Responses, stream: ResponseStream) -> None:
    """The last event has a `usage`, with the same input tokens as the whole response."""
    usage = demand_kind(stream.final.get("usage"), "usage of the last event", dict)
    whole = responses.create().input

    tokens = usage.get("input_tokens")
    assert tokens == whole, f"the stream costs {tokens!r:.20} input tokens, the whole answer {whole}"
    spent = usage.get("output_tokens")
    assert spent or not stream.text, f"the answer has words, output_tokens is {spent!r:.20}"


@requirement("responses.stream.instructions")
def test_stream_instructions(responses: Responses) -> None:
    """`instructions` reach the model of a stream as they reach that of a whole response: they cost input tokens."""
    whole, stream = (
        responses.create(CODEWORD_PROMPT, instructions=RULES),
        responses.stream(CODEWORD_PROMPT, instructions=RULES),
    )
    counted = pick(stream.final, "usage", "input_tokens", kind=int) or inconclusive("the stream counts no input")

    assert counted > whole.input - FEWEST, (
        f"with instructions a stream costs {counted} input tokens, else {whole.input}"
    )


@requirement("responses.stream.incomplete")
def test_stream_incomplete(responses: Responses) -> None:
    """A stream that the limit cut off ends with response.incomplete."""
    free, cut = responses.stream(COUNT), responses.stream(COUNT, max_output_tokens=CAP)
    if len(cut.text) >= len(free.text) or not free.text.startswith(cut.text):
        inconclusive("the limit did not cut the answer off")

    assert cut.end == "response.incomplete", f"the answer is cut off, but the stream ends with {cut.end}"


@requirement("responses.stream.max-output-tokens.cap")
def test_stream_max_output_tokens_cap(responses: Responses) -> None:
    """A stream has no more tokens than `max_output_tokens`."""
    cut = responses.stream(COUNT, max_output_tokens=CAP)

    demand_capped(cut.text, _spent(cut), CAP, "the stream")


@requirement("responses.stream.usage.numbers")
def test_stream_usage_numbers(responses: Responses) -> None:
    """A stream that counts costs output tokens for its numbers, and its total is their sum with the input."""
    stream = responses.stream(COUNT)
    usage = pick(stream.final, "usage", kind=dict)

    demand_numbers_counted(stream.text, _spent(stream), "the stream")
    *parts, total = (pick(usage, f"{name}_tokens", kind=int) for name in ("input", "output", "total"))
    assert total == sum(parts) or 0 in parts, f"total_tokens of the stream is {total}, its parts are {parts}"


def _spent(stream: ResponseStream) -> int:
    return pick(stream.final, "usage", "output_tokens", kind=int)


@requirement("responses.stream.identity")
def test_stream_identity(responses: Responses, streams: list[ResponseStream]) -> None:
    """Every event of an item, and the response at the end, name the item as its beginning did."""
    with_calls = responses.stream(QUESTION, tools=TOOLS)

    for stream in [*streams, with_calls] if with_calls.served else streams:
        items: dict[str, dict[str, Any]] = {}
        for data in stream.data:
            place, item = repr(data.get("output_index")), data.get("item")
            if data["type"] == ADDED and isinstance(item, dict):
                items.setdefault(place, item)
            elif place in items:
                _demand_same(items[place].get("id"), data.get("item_id"), f"item_id of {data['type']}")
                _demand_same(items[place].get("call_id"), member(item, "call_id"), f"call_id of {data['type']}")
            elif data["type"] != TEXT:
                other = [at for at, one in items.items() if one.get("id") and one["id"] == data.get("item_id")]
                assert not other, f"{data['type']} is at {place:.20}, its item at {other[0]}"
        if stream.of("response.completed"):
            for number, item in enumerate(pick(stream.final, "output", kind=list)):
                begun = items.get(repr(number), {})
                for name in ("id", "call_id"):
                    _demand_same(begun.get(name), member(item, name), f"{name} of item {number} of the response")


def _demand_same(first: Any, later: Any, what: str) -> None:
    """Demands that what is named twice has one name."""
    assert not first or not later or first == later, f"{what} is {later!r:.60}; the item began with {first!r:.60}"
