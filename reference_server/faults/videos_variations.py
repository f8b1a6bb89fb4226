"""Legal differences between gateways that make films."""

from __future__ import annotations

from reference_server.faults import variation
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createVideo"
_ASK = "retrieveVideo"


@variation(_MAKE, gateway="infery")
def video_accepted(reply: Reply) -> None:
    """A submission is answered 202."""
    if reply.ok:
        reply.status = 202


@variation(_MAKE, gateway="foxapi")
def video_task_created(reply: Reply) -> None:
    """A submission is answered 201."""
    if reply.ok:
        reply.status = 201


@variation("*", gateway="infery")
def video_named_by_id(reply: Reply, call: Call) -> None:
    """A job has its id in `id` alone, as the schema of the submission has it."""
    if reply.ok and call.operation and call.operation.id in (_MAKE, _ASK):
        reply.body.pop("job_id")
        reply.body.pop("created_at")


@variation("*", gateway="infery")
def video_in_few_words(reply: Reply, call: Call) -> None:
    """A job has its id in `job_id` alone, and its status tells nothing but what it must."""
    if not reply.ok or call.operation is None:
        return
    if call.operation.id == _MAKE:
        reply.body = {name: reply.body[name] for name in ("job_id", "status", "created_at", "model")}
    elif call.operation.id == _ASK:
        kept = ("status", "result", "credits_used", "error")
        reply.body = {name: reply.body[name] for name in kept if name in reply.body}


@variation(_ASK, gateway="infery")
def video_completed(reply: Reply) -> None:
    """A job that ended well is completed."""
    if reply.ok and reply.body["status"] == "succeeded":
        reply.body["status"] = "completed"


@variation(_MAKE, gateway="infery")
def video_job_with_nulls(reply: Reply) -> Reply:
    """The submission has every field of a status, null where there is nothing yet."""
    return reply.edit(lambda body: body.update(result=None, error=None, credits_used=None))


@variation(_ASK, gateway="infery")
def video_status_with_nulls(reply: Reply) -> None:
    """What there is not yet is null."""
    if reply.ok:
        reply.body = {"result": None, "error": None, "credits_used": None, **reply.body}


@variation(_ASK, gateway="infery")
def video_status_with_retry_after(reply: Reply) -> None:
    """The status says when to ask again."""
    if reply.ok:
        reply.headers["retry-after"] = "0"
