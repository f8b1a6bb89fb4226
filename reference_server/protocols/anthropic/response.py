"""Writes answers as a message or as the events of a stream."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import msgspec

from reference_server.model.prompt import Answer, CallArguments, CallStart, ToolCall, Usage
from reference_server.wire.reply import HERE, Chunk, burst

Body = dict[str, Any]
_MADE = re.compile("^call_(?=[0-9a-f]{24}$)")
"""How an id begins that nobody has given."""
_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}


def message(message_id: str, model: str, answer: Answer, usage: Usage) -> Body:
    """The body of a whole answer."""
    return {**_empty(message_id, model), "content": _blocks(answer), **_end(answer), "usage": usage_body(usage)}


def usage_body(usage: Usage) -> Body:
    """Token counts; nothing is ever cached."""
    return {
        "input_tokens": usage.prompt,
        "output_tokens": usage.completion,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "service_tier": "standard",
    }


def events(message_id: str, model: str, answer: Answer, usage: Usage) -> list[Chunk]:
    """The events of a stream: the start, each block in pieces, and the end with the usage."""
    started = {**_empty(message_id, model), "usage": usage_body(Usage(usage.prompt, 0))}
    blocks = [[*_thinking_events(answer)], [*_text_events(answer)], *_call_events(answer)]
    spoken = [deltas for deltas in blocks if deltas]
    return [
        {"type": "message_start", "message": started},
        {"type": "ping"},
        *(event for index, deltas in enumerate(spoken) for event in _block(index, deltas)),
        {"type": "message_delta", "delta": _end(answer), "usage": usage_body(usage)},
        {"type": "message_stop"},
    ]


def text_at_once(message_id: str, model: str, answer: Answer, usage: Usage) -> bytes:
    """The whole stream of a plain answer."""
    template = events(message_id, model, msgspec.structs.replace(answer, said=HERE), usage)
    return burst([*template], 3, answer.texts, named=True)


def _empty(message_id: str, model: str) -> Body:
    """A message without content."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
    }


def _end(answer: Answer) -> Body:
    reason = "stop_sequence" if answer.stop is not None else _REASONS[answer.finish]
    reason = "refusal" if answer.refuses else reason
    return {"stop_reason": reason, "stop_sequence": answer.stop}


def _blocks(answer: Answer) -> list[Body]:
    thoughts = "".join(answer.thoughts)
    blocks: list[Body] = []
    if thoughts:
        blocks.append({"type": "thinking", "thinking": thoughts, "signature": _signature(thoughts)})
    if answer.text:
        blocks.append({"type": "text", "text": answer.text})
    return [*blocks, *({**_call(call.id, call.name), "input": _input(call)} for call in answer.calls)]


def _call(call_id: str, name: str) -> Body:
    return {"type": "tool_use", "id": _MADE.sub("toolu_", call_id), "name": name, "input": {}}


def _input(call: ToolCall) -> Any:
    """The decoded input of a call; empty when the limit of tokens cut it."""
    try:
        return msgspec.json.decode(call.arguments)
    except msgspec.DecodeError:
        return {}


def _signature(thoughts: str) -> str:
    return base64.b64encode(b"thought:" + crc32(thoughts.encode()).to_bytes(4)).decode()


def _block(index: int, deltas: list[Body]) -> Iterator[Chunk]:
    """The events of a block, of which the first delta is its start."""
    start, *rest = deltas
    yield {"type": "content_block_start", "index": index, "content_block": start}
    yield from ({"type": "content_block_delta", "index": index, "delta": delta} for delta in rest)
    yield {"type": "content_block_stop", "index": index}


def _thinking_events(answer: Answer) -> Iterator[Body]:
    if answer.thoughts:
        yield {"type": "thinking", "thinking": "", "signature": ""}
        yield from ({"type": "thinking_delta", "thinking": token} for token in answer.thoughts)
        yield {"type": "signature_delta", "signature": _signature("".join(answer.thoughts))}


def _text_events(answer: Answer) -> Iterator[Body]:
    if answer.text:
        yield {"type": "text", "text": ""}
        yield from ({"type": "text_delta", "text": text} for text in answer.texts)


def _call_events(answer: Answer) -> Iterator[list[Body]]:
    starts = [piece for piece in answer.pieces if type(piece) is CallStart]
    parts = [piece for piece in answer.pieces if type(piece) is CallArguments]
    for start in starts:
        own = [part.text for part in parts if part.index == start.index]
        deltas = [{"type": "input_json_delta", "partial_json": text} for text in own]
        yield [_call(start.id, start.name), *deltas]
