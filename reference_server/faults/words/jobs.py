"""The words of jobs and tasks: what takes its time is submitted, and asked for until it has ended."""

from __future__ import annotations

from typing import Any

from reference_server.faults.words.edits import Edit, refuse
from reference_server.faults.words.situations import Situation
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

RESULT, NOT_FOUND = "result.url", refuse(404, "Not found.", code="not_found")


def at(*statuses: str) -> Situation:
    """A job is told to have one of these statuses."""
    return lambda reply, _: _member(reply, "status") in statuses


def of(kind: str) -> Situation:
    """A task is of this type."""
    return lambda reply, _: _member(reply, "type") == kind


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


def as_job(reply: Reply, call: Call) -> Reply:
    """The job of a piece of music, instead of the music: the server made one in any case."""
    created = reply.body.get("created") if reply.ok else None
    job = {"job_id": f"mgen_{call.id}", "status": "queued", "created_at": created, "model": call.body.get("model")}
    return reply.edit(lambda _: job)


def _member(reply: Reply, name: str) -> Any:
    return reply.body.get(name) if reply.ok and isinstance(reply.body, dict) else None
