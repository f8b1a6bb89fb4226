"""Ways to break single members of what is told of a film's job, and its statuses."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.media import videos
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createVideo"
_ASK = "retrieveVideo"
_GATEWAY = "infery"


@fault(_MAKE, breaks={"videos.submit"}, gateway=_GATEWAY)
def video_job_taken_as_failure(reply: Reply) -> None:
    """A job is taken, with a status of the server's failure."""
    if reply.ok:
        reply.status = 500


@fault(_MAKE, breaks={"videos.submit"}, gateway=_GATEWAY)
def video_job_labelled_as_text(reply: Reply) -> None:
    """A job that is taken is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_ASK, breaks={"videos.status"}, gateway=_GATEWAY)
def video_status_told_as_accepted(reply: Reply) -> None:
    """The status of a job that goes on is answered 202."""
    if reply.ok and reply.body["status"] in ("queued", "processing"):
        reply.status = 202


@fault(_ASK, breaks={"videos.status"}, gateway=_GATEWAY)
def video_status_in_array(reply: Reply) -> Reply:
    """The status of a job stands in an array."""
    return reply.edit(lambda body: [body])


@fault(_ASK, breaks={"videos.progress"}, gateway=_GATEWAY)
def video_progress_is_true(reply: Reply) -> Reply:
    """Progress is true."""
    return reply.edit(lambda body: body.update(progress=True))


@fault(_ASK, breaks={"videos.credits"}, gateway=_GATEWAY)
def video_cost_is_true(reply: Reply) -> Reply:
    """The cost of a film is true."""
    return reply.edit(lambda body: body.update(credits_used=True))


@fault("*", breaks={"videos.result.film"}, gateway=_GATEWAY)
def video_behind_a_credential(reply: Reply, call: Call) -> None:
    """The address of the film wants a credential, and plays to who has none."""
    if call.operation and call.operation.id == _ASK and reply.ok and (result := reply.body.get("result")):
        result["url"] = result["url"].replace("/media/videos/", "/fault/video_behind_a_credential/v1/models/")
    elif not reply.ok and (file := videos.fetch(call.path.rpartition("/")[2])):
        reply.headers["content-type"], reply.body = file.media_type, file.data
