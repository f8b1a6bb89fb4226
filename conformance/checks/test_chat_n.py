"""Several choices in one answer, whole and streamed.

A defect that a single choice shows as well has a check of its own, and is not judged again here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_refused
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, member, pick, requirement
from conformance.words.openai.chat import CAP, Completion, CompletionStream
from conformance.words.samples.prompts import COUNT

N = 3


def _several(ask: Ask) -> Completion:
    return ask.chat(COUNT, n=N, **ask.room(CAP))


def _several_streamed(ask: Ask) -> CompletionStream:
    """A stream of several choices; inconclusive when it carries another number of them."""
    stream = ask.stream(COUNT, n=N, **ask.room(CAP))
    if stream.indices != set(range(N)):
        inconclusive(f"cannot be judged: the stream carries the choices {sorted(stream.indices, key=str)}")
    return stream


@requirement("chat.n.count")
def test_count(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """`n` gives as many choices as it says."""
    answer = demand_supported(_several(ask))

    assert len(answer.choices) == N, f"n is {N}, but there are {len(answer.choices)} choices"


@requirement("chat.n.index")
def test_index(ask: Ask, chat: Completion) -> None:
    """The indices of several choices count from 0 without gap or repetition."""
    answer = _several(ask)
    if len(answer.choices) < 2 or pick(chat.body, "choices", 0, "index") != 0:
        inconclusive("cannot be judged: there is one choice only, or even that one is not numbered 0")

    indices: list[Any] = [choice.get("index") for choice in answer.choices]
    assert sorted(indices, key=str) == list(range(len(indices))), f"the indices are {indices}"


@requirement("chat.n.complete")
def test_complete(ask: Ask) -> None:
    """Every one of several choices has a message and a finish_reason, as the first one has."""
    first, *others = _several(ask).choices or inconclusive("cannot be judged: there is no choice")
    message = pick(first, "message", kind=dict)

    for choice in others:
        turn = choice.get("message")
        assert isinstance(turn, dict), f"choice {choice.get('index')} has the message {turn!r:.80}"
        lost = {name for name in ("role", "content") if message.get(name) is not None and name not in turn}
        assert not lost, f"choice {choice.get('index')} has no {', '.join(sorted(lost))}, the first one has"
        silent = first.get("finish_reason") and not choice.get("finish_reason")
        assert not silent, f"choice {choice.get('index')} has no finish_reason, the first one has"


@requirement("chat.n.usage")
def test_usage(ask: Ask) -> None:
    """`usage` counts the tokens of all choices."""
    one, several = ask.chat(COUNT, **ask.room(CAP)), _several(ask)
    cut = [choice.get("finish_reason") == "length" for choice in [*one.choices, *several.choices]]
    texts = {str(member(choice, "message", "content")) for choice in [*one.choices, *several.choices]}
    if not (all(cut) or len(texts) == 1) or len(several.choices) != N:
        inconclusive("the choices are neither alike nor all cut off, so their tokens are not known")

    single, together = one.tokens("completion_tokens"), several.tokens("completion_tokens")

    assert not single or together > single, f"{N} choices cost {together} completion tokens, one costs {single}"


@requirement("chat.n.default")
def test_default(chat: Completion) -> None:
    """Without `n` there is one choice."""
    assert len(chat.choices) <= 1, f"n was not given, but there are {len(chat.choices)} choices"


@requirement("chat.n.zero")
def test_zero(ask: Ask, gateway: dict[str, Any]) -> None:
    """`n: 0` is refused as an invalid value."""
    demand_refused(ask.chat(n=0), gateway, "invalid_value")


@requirement("chat.n.stream.count")
def test_stream_count(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A stream carries as many choices as `n` says, numbered from 0."""
    stream = demand_supported(ask.stream(COUNT, n=N, **ask.room(CAP)))

    indices = {str(choice.get("index")) for choice in stream.choices}
    if indices == {"None"}:
        inconclusive("cannot be judged: no choice is numbered")
    assert indices == {*map(str, range(N))}, f"n is {N}, but the stream carries the choices {sorted(indices)}"


@requirement("chat.n.stream.role")
def test_stream_role(ask: Ask, chat_stream: CompletionStream) -> None:
    """Every choice of a stream gets its role, in its first delta."""
    if pick(chat_stream.deltas(), 0).get("role") != "assistant":
        inconclusive("cannot be judged: the role is missing even where there is one choice")
    stream = _several_streamed(ask)

    for index in range(N):
        role = pick(stream.deltas(index), 0).get("role")
        assert role == "assistant", f"the role of the first delta of choice {index} is {role!r}"


@requirement("chat.n.stream.finish-reason")
def test_stream_finish_reason(ask: Ask) -> None:
    """Every choice of a stream gets a finish_reason of its own, once."""
    if len(ask.stream(COUNT, **ask.room(CAP)).finish_reasons()) != 1:
        inconclusive("cannot be judged: finish_reason is wrong even where there is one choice")
    stream = _several_streamed(ask)

    for index in range(N):
        reasons = stream.finish_reasons(index)
        assert len(reasons) == 1, f"choice {index} has {len(reasons)} finish_reasons: {reasons}"


@requirement("chat.n.stream.text")
def test_stream_text(ask: Ask) -> None:
    """Every choice of a stream gets its own text: none is left empty, none gets that of another."""
    stream = _several_streamed(ask)

    texts = [stream.text(index) for index in range(N)]
    if not any(texts):
        inconclusive("the model gave no text")
    assert all(texts), f"the text of choice {texts.index('')} is empty, that of another is {max(texts)!r:.80}"
    begun = [len(re.findall(r"\b1\b", text)) for text in texts]
    assert max(begun) < N, f"the count begins {max(begun)} times in one choice: {max(texts, key=len)!r:.120}"


@requirement("chat.n.stream.id")
@pytest.mark.parametrize("name", ["id", "created"])
def test_stream_id(ask: Ask, chat_stream: CompletionStream, name: str) -> None:
    """All chunks of a stream have the same `id` and `created`, whatever choice they belong to."""
    if len({str(chunk.get(name)) for chunk in chat_stream.chunks}) > 1:
        inconclusive(f"cannot be judged: {name} changes even where there is one choice")

    stream = _several_streamed(ask)

    values = {str(chunk.get(name)) for chunk in stream.chunks}
    assert len(values) == 1, f"{name} changes within the stream: {', '.join(sorted(values))[:160]}"
