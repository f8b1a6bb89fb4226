"""Ways to break stored responses."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import drop, put
from reference_server.faults.words.files import GONE, as_first, name_of, of_nobody
from reference_server.faults.words.responses import RESPONSE, parts, refuse
from reference_server.faults.words.situations import refused, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

RETRIEVE, DELETE, ITEMS = "retrieveResponse", "deleteResponse", "listResponseInputItems"
CANCEL = "cancelResponse"
retrieved = rows(RETRIEVE, when=served)


def _ended(_: Reply, call: Call) -> Reply:
    """A response that has been cancelled."""
    body: dict[str, Any] = {"id": name_of(call), "object": "response", "created_at": 1767225600, "model": "echo"}
    return Reply.json({**body, "status": "cancelled", "output": []})


def _ghost(_: Reply, call: Call) -> Reply:
    """A response that is not there."""
    body: dict[str, Any] = {"id": name_of(call), "object": "response", "created_at": 1767225600, "model": "echo"}
    return Reply.json({**body, "status": "completed", "output": []})


def _cancelled_behind(reply: Reply, call: Call) -> None:
    names = call.memory.setdefault("cancelled", set())
    if call.operation and call.operation.id == CANCEL:
        names.add(name_of(call))
    if call.operation and call.operation.id == RETRIEVE and reply.ok and name_of(call) in names:
        reply.body["status"] = "cancelled"


stored_response_lost = retrieved("responses.stored", "No response can be retrieved.", refuse(404))
stored_response_of_another_id = retrieved(
    "responses.stored", "A response that is retrieved has another id.", put("id", "resp_1")
)
stored_response_without_text = retrieved(
    "responses.stored", "A response that is retrieved says nothing.", parts(put("text", ""))
)
stored_response_without_object = retrieved(
    "responses.stored.schema", "A response that is retrieved does not say what it is.", drop("object")
)
stored_response_of_nobody = fault(
    RETRIEVE,
    "A response that nobody made is retrieved.",
    _ghost,
    when=of_nobody,
    breaks={"responses.stored.unknown"},
)
unwanted_response_stored = request_fault(
    RESPONSE, "`store` false is ignored.", drop("store"), breaks={"responses.stored.off"}
)
stored_response_shared = request_fault(
    RETRIEVE, "Every account retrieves the responses of any.", as_first, breaks={"responses.stored.isolation"}
)
stored_response_not_deleted = fault(
    DELETE, "No response can be deleted.", refuse(404), when=served, breaks={"responses.stored.delete"}
)
stored_response_for_ever = fault(
    RETRIEVE,
    "Any response of an account is retrieved: one that was deleted, and one that was not to be stored.",
    _ghost,
    when=GONE,
    breaks={"responses.stored.delete", "responses.stored.off"},
)
ended_response_cancelled = fault(
    CANCEL,
    "A response that has ended is cancelled.",
    _ended,
    when=refused("invalid_value"),
    breaks={"responses.cancel.ended"},
)
ended_response_cancelled_behind = fault(
    "*",
    "The request to cancel a response that has ended is refused, and from then on it is retrieved as cancelled.",
    _cancelled_behind,
    breaks={"responses.cancel.ended"},
)
response_of_nobody_cancelled = fault(
    CANCEL,
    "A response that nobody made is said to have ended.",
    _ghost,
    when=refused("unknown_object"),
    breaks={"responses.cancel.unknown"},
)
stored_items_missing = fault(
    ITEMS, "The list of input items is empty.", put("data", []), when=served, breaks={"responses.stored.items"}
)
stored_items_of_no_list = fault(
    ITEMS, "The input items are called `items`.", put("object", "items"), when=served, breaks={"responses.stored.items"}
)
stored_items_untyped = fault(
    ITEMS,
    "An input item has no type.",
    put("data[].type", None),
    when=served,
    breaks={"responses.stored.items"},
)
