"""Legal differences between gateways in responses: they break nothing."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences
from reference_server.faults.words.edits import append, change, in_chunks, insert, status
from reference_server.faults.words.openai import DONE
from reference_server.faults.words.responses import (
    ADDED,
    ARGUMENTS,
    ENDS,
    FAILED,
    IN_PROGRESS,
    ITEM_DONE,
    RESPONSE,
    TEXT,
    number,
)
from reference_server.faults.words.situations import both, has, refused, streamed
from reference_server.faults.words.typed import COMMENTS, CRLF, in_events, is_of, join_deltas, resend, skip
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply

response = differences(RESPONSE)

_REASONING: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "summary": []}
_LOOKING = {"type": "output_text", "text": "I will look that up.", "annotations": []}
_DOCUMENTED = ("id", "object", "created_at", "model", "output", "status", "usage", "incomplete_details")


@response()
def response_few_fields(reply: Reply) -> Reply:
    """No optional field is sent: neither what the request asked for, nor annotations, nor details of the usage."""

    def thin(body: dict[str, Any]) -> dict[str, Any]:
        usage = {name: count for name, count in body["usage"].items() if name.endswith("_tokens")}
        members = {name: body[name] for name in _DOCUMENTED if body[name] is not None}
        return {**members, "usage": usage, "output": [_thin_item(item) for item in body["output"]]}

    return reply.edit(thin)


def _thin_item(item: dict[str, Any]) -> dict[str, Any]:
    members = {name: value for name, value in item.items() if name != "status"}
    if item["type"] == "message":
        members["content"] = [{"type": part["type"], "text": part["text"]} for part in item["content"]]
    return members


@response()
def response_more_fields(reply: Reply) -> Reply:
    """The further fields of the newest API are sent, most of them null."""

    def add(body: dict[str, Any]) -> None:
        body.update(
            background=False, completed_at=body["created_at"] + 1, conversation=None, reasoning={"effort": None}
        )
        for item in body["output"]:
            item.update(phase=None, namespace=None)

    return reply.edit(add)


response_created_with_fraction = response(
    "`created_at` has a fraction, as official clients declare it.", change("created_at", lambda seconds: seconds + 0.25)
)
other_item_ids = response(
    "Item ids start differently.", change("output[].id", lambda name: f"item-{name.partition('_')[2]}")
)


def _think_first(items: list[Any]) -> list[Any]:
    return [dict(_REASONING), *items]


def _begin_with_thought(reply: Reply, _: Call) -> None:
    place = next((at for at, event in enumerate(reply.events or ()) if is_of(event, ADDED)), 0)
    if reply.events is not None and place:
        thought = [{"type": kind, "output_index": 0, "item": dict(_REASONING)} for kind in (ADDED, ITEM_DONE)]
        reply.events[place:place] = thought


reasoning_first = response(
    "The model thinks before it answers: the first item of a response is reasoning.",
    in_chunks(change("output_index", lambda place: place + 1)),
    in_events(change("response.output", _think_first), *ENDS),
    _begin_with_thought,
    number,
    change("output", _think_first),
)


@response()
def words_before_a_function_call(reply: Reply) -> Reply:
    """A whole response with a call says something before it."""

    def speak(body: dict[str, Any]) -> None:
        if body["output"] and body["output"][0]["type"] == "function_call":
            message = {"type": "message", "id": "msg_1", "role": "assistant", "content": [_LOOKING]}
            body["output"].insert(0, {**message, "status": "completed"})

    return reply.edit(speak)


response_stream_with_done = response("A stream ends with `[DONE]`, as chat completions do.", append(DONE))
response_not_in_progress = response("No `response.in_progress` event is sent.", skip(IN_PROGRESS))


@response()
def numbers_with_gaps(reply: Reply) -> None:
    """The events are numbered from 1, and some numbers are left out."""
    for place, chunk in enumerate(reply.chunks):
        chunk["sequence_number"] = 1 + 2 * place


further_response_events = response(
    "A stream has an event of an undocumented type.", insert(2, {"type": "response.x_progress", "percent": 50}), number
)


def _join(last: Chunk, event: Chunk) -> bool:
    if not is_of(event, TEXT, ARGUMENTS) or last["type"] != event["type"]:
        return False
    if last["output_index"] != event["output_index"]:
        return False
    last["delta"] += event["delta"]
    return True


one_delta_for_all = response("Each text and all arguments of a call come in one delta.", join_deltas(_join), number)
response_lines_in_crlf = response("Lines of a stream end in CR LF.", CRLF, when=streamed)
response_comments = response("A comment line stands before each event.", COMMENTS, when=streamed)


def _as_error_event(event: Chunk) -> Event:
    message = event["response"]["error"]["message"]
    return {"type": "error", "sequence_number": 3, "code": "server_error", "message": message, "param": None}


failure_as_error_event = response(
    "A stream that fails sends the event `error`.", resend(_as_error_event, FAILED), model="midstream-error"
)
failure_as_in_chat = response(
    "A stream that fails sends an error in the form of chat completions, which the official client raises.",
    resend(lambda event: {"error": event["response"]["error"]}, FAILED),
    model="midstream-error",
)
unknown_previous_not_found = response(
    "An unknown previous response gets a 404.", status(404), when=both(refused(), has("previous_response_id"))
)
