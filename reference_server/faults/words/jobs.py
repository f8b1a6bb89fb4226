"""The words of jobs and tasks: what takes its time is submitted, and asked for until it has ended."""

from __future__ import annotations

from reference_server.faults.words.edits import Edit, refuse
from reference_server.faults.words.situations import Situation
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

RESULT, NOT_FOUND = "result.url", refuse(404, "Not found.", code="not_found")


def at(*statuses: str) -> Situation:
    """A job is told to have one of these statuses."""
    return lambda reply, _: reply.ok and reply.body["status"] in statuses


def of(kind: str) -> Situation:
    """A task is of this type."""
    return lambda reply, _: reply.ok and reply.body["type"] == kind


def start_anew(result: str) -> Edit:
    """What has been told to have ended before is being made again, and has no result."""

    def edit(reply: Reply, call: Call) -> None:
        ended = call.memory.setdefault("ended", set())
        if call.path in ended:
            reply.body = {**reply.body, "status": "processing", result: None}
        ended.add(call.path)

    return edit


def as_owner(call: Call) -> None:
    """A request with any key counts as one with the usual key."""
    if "authorization" in call.headers:
        call.headers["authorization"] = "Bearer sk-ok"
