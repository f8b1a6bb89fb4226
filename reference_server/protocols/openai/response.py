"""Writes answers as a completion or as the chunks of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from zlib import crc32

import msgspec

from reference_server.model.prompt import Answer, CallArguments, CallStart, Piece, ToolCall, Usage
from reference_server.wire.reply import HERE, Chunk, burst

Body = dict[str, Any]

DONE = "[DONE]"


class Frame(msgspec.Struct, frozen=True):
    """What completion and chunks have in common. `logprobs` is the number of alternatives, None for none at all.

    `tier` is that of the service which the request asks for; the answer names it only then.
    """

    id: str
    created: int
    model: str
    logprobs: int | None = None
    tier: str | None = None


def completion(frame: Frame, answers: list[Answer], usage: Usage) -> Body:
    """The body of a whole answer."""
    return {
        "id": frame.id,
        "object": "chat.completion",
        "created": frame.created,
        "model": frame.model,
        "choices": [_choice(index, answer, frame) for index, answer in enumerate(answers)],
        "usage": usage_body(usage),
        **_tier(frame),
    }


def _tier(frame: Frame) -> Body:
    if frame.tier is None:
        return {}
    return {"service_tier": "default" if frame.tier == "auto" else frame.tier}


def usage_body(usage: Usage) -> Body:
    """Token counts with their details."""
    return {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.total,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _choice(index: int, answer: Answer, frame: Frame) -> Body:
    text = answer.text
    said, refusal = (None, text) if answer.refuses else (text, None)
    message: Body = {"role": "assistant", "content": said, "refusal": refusal}
    if answer.thoughts:
        message["reasoning_content"] = "".join(answer.thoughts)
    if answer.calling:
        message["tool_calls"] = [_call(call) for call in answer.calls]
    return {
        "index": index,
        "message": message,
        "logprobs": None if frame.logprobs is None else _logprobs(answer.texts, frame.logprobs),
        "finish_reason": answer.finish,
    }


def _call(call: ToolCall) -> Body:
    kind, arguments = _kind(call.free)
    return {"id": call.id, "type": kind, kind: {"name": call.name, arguments: call.arguments}}


def _kind(free: bool) -> tuple[str, str]:
    """The type of a tool and the name of the field that takes its arguments."""
    return ("custom", "input") if free else ("function", "arguments")


def chunks(frame: Frame, answers: list[Answer], usage: Usage | None) -> list[Chunk]:
    """The chunks of a stream: roles, pieces of all choices in turn, ends, and the usage unless it is None."""
    deltas = zip_longest(*(_deltas(index, answer, frame) for index, answer in enumerate(answers)))
    return _framed(frame, [choice for turn in deltas for choice in turn if choice], usage)


def _framed(frame: Frame, choices: list[Body], usage: Usage | None) -> list[Chunk]:
    """A chunk for each choice, then the usage unless it is None."""
    head, counted = _head(frame), {} if usage is None else {"usage": None}
    streamed = [{**head, "choices": [choice], **counted} for choice in choices]
    return streamed if usage is None else [*streamed, {**head, "choices": [], "usage": usage_body(usage)}]


def text_at_once(frame: Frame, answer: Answer, usage: Usage | None) -> bytes:
    """The whole stream of a plain answer."""
    choices = [_begin(0, ""), _delta(0, {"content": HERE}), _end(0, answer)]
    return burst([*_framed(frame, choices, usage), DONE], 1, answer.texts)


def _head(frame: Frame) -> Body:
    head = {"id": frame.id, "object": "chat.completion.chunk", "created": frame.created, "model": frame.model}
    return {**head, **_tier(frame)}


def _deltas(index: int, answer: Answer, frame: Frame) -> Iterator[Body]:
    """The choices of one answer, chunk by chunk."""
    silent = answer.calling or answer.refuses
    yield _begin(index, None if silent else "")
    if silent or answer.thoughts or frame.logprobs is not None:
        yield from _detailed(index, answer, frame)
    else:
        yield from (_delta(index, {"content": text}) for text in answer.texts)
    yield _end(index, answer)


def _detailed(index: int, answer: Answer, frame: Frame) -> Iterator[Body]:
    """What is thought, refused or called, and the pieces of a text with the probabilities of its tokens."""
    yield from (_delta(index, {"reasoning_content": thought}) for thought in answer.thoughts)
    said = "refusal" if answer.refuses else "content"
    for text in answer.texts:
        yield _delta(index, {said: text}, None if frame.logprobs is None else _logprobs([text], frame.logprobs))
    free = {piece.index: piece.free for piece in answer.pieces if type(piece) is CallStart}
    yield from (_delta(index, _piece(piece, free)) for piece in answer.pieces)


def _begin(index: int, content: str | None) -> Body:
    return _delta(index, {"role": "assistant", "content": content, "refusal": None})


def _end(index: int, answer: Answer) -> Body:
    return {**_delta(index, {}), "finish_reason": answer.finish}


def _delta(index: int, delta: Body, logprobs: Body | None = None) -> Body:
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": None}


def _piece(piece: Piece, free: dict[int, bool]) -> Body:
    """The delta of a piece. `free` tells, by index, which calls are of tools that take any text."""
    match piece:
        case CallStart(index, call_id, name):
            return {"tool_calls": [{"index": index, **_call(ToolCall(call_id, name, "", free[index]))}]}
        case CallArguments(index, text):
            kind, arguments = _kind(free[index])
            return {"tool_calls": [{"index": index, kind: {arguments: text}}]}


def _logprobs(texts: list[str], alternatives: int) -> Body:
    return {"content": [token_logprobs(text, alternatives) for text in texts], "refusal": None}


def token_logprobs(text: str, alternatives: int) -> Body:
    """A token with its likeliest alternatives, which are invented; the probabilities add up to less than 1."""
    own = _likely(text, -0.1 - crc32(text.encode()) % 100 / 1000)
    others = [_likely(f"{text}{chr(0x61 + rank)}", -3.0 - rank) for rank in range(alternatives - 1)]
    return {**own, "top_logprobs": [dict(own), *others] if alternatives else []}


def _likely(text: str, logprob: float) -> Body:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}
