"""`GET` and `DELETE /responses/{response_id}`, its input items, and its end before time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.errors import Refusal
from reference_server.routes import route
from reference_server.state.responses import Conversation, Responses
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_IDS = {"message": "msg", "function_call": "fc", "function_call_output": "fco", "reasoning": "rs"}
_PARTS = {"assistant": "output_text"}
Item = dict[str, Any]


@route("retrieveResponse")
def retrieve_response(service: Service, call: Call) -> Reply:
    """The response as it was given."""
    if call.query.get("stream") == ["true"]:
        raise Refusal("invalid_value", "Unsupported value for 'stream': it is not built.", "stream")
    response, _ = _stored(service, call)
    return Reply.json(response)


@route("deleteResponse")
def delete_response(service: Service, call: Call) -> Reply:
    """Deletes the response and confirms it."""
    name = call.parameters["response_id"]
    if not _responses(service, call).delete(name):
        raise _unknown(name)
    return Reply.json({"id": name, "object": "response", "deleted": True})


@route("cancelResponse")
def cancel_response(service: Service, call: Call) -> Reply:
    """Refused: no response is made in the background here, so each has ended."""
    _stored(service, call)
    raise Refusal("invalid_value", "Cannot cancel a synchronous response: it has ended.", "response_id")


@route("listResponseInputItems")
def list_input_items(service: Service, call: Call) -> Reply:
    """One page of the items of the input, the last one first unless the request says otherwise."""
    _, conversation = _stored(service, call)
    name = call.parameters["response_id"].removeprefix("resp_")
    items = [_described(item, f"{name[:24]}{place:04}") for place, item in enumerate(conversation.own)]
    if call.query.get("order", "desc") == "desc":
        items.reverse()
    first, limit = _first(items, call.query.get("after")), call.query.get("limit", 20)
    page = items[first : first + limit]
    ends = {"first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None}
    return Reply.json({"object": "list", "data": page, **ends, "has_more": len(items) > first + len(page)})


def _responses(service: Service, call: Call) -> Responses:
    return Responses(service.store, call.key.account if call.key else "")


def _stored(service: Service, call: Call) -> tuple[Item, Conversation]:
    stored = _responses(service, call).get(call.parameters["response_id"])
    if stored is None:
        raise _unknown(call.parameters["response_id"])
    return stored


def _unknown(name: str) -> Refusal:
    return Refusal("unknown_object", f"There is no response {name!r}.", "response_id")


def _first(items: list[Item], after: str | None) -> int:
    """The place of the first item of a page. Raises Refusal when no item is the one before it."""
    if after is None:
        return 0
    place = next((place for place, item in enumerate(items) if item["id"] == after), None)
    if place is None:
        raise Refusal("invalid_value", f"There is no item {after!r} to start after.", "after")
    return place + 1


def _described(item: Item, number: str) -> Item:
    """An item with its type and its id, and the content of a message in parts."""
    kind = item.get("type", "message")
    whole = {"type": kind, "id": f"{_IDS.get(kind, 'item')}_{number}", **item}
    if isinstance(item.get("content"), str):
        part = _PARTS.get(item["role"], "input_text")
        whole["content"] = [{"type": part, "text": item["content"]}]
    return whole
