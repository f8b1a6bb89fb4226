"""Ways to break tasks: images, films and sound that are submitted in one way and asked for at one path."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
    error_body,
    fill,
    only,
    put,
    refuse,
    rename,
    reshape,
    swap,
)
from reference_server.faults.words.jobs import NOT_FOUND, as_owner, at, of, start_anew
from reference_server.faults.words.media import FAIL, as_bytes, at_host, known_model, let_in, on
from reference_server.faults.words.openai import AUDIO_TASK, IMAGE_TASK, TASK
from reference_server.faults.words.situations import LACKING, UNKNOWN, asked, both, served

image_task = rows(IMAGE_TASK, gateway="foxapi")
anywhere = rows("*", gateway="foxapi")
task = rows(TASK, gateway="foxapi")
unproved = rows(TASK, request_fault, before="authentication", gateway="foxapi")

_IMAGE = of("image")
_DONE = both(of("image"), at("completed"))
_RESULT = "results[0].url"
_FILM = "/media/videos/320x180-1.0-00000000.mp4"
_PICTURE = "/media/images/64x64-00000000000000000000000000000000.png"

# The submission.
task_answered_with_image = image_task(
    "tasks.submit tasks.id",
    "The submission of a task is answered with a list of images.",
    reshape(lambda body: {"created": body["created"], "data": [{"url": "https://cdn.example.com/a.png"}]}),
)
task_refused = image_task("tasks.submit", "The submission of every task is refused.", FAIL, when=served)
task_id_under_other_name = image_task("tasks.id", "The id of the task has another name.", rename("id", "task_id"))
task_without_model = image_task("tasks.schema", "The answer to a submission does not name the model.", drop("model"))
task_of_an_image_is_an_image = anywhere(
    "tasks.kind",
    "A task that makes an image has the `object` `image`.",
    put("object", "image"),
    when=both(on(IMAGE_TASK, TASK), _IMAGE),
)
task_of_an_image_is_a_picture = anywhere(
    "tasks.kind", "An image task is of type `picture`.", put("type", "picture"), when=both(on(IMAGE_TASK, TASK), _IMAGE)
)

# The status.
task_status_not_found = task("tasks.status", "The status of an image task gets a 404.", NOT_FOUND, when=_IMAGE)
task_status_in_other_word = task(
    "tasks.status", "A completed task has an undocumented status.", put("status", "succeeded"), when=_DONE
)
task_created_anew = task(
    "tasks.status.same", "A task has another creation time each time it is asked for.", add("created", 60), when=_IMAGE
)
task_status_never_fresh = task(
    "tasks.status.fresh",
    "A request for the latest status of a task is refused.",
    refuse(422, "Unknown parameter."),
    when=asked(lambda call: bool(call.query.get("sync_upstream"))),
)
task_goes_back = anywhere(
    "tasks.order",
    "A task goes back from processing to pending.",
    only(on(IMAGE_TASK), put("status", "processing")),
    only(both(on(TASK), _IMAGE), swap("status", "processing", "pending")),
)
task_progress_in_text = image_task(
    "tasks.progress", "The progress of a task is a string with a percent sign.", put("progress", "0%")
)
task_progress_shrinks = image_task(
    "tasks.progress.grows", "The progress of a task starts at 50 and goes back to zero.", put("progress", 50)
)
task_starts_anew = task(
    "tasks.end",
    "A task that was completed is reported as processing again.",
    start_anew("results"),
    when=both(_DONE, asked(lambda call: not call.query)),
)

# The results.
task_results_in_output = task(
    "tasks.results",
    "The results of a task stand under another name.",
    rename("results", "output"),
    change("output", lambda results: results[0]),
    when=_DONE,
)
task_results_are_one = task(
    "tasks.results", "The results are one object.", change("results", lambda results: results[0]), when=_DONE
)
task_url_relative = task(
    "tasks.results", "The URL of the image has no host.", put(_RESULT, "/media/images/image.png"), when=_IMAGE
)
task_results_promised = task(
    "tasks.results.early",
    "A task has results while it is pending or processing.",
    put("results", [{"url": "https://cdn.example.com/later.png"}]),
    when=both(_IMAGE, at("pending", "processing")),
)
task_error_without_failure = task(
    "tasks.error.absent",
    "A completed task has an error.",
    put("error", {"code": "none", "message": "No error.", "type": "none"}),
    when=_DONE,
)
failed_task_without_code = task("tasks.failure.code", "The error of a failed task has no code.", drop("error.code"))
failed_task_of_empty_type = task(
    "tasks.failure.code", "The type of the error of a failed task is empty.", put("error.type", "")
)
task_image_gone = task(
    "tasks.images", "The URL of the image leads to a 404.", change(_RESULT, "{}.gone".format), when=_IMAGE
)
task_image_is_a_film = task(
    "tasks.images", "The URL of the image leads to a video.", at_host(_FILM, _RESULT), when=_IMAGE
)
task_sound_is_a_picture = task(
    "tasks.audio", "The URL of the sound leads to a picture.", at_host(_PICTURE, _RESULT), when=of("audio")
)
task_of_sound_ends_in_other_word = task(
    "tasks.audio",
    "A completed task that makes sound has the status `succeeded`.",
    swap("status", "completed", "succeeded"),
    when=of("audio"),
)
task_of_sound_fails = fault(
    AUDIO_TASK, "Every task that makes sound fails.", FAIL, when=served, breaks={"tasks.audio"}, gateway="foxapi"
)

# Refusals.
unknown_task_is_pending = task(
    "tasks.unknown tasks.owner videos.unknown videos.owner",
    "A request for an unknown task is answered as if it were pending.",
    answer({"status": "pending", "type": ""}),
    when=UNKNOWN,
)
task_prompt_made_up = request_fault(
    IMAGE_TASK,
    "A task without a prompt makes some image.",
    fill("prompt", "A surprise."),
    breaks={"tasks.missing"},
    gateway="foxapi",
    before="validation",
)
unknown_model_makes_an_image = request_fault(
    IMAGE_TASK,
    "An unknown model gets an image.",
    known_model("image"),
    breaks={"tasks.unknown-model"},
    gateway="foxapi",
)
task_error_in_other_envelope = image_task(
    "tasks.envelope",
    "The error for a missing field of a task has no `error` object.",
    error_body(lambda body: {"msg": body["error"]["message"]}),
    when=LACKING,
)
unknown_task_in_plain_text = task(
    "tasks.envelope videos.envelope",
    "The error for an unknown task is plain text.",
    as_bytes("text/plain", b"no such task", 404),
    when=UNKNOWN,
)
task_for_nobody = request_fault(
    IMAGE_TASK, "Tasks need no key.", let_in, breaks={"tasks.credential"}, gateway="foxapi", before="authentication"
)
task_status_for_nobody = unproved(
    "tasks.credential videos.credential", "The status of a task is shown without a key.", let_in
)
task_status_for_everybody = unproved(
    "tasks.owner videos.owner", "The status of a task is shown to every account.", as_owner
)
