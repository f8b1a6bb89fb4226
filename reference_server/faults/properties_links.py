"""Ways to break what only histories along the links of the contract show: of responses, Gemini files and models."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import refuse
from reference_server.faults.words.openai import MODEL, RESPONSES
from reference_server.faults.words.situations import asked, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

RETRIEVE, DELETE, ITEMS = "retrieveResponse", "deleteResponse", "listResponseInputItems"
FILES, FILE = "listGeminiFiles", "retrieveGeminiFile"
anywhere = rows("*")


def _is(call: Call, operation: str) -> bool:
    return call.operation is not None and call.operation.id == operation


def _stored(call: Call) -> list[dict[str, Any]]:
    """The responses that were asked for with `store`, in their order."""
    some: list[dict[str, Any]] = call.memory.setdefault("links.stored", [])
    return some


def _remembers(reply: Reply, call: Call) -> bool:
    """The reply is a response that is to be stored; it is remembered."""
    made = reply.ok and reply.events is None and _is(call, RESPONSES) and sent(call).get("store") is True
    if made:
        _stored(call).append(reply.body)
    return made


def _unknown() -> Reply:
    error = {"message": "There is no such response.", "type": "invalid_request_error", "param": None, "code": None}
    return Reply.json({"error": error}, 404)


@anywhere("properties.links.served")
def deletion_takes_the_next_response(reply: Reply, call: Call) -> Reply | None:
    """With a response, the one that was made next is deleted."""
    taken: set[str] = call.memory.setdefault("links.taken", set())
    if _remembers(reply, call):
        return None
    name = call.parameters.get("response_id")
    names = [one["id"] for one in _stored(call)]
    if reply.ok and _is(call, DELETE) and name in names:
        taken.update(names[names.index(name) + 1 :][:1])
    return _unknown() if _is(call, RETRIEVE) and name in taken else None


@anywhere("properties.links.served")
def only_the_last_response_is_followed(reply: Reply, call: Call) -> Reply | None:
    """Of the responses that were to be stored, only the last one can be followed."""
    if _remembers(reply, call):
        return None
    names = [one["id"] for one in _stored(call)]
    return _unknown() if sent(call).get("previous_response_id") in names[:-1] else None


@anywhere("properties.links.apart")
def items_of_the_last_response(reply: Reply, call: Call) -> None:
    """The input items are those of the response whose items were asked for last, once there was a further one."""
    before: list[Any] = call.memory.setdefault("links.items", [])
    if not _remembers(reply, call) and reply.ok and _is(call, ITEMS):
        items = reply.body["data"]
        if before and len(_stored(call)) > 1:
            reply.body["data"] = before[-1]
        before.append(items)


@anywhere("properties.links.gone")
def deleted_response_back_after_another(reply: Reply, call: Call) -> Reply | None:
    """A deleted response is there again once another one was deleted."""
    deleted: list[str] = call.memory.setdefault("links.deleted", [])
    name = call.parameters.get("response_id", "")
    if not _remembers(reply, call) and reply.ok and _is(call, DELETE):
        deleted.append(name)
    elif not reply.ok and _is(call, RETRIEVE) and name in deleted[:-1]:
        return Reply.json(next(one for one in _stored(call) if one["id"] == name))
    return None


@fault(FILES, breaks={"properties.links.gone"})
def gemini_file_listed_for_ever(reply: Reply, call: Call) -> None:
    """A file that was listed once is listed for ever."""
    before: dict[str, Any] = call.memory.setdefault("links.listed", {})
    if reply.ok:
        before.update({one["name"]: one for one in reply.body["files"]})
        reply.body["files"] = list(before.values())


@fault(FILE, breaks={"properties.links.apart"})
def gemini_file_described_as_the_one_before(reply: Reply, call: Call) -> None:
    """A file is described as the one that was asked for before, under its own name."""
    before: list[dict[str, Any]] = call.memory.setdefault("links.described", [])
    if reply.ok:
        before.append(dict(reply.body))
        reply.body.update({**before[-2:][0], "name": reply.body["name"], "uri": reply.body["uri"]})


only_some_models_found_alone = fault(
    MODEL,
    "Only the models of one family, and names with a slash, are found alone.",
    refuse(404, "There is no such model."),
    when=asked(lambda call: not call.parameters["model"].startswith("gpt-4o") and "/" not in call.parameters["model"]),
    breaks={"properties.links.listed"},
)
