"""The words of responses: events, items, what requests hold, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from reference_server.faults.words.edits import Edit, Members, change, each
from reference_server.faults.words.prompts import HELLO
from reference_server.faults.words.situations import sent
from reference_server.faults.words.typed import in_events, of, reject, typed
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

RESPONSE = "createResponse"
CREATED, IN_PROGRESS, FAILED = "response.created", "response.in_progress", "response.failed"
COMPLETED, INCOMPLETE = "response.completed", "response.incomplete"
ADDED, ITEM_DONE = "response.output_item.added", "response.output_item.done"
PART = "response.content_part.added"
TEXT, TEXT_DONE = "response.output_text.delta", "response.output_text.done"
ARGUMENTS, ARGUMENTS_DONE = "response.function_call_arguments.delta", "response.function_call_arguments.done"
ENDS = (COMPLETED, INCOMPLETE, FAILED)
_PLAIN = {"model", "input", "max_output_tokens", "stream"}


def refuse(code: int = 400) -> Edit:
    """Answer with an error instead, and keep the other headers."""
    error = {"message": "This is not supported here.", "type": "invalid_request_error", "param": None, "code": None}
    return reject({"error": error}, code)


def plain(_: Reply, call: Call) -> bool:
    """The request is the plainest there is, whole or streamed."""
    body = sent(call)
    return body.get("input") == HELLO and body.keys() <= _PLAIN and body.get("max_output_tokens") == 512


def ends(reply: Reply, _: Call) -> bool:
    """The answer is a stream that comes to its end."""
    return bool(of(reply, *ENDS))


def items(call: Call, kind: str = "message") -> list[dict[str, Any]]:
    """The items of one type in the input of a request."""
    entries = sent(call).get("input")
    known = [item for item in entries if isinstance(item, dict)] if isinstance(entries, list) else []
    return [item for item in known if item.get("type", "message") == kind]


def messages(edit: Members) -> Members:
    """Edit the messages of a whole response."""
    return typed("output[]", "message", edit)


def parts(edit: Members) -> Members:
    """Edit the parts of the messages of a whole response."""
    return messages(each("content[]", edit.apply))


def reword(function: Callable[[str], str]) -> Members:
    """Change the texts of a whole response."""
    return parts(change("text", function))


def calls(edit: Members) -> Members:
    """Edit the function calls of a whole response."""
    return typed("output[]", "function_call", edit)


def begun_calls(edit: Members) -> Edit:
    """Edit the items that begin a streamed function call."""
    return in_events(typed("item", "function_call", edit), ADDED)


def number(reply: Reply, _: Call) -> None:
    """Number the events of a stream anew."""
    for place, chunk in enumerate(reply.chunks):
        chunk["sequence_number"] = place


def completed(response: dict[str, Any]) -> dict[str, Any]:
    """The response as if it had succeeded."""
    return {**deepcopy(response), "status": "completed", "error": None}
