"""`POST /videos/generations` and `GET /videos/generations/{job_id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.media import videos
from reference_server.routes import route, tasks
from reference_server.state import jobs
from reference_server.state.jobs import Job, Product
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_LINES = {"480p": 480, "720p": 720, "1080p": 1080}
_CREDITS_PER_SECOND = 5.0
_MOST = 4
"""Videos that one request makes."""


@route("createVideo")
def create_video(service: Service, call: Call) -> Reply:
    """A job that makes videos."""
    products = _videos(_documented(call))
    price = sum(product.facts["duration_seconds"] for product in products) * _CREDITS_PER_SECOND
    if "retrieveTask" in service.contract.operations:
        return tasks.submitted(service, call, "video", products, price)
    job = jobs.submit(service, call, "video", f"vgen_{call.id}", products, price)
    return submission_reply(service, job)


@route("retrieveVideo")
def retrieve_video(service: Service, call: Call) -> Reply:
    """The status of a job."""
    return status_reply(service, call, jobs.find(service, call, "video"))


def submission_reply(service: Service, job: Job) -> Reply:
    """The answer to a submission that is not a task."""
    reply = Reply.json(_status(service, job, *jobs.state(job, service.store.clock())))
    reply.headers.update(service.metering.headers(job.model, job.cost))
    return reply


def status_reply(service: Service, call: Call, job: Job) -> Reply:
    """The status of a job that is not a task."""
    state, progress = jobs.state(job, service.store.clock())
    body = _status(service, job, state, progress)
    if state == "success":
        product = job.products[0]
        body |= {"result": {"url": jobs.address(call, product), **product.facts}, **service.metering.fields(job.cost)}
    if state == "failure":
        body["error"] = "The provider could not make this."
    return Reply.json(body)


def _status(service: Service, job: Job, state: jobs.State, progress: int) -> dict[str, Any]:
    ids = dict.fromkeys(service.contract.gateway["async"]["ids"], job.id)
    created = int(job.created)
    now = {"status": jobs.word(service, state), "progress": progress}
    return {**ids, **now, "created": created, "created_at": created, "model": job.model}


def _documented(call: Call) -> dict[str, Any]:
    """The documented fields of the body; no other field was validated."""
    known = call.operation.request_schema()["properties"] if call.operation else {}
    return {name: value for name, value in call.body.items() if name in known}


def _videos(body: dict[str, Any]) -> list[Product]:
    """The videos that a request asks for, within the limits of this server."""
    seconds = round(min(max(body.get("duration_seconds") or body.get("duration") or 4, 1), videos.LONGEST), 1)
    width, height = _size(body.get("resolution") or "720p", body.get("aspect_ratio") or "16:9")
    facts = {"duration_seconds": seconds, "resolution": f"{width}x{height}"}
    words = [jobs.digits(f"{number} {body['prompt']}") for number in range(int(min(body.get("n") or 1, _MOST)))]
    return [Product("videos", videos.recipe(width, height, seconds, word), facts) for word in words]


def _size(resolution: str, ratio: str) -> tuple[int, int]:
    """Width and height in pixels; the resolution sets the shorter side."""
    lines = _LINES.get(resolution.lower(), 720)
    left, _, right = ratio.partition(":")
    across, down = (int(left), int(right)) if left.isdecimal() and right.isdecimal() else (16, 9)
    across, down = (across, down) if 0 < across < 100 and 0 < down < 100 else (16, 9)
    longer = min(lines * max(across, down) // min(across, down) // 2 * 2, videos.LARGEST)
    return (longer, lines) if across >= down else (lines, longer)
