"""Ways to break films, each made by a job."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
    error_body,
    fill,
    label,
    only,
    put,
    reshape,
    status,
    swap,
)
from reference_server.faults.words.jobs import NOT_FOUND, RESULT, as_owner, at, of, start_anew
from reference_server.faults.words.media import as_bytes, at_host, known_model, let_in, on, show_at_refusal
from reference_server.faults.words.openai import TASK, VIDEO, VIDEO_STATE
from reference_server.faults.words.situations import LACKING, UNKNOWN, served
from reference_server.media import videos

anywhere = rows("*", gateway="infery")
video = rows(VIDEO, gateway="infery")
task = rows(VIDEO, gateway="foxapi")
video_state = rows(VIDEO_STATE, gateway="infery")
task_state = rows(TASK, gateway="foxapi")
unjudged = rows(VIDEO, request_fault, before="validation", gateway="infery")
unproved = rows(VIDEO_STATE, request_fault, before="authentication", gateway="infery")

_PICTURE = "/media/images/640x360-00000000000000000000000000000000.png"

# The submission.
video_answered_with_a_film = video(
    "videos.submit", "A submission gets the video itself.", as_bytes("video/mp4", b"\0\0\0\x18ftypmp42"), when=served
)
video_job_born_finished = video(
    "videos.submit videos.order", "A job just submitted has already succeeded.", swap("status", "queued", "succeeded")
)
video_job_without_status = video("videos.submit", "The answer to a submission has no status.", drop("status"))
video_task_in_other_word = task(
    "videos.submit", "A task just submitted has an undocumented status.", swap("status", "pending", "submitted")
)
video_job_without_id = video("videos.id", "The answer to a submission has no id.", drop("id", "job_id"))
video_job_named_by_id_alone = video("videos.id", "The submission names the job by `id` alone.", drop("job_id"))
video_job_id_is_a_number = video("videos.id", "The id of a job is a number.", put("id", 7) | put("job_id", 7))
video_task_id_empty = task("videos.id", "The id of a task is empty.", put("id", ""))
video_created_in_text = video(
    "videos.schema", "The time of the submission is a date string.", put("created", "2026-01-01T00:00:00Z")
)

# The status.
video_status_not_found = video_state("videos.status", "The status of every job gets a 404.", NOT_FOUND, when=served)
video_status_in_other_word = video_state(
    "videos.status", "A job that has ended has an undocumented status.", swap("status", "succeeded", "done")
)
video_status_absent = video_state("videos.status", "The status of a job is missing.", drop("status"))
video_status_of_another_job = video_state(
    "videos.status.same", "The status of a job is that of another one.", put("id", "vgen_other")
)
video_job_goes_back = anywhere(
    "videos.order",
    "A job goes back from processing to queued.",
    only(on(VIDEO), swap("status", "queued", "processing")),
    only(on(VIDEO_STATE), swap("status", "processing", "queued")),
)
video_progress_below_zero = video("videos.progress", "The progress of a job starts below zero.", put("progress", -1))
video_progress_in_text = video_state(
    "videos.progress", "The progress of a job is a string with a percent sign.", change("progress", "{}%".format)
)
video_progress_shrinks = video(
    "videos.progress.grows", "The progress of a job starts at 50 and goes back to zero.", put("progress", 50)
)
video_job_starts_anew = video_state(
    "videos.end", "A job that has succeeded is processing again.", start_anew("result"), when=at("succeeded")
)

# The result.
video_result_absent = video_state("videos.result", "A job that succeeded has no result.", drop("result"))
video_url_relative = video_state(
    "videos.result",
    "The URL of the video has no host.",
    change("result", lambda result: result and {**result, "url": "/media/videos/film.mp4"}),
)
video_results_empty = task_state(
    "videos.result",
    "A completed task of a video has an empty list of results.",
    change("results", lambda _: [], list),
    when=of("video"),
)
video_result_promised = video(
    "videos.result.early",
    "The answer to a submission already has a URL, where nothing can be found yet.",
    put("result", {"url": "https://storage.example.com/later.mp4"}),
)
video_url_leads_nowhere = video_state(
    "videos.result.film", "The video's URL leads to a 404.", change(RESULT, lambda url: url.replace(".mp4", ".gone"))
)
video_is_a_picture = video_state(
    "videos.result.film", "The URL of the video leads to a picture.", at_host(_PICTURE, RESULT)
)
video_is_an_error = video_state(
    "videos.result.film", "The URL of the video leads to JSON.", at_host("/healthz", RESULT)
)
video_shorter_than_told = video_state(
    "videos.result.agrees", "The video is shorter than the result says.", add("result.duration_seconds", 4)
)
video_smaller_than_told = video_state(
    "videos.result.agrees", "The video is smaller than the result says.", put("result.resolution", "3840x2160")
)
video_cost_untold = video_state(
    "videos.credits", "A job that succeeded does not say what it cost.", drop("credits_used")
)
video_cost_below_zero = video_state(
    "videos.credits", "The cost of a video is negative.", put("credits_used", -1), when=at("succeeded")
)
video_error_without_failure = video_state(
    "videos.error.absent", "A job that succeeded has an error.", put("error", "none"), when=at("succeeded")
)

# Failure.
failed_video_succeeds = video_state(
    "videos.failure.ends", "A job that failed is reported as succeeded.", swap("status", "failed", "succeeded")
)
failed_video_without_reason = video_state(
    "videos.failure.reason", "A failed job does not say why.", drop("error"), when=at("failed")
)
failed_video_with_empty_message = task_state(
    "videos.failure.reason", "The error of a failed task is empty.", put("error.message", ""), when=at("failed")
)
failed_video_with_result = video_state(
    "videos.failure.no-result",
    "A failed job has the URL of a video.",
    put("result", {"url": "https://storage.example.com/nothing.mp4"}),
    when=at("failed"),
)

# Refusals.
unknown_video_is_queued = video_state(
    "videos.unknown videos.owner", "An unknown job is answered as queued.", answer({"status": "queued"}), when=UNKNOWN
)
unknown_video_is_a_bad_request = video_state("videos.unknown", "An unknown job gets a 400.", status(400), when=UNKNOWN)
video_prompt_made_up = unjudged("videos.missing", "A missing prompt gets some video.", fill("prompt", "A surprise."))
video_model_made_up = request_fault(
    VIDEO,
    "A request without a model is answered with a job for some video.",
    fill("model", "film"),
    breaks={"videos.missing"},
    gateway="infery",
    before="validation",
)
video_prompt_made_text = unjudged(
    "videos.types", "A prompt that is an object is taken as its text.", change("prompt", str)
)
unknown_model_makes_a_video = request_fault(
    VIDEO, "An unknown model gets a video.", known_model("film"), breaks={"videos.unknown-model"}, gateway="infery"
)
unknown_video_in_plain_text = video_state(
    "videos.envelope", "An unknown job gets a line of text.", as_bytes("text/plain", b"no such job", 404), when=UNKNOWN
)
missing_prompt_in_other_envelope = task(
    "videos.envelope",
    "The error for a missing prompt has a form of its own.",
    error_body(lambda body: {"detail": body["error"]["message"]}),
    when=LACKING,
)
video_for_nobody = request_fault(
    VIDEO, "Jobs need no key.", let_in, breaks={"videos.credential"}, gateway="infery", before="authentication"
)
video_status_for_nobody = unproved("videos.credential", "The status of a job is shown without a key.", let_in)
video_status_for_everybody = unproved("videos.owner", "The status of a job is shown to every account.", as_owner)

# Values of a wrong kind.
video_job_taken_as_failure = video(
    "videos.submit", "The submission of a job is answered with a server error status.", status(500), when=served
)
video_job_labelled_as_text = video("videos.submit", "A job is labelled as text.", label("text/plain"))
video_status_told_as_accepted = video_state(
    "videos.status", "The status of a running job is answered with 202.", status(202), when=at("queued", "processing")
)
video_status_in_array = video_state(
    "videos.status", "The status of a job is wrapped in an array.", reshape(lambda body: [body])
)
video_progress_is_true = video_state("videos.progress", "The progress of a job is true.", put("progress", True))
video_cost_is_true = video_state("videos.credits", "The cost of a video is true.", put("credits_used", True))
video_behind_a_credential = anywhere(
    "videos.result.film",
    "The URL of the video needs a credential, and plays something else without it.",
    only(
        on(VIDEO_STATE),
        change(RESULT, lambda url: url.replace("/media/videos/", "/fault/video_behind_a_credential/v1/models/")),
    ),
    show_at_refusal(videos.fetch),
)
