"""Usage in streams: the chunk that `stream_options.include_usage` asks for."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.words.answer import demand_count, demand_status
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.counting import demand_numbers_counted
from conformance.words.openai.chat import CAP, CompletionStream
from conformance.words.samples.prompts import COUNT

ASKED: dict[str, Any] = {"stream_options": {"include_usage": True}}


@pytest.fixture
def counted(ask: Ask) -> CompletionStream:
    """A stream that was asked for its usage."""
    return ask.stream(**ASKED)


@requirement("chat.stream.usage")
def test_stream_usage(counted: CompletionStream) -> None:
    """With `include_usage` the stream reports usage."""
    demand_status(counted.exchange, [200])

    assert counted.usages, "include_usage was accepted, but no chunk reports usage"


@requirement("chat.stream.usage.choices")
def test_stream_usage_choices(counted: CompletionStream) -> None:
    """The chunk that reports the usage asked for has an empty array of choices."""
    if not counted.usages:
        inconclusive("cannot be judged: the stream reports no usage")
    last = [chunk for chunk in counted.chunks if isinstance(chunk.get("usage"), dict)][-1]

    assert last.get("choices") == [], f"choices of the usage chunk is {last.get('choices')!r:.120}"


@requirement("chat.stream.usage.last")
def test_stream_usage_last(counted: CompletionStream, gateway: dict[str, Any]) -> None:
    """The usage comes once, in the last chunk before `[DONE]`, and after every choice has ended."""
    if not counted.usages:
        inconclusive("cannot be judged: the stream reports no usage")
    final = [chunk for chunk in counted.chunks if chunk.get("choices") == [] and chunk.get("usage")]
    allowed = 2 if gateway["stream"]["trailer"] == "usage" else 1

    assert isinstance(counted.chunks[-1].get("usage"), dict), "a chunk follows the usage"
    assert len(final) <= allowed, f"{len(final)} chunks report the usage"


@requirement("chat.stream.usage.null-before")
def test_stream_usage_null_before(counted: CompletionStream) -> None:
    """The chunks before the usage chunk have `usage` null or none."""
    early = [chunk for chunk in counted.chunks if chunk.get("choices") and isinstance(chunk.get("usage"), dict)]
    if len(early) == len(counted.usages):
        inconclusive("cannot be judged: no chunk of its own reports usage")

    assert not early, f"{len(early)} chunks with choices report usage"


@requirement("chat.stream.usage.total")
def test_stream_usage_total(counted: CompletionStream) -> None:
    """The streamed usage has whole numbers, and its total is their sum."""
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    prompt, completion, total = (demand_count(counted.usage.get(name), name) for name in names)

    assert total == prompt + completion, f"total_tokens is {total}, but the sum is {prompt} + {completion}"


@requirement("chat.stream.usage.counted")
def test_stream_usage_counted(ask: Ask, counted: CompletionStream) -> None:
    """The last usage of a stream, which clients keep, counts the prompt and the answer."""
    if not ask.chat().tokens("prompt_tokens"):
        inconclusive("the target counts no tokens of a whole answer either")
    prompt, completion = (pick(counted.usage, name, kind=int) for name in ("prompt_tokens", "completion_tokens"))

    assert prompt > 0, f"prompt_tokens of the last usage is {prompt}"
    assert completion > 0 or not counted.text(), f"the stream has text, its completion_tokens are {completion}"


@requirement("chat.stream.usage.numbers")
def test_stream_usage_numbers(ask: Ask) -> None:
    """A stream that counts costs completion tokens for its numbers."""
    stream = ask.stream(COUNT, **ASKED, **ask.room(CAP))

    demand_numbers_counted(stream.text(), pick(stream.usage, "completion_tokens", kind=int), "the stream")


@requirement("chat.stream.usage.equals-whole")
def test_stream_usage_equals_whole(ask: Ask, counted: CompletionStream) -> None:
    """The streamed usage equals the usage of the same request answered whole."""
    whole = ask.chat()
    if not (counted.usage.get("prompt_tokens") and counted.usage.get("completion_tokens")):
        inconclusive("the stream counts no tokens")

    assert counted.usage.get("prompt_tokens") == whole.tokens("prompt_tokens"), (
        f"streamed {counted.usage.get('prompt_tokens')} prompt tokens, whole {whole.tokens('prompt_tokens')}"
    )
    if counted.text() == whole.text:
        assert counted.usage.get("completion_tokens") == whole.tokens("completion_tokens"), (
            f"streamed {counted.usage.get('completion_tokens')} completion tokens, whole {whole.usage}"
        )


@requirement("chat.stream.usage.identity")
def test_stream_usage_identity(counted: CompletionStream) -> None:
    """The usage chunk has the `id`, `object`, `created` and `model` of the other chunks."""
    first, last = counted.chunks[0], counted.chunks[-1]
    if not isinstance(last.get("usage"), dict):
        inconclusive("cannot be judged: the last chunk reports no usage")

    assert last.get("object") == "chat.completion.chunk", f"object of the usage chunk is {last.get('object')!r}"
    for name in ("id", "created", "model"):
        assert last.get(name) == pick(first, name), f"{name} of the usage chunk is {last.get(name)!r}"


@requirement("chat.stream.options-need-stream")
def test_stream_options_need_stream(ask: Ask) -> None:
    """`stream_options` without `stream: true` is refused."""
    answer = ask.chat(**ASKED)

    assert 400 <= answer.status < 500, f"stream_options without stream is answered {answer.status}"
