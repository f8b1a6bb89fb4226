"""Streams in the Gemini protocol."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.target import Target
from conformance.wire.exchange import decoded
from conformance.wire.recorder import Recorder
from conformance.words.answer import demand_json, demand_objects, demand_served, demand_text
from conformance.words.check import alone, inconclusive, pick, requirement
from conformance.words.gemini.contents import Gemini, GeneratedStream, parts_of, repeats, text_of
from conformance.words.gemini.demands import CAPITALS, demand_sum, demand_usage
from conformance.words.received import demand_whole
from conformance.words.samples.prompts import COUNT_FAR
from conformance.words.samples.unicode import TEXT, TEXT_PROMPT, demand_code, demand_undamaged
from conformance.words.schema import demand_events
from conformance.words.streams import REPEAT_COUNTED, demand_incremental, demand_lossless
from gateway_contract import Contract

DONE = "[DONE]"
UNSET = (None, "", "FINISH_REASON_UNSPECIFIED")
"""What a piece has for a finish reason while there is none."""


@pytest.fixture
def stream(gemini: Gemini) -> GeneratedStream:
    """The plainest answer, streamed."""
    return gemini.stream()


def demand_stream(answer: GeneratedStream) -> None:
    """Demands that a request is answered 200 with events, unless a limit of the account came first."""
    exchange = demand_served(answer).exchange
    assert exchange.media_type == "text/event-stream", f"Content-Type is {exchange.media_type!r}"


@requirement("gemini.stream.answers")
def test_answers(stream: GeneratedStream) -> None:
    """`:streamGenerateContent?alt=sse` answers 200 with `text/event-stream`."""
    demand_stream(stream)


@requirement("gemini.stream.framing")
def test_framing(stream: GeneratedStream) -> None:
    """The body is server-sent events in UTF-8: fields on lines, every event closed by a blank line."""
    assert stream.events, "the stream has no events"
    reader = stream.exchange.stream

    assert not reader.invalid_utf8, "the stream is not UTF-8"
    assert stream.exchange.broken or not reader.leftover, f"no blank line closes the last event: {reader.leftover:.80}"


@requirement("gemini.stream.json-events")
def test_json_events(stream: GeneratedStream) -> None:
    """The data of every event is a JSON object."""
    for event in stream.events:
        assert event.data == DONE or isinstance(decoded(event.data), dict), f"an event is {event.data!r:.120}"


@requirement("gemini.stream.no-done")
def test_no_done(stream: GeneratedStream) -> None:
    """No `[DONE]` is sent: the official clients fail on it."""
    assert DONE not in [event.data.strip() for event in stream.events], "the stream holds [DONE]"


@requirement("gemini.stream.data-lines")
def test_data_lines(stream: GeneratedStream) -> None:
    """The stream consists of lines that begin with `data: ` and blank lines: the official clients read no others."""
    assert stream.events, "the stream has no events"
    lines = stream.exchange.text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")

    odd = [line for line in lines if line and not line.startswith("data: ")]
    assert not odd, f"a line is {odd[0]!r:.80}"


@requirement("gemini.stream.complete")
def test_complete(stream: GeneratedStream, recorder: Recorder) -> None:
    """The connection of a stream is closed in good order, not in the middle of the body."""
    if stream.status != 200:
        inconclusive(f"the request was answered {stream.status}")

    demand_whole(recorder, [stream.exchange])


@requirement("gemini.stream.schema")
def test_schema(stream: GeneratedStream, contract: Contract) -> None:
    """Every event satisfies the documented schema of a GenerateContentResponse."""
    demand_events(contract.operations["streamGenerateContent"], stream.chunks)


@requirement("gemini.stream.role")
def test_role(stream: GeneratedStream) -> None:
    """The role of every piece that carries parts is `model`."""
    for candidate in stream.candidates:
        if parts_of(candidate):
            role = candidate["content"].get("role", "model")
            assert role == "model", f"role is {role!r:.60}"


@requirement("gemini.stream.text")
def test_text(stream: GeneratedStream) -> None:
    """The parts of all pieces, joined, are the text."""
    ended = stream.finish_reasons
    if ended and ended[-1] != "STOP":
        inconclusive(f"the answer was ended by {ended[-1]!r:.60}")
    texts = [part["text"] for part in stream.parts if isinstance(part.get("text"), str)]

    assert "".join(texts).strip(), f"the pieces hold no text: {stream.chunks[0]!r:.160}"


@requirement("gemini.stream.fragments")
def test_fragments(gemini: Gemini) -> None:
    """A piece carries what is new, not what was sent before."""
    texts = [
        part["text"] for part in gemini.stream(COUNT_FAR).parts if isinstance(part.get("text"), str) and part["text"]
    ]
    if len(texts) < 3:
        inconclusive("the stream has fewer than three pieces")

    assert not repeats(texts), f"each piece repeats the one before: {texts[1]!r:.60}, {texts[2]!r:.60}"


@requirement("gemini.stream.lossless")
def test_lossless(gemini: Gemini) -> None:
    """No stream loses its middle or its end and calls that regular."""

    def streamed(take: int) -> str:
        stream = gemini.stream(REPEAT_COUNTED, take=take)
        if stream.finish_reasons[-1:] != ["STOP"]:
            inconclusive(f"the stream was ended by {stream.finish_reasons}")
        return stream.text

    demand_lossless(gemini.generate(REPEAT_COUNTED).text, streamed)


@requirement("gemini.stream.unicode")
def test_unicode(gemini: Gemini) -> None:
    """Characters of every plane of Unicode arrive whole."""
    demand_undamaged(gemini.stream(TEXT_PROMPT).text)


@requirement("gemini.stream.verbatim")
def test_verbatim(gemini: Gemini) -> None:
    """A text that is to be repeated comes back in a stream with the white space of a whole answer."""
    if gemini.generate(TEXT_PROMPT).text.strip() == TEXT:
        lost = all(_is_squeezed(gemini.stream(TEXT_PROMPT, take=take).text) for take in (0, 1))
        assert not lost, f"two streams have lost white space: {gemini.stream(TEXT_PROMPT).text!r:.120}"
    demand_code(gemini.stream(TEXT_PROMPT).text)


def _is_squeezed(text: str) -> bool:
    """The text is what was to be repeated, but for white space."""
    return text.split() != TEXT.split() and "".join(text.split()) == "".join(TEXT.split())


@requirement("gemini.stream.finish-reason")
def test_finish_reason(stream: GeneratedStream) -> None:
    """The last piece of the answer has its `finishReason`."""
    if not stream.candidates:
        inconclusive("cannot be judged: the stream has no candidate")
    if stream.exchange.broken or stream.errors:
        inconclusive("the stream did not come to its end")

    reason = demand_text(stream.candidates[-1].get("finishReason"), "finishReason of the last piece")
    assert set(reason) <= CAPITALS, f"finishReason is {reason!r:.60}, which is no word of this protocol"


@requirement("gemini.stream.finish-reason.once")
def test_finish_reason_once(stream: GeneratedStream) -> None:
    """No piece that is followed by another one has a `finishReason`: it says that the model has stopped."""
    early = [one["finishReason"] for one in stream.candidates[:-1] if one.get("finishReason") not in UNSET]

    assert not early, f"{len(early)} of {len(stream.candidates)} pieces come before the end, and have {early[0]!r:.60}"


@requirement("gemini.stream.usage.equals-whole")
def test_usage_equals_whole(gemini: Gemini, stream: GeneratedStream) -> None:
    """The usage of a stream is that of the same request answered whole."""
    whole, streamed = gemini.generate(), pick(_last_usage(stream), kind=dict)
    known, counted = whole.tokens("promptTokenCount"), pick(streamed, "promptTokenCount", kind=int)

    if not counted or not known:
        inconclusive("the prompt is not counted")
    assert counted == known, f"the stream costs {counted} prompt tokens, the whole answer {known}"
    if stream.text == whole.text and not whole.usage.get("thoughtsTokenCount"):
        spent = streamed.get("candidatesTokenCount")
        known = whole.tokens("candidatesTokenCount")
        assert not spent or not known or spent == known, (
            f"the stream costs {spent} tokens, the same text as a whole {known}"
        )


def _last_usage(stream: GeneratedStream) -> Any:
    if stream.exchange.broken or stream.errors:
        inconclusive("the stream did not come to its end")
    return stream.chunks[-1].get("usageMetadata")


@requirement("gemini.stream.usage")
def test_usage(stream: GeneratedStream) -> None:
    """The last event has `usageMetadata` with the tokens of the prompt and in total."""
    demand_usage(_last_usage(stream))


@requirement("gemini.stream.usage.sum")
def test_usage_sum(stream: GeneratedStream) -> None:
    """`totalTokenCount` of the last event is the sum of prompt, answer, thoughts and tool results."""
    demand_sum(pick(_last_usage(stream), kind=dict))


@requirement("gemini.stream.same")
def test_same(stream: GeneratedStream) -> None:
    """`responseId` and `modelVersion` are the same in all events."""
    for name in ("responseId", "modelVersion"):
        values = {str(chunk.get(name)) for chunk in stream.chunks}
        assert len(values) == 1, f"{name} is not the same in all events: {sorted(values)[:3]}"


@requirement("gemini.stream.increments")
@alone
def test_increments(gemini: Gemini, target: Target) -> None:
    """A long answer arrives while it is written, not at its end."""
    demand_incremental(lambda take, size: _slow(gemini, target, take, size).arrivals(), 2, 24)


def _slow(gemini: Gemini, target: Target, take: int, size: int, **rest: Any) -> GeneratedStream:
    """A long answer of a slow model, of at most so many tokens."""
    config = {"maxOutputTokens": size}
    return gemini.stream(COUNT_FAR, model=target.models["slow"], take=take, config=config, **rest)


@requirement("gemini.stream.v1")
def test_v1(gemini: Gemini, stream: GeneratedStream, contract: Contract) -> None:
    """`:streamGenerateContent` below `v1`, where recent clients ask, streams as below `v1beta`."""
    answer = gemini.stream(version="v1")
    demand_stream(answer)

    demand_events(contract.operations["streamGenerateContentV1"], answer.chunks)
    assert text_of(answer.parts) or not text_of(stream.parts), "the stream has no text"


@requirement("gemini.stream.array")
def test_array(gemini: Gemini) -> None:
    """Without `alt=sse` the answer is one JSON array of its pieces."""
    answer = gemini.stream(query="").taken

    pieces = demand_objects(demand_json(answer, list), "the array")
    assert any("candidates" in piece for piece in pieces), f"the array is {pieces!r:.160}"


@requirement("gemini.stream.array.increments")
@alone
def test_array_increments(gemini: Gemini, target: Target) -> None:
    """The array of a long answer arrives while it is written, not at its end."""

    def arrivals(take: int, size: int) -> list[float]:
        answer = _slow(gemini, target, take, size, query="").exchange
        if not isinstance(answer.json, list):
            inconclusive(f"cannot be judged: the body is no JSON array: {answer.text:.80}")
        return [arrived for arrived, _ in answer.chunks]

    demand_incremental(arrivals, 2, 24)
