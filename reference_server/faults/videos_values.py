"""Ways to break single members of what is told of a film's job, and its statuses."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import change, label, only, put, reshape, status
from reference_server.faults.words.jobs import RESULT, at
from reference_server.faults.words.media import on, show_at_refusal
from reference_server.faults.words.openai import VIDEO, VIDEO_STATE
from reference_server.faults.words.situations import served
from reference_server.media import videos

video = rows(VIDEO, gateway="infery")
video_state = rows(VIDEO_STATE, gateway="infery")


video_job_taken_as_failure = video(
    "videos.submit", "A job is accepted with a server error status.", status(500), when=served
)
video_job_labelled_as_text = video("videos.submit", "A job is labelled as text.", label("text/plain"))
video_status_told_as_accepted = video_state(
    "videos.status", "The status of a running job is answered with 202.", status(202), when=at("queued", "processing")
)
video_status_in_array = video_state(
    "videos.status", "The status of a job is wrapped in an array.", reshape(lambda body: [body])
)
video_progress_is_true = video_state("videos.progress", "Progress is true.", put("progress", True))
video_cost_is_true = video_state("videos.credits", "The cost of a film is true.", put("credits_used", True))
video_behind_a_credential = fault(
    "*",
    "The address of the film needs a credential, and plays something to those without.",
    only(
        on(VIDEO_STATE),
        change(RESULT, lambda url: url.replace("/media/videos/", "/fault/video_behind_a_credential/v1/models/")),
    ),
    show_at_refusal(videos.fetch),
    breaks={"videos.result.film"},
    gateway="infery",
)
