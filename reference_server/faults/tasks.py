"""Ways to break tasks: images, films and sound that are submitted in one way and asked for at one path."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
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

submission = partial(fault, IMAGE_TASK, gateway="foxapi")
state = partial(fault, TASK, gateway="foxapi")
anywhere = partial(fault, "*", gateway="foxapi")
unjudged = partial(request_fault, IMAGE_TASK, gateway="foxapi", before="validation")
unproved = partial(request_fault, gateway="foxapi", before="authentication")

_IMAGE = of("image")
_DONE = both(of("image"), at("completed"))
_RESULT = "results[0].url"
_FILM = "/media/videos/320x180-1.0-00000000.mp4"
_PICTURE = "/media/images/64x64-00000000000000000000000000000000.png"

# The submission.

task_answered_with_image = submission(
    "The submission is answered with the list of images that others answer with.",
    reshape(lambda body: {"created": body["created"], "data": [{"url": "https://cdn.example.com/a.png"}]}),
    breaks={"tasks.submit", "tasks.id"},
)
task_refused = submission("No task is taken.", FAIL, when=served, breaks={"tasks.submit"})
task_id_under_other_name = submission(
    "The id of the task has the name that others give it.", rename("id", "task_id"), breaks={"tasks.id"}
)
task_without_model = submission("The submission does not name the model.", drop("model"), breaks={"tasks.schema"})
task_of_an_image_is_an_image = anywhere(
    "The object of a task of an image is `image`.",
    put("object", "image"),
    when=both(on(IMAGE_TASK, TASK), _IMAGE),
    breaks={"tasks.kind"},
)
task_of_an_image_is_a_picture = anywhere(
    "The type of a task of an image is `picture`.",
    put("type", "picture"),
    when=both(on(IMAGE_TASK, TASK), _IMAGE),
    breaks={"tasks.kind"},
)

# The status.

task_status_not_found = state(
    "The status of a task of an image is a 404.", NOT_FOUND, when=_IMAGE, breaks={"tasks.status"}
)
task_status_in_other_word = state(
    "A completed task says so in an undocumented word.", put("status", "succeeded"), when=_DONE, breaks={"tasks.status"}
)
task_created_anew = state(
    "A task is created whenever it is asked for.", add("created", 60), when=_IMAGE, breaks={"tasks.status.same"}
)
task_status_never_fresh = state(
    "Who asks for the latest status is refused.",
    refuse(422, "Unknown parameter."),
    when=asked(lambda call: bool(call.query.get("sync_upstream"))),
    breaks={"tasks.status.fresh"},
)
task_goes_back = anywhere(
    "A task is processing first and pending then.",
    only(on(IMAGE_TASK), put("status", "processing")),
    only(both(on(TASK), _IMAGE), swap("status", "processing", "pending")),
    breaks={"tasks.order"},
)
task_progress_in_text = submission(
    "The progress of a task is a text with a percent sign.", put("progress", "0%"), breaks={"tasks.progress"}
)
task_progress_shrinks = submission(
    "The progress of a task starts at 50 and goes back to zero.", put("progress", 50), breaks={"tasks.progress.grows"}
)
task_starts_anew = state(
    "A task that was told to be completed is processing again.",
    start_anew("results"),
    when=both(_DONE, asked(lambda call: not call.query)),
    breaks={"tasks.end"},
)

# The results.

task_results_in_output = state(
    "What was made stands under another name.",
    rename("results", "output"),
    change("output", lambda results: results[0]),
    when=_DONE,
    breaks={"tasks.results"},
)
task_results_are_one = state(
    "The results are one object.", change("results", lambda results: results[0]), when=_DONE, breaks={"tasks.results"}
)
task_url_relative = state(
    "The image's address has no host.", put(_RESULT, "/media/images/image.png"), when=_IMAGE, breaks={"tasks.results"}
)
task_results_promised = state(
    "Results are given while the task is pending or processing.",
    put("results", [{"url": "https://cdn.example.com/later.png"}]),
    when=both(_IMAGE, at("pending", "processing")),
    breaks={"tasks.results.early"},
)
task_error_without_failure = state(
    "A completed task tells an error.",
    put("error", {"code": "none", "message": "No error.", "type": "none"}),
    when=_DONE,
    breaks={"tasks.error.absent"},
)
failed_task_without_code = state(
    "The error of a failed task has no code.", drop("error.code"), breaks={"tasks.failure.code"}
)
failed_task_of_empty_type = state(
    "The type of the error of a failed task is empty.", put("error.type", ""), breaks={"tasks.failure.code"}
)
task_image_gone = state(
    "The image's address leads nowhere.", change(_RESULT, "{}.gone".format), when=_IMAGE, breaks={"tasks.images"}
)
task_image_is_a_film = state(
    "At the address of the image is a film.", at_host(_FILM, _RESULT), when=_IMAGE, breaks={"tasks.images"}
)
task_sound_is_a_picture = state(
    "At the address of the sound is a picture.", at_host(_PICTURE, _RESULT), when=of("audio"), breaks={"tasks.audio"}
)
task_of_sound_ends_in_other_word = state(
    "A completed task of sound says so in an undocumented word.",
    swap("status", "completed", "succeeded"),
    when=of("audio"),
    breaks={"tasks.audio"},
)
task_of_sound_fails = fault(
    AUDIO_TASK, "No task of sound is taken.", FAIL, when=served, breaks={"tasks.audio"}, gateway="foxapi"
)

# Refusals.

unknown_task_is_pending = state(
    "Every task that does not exist is pending.",
    answer({"status": "pending", "type": ""}),
    when=UNKNOWN,
    breaks={"tasks.unknown", "tasks.owner", "videos.unknown", "videos.owner"},
)
task_prompt_made_up = unjudged(
    "A request without a prompt gets some image.", fill("prompt", "A surprise."), breaks={"tasks.missing"}
)
unknown_model_makes_an_image = request_fault(
    IMAGE_TASK,
    "Whoever names a model that does not exist gets another one.",
    known_model("image"),
    breaks={"tasks.unknown-model"},
    gateway="foxapi",
)
task_error_in_other_envelope = submission(
    "That a field is missing is told outside an error object.",
    lambda reply, _: reply.edit_error(lambda body: {"msg": body["error"]["message"]}),
    when=LACKING,
    breaks={"tasks.envelope"},
)
unknown_task_in_plain_text = state(
    "That a task does not exist is told in plain text.",
    as_bytes("text/plain", b"no such task", 404),
    when=UNKNOWN,
    breaks={"tasks.envelope", "videos.envelope"},
)
task_for_nobody = unproved(IMAGE_TASK, "Tasks are taken without a key.", let_in, breaks={"tasks.credential"})
task_status_for_nobody = unproved(
    TASK, "The status of a task is told without a key.", let_in, breaks={"tasks.credential", "videos.credential"}
)
task_status_for_everybody = unproved(
    TASK, "The status of a task is told to every account.", as_owner, breaks={"tasks.owner", "videos.owner"}
)
