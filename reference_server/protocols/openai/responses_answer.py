"""Writes an answer as a response, or as the events of its stream."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, NamedTuple

from reference_server.model.prompt import Answer, CallArguments, ToolCall, Usage
from reference_server.protocols.openai.response import token_logprobs
from reference_server.protocols.openai.responses_request import includes
from reference_server.wire.reply import HERE, Chunk, encode_event, encode_json, encode_lines

Body = dict[str, Any]
Event = tuple[str, Body]
"""The type of an event and its other fields, before it is numbered."""
_REPEATED: Body = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
}
"""The fields that a response repeats from its request, with their defaults."""
_DELTA = 4
"""The number of the event with the first piece of a plain answer's text."""
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


class ResponseFrame(NamedTuple):
    """What the response and all its events have in common. `request` is the body of the request.

    `logprobs` is the number of alternatives to each token, None for no probabilities at all.
    """

    id: str
    created: int
    model: str
    request: Body
    logprobs: int | None = None


def response_body(frame: ResponseFrame, answer: Answer, usage: Usage) -> Body:
    """The whole response."""
    reason = _INCOMPLETE.get(answer.finish)
    ended = {
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output_items(frame, answer),
        "usage": _usage(usage),
    }
    return {**_begun(frame), **ended}


def output_items(frame: ResponseFrame, answer: Answer) -> list[Body]:
    """What is thought, said and called. The last item is incomplete when the limit of tokens cut it."""
    text = answer.text
    items = [_reasoning(frame, answer.thoughts)] if answer.thoughts else []
    if text is not None:
        items.append(_message(frame, [_refusal(text) if answer.refuses else _part(text, _logprobs(frame, answer))]))
    if answer.calling:
        items += [_call(call) for call in answer.calls]
    if answer.finish in _INCOMPLETE:
        items[-1]["status"] = "incomplete"
    return items


def response_events(frame: ResponseFrame, answer: Answer, texts: list[str], usage: Usage) -> list[Chunk]:
    """The events of the stream: the start, each item in pieces, and the end with the whole response.

    `texts` are the pieces of the text.
    """
    whole = response_body(frame, answer, usage)
    begun: Body = {"response": _begun(frame)}
    output: list[Body] = whole["output"]
    before = sum(item["type"] != "function_call" for item in output)
    items = [event for place, item in enumerate(output) for event in _item_events(answer, texts, place, item, before)]
    end: Event = (f"response.{whole['status']}", {"response": whole})
    return _numbered([("response.created", begun), ("response.in_progress", begun), *items, end])


def response_at_once(events: list[Chunk], texts: list[str]) -> bytes:
    """The stream of a plain answer without probabilities, from its events with HERE as the only piece of the text."""
    for event in events[_DELTA + 1 :]:
        event["sequence_number"] += len(texts) - 1
    pieces = [encode_event(event, named=True) for event in events]
    form = pieces[_DELTA].replace(b":%d," % _DELTA, b":%d,").replace(encode_json(HERE), b"%s")
    numbered = enumerate(encode_lines(texts)[:-1].split(b"\n"), _DELTA)
    pieces[_DELTA] = b"".join([form % pair for pair in numbered])
    return b"".join(pieces)


def failed_events(frame: ResponseFrame, events: list[Chunk], message: str) -> list[Chunk]:
    """The events of a stream, then the one that reports a failure."""
    error = {"code": "server_error", "message": message}
    failed = {**_begun(frame), "status": "failed", "error": error}
    return [*events, {"type": "response.failed", "sequence_number": len(events), "response": failed}]


def _begun(frame: ResponseFrame) -> Body:
    """The response before any output."""
    fields = {name: value for name, value in frame.request.items() if name in _REPEATED and value is not None}
    return {
        "id": frame.id,
        "object": "response",
        "created_at": frame.created,
        "model": frame.model,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "output": [],
        "usage": None,
        **_REPEATED,
        **fields,
    }


def _reasoning(frame: ResponseFrame, thoughts: tuple[str, ...]) -> Body:
    summary = [{"type": "summary_text", "text": "".join(thoughts)}]
    item = {"type": "reasoning", "id": f"rs_{frame.id.removeprefix('resp_')}", "summary": summary}
    if includes(frame.request, "reasoning.encrypted_content"):
        item["encrypted_content"] = b64encode("".join(thoughts).encode()).decode()
    return item


def _message(frame: ResponseFrame, content: list[Body]) -> Body:
    name = f"msg_{frame.id.removeprefix('resp_')}"
    return {"type": "message", "id": name, "role": "assistant", "status": "completed", "content": content}


def _refusal(text: str) -> Body:
    return {"type": "refusal", "refusal": text}


def _part(text: str, logprobs: list[Body]) -> Body:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": logprobs}


def _logprobs(frame: ResponseFrame, answer: Answer) -> list[Body]:
    return [] if frame.logprobs is None else [token_logprobs(text, frame.logprobs) for text in answer.texts]


def _call(call: ToolCall) -> Body:
    name = f"fc_{call.id.removeprefix('call_')}"
    described = {"call_id": call.id, "name": call.name, "arguments": call.arguments}
    return {"type": "function_call", "id": name, **described, "status": "completed"}


def _usage(usage: Usage) -> Body:
    """Token counts; nothing is cached."""
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.total,
    }


def _item_events(answer: Answer, texts: list[str], place: int, item: Body, before: int) -> Iterator[Event]:
    """An item from its beginning to its end; `before` items come before the first call."""
    at = {"item_id": item["id"], "output_index": place}
    begun: Body = {"status": "in_progress"} if "status" in item else {}
    match item["type"]:
        case "message":
            begun["content"], content = [], _text_events(answer, texts, at, item["content"][0])
        case "reasoning":
            begun["summary"], content = [], _thought_events(answer, at, item["summary"][0])
        case _:
            begun["arguments"], content = "", _call_events(answer, at, item, place - before)
    yield "response.output_item.added", {"output_index": place, "item": {**item, **begun}}
    yield from content
    yield "response.output_item.done", {"output_index": place, "item": item}


def _thought_events(answer: Answer, at: Body, part: Body) -> Iterator[Event]:
    at = {**at, "summary_index": 0}
    yield "response.reasoning_summary_part.added", {**at, "part": {**part, "text": ""}}
    for thought in answer.thoughts:
        yield "response.reasoning_summary_text.delta", {**at, "delta": thought}
    yield "response.reasoning_summary_text.done", {**at, "text": part["text"]}
    yield "response.reasoning_summary_part.done", {**at, "part": part}


def _text_events(answer: Answer, texts: list[str], at: Body, part: Body) -> Iterator[Event]:
    at = {**at, "content_index": 0}
    name, empty = ("refusal", _refusal("")) if answer.refuses else ("text", _part("", []))
    more: Body = {} if answer.refuses else {"logprobs": part["logprobs"]}
    kind = f"response.{part['type']}"
    yield "response.content_part.added", {**at, "part": empty}
    for place, text in enumerate(texts):
        own = {name: values[place : place + 1] for name, values in more.items()}
        yield f"{kind}.delta", {**at, "delta": text, **own}
    yield f"{kind}.done", {**at, name: part[name], **more}
    yield "response.content_part.done", {**at, "part": part}


def _call_events(answer: Answer, at: Body, call: Body, index: int) -> Iterator[Event]:
    for piece in answer.pieces:
        if type(piece) is CallArguments and piece.index == index:
            yield "response.function_call_arguments.delta", {**at, "delta": piece.text}
    yield "response.function_call_arguments.done", {**at, "name": call["name"], "arguments": call["arguments"]}


def _numbered(events: list[Event]) -> list[Chunk]:
    return [{"type": kind, "sequence_number": number, **rest} for number, (kind, rest) in enumerate(events)]
