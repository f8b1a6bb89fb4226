"""`POST /music/generations` and `GET /music/generations/{job_id}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from reference_server.media import music
from reference_server.routes import route
from reference_server.routes.videos import status_reply, submission_reply
from reference_server.state import jobs
from reference_server.state.jobs import Product
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_CREDITS_PER_SECOND = 0.5


@route("createMusic")
def create_music(service: Service, call: Call) -> Reply:
    """The music, or the job that makes it, whichever the contract documents."""
    product = piece(call.body)
    price = product.facts["duration_seconds"] * _CREDITS_PER_SECOND
    job = jobs.submit(service, call, "music", f"mgen_{call.id}", [product], price)
    if service.contract.gateway["async"]["music"] == "job" or job.spoilt:
        return submission_reply(service, job)
    sound = {"url": jobs.address(call, product), **product.facts}
    body = {"created": int(job.created), "data": [sound], **service.metering.fields(job.cost)}
    reply = Reply.json(body)
    reply.headers.update(service.metering.headers(job.model, job.cost))
    return reply


@route("retrieveMusic")
def retrieve_music(service: Service, call: Call) -> Reply:
    """The status of a job."""
    return status_reply(service, call, jobs.find(service, call, "music"))


def piece(body: dict[str, Any]) -> Product:
    """The music that a request asks for, within the limits of this server."""
    seconds = round(min(max(body.get("duration_seconds") or 5, 1), music.LONGEST), 1)
    form = "wav" if body.get("response_format") == "wav" else "mp3"
    word = jobs.digits(msgspec.json.encode(body, order="sorted").decode())
    return Product(
        "music",
        music.recipe(seconds, word, form),
        {"content_type": music.TYPES[form], "duration_seconds": seconds},
    )
