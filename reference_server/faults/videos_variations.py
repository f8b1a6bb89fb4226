"""Legal differences between gateways that make films."""

from __future__ import annotations

from functools import partial

from reference_server.faults import variation
from reference_server.faults.words.edits import drop, header, only, put, reshape, status, swap
from reference_server.faults.words.media import on
from reference_server.faults.words.openai import VIDEO, VIDEO_STATE
from reference_server.faults.words.situations import served

submission = partial(variation, VIDEO, gateway="infery")
state = partial(variation, VIDEO_STATE, gateway="infery")

_NULLS = {"result": None, "error": None, "credits_used": None}
_FEW = ("status", "result", "credits_used", "error")

video_accepted = submission("A submission is answered 202.", status(202), when=served)
video_task_created = variation(VIDEO, "A submission is answered 201.", status(201), when=served, gateway="foxapi")
video_named_by_id = variation(
    "*",
    "A job has its id in `id` as well, as the schema of the submission has it, and its status in that alone.",
    only(on(VIDEO), drop("created_at")),
    only(on(VIDEO_STATE), drop("job_id", "created_at")),
    gateway="infery",
)
video_in_few_words = variation(
    "*",
    "A job has its id in `job_id` alone, and its status tells nothing but what it must.",
    only(on(VIDEO), reshape(lambda body: {name: body[name] for name in ("job_id", "status", "created_at", "model")})),
    only(on(VIDEO_STATE), reshape(lambda body: {name: body[name] for name in _FEW if name in body})),
    gateway="infery",
)
video_completed = state("A job that ended well is completed.", swap("status", "succeeded", "completed"))
video_job_with_nulls = submission(
    "The submission has every field of a status, null where there is nothing yet.",
    put("result", None),
    put("error", None),
    put("credits_used", None),
)
video_status_with_nulls = state("What there is not yet is null.", reshape(lambda body: {**_NULLS, **body}))
video_status_with_retry_after = state("The status says when to ask again.", header("retry-after", "0"), when=served)
