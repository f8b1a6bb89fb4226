"""Ways in which gateways may differ in tasks, films and music."""

from __future__ import annotations

from reference_server.faults import differences, variation
from reference_server.faults.words.edits import drop, each, header, only, put, reshape, status, swap
from reference_server.faults.words.jobs import as_job
from reference_server.faults.words.media import base64_of, on
from reference_server.faults.words.openai import IMAGE_TASK, MUSIC, TASK, VIDEO, VIDEO_STATE
from reference_server.faults.words.situations import served
from reference_server.media import music
from reference_server.wire.reply import Reply

image_task = differences(IMAGE_TASK, gateway="foxapi")
task = differences(TASK, gateway="foxapi")
video = differences(VIDEO, gateway="infery")
anywhere = differences("*", gateway="infery")
video_state = differences(VIDEO_STATE, gateway="infery")
song = differences(MUSIC, gateway="infery")

_MORE = {"width": 1024, "height": 1024, "seed": 7, "content_type": None}

_NULLS = {"result": None, "error": None, "credits_used": None}
_FEW = ("status", "result", "credits_used", "error")


task_without_info = image_task("The answer to a submission has only its required fields.", drop("task_info"))
task_accepted = image_task("The submission of a task is answered with 202.", status(202), when=served)
task_status_without_nulls = task(
    "Fields of a task that would be null are absent.",
    reshape(lambda body: {name: value for name, value in body.items() if value is not None}),
)
task_results_with_more = task("A result has further details.", each("results[]", lambda result: result.update(_MORE)))

# Films.
video_accepted = video("The submission of a video is answered with 202.", status(202), when=served)
video_task_created = variation(VIDEO, "A submission is answered with 201.", status(201), when=served, gateway="foxapi")
video_named_by_id = anywhere(
    "A job has its id in `id` as well, as in the schema of the submission, and its status in that alone.",
    only(on(VIDEO), drop("created_at")),
    only(on(VIDEO_STATE), drop("job_id", "created_at")),
)
video_in_few_words = anywhere(
    "A job has its id in `job_id` alone, and its status has only the required fields.",
    only(on(VIDEO), reshape(lambda body: {name: body[name] for name in ("job_id", "status", "created_at", "model")})),
    only(on(VIDEO_STATE), reshape(lambda body: {name: body[name] for name in _FEW if name in body})),
)
video_completed = video_state("A job that ended well is `completed`.", swap("status", "succeeded", "completed"))
video_job_with_nulls = video(
    "The answer to a submission has every field of a status, null where there is nothing yet.",
    put("result", None),
    put("error", None),
    put("credits_used", None),
)
video_status_with_nulls = video_state("What is not known yet is null.", reshape(lambda body: {**_NULLS, **body}))
video_status_with_retry_after = video_state(
    "The status of a job says in a header when to ask again.", header("retry-after", "0"), when=served
)

# Music.
music_as_job = song("A request for music is answered with a job, whose status can be asked for.", as_job)


@song()
def music_as_bytes(reply: Reply) -> None:
    """The music comes in base64, without a URL."""
    for piece in reply.body["data"] if reply.ok else ():
        file = music.fetch(piece.pop("url").rpartition("/")[2])
        piece["b64_audio"] = base64_of(file.data if file else b"")


music_bare = song(
    "A piece of music has its URL and nothing else.",
    reshape(lambda body: {"created": body["created"], "data": [{"url": piece["url"]} for piece in body["data"]]}),
)
