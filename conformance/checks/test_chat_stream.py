"""Streamed chat completions: events, chunks, choices, and the end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.wire.exchange import decoded
from conformance.wire.recorder import Recorder
from conformance.words.answer import demand_now, demand_status, demand_text
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai.chat import DONE, FINISH_REASONS, Completion, CompletionStream
from conformance.words.received import demand_whole
from conformance.words.samples.prompts import COUNT, REPEAT
from conformance.words.samples.unicode import UNICODE_PROMPT, demand_undamaged
from conformance.words.schema import demand_events
from conformance.words.streams import demand_framing
from gateway_contract import Contract


def _same(stream: CompletionStream, name: str) -> Any:
    """The one value of a field that all chunks share."""
    values = [chunk.get(name) for chunk in stream.chunks]
    different = {json.dumps(value, sort_keys=True) for value in values}
    assert len(different) == 1, f"{name} changes within the stream: {', '.join(sorted(different))[:200]}"
    return values[0]


@requirement("chat.stream.answers")
def test_stream_answers(chat_stream: CompletionStream) -> None:
    """With `stream: true` the answer has status 200 and Content-Type `text/event-stream`."""
    exchange = chat_stream.exchange

    demand_status(exchange, [200])
    assert exchange.media_type == "text/event-stream", f"Content-Type is {exchange.media_type!r}"


@requirement("chat.stream.framing")
def test_stream_framing(ask: Ask, chat_stream: CompletionStream) -> None:
    """The body is server-sent events in UTF-8: fields on lines, every event closed by a blank line."""
    for stream in (chat_stream, ask.stream(UNICODE_PROMPT)):
        demand_framing(stream.exchange)


@requirement("chat.stream.json-events")
def test_stream_json_events(chat_stream: CompletionStream) -> None:
    """The data of every event but the last is a JSON object."""
    for data in chat_stream.data:
        if data.strip() == DONE:
            continue
        assert isinstance(decoded(data), dict), f"an event is not a JSON object: {data!r:.120}"


@requirement("chat.stream.schema")
def test_stream_schema(chat_stream: CompletionStream, contract: Contract) -> None:
    """Every chunk satisfies the documented schema of a chat completion chunk."""
    demand_events(contract.operations["createChatCompletion"], chat_stream.chunks)


@pytest.fixture
def streams(ask: Ask, chat_stream: CompletionStream) -> list[CompletionStream]:
    """Streams of different prompts: what fails now and then fails one of them."""
    prompts = (UNICODE_PROMPT, REPEAT, "Name one colour.")
    return [chat_stream, *(ask.stream(prompt) for prompt in prompts), ask.stream(COUNT, **{ask.limit: 16})]


@requirement("chat.stream.done")
def test_stream_done(streams: list[CompletionStream]) -> None:
    """A successful stream ends with `data: [DONE]`."""
    whole = [stream for stream in streams if not stream.errors] or inconclusive("every stream reports a failure")

    for stream in whole:
        assert DONE in stream.data, f"no [DONE]; the last event is {stream.data[-1]!r:.120}"


@requirement("chat.stream.nothing-after-done")
def test_stream_nothing_after_done(chat_stream: CompletionStream) -> None:
    """`[DONE]` occurs once, and no event follows it."""
    data = chat_stream.data
    if DONE not in data:
        inconclusive("cannot be judged: the stream has no [DONE]")

    after = data[data.index(DONE) + 1 :]

    assert not after, f"{len(after)} events follow [DONE]: {after[0]!r:.120}"


@requirement("chat.stream.complete")
def test_stream_complete(streams: list[CompletionStream], recorder: Recorder) -> None:
    """The connection of a stream is closed in good order, not in the middle of the body."""
    demand_whole(recorder, [stream.exchange for stream in streams])


@requirement("chat.stream.object")
def test_stream_object(chat_stream: CompletionStream) -> None:
    """`object` of every chunk is `chat.completion.chunk`."""
    for chunk in chat_stream.chunks:
        assert chunk.get("object") == "chat.completion.chunk", f"object is {chunk.get('object')!r}"


@requirement("chat.stream.id")
def test_stream_id(chat_stream: CompletionStream) -> None:
    """All chunks of a stream have the same non-empty `id`."""
    demand_text(_same(chat_stream, "id"), "id")


@requirement("chat.stream.id-unique")
def test_stream_id_unique(ask: Ask, chat_stream: CompletionStream) -> None:
    """Two streams have different ids."""
    first, second = chat_stream.chunks[0].get("id"), ask.stream("Name one colour.").chunks[0].get("id")
    if not (first and second):
        inconclusive("cannot be judged: the chunks have no id")

    assert first != second, f"both streams have the id {first!r}"


@requirement("chat.stream.created")
def test_stream_created(chat_stream: CompletionStream) -> None:
    """All chunks of a stream have the same `created`, the Unix time in whole seconds."""
    demand_now(_same(chat_stream, "created"), "created")


@requirement("chat.stream.model")
def test_stream_model(chat_stream: CompletionStream) -> None:
    """All chunks of a stream have the same non-empty `model`."""
    demand_text(_same(chat_stream, "model"), "model")


@requirement("chat.stream.choices")
def test_stream_choices(chat_stream: CompletionStream) -> None:
    """`choices` of every chunk is an array of objects, each with a `delta` object."""
    for chunk in chat_stream.chunks:
        choices = chunk.get("choices")
        assert isinstance(choices, list), f"choices is {choices!r:.80}"
        for choice in choices:
            assert isinstance(choice, dict), f"a choice is {choice!r:.80}"
            assert isinstance(choice.get("delta"), dict), f"delta is {choice.get('delta')!r:.80}"


@requirement("chat.stream.choices-empty")
def test_stream_choices_empty(chat_stream: CompletionStream, gateway: dict[str, Any]) -> None:
    """A chunk without choices is no heartbeat: it reports usage, or something else that a chunk does not have."""
    allowed = gateway["stream"]["trailer"] == "usage"

    for chunk in chat_stream.chunks:
        documented = allowed and chunk.get("usage")
        assert chunk.get("choices") != [] or documented, "a chunk without choices came unasked"


@requirement("chat.stream.choice-index")
def test_stream_choice_index(chat_stream: CompletionStream) -> None:
    """Every choice of every chunk has an `index` from 0 to n - 1."""
    for choice in chat_stream.choices:
        assert type(choice.get("index")) is int, f"index is {choice.get('index')!r}"
        assert choice["index"] == 0, f"index is {choice['index']}, although one choice was asked for"


@requirement("chat.stream.role-first")
def test_stream_role_first(chat_stream: CompletionStream) -> None:
    """The first delta of a choice carries the role `assistant`."""
    deltas = chat_stream.deltas()
    if not deltas:
        inconclusive("cannot be judged: the stream has no delta")

    assert deltas[0].get("role") == "assistant", f"the role of the first delta is {deltas[0].get('role')!r}"


@requirement("chat.stream.role-once")
def test_stream_role_once(chat_stream: CompletionStream) -> None:
    """The role is not repeated in later deltas, which clients would append to it."""
    repeated = [delta for delta in chat_stream.deltas()[1:] if delta.get("role") is not None]

    assert not repeated, f"{len(repeated)} later deltas repeat the role, which clients append to it"


@requirement("chat.stream.content-type")
def test_stream_content_type(chat_stream: CompletionStream) -> None:
    """`delta.content` is a string, null or absent."""
    for delta in chat_stream.deltas():
        content = delta.get("content")
        assert content is None or isinstance(content, str), f"delta.content is {content!r:.80}"


@requirement("chat.stream.finish-reason")
def test_stream_finish_reason(chat_stream: CompletionStream) -> None:
    """Every choice gets exactly one `finish_reason` that is not null."""
    for index in sorted(chat_stream.indices, key=str):
        reasons = chat_stream.finish_reasons(index)
        assert len(reasons) == 1, f"choice {index} has {len(reasons)} finish_reasons: {reasons}"


@requirement("chat.stream.finish-value")
def test_stream_finish_value(chat_stream: CompletionStream) -> None:
    """`finish_reason` of a chunk is null or one of the documented values."""
    for choice in chat_stream.choices:
        reason = choice.get("finish_reason")
        assert reason is None or reason in FINISH_REASONS, f"finish_reason is {reason!r}"


@requirement("chat.stream.finish-null")
def test_stream_finish_null(chat_stream: CompletionStream) -> None:
    """Every choice of a chunk has `finish_reason`, null until the choice ends."""
    silent = [choice for choice in chat_stream.choices if "finish_reason" not in choice]

    assert not silent, f"{len(silent)} choices have no finish_reason, where null is documented"


@requirement("chat.stream.nothing-after-finish")
def test_stream_nothing_after_finish(chat_stream: CompletionStream) -> None:
    """No content and no tool call of a choice follows its `finish_reason`."""
    ended = False
    for choice in chat_stream.of(0):
        delta = choice.get("delta") or {}
        late = isinstance(delta, dict) and (delta.get("content") or delta.get("tool_calls"))
        assert not (ended and late), f"a delta follows finish_reason: {delta!r:.120}"
        ended = ended or bool(choice.get("finish_reason"))


@requirement("chat.stream.text")
def test_stream_text(chat: Completion, chat_stream: CompletionStream) -> None:
    """The deltas put together are a non-empty text where the whole answer is one."""
    if chat_stream.finish_reasons() in (["length"], ["content_filter"]) or not chat.text:
        inconclusive("the model gives no text")

    assert chat_stream.text(), "the stream carries no text"


@requirement("chat.stream.equals-whole")
def test_stream_equals_whole(ask: Ask) -> None:
    """Where the model answers the same twice, the streamed text and finish_reason equal the whole answer's."""
    once, twice = ask.chat(REPEAT), ask.chat(REPEAT, take=1)
    if not once.text or once.text != twice.text:
        inconclusive("the model does not answer the same twice")

    stream = ask.stream(REPEAT)

    assert stream.text() == once.text, f"streamed {stream.text()!r:.120}, whole {once.text!r:.120}"
    if once.finish_reason in FINISH_REASONS:
        assert stream.finish_reasons() == [once.finish_reason], f"{stream.finish_reasons()}, not {once.finish_reason!r}"


@requirement("chat.stream.unicode")
def test_stream_unicode(ask: Ask) -> None:
    """Characters of several bytes reach the client whole, wherever the network cuts them."""
    demand_undamaged(ask.stream(UNICODE_PROMPT).text())


@requirement("chat.stream.max-tokens")
def test_stream_max_tokens(ask: Ask) -> None:
    """A stream that the token limit cuts ends with `finish_reason` length."""
    free, cut = ask.stream(COUNT, **ask.room(160)), ask.stream(COUNT, **{ask.limit: 16})
    if len(cut.text()) >= len(free.text()) or not free.text().startswith(cut.text()):
        inconclusive("the limit did not cut the answer off")

    assert cut.finish_reasons() == ["length"], f"finish_reason is {cut.finish_reasons()}"


@requirement("chat.stream.max-tokens.cap")
def test_stream_max_tokens_cap(ask: Ask, chat: Completion) -> None:
    """A limit of tokens that shortens the whole answer shortens the streamed one."""
    half = chat.tokens("completion_tokens") // 2
    if not half:
        inconclusive("the answer is too short to be halved")
    whole = ask.chat(**{ask.limit: half})
    if not (whole.text and len(whole.text) < len(chat.text)):
        inconclusive("the limit does not shorten the whole answer")

    stream = ask.stream(**{ask.limit: half})

    assert len(stream.text()) < len(chat.text), (
        f"the limit is {half} tokens, but the stream goes on to {stream.text()[-40:]!r}"
    )


@requirement("chat.stream.null")
def test_stream_null(ask: Ask) -> None:
    """`stream: null` means the same as leaving `stream` out."""
    answer = ask.chat(stream=None)

    assert answer.status == 200, f"stream: null is answered {answer.status}: {answer.exchange.text:.200}"
    assert answer.exchange.media_type != "text/event-stream", "stream: null is answered by a stream"
