"""Ways to break tasks: images, films and sound that are submitted in one way and asked for at one path."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createImageTask"
_ASK = "retrieveTask"
_GATEWAY = "foxapi"
_ended: set[str] = set()
"""The tasks that were told to have ended."""


def _image(reply: Reply, *statuses: str) -> dict[str, Any]:
    """The body of a task of an image with one of the statuses, or with any, to change; else an empty one."""
    if not reply.ok or reply.body["type"] != "image" or (statuses and reply.body["status"] not in statuses):
        return {}
    body: dict[str, Any] = reply.body
    return body


def _result(reply: Reply, type_: str) -> dict[str, Any]:
    """The first result of a task of that type, to change; else an empty one."""
    if not reply.ok or reply.body["type"] != type_ or not reply.body.get("results"):
        return {}
    result: dict[str, Any] = reply.body["results"][0]
    return result


# The submission.


@fault(_MAKE, breaks={"tasks.submit", "tasks.id"}, gateway=_GATEWAY)
def task_answered_with_image(reply: Reply) -> Reply:
    """The submission is answered with the list of images that others answer with."""
    return reply.edit(lambda body: {"created": body["created"], "data": [{"url": "https://cdn.example.com/a.png"}]})


@fault(_MAKE, breaks={"tasks.submit"}, gateway=_GATEWAY)
def task_refused(reply: Reply) -> Reply:
    """No task is taken."""
    return Reply.json({"error": {"message": "Not now.", "type": "server_error"}}, 500) if reply.ok else reply


@fault(_MAKE, breaks={"tasks.id"}, gateway=_GATEWAY)
def task_id_under_other_name(reply: Reply) -> Reply:
    """The id of the task has the name that others give it."""
    return reply.edit(lambda body: body.update(task_id=body.pop("id")))


@fault(_MAKE, breaks={"tasks.schema"}, gateway=_GATEWAY)
def task_without_model(reply: Reply) -> Reply:
    """The submission does not name the model."""
    return reply.edit(lambda body: body.pop("model") and None)


@fault("*", breaks={"tasks.kind"}, gateway=_GATEWAY)
def task_of_an_image_is_an_image(reply: Reply, call: Call) -> None:
    """The object of a task of an image is `image`."""
    if call.operation and call.operation.id in (_MAKE, _ASK) and _image(reply):
        reply.body["object"] = "image"


@fault("*", breaks={"tasks.kind"}, gateway=_GATEWAY)
def task_of_an_image_is_a_picture(reply: Reply, call: Call) -> None:
    """The type of a task of an image is `picture`."""
    if call.operation and call.operation.id in (_MAKE, _ASK) and _image(reply):
        reply.body["type"] = "picture"


# The status.


@fault(_ASK, breaks={"tasks.status"}, gateway=_GATEWAY)
def task_status_not_found(reply: Reply) -> Reply:
    """The status of a task of an image is a 404."""
    return Reply.json({"error": {"message": "Not found.", "type": "not_found"}}, 404) if _image(reply) else reply


@fault(_ASK, breaks={"tasks.status"}, gateway=_GATEWAY)
def task_status_in_other_word(reply: Reply) -> None:
    """A completed task says so in a word that is not documented."""
    if _image(reply, "completed"):
        reply.body["status"] = "succeeded"


@fault(_ASK, breaks={"tasks.status.same"}, gateway=_GATEWAY)
def task_created_anew(reply: Reply) -> None:
    """A task is created whenever it is asked for."""
    if _image(reply):
        reply.body["created"] += 60


@fault(_ASK, breaks={"tasks.status.fresh"}, gateway=_GATEWAY)
def task_status_never_fresh(reply: Reply, call: Call) -> Reply:
    """Who asks for the latest status is refused."""
    if call.query.get("sync_upstream"):
        return Reply.json({"error": {"message": "Unknown parameter.", "type": "invalid_request_error"}}, 422)
    return reply


@fault("*", breaks={"tasks.order"}, gateway=_GATEWAY)
def task_goes_back(reply: Reply, call: Call) -> None:
    """A task is processing first and pending then."""
    operation = call.operation.id if call.operation else ""
    if operation == _MAKE and _image(reply):
        reply.body["status"] = "processing"
    elif operation == _ASK and _image(reply, "processing"):
        reply.body["status"] = "pending"


@fault(_MAKE, breaks={"tasks.progress"}, gateway=_GATEWAY)
def task_progress_in_text(reply: Reply) -> Reply:
    """The progress of a task is a text with a percent sign."""
    return reply.edit(lambda body: body.update(progress="0%"))


@fault(_MAKE, breaks={"tasks.progress.grows"}, gateway=_GATEWAY)
def task_progress_shrinks(reply: Reply) -> Reply:
    """The progress of a task starts at 50 and goes back to zero."""
    return reply.edit(lambda body: body.update(progress=50))


@fault(_ASK, breaks={"tasks.end"}, gateway=_GATEWAY)
def task_starts_anew(reply: Reply, call: Call) -> None:
    """A task that was told to be completed is processing again."""
    if _image(reply, "completed") and not call.query:
        if call.path in _ended:
            reply.body = {**reply.body, "status": "processing", "results": None}
        _ended.add(call.path)


# The results.


@fault(_ASK, breaks={"tasks.results"}, gateway=_GATEWAY)
def task_results_in_output(reply: Reply) -> None:
    """What was made stands under another name."""
    if _image(reply, "completed"):
        reply.body["output"] = reply.body.pop("results")[0]


@fault(_ASK, breaks={"tasks.results"}, gateway=_GATEWAY)
def task_results_are_one(reply: Reply) -> None:
    """The results are one object, not a list."""
    if _image(reply, "completed"):
        reply.body["results"] = reply.body["results"][0]


@fault(_ASK, breaks={"tasks.results"}, gateway=_GATEWAY)
def task_url_relative(reply: Reply) -> None:
    """The address of the image has no host."""
    if _result(reply, "image"):
        _result(reply, "image")["url"] = "/media/images/image.png"


@fault(_ASK, breaks={"tasks.results.early"}, gateway=_GATEWAY)
def task_results_promised(reply: Reply) -> None:
    """Results are given while the task is pending or processing."""
    if _image(reply, "pending", "processing"):
        reply.body["results"] = [{"url": "https://cdn.example.com/later.png"}]


@fault(_ASK, breaks={"tasks.error.absent"}, gateway=_GATEWAY)
def task_error_without_failure(reply: Reply) -> None:
    """A completed task tells an error."""
    if _image(reply, "completed"):
        reply.body["error"] = {"code": "none", "message": "No error.", "type": "none"}


@fault(_ASK, breaks={"tasks.failure.code"}, gateway=_GATEWAY)
def failed_task_without_code(reply: Reply) -> None:
    """The error of a failed task has no code."""
    if reply.ok and reply.body["error"]:
        del reply.body["error"]["code"]


@fault(_ASK, breaks={"tasks.failure.code"}, gateway=_GATEWAY)
def failed_task_of_empty_type(reply: Reply) -> None:
    """The type of the error of a failed task is empty."""
    if reply.ok and reply.body["error"]:
        reply.body["error"]["type"] = ""


@fault(_ASK, breaks={"tasks.images"}, gateway=_GATEWAY)
def task_image_gone(reply: Reply) -> None:
    """There is nothing at the address of the image."""
    if _result(reply, "image"):
        _result(reply, "image")["url"] += ".gone"


@fault(_ASK, breaks={"tasks.images"}, gateway=_GATEWAY)
def task_image_is_a_film(reply: Reply) -> None:
    """At the address of the image is a film."""
    if _result(reply, "image"):
        root = _result(reply, "image")["url"].partition("/media/")[0]
        _result(reply, "image")["url"] = f"{root}/media/videos/320x180-1.0-00000000.mp4"


@fault(_ASK, breaks={"tasks.audio"}, gateway=_GATEWAY)
def task_sound_is_a_picture(reply: Reply) -> None:
    """At the address of the sound is a picture."""
    if _result(reply, "audio"):
        root = _result(reply, "audio")["url"].partition("/media/")[0]
        _result(reply, "audio")["url"] = f"{root}/media/images/64x64-00000000000000000000000000000000.png"


@fault(_ASK, breaks={"tasks.audio"}, gateway=_GATEWAY)
def task_of_sound_ends_in_other_word(reply: Reply) -> None:
    """A completed task of sound says so in a word that is not documented."""
    if reply.ok and reply.body["type"] == "audio" and reply.body["status"] == "completed":
        reply.body["status"] = "succeeded"


@fault("createAudioTask", breaks={"tasks.audio"}, gateway=_GATEWAY)
def task_of_sound_fails(reply: Reply) -> Reply:
    """No task of sound is taken."""
    return Reply.json({"error": {"message": "Not now.", "type": "server_error"}}, 500) if reply.ok else reply


# Refusals.


@fault(_ASK, breaks={"tasks.unknown", "tasks.owner", "videos.unknown", "videos.owner"}, gateway=_GATEWAY)
def unknown_task_is_pending(reply: Reply) -> Reply:
    """Every task that does not exist is pending."""
    return Reply.json({"status": "pending", "type": ""}) if reply.cause == "unknown_object" else reply


@request_fault(_MAKE, breaks={"tasks.missing"}, gateway=_GATEWAY, before="validation")
def task_prompt_made_up(call: Call) -> None:
    """A request without a prompt gets some image."""
    call.body.setdefault("prompt", "A surprise.")


@request_fault(_MAKE, breaks={"tasks.unknown-model"}, gateway=_GATEWAY)
def unknown_model_makes_an_image(call: Call) -> None:
    """Whoever names a model that does not exist gets another one."""
    if call.body["model"].startswith("no-such-model"):
        call.body["model"] = "image"


@fault(_MAKE, breaks={"tasks.envelope"}, gateway=_GATEWAY)
def task_error_in_other_envelope(reply: Reply) -> Reply:
    """That a field is missing is told outside an error object."""
    return reply.edit_error(lambda body: {"msg": body["error"]["message"]} if reply.cause == "missing_field" else None)


@fault(_ASK, breaks={"tasks.envelope", "videos.envelope"}, gateway=_GATEWAY)
def unknown_task_in_plain_text(reply: Reply) -> Reply:
    """That a task does not exist is told in plain text."""
    return Reply(404, {"content-type": "text/plain"}, b"no such task") if reply.cause == "unknown_object" else reply


@request_fault(_MAKE, breaks={"tasks.credential"}, gateway=_GATEWAY, before="authentication")
def task_for_nobody(call: Call) -> None:
    """Tasks are taken without a key."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@request_fault(_ASK, breaks={"tasks.credential", "videos.credential"}, gateway=_GATEWAY, before="authentication")
def task_status_for_nobody(call: Call) -> None:
    """The status of a task is told without a key."""
    call.headers.setdefault("authorization", "Bearer sk-ok")


@request_fault(_ASK, breaks={"tasks.owner", "videos.owner"}, gateway=_GATEWAY, before="authentication")
def task_status_for_everybody(call: Call) -> None:
    """The status of a task is told to every account."""
    if "authorization" in call.headers:
        call.headers["authorization"] = "Bearer sk-ok"
