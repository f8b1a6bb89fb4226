"""Legal differences between gateways in responses: they break nothing."""

from __future__ import annotations

from typing import Any

from reference_server.faults import variation
from reference_server.faults.responses import RESPONSE
from reference_server.faults.responses_stream import ENDS, is_of, of
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply

_REASONING: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "summary": []}
_LOOKING = {"type": "output_text", "text": "I will look that up.", "annotations": []}
_DOCUMENTED = ("id", "object", "created_at", "model", "output", "status", "usage", "incomplete_details")
_DELTAS = ("response.output_text.delta", "response.function_call_arguments.delta")


def _numbered(reply: Reply) -> None:
    """The events of a stream numbered anew."""
    for number, chunk in enumerate(reply.chunks):
        chunk["sequence_number"] = number


@variation(RESPONSE)
def response_few_fields(reply: Reply) -> Reply:
    """No optional field is sent: neither what the request asked for, nor annotations, nor details of the usage."""

    def thin(body: dict[str, Any]) -> dict[str, Any]:
        usage = {name: count for name, count in body["usage"].items() if name.endswith("_tokens")}
        kept = {name: body[name] for name in _DOCUMENTED if body[name] is not None}
        return {**kept, "usage": usage, "output": [_thin_item(item) for item in body["output"]]}

    return reply.edit(thin)


def _thin_item(item: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name != "status"}
    if item["type"] == "message":
        kept["content"] = [{"type": part["type"], "text": part["text"]} for part in item["content"]]
    return kept


@variation(RESPONSE)
def response_more_fields(reply: Reply) -> Reply:
    """The further fields of the newest API are sent, most of them null."""

    def add(body: dict[str, Any]) -> None:
        body.update(
            background=False, completed_at=body["created_at"] + 1, conversation=None, reasoning={"effort": None}
        )
        for item in body["output"]:
            item.update(phase=None, namespace=None)

    return reply.edit(add)


@variation(RESPONSE)
def response_created_with_fraction(reply: Reply) -> Reply:
    """`created_at` has a fraction, as the official clients declare it."""
    return reply.edit(lambda body: body.update(created_at=body["created_at"] + 0.25))


@variation(RESPONSE)
def other_item_ids(reply: Reply) -> Reply:
    """The ids of items start differently."""

    def rename(body: dict[str, Any]) -> None:
        for item in body["output"]:
            item["id"] = f"item-{item['id'].partition('_')[2]}"

    return reply.edit(rename)


@variation(RESPONSE)
def reasoning_first(reply: Reply) -> Reply:
    """The model thinks before it answers: the first item of a response is reasoning."""
    if reply.events is not None:
        _think(reply)
    return reply.edit(lambda body: body["output"].insert(0, dict(_REASONING)))


def _think(reply: Reply) -> None:
    for chunk in reply.chunks:
        if "output_index" in chunk:
            chunk["output_index"] += 1
    for chunk in of(reply, *ENDS):
        output = [dict(_REASONING), *chunk["response"]["output"]]
        chunk["response"] = {**chunk["response"], "output": output}
    place = next((at for at, event in enumerate(reply.events or ()) if is_of(event, "response.output_item.added")), 0)
    kinds = ("response.output_item.added", "response.output_item.done")
    thought: list[Event] = [{"type": kind, "output_index": 0, "item": dict(_REASONING)} for kind in kinds]
    if reply.events is not None and place:
        reply.events[place:place] = thought
    _numbered(reply)


@variation(RESPONSE)
def words_before_a_function_call(reply: Reply) -> Reply:
    """A whole response with a call says something first."""

    def speak(body: dict[str, Any]) -> None:
        if body["output"] and body["output"][0]["type"] == "function_call":
            message = {"type": "message", "id": "msg_1", "role": "assistant", "content": [_LOOKING]}
            body["output"].insert(0, {**message, "status": "completed"})

    return reply.edit(speak)


@variation(RESPONSE)
def response_stream_with_done(reply: Reply) -> None:
    """A stream ends with `[DONE]`, as chat completions do."""
    if reply.events is not None:
        reply.events.append("[DONE]")


@variation(RESPONSE)
def response_not_in_progress(reply: Reply) -> Reply:
    """No response.in_progress is sent."""
    return reply.without(lambda event: is_of(event, "response.in_progress"))


@variation(RESPONSE)
def numbers_with_gaps(reply: Reply) -> None:
    """The events are numbered from 1, and some numbers are left out."""
    for number, chunk in enumerate(reply.chunks):
        chunk["sequence_number"] = 1 + 2 * number


@variation(RESPONSE)
def further_response_events(reply: Reply) -> None:
    """Events of a type that nobody documents are sent within the stream."""
    if reply.events is not None:
        reply.events.insert(2, {"type": "response.x_progress", "percent": 50})
        _numbered(reply)


@variation(RESPONSE)
def one_delta_for_all(reply: Reply) -> None:
    """Each text and all arguments of a call come in one delta."""
    kept: list[Event] = []
    for event in reply.events or ():
        if not (kept and _joined(kept[-1], event)):
            kept.append(event)
    if reply.events is not None:
        reply.events = kept
        _numbered(reply)


def _joined(last: Event, event: Event) -> bool:
    """Two deltas of one kind were made one."""
    if not (isinstance(last, dict) and isinstance(event, dict) and is_of(event, *_DELTAS)):
        return False
    if (last["type"], last.get("output_index")) != (event["type"], event["output_index"]):
        return False
    last["delta"] += event["delta"]
    return True


@variation(RESPONSE)
def response_lines_in_crlf(reply: Reply) -> Reply:
    """Lines of a stream end in CR LF."""
    return reply.raw(lambda data: data.replace(b"\n", b"\r\n")) if reply.events is not None else reply


@variation(RESPONSE)
def response_comments(reply: Reply) -> Reply:
    """A comment line stands before each event."""
    return reply.raw(lambda data: b": keep-alive\n\n" + data) if reply.events is not None else reply


@variation(RESPONSE, model="midstream-error")
def failure_as_error_event(reply: Reply) -> Reply:
    """A failure is told by the event `error`."""

    def retell(event: Chunk) -> Event:
        if not is_of(event, "response.failed"):
            return event
        message = event["response"]["error"]["message"]
        return {"type": "error", "sequence_number": 3, "code": "server_error", "message": message, "param": None}

    return reply.map(retell)


@variation(RESPONSE, model="midstream-error")
def failure_as_in_chat(reply: Reply) -> Reply:
    """A failure is told as chat completions tell it, which the official client raises."""

    def retell(event: Chunk) -> Event:
        return {"error": event["response"]["error"]} if is_of(event, "response.failed") else event

    return reply.map(retell)


@variation(RESPONSE)
def unknown_previous_not_found(reply: Reply, call: Call) -> None:
    """A previous response that does not exist is a 404."""
    if not reply.ok and isinstance(call.body, dict) and call.body.get("previous_response_id"):
        reply.status = 404
