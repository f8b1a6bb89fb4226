"""Legal differences between gateways that make films."""

from __future__ import annotations

from reference_server.faults import differences, variation
from reference_server.faults.words.edits import drop, header, only, put, reshape, status, swap
from reference_server.faults.words.media import on
from reference_server.faults.words.openai import VIDEO, VIDEO_STATE
from reference_server.faults.words.situations import served

video = differences(VIDEO, gateway="infery")
anywhere = differences("*", gateway="infery")
video_state = differences(VIDEO_STATE, gateway="infery")

_NULLS = {"result": None, "error": None, "credits_used": None}
_FEW = ("status", "result", "credits_used", "error")

video_accepted = video("A submission is answered with 202.", status(202), when=served)
video_task_created = variation(VIDEO, "A submission is answered with 201.", status(201), when=served, gateway="foxapi")
video_named_by_id = anywhere(
    "A job has its id in `id` alone, as in the submission.", drop("job_id", "created_at"), when=on(VIDEO, VIDEO_STATE)
)
video_in_few_words = anywhere(
    "A job has its id in `job_id` alone, and its status tells nothing but what it must.",
    only(on(VIDEO), reshape(lambda body: {name: body[name] for name in ("job_id", "status", "created_at", "model")})),
    only(on(VIDEO_STATE), reshape(lambda body: {name: body[name] for name in _FEW if name in body})),
)
video_completed = video_state("A job that ended well is completed.", swap("status", "succeeded", "completed"))
video_job_with_nulls = video(
    "The submission has every field of a status, null where there is nothing yet.",
    put("result", None),
    put("error", None),
    put("credits_used", None),
)
video_status_with_nulls = video_state("What there is not yet is null.", reshape(lambda body: {**_NULLS, **body}))
video_status_with_retry_after = video_state(
    "The status says when to ask again.", header("retry-after", "0"), when=served
)
