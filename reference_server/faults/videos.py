"""Ways to break films, each made by a job."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createVideo"
_ASK = "retrieveVideo"
_GATEWAY = "infery"
_ended: set[str] = set()
"""The jobs that were told to have ended."""


def _change(reply: Reply, when: str, /, **fields: Any) -> None:
    """Set fields of a body with that status."""
    if reply.ok and reply.body["status"] == when:
        reply.body.update(fields)


def _failed(reply: Reply) -> dict[str, Any]:
    """The body of a failed job, to change; an empty one otherwise."""
    return reply.body if reply.ok and reply.body["status"] == "failed" else {}


def _result(reply: Reply) -> dict[str, Any]:
    """The result that a body has, to change; an empty one otherwise."""
    return reply.body.get("result") or {} if reply.ok else {}


# The submission.


@fault(_MAKE, breaks={"videos.submit"}, gateway=_GATEWAY)
def video_answered_with_a_film(reply: Reply) -> Reply:
    """The submission is answered with bytes of a film."""
    return Reply(200, {"content-type": "video/mp4"}, b"\0\0\0\x18ftypmp42") if reply.ok else reply


@fault(_MAKE, breaks={"videos.submit", "videos.order"}, gateway=_GATEWAY)
def video_job_born_finished(reply: Reply) -> None:
    """A job just submitted says that it succeeded."""
    _change(reply, "queued", status="succeeded")


@fault(_MAKE, breaks={"videos.submit"}, gateway=_GATEWAY)
def video_job_without_status(reply: Reply) -> Reply:
    """The submission does not tell the status."""
    return reply.edit(lambda body: body.pop("status") and None)


@fault(_MAKE, breaks={"videos.submit"}, gateway="foxapi")
def video_task_in_other_word(reply: Reply) -> None:
    """A task just submitted has a status that is not documented."""
    _change(reply, "pending", status="submitted")


@fault(_MAKE, breaks={"videos.id"}, gateway=_GATEWAY)
def video_job_without_id(reply: Reply) -> None:
    """The submission gives no id."""
    if reply.ok:
        del reply.body["id"], reply.body["job_id"]


@fault(_MAKE, breaks={"videos.id"}, gateway=_GATEWAY)
def video_job_id_is_a_number(reply: Reply) -> Reply:
    """The id is a number."""
    return reply.edit(lambda body: body.update(id=7, job_id=7))


@fault(_MAKE, breaks={"videos.id"}, gateway="foxapi")
def video_task_id_empty(reply: Reply) -> Reply:
    """The id is empty."""
    return reply.edit(lambda body: body.update(id=""))


@fault(_MAKE, breaks={"videos.schema"}, gateway=_GATEWAY)
def video_created_in_text(reply: Reply) -> Reply:
    """The time of the submission is a date in text."""
    return reply.edit(lambda body: body.update(created="2026-01-01T00:00:00Z"))


# The status.


@fault(_ASK, breaks={"videos.status"}, gateway=_GATEWAY)
def video_status_not_found(reply: Reply) -> Reply:
    """The status of every job is a 404."""
    return Reply.json({"error": {"message": "Not found.", "type": "t", "code": "c"}}, 404) if reply.ok else reply


@fault(_ASK, breaks={"videos.status"}, gateway=_GATEWAY)
def video_status_in_other_word(reply: Reply) -> None:
    """A job that has ended says so in a word that is not documented."""
    _change(reply, "succeeded", status="done")


@fault(_ASK, breaks={"videos.status"}, gateway=_GATEWAY)
def video_status_absent(reply: Reply) -> Reply:
    """What is told of a job lacks its status."""
    return reply.edit(lambda body: body.pop("status") and None)


@fault(_ASK, breaks={"videos.status.same"}, gateway=_GATEWAY)
def video_status_of_another_job(reply: Reply) -> Reply:
    """The status names another job."""
    return reply.edit(lambda body: body.update(id="vgen_other"))


@fault("*", breaks={"videos.order"}, gateway=_GATEWAY)
def video_job_goes_back(reply: Reply, call: Call) -> None:
    """A job is processing first and queued then."""
    if reply.ok and call.operation and call.operation.id == _MAKE:
        _change(reply, "queued", status="processing")
    elif reply.ok and call.operation and call.operation.id == _ASK:
        _change(reply, "processing", status="queued")


@fault(_MAKE, breaks={"videos.progress"}, gateway=_GATEWAY)
def video_progress_below_zero(reply: Reply) -> Reply:
    """Progress starts below zero."""
    return reply.edit(lambda body: body.update(progress=-1))


@fault(_ASK, breaks={"videos.progress"}, gateway=_GATEWAY)
def video_progress_in_text(reply: Reply) -> Reply:
    """Progress is a text with a percent sign."""
    return reply.edit(lambda body: body.update(progress=f"{body['progress']}%"))


@fault(_MAKE, breaks={"videos.progress.grows"}, gateway=_GATEWAY)
def video_progress_shrinks(reply: Reply) -> Reply:
    """Progress starts at 50 and goes back to zero."""
    return reply.edit(lambda body: body.update(progress=50))


@fault(_ASK, breaks={"videos.end"}, gateway=_GATEWAY)
def video_job_starts_anew(reply: Reply, call: Call) -> None:
    """A job that was told to have succeeded is processing again."""
    if reply.ok and reply.body["status"] == "succeeded":
        if call.path in _ended:
            reply.body = {**reply.body, "status": "processing", "result": None}
        _ended.add(call.path)


# The result.


@fault(_ASK, breaks={"videos.result"}, gateway=_GATEWAY)
def video_result_absent(reply: Reply) -> Reply:
    """A job that succeeded has no result."""
    return reply.edit(lambda body: body.pop("result", None) and None)


@fault(_ASK, breaks={"videos.result"}, gateway=_GATEWAY)
def video_url_relative(reply: Reply) -> None:
    """The address of the film has no host."""
    if _result(reply):
        _result(reply)["url"] = "/media/videos/film.mp4"


@fault("retrieveTask", breaks={"videos.result"}, gateway="foxapi")
def video_results_empty(reply: Reply) -> None:
    """A completed task of a film has an empty list of results."""
    if reply.ok and reply.body["type"] == "video" and reply.body["results"]:
        reply.body["results"] = []


@fault(_MAKE, breaks={"videos.result.early"}, gateway=_GATEWAY)
def video_result_promised(reply: Reply) -> Reply:
    """The submission gives an address where nothing is yet."""
    return reply.edit(lambda body: body.update(result={"url": "https://storage.example.com/later.mp4"}))


@fault(_ASK, breaks={"videos.result.film"}, gateway=_GATEWAY)
def video_url_leads_nowhere(reply: Reply) -> None:
    """There is nothing at the address of the film."""
    if _result(reply):
        _result(reply)["url"] = _result(reply)["url"].replace(".mp4", ".gone")


@fault(_ASK, breaks={"videos.result.film"}, gateway=_GATEWAY)
def video_is_a_picture(reply: Reply) -> None:
    """At the address of the film is a picture."""
    if _result(reply):
        root = _result(reply)["url"].partition("/media/")[0]
        _result(reply)["url"] = f"{root}/media/images/640x360-00000000000000000000000000000000.png"


@fault(_ASK, breaks={"videos.result.film"}, gateway=_GATEWAY)
def video_is_an_error(reply: Reply) -> None:
    """At the address of the film is JSON."""
    if _result(reply):
        _result(reply)["url"] = _result(reply)["url"].partition("/media/")[0] + "/healthz"


@fault(_ASK, breaks={"videos.result.agrees"}, gateway=_GATEWAY)
def video_shorter_than_told(reply: Reply) -> None:
    """The film is shorter than the result says."""
    if _result(reply):
        _result(reply)["duration_seconds"] += 4


@fault(_ASK, breaks={"videos.result.agrees"}, gateway=_GATEWAY)
def video_smaller_than_told(reply: Reply) -> None:
    """The film is smaller than the result says."""
    if _result(reply):
        _result(reply)["resolution"] = "3840x2160"


@fault(_ASK, breaks={"videos.credits"}, gateway=_GATEWAY)
def video_cost_untold(reply: Reply) -> Reply:
    """A job that succeeded does not tell its cost."""
    return reply.edit(lambda body: body.pop("credits_used", None) and None)


@fault(_ASK, breaks={"videos.credits"}, gateway=_GATEWAY)
def video_cost_below_zero(reply: Reply) -> None:
    """The cost of a film is below zero."""
    _change(reply, "succeeded", credits_used=-1)


@fault(_ASK, breaks={"videos.error.absent"}, gateway=_GATEWAY)
def video_error_without_failure(reply: Reply) -> None:
    """A job that succeeded tells an error."""
    _change(reply, "succeeded", error="none")


# Failure.


@fault(_ASK, breaks={"videos.failure.ends"}, gateway=_GATEWAY)
def failed_video_succeeds(reply: Reply) -> None:
    """A job that failed says that it succeeded."""
    if _failed(reply):
        reply.body["status"] = "succeeded"


@fault(_ASK, breaks={"videos.failure.reason"}, gateway=_GATEWAY)
def failed_video_without_reason(reply: Reply) -> None:
    """A failed job does not say why."""
    _failed(reply).pop("error", None)


@fault("retrieveTask", breaks={"videos.failure.reason"}, gateway="foxapi")
def failed_video_with_empty_message(reply: Reply) -> None:
    """The error of a failed task has an empty message."""
    if _failed(reply):
        reply.body["error"]["message"] = ""


@fault(_ASK, breaks={"videos.failure.no-result"}, gateway=_GATEWAY)
def failed_video_with_result(reply: Reply) -> None:
    """A failed job gives the address of a film."""
    _change(reply, "failed", result={"url": "https://storage.example.com/nothing.mp4"})


# Refusals.


@fault(_ASK, breaks={"videos.unknown", "videos.owner"}, gateway=_GATEWAY)
def unknown_video_is_queued(reply: Reply) -> Reply:
    """Every job that does not exist is queued."""
    return Reply.json({"status": "queued"}) if reply.cause == "unknown_object" else reply


@fault(_ASK, breaks={"videos.unknown"}, gateway=_GATEWAY)
def unknown_video_is_a_bad_request(reply: Reply) -> None:
    """A job that does not exist is a bad request."""
    if reply.cause == "unknown_object":
        reply.status = 400


@request_fault(_MAKE, breaks={"videos.missing"}, gateway=_GATEWAY, before="validation")
def video_prompt_made_up(call: Call) -> None:
    """A request without a prompt gets some film."""
    call.body.setdefault("prompt", "A surprise.")


@request_fault(_MAKE, breaks={"videos.missing"}, gateway="foxapi", before="validation")
def video_model_made_up(call: Call) -> None:
    """A request without a model gets some film."""
    call.body.setdefault("model", "film")


@request_fault(_MAKE, breaks={"videos.types"}, gateway=_GATEWAY, before="validation")
def video_prompt_made_text(call: Call) -> None:
    """A prompt that is an object is taken as its text."""
    if "prompt" in call.body:
        call.body["prompt"] = str(call.body["prompt"])


@request_fault(_MAKE, breaks={"videos.unknown-model"}, gateway=_GATEWAY)
def unknown_model_makes_a_video(call: Call) -> None:
    """Whoever names a model that does not exist gets another one."""
    if call.body["model"].startswith("no-such-model"):
        call.body["model"] = "film"


@fault(_ASK, breaks={"videos.envelope"}, gateway=_GATEWAY)
def unknown_video_in_plain_text(reply: Reply) -> Reply:
    """That a job does not exist is told in plain text."""
    return Reply(404, {"content-type": "text/plain"}, b"no such job") if reply.cause == "unknown_object" else reply


@fault(_MAKE, breaks={"videos.envelope"}, gateway="foxapi")
def missing_prompt_in_other_envelope(reply: Reply) -> Reply:
    """That the prompt is missing is told in a field of its own."""
    return reply.edit_error(
        lambda body: {"detail": body["error"]["message"]} if reply.cause == "missing_field" else None
    )


@request_fault(_MAKE, breaks={"videos.credential"}, gateway=_GATEWAY, before="authentication")
def video_for_nobody(call: Call) -> None:
    """Jobs are taken without a key."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@request_fault(_ASK, breaks={"videos.credential"}, gateway=_GATEWAY, before="authentication")
def video_status_for_nobody(call: Call) -> None:
    """The status is told without a key."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@request_fault(_ASK, breaks={"videos.owner"}, gateway=_GATEWAY, before="authentication")
def video_status_for_everybody(call: Call) -> None:
    """The status is told to every account."""
    if "authorization" in call.headers:
        call.headers["authorization"] = "Bearer sk-ok"
