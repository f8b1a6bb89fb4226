"""Ways to break films, each made by a job."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import add, answer, change, drop, fill, only, put, status, swap
from reference_server.faults.words.jobs import NOT_FOUND, RESULT, as_owner, at, of, start_anew
from reference_server.faults.words.media import as_bytes, at_host, known_model, let_in, on
from reference_server.faults.words.openai import TASK, VIDEO, VIDEO_STATE
from reference_server.faults.words.situations import LACKING, UNKNOWN, served

submission = partial(fault, VIDEO, gateway="infery")
state = partial(fault, VIDEO_STATE, gateway="infery")
task = partial(fault, VIDEO, gateway="foxapi")
task_state = partial(fault, TASK, gateway="foxapi")
request = partial(request_fault, VIDEO, gateway="infery")

_PICTURE = "/media/images/640x360-00000000000000000000000000000000.png"

# The submission.

video_answered_with_a_film = submission(
    "The submission is answered with bytes of a film.",
    as_bytes("video/mp4", b"\0\0\0\x18ftypmp42"),
    when=served,
    breaks={"videos.submit"},
)
video_job_born_finished = submission(
    "A job just submitted has succeeded.",
    swap("status", "queued", "succeeded"),
    breaks={"videos.submit", "videos.order"},
)
video_job_without_status = submission(
    "The submission does not tell the status.", drop("status"), breaks={"videos.submit"}
)
video_task_in_other_word = task(
    "A task just submitted has an undocumented status.",
    swap("status", "pending", "submitted"),
    breaks={"videos.submit"},
)
video_job_without_id = submission("The submission gives no id.", drop("id", "job_id"), breaks={"videos.id"})
video_job_id_is_a_number = submission("The id is a number.", put("id", 7) | put("job_id", 7), breaks={"videos.id"})
video_task_id_empty = task("The id is empty.", put("id", ""), breaks={"videos.id"})
video_created_in_text = submission(
    "The time of the submission is a date in text.", put("created", "2026-01-01T00:00:00Z"), breaks={"videos.schema"}
)

# The status.

video_status_not_found = state("The status of every job is a 404.", NOT_FOUND, when=served, breaks={"videos.status"})
video_status_in_other_word = state(
    "A job that has ended says so in an undocumented word.",
    swap("status", "succeeded", "done"),
    breaks={"videos.status"},
)
video_status_absent = state("What is told of a job lacks its status.", drop("status"), breaks={"videos.status"})
video_status_of_another_job = state(
    "The status names another job.", put("id", "vgen_other"), breaks={"videos.status.same"}
)
video_job_goes_back = fault(
    "*",
    "A job is processing first and queued then.",
    only(on(VIDEO), swap("status", "queued", "processing")),
    only(on(VIDEO_STATE), swap("status", "processing", "queued")),
    breaks={"videos.order"},
    gateway="infery",
)
video_progress_below_zero = submission("Progress starts below zero.", put("progress", -1), breaks={"videos.progress"})
video_progress_in_text = state(
    "Progress is a text with a percent sign.", change("progress", "{}%".format), breaks={"videos.progress"}
)
video_progress_shrinks = submission(
    "Progress starts at 50 and goes back to zero.", put("progress", 50), breaks={"videos.progress.grows"}
)
video_job_starts_anew = state(
    "A job that was told to have succeeded is processing again.",
    start_anew("result"),
    when=at("succeeded"),
    breaks={"videos.end"},
)

# The result.

video_result_absent = state("A job that succeeded has no result.", drop("result"), breaks={"videos.result"})
video_url_relative = state(
    "The address of the film has no host.",
    change("result", lambda result: result and {**result, "url": "/media/videos/film.mp4"}),
    breaks={"videos.result"},
)
video_results_empty = task_state(
    "A completed task of a film has an empty list of results.",
    change("results", lambda _: [], list),
    when=of("video"),
    breaks={"videos.result"},
)
video_result_promised = submission(
    "The submission gives an address where nothing is yet.",
    put("result", {"url": "https://storage.example.com/later.mp4"}),
    breaks={"videos.result.early"},
)
video_url_leads_nowhere = state(
    "There is nothing at the address of the film.",
    change(RESULT, lambda url: url.replace(".mp4", ".gone")),
    breaks={"videos.result.film"},
)
video_is_a_picture = state(
    "At the address of the film is a picture.", at_host(_PICTURE, RESULT), breaks={"videos.result.film"}
)
video_is_an_error = state(
    "At the address of the film is JSON.", at_host("/healthz", RESULT), breaks={"videos.result.film"}
)
video_shorter_than_told = state(
    "The film is shorter than the result says.", add("result.duration_seconds", 4), breaks={"videos.result.agrees"}
)
video_smaller_than_told = state(
    "The film is smaller than the result says.", put("result.resolution", "3840x2160"), breaks={"videos.result.agrees"}
)
video_cost_untold = state(
    "A job that succeeded does not tell its cost.", drop("credits_used"), breaks={"videos.credits"}
)
video_cost_below_zero = state(
    "The cost of a film is below zero.", put("credits_used", -1), when=at("succeeded"), breaks={"videos.credits"}
)
video_error_without_failure = state(
    "A job that succeeded tells an error.", put("error", "none"), when=at("succeeded"), breaks={"videos.error.absent"}
)

# Failure.

failed_video_succeeds = state(
    "A job that failed says that it succeeded.", swap("status", "failed", "succeeded"), breaks={"videos.failure.ends"}
)
failed_video_without_reason = state(
    "A failed job does not say why.", drop("error"), when=at("failed"), breaks={"videos.failure.reason"}
)
failed_video_with_empty_message = task_state(
    "The error of a failed task has an empty message.",
    put("error.message", ""),
    when=at("failed"),
    breaks={"videos.failure.reason"},
)
failed_video_with_result = state(
    "A failed job gives the address of a film.",
    put("result", {"url": "https://storage.example.com/nothing.mp4"}),
    when=at("failed"),
    breaks={"videos.failure.no-result"},
)

# Refusals.

unknown_video_is_queued = state(
    "Every job that does not exist is queued.",
    answer({"status": "queued"}),
    when=UNKNOWN,
    breaks={"videos.unknown", "videos.owner"},
)
unknown_video_is_a_bad_request = state(
    "A job that is unknown is a bad request.", status(400), when=UNKNOWN, breaks={"videos.unknown"}
)
video_prompt_made_up = request(
    "Without a prompt some film is made.", fill("prompt", "A surprise."), breaks={"videos.missing"}, before="validation"
)
video_model_made_up = request_fault(
    VIDEO,
    "A request without a model gets some film.",
    fill("model", "film"),
    breaks={"videos.missing"},
    gateway="infery",
    before="validation",
)
video_prompt_made_text = request(
    "A prompt that is an object becomes its text.", change("prompt", str), breaks={"videos.types"}, before="validation"
)
unknown_model_makes_a_video = request(
    "Whoever names a model that does not exist gets another one.", known_model("film"), breaks={"videos.unknown-model"}
)
unknown_video_in_plain_text = state(
    "That a job does not exist is told in plain text.",
    as_bytes("text/plain", b"no such job", 404),
    when=UNKNOWN,
    breaks={"videos.envelope"},
)
missing_prompt_in_other_envelope = task(
    "That the prompt is missing is told in a field of its own.",
    lambda reply, _: reply.edit_error(lambda body: {"detail": body["error"]["message"]}),
    when=LACKING,
    breaks={"videos.envelope"},
)
video_for_nobody = request(
    "Jobs are taken without a key.", let_in, breaks={"videos.credential"}, before="authentication"
)
video_status_for_nobody = request_fault(
    VIDEO_STATE,
    "The status is told without a key.",
    let_in,
    breaks={"videos.credential"},
    gateway="infery",
    before="authentication",
)
video_status_for_everybody = request_fault(
    VIDEO_STATE,
    "The status is told to every account.",
    as_owner,
    breaks={"videos.owner"},
    gateway="infery",
    before="authentication",
)
