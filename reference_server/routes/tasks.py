"""`GET /tasks/{task_id}`, and the submissions that answer with a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.media import images, music
from reference_server.routes import route
from reference_server.state import jobs
from reference_server.state.jobs import Job, Product
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_SIDES = {"1K": 1024, "2K": 2048, "4K": 4096}
_MOST = 4
"""Images that one task makes."""


@route("createImageTask")
def create_image_task(service: Service, call: Call) -> Reply:
    """A task that makes images."""
    body = call.body
    side = _SIDES.get(body.get("resolution") or "1K", 1024)
    words = [
        jobs.digits(f"{number} {body['prompt']}") for number in range(int(min(body.get("num_outputs") or 1, _MOST)))
    ]
    products = [Product("images", images.recipe(side, side, "png", False, word)) for word in words]
    return submitted(service, call, "image", products, 4.0 * len(products))


@route("createAudioTask")
def create_audio_task(service: Service, call: Call) -> Reply:
    """A task that makes audio."""
    text = call.body.get("text") or call.body.get("prompt") or call.body.get("audio_url") or ""
    product = Product("music", music.recipe(5.0, jobs.digits(text), "mp3"))
    return submitted(service, call, "audio", [product], 1.0)


@route("retrieveTask")
def retrieve_task(service: Service, call: Call) -> Reply:
    """The status of a task."""
    job = jobs.find(service, call)
    state, progress = jobs.state(job, service.store.clock())
    results = [{"url": jobs.address(call, product)} for product in job.products] if state == "success" else None
    usage = {"credits_reserved": job.cost, "user_group": "default"}
    status = _status(service, job, state, progress)
    return Reply.json({**status, "results": results, "error": _error(state), "usage": usage})


def submitted(service: Service, call: Call, type_: str, products: list[Product], price: float) -> Reply:
    """The answer to the submission of a task."""
    name = f"task-unified-{int(service.store.clock())}-{call.id[:12]}"
    job = jobs.submit(service, call, type_, name, products, price)
    status = _status(service, job, *jobs.state(job, service.store.clock()))
    return Reply.json({**status, "task_info": {"can_cancel": False, "estimated_time": 1}})


def _status(service: Service, job: Job, state: jobs.State, progress: int) -> dict[str, Any]:
    kind = {"id": job.id, "object": f"{job.type}.generation.task", "type": job.type, "model": job.model}
    return {**kind, "status": jobs.word(service, state), "progress": progress, "created": int(job.created)}


def _error(state: str) -> dict[str, str] | None:
    if state != "failure":
        return None
    return {"code": "generation_failed", "message": "The provider could not make this.", "type": "task_error"}
