"""Legal differences between gateways that make music."""

from __future__ import annotations

import base64

from reference_server.faults import variation
from reference_server.media import music
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createMusic"


def as_job(reply: Reply, call: Call) -> Reply:
    """The job instead of the music: the server made one in any case."""
    created = reply.body.get("created") if reply.ok else None
    job = {"job_id": f"mgen_{call.id}", "status": "queued", "created_at": created, "model": call.body.get("model")}
    return reply.edit(lambda _body: job)


@variation(_MAKE, gateway="infery")
def music_as_job(reply: Reply, call: Call) -> Reply:
    """Music is a job, whose status tells when it is ready."""
    return as_job(reply, call)


@variation(_MAKE, gateway="infery")
def music_as_bytes(reply: Reply) -> None:
    """The music comes in base64, without an address."""
    if reply.ok:
        for piece in reply.body["data"]:
            file = music.fetch(piece.pop("url").rpartition("/")[2])
            piece["b64_audio"] = base64.b64encode(file.data if file else b"").decode()


@variation(_MAKE, gateway="infery")
def music_bare(reply: Reply) -> Reply:
    """Of the music nothing but its address is told."""
    return reply.edit(
        lambda body: {"created": body["created"], "data": [{"url": piece["url"]} for piece in body["data"]]}
    )
