"""Ways to break music, whole or as a job."""

from __future__ import annotations

import base64
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.music_variations import as_job
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createMusic"
_ASK = "retrieveMusic"
_GATEWAY = "infery"


def _piece(reply: Reply) -> dict[str, Any]:
    """The first piece, to change; an empty one when there is none."""
    return reply.body["data"][0] if reply.ok else {}


@fault(_MAKE, breaks={"music.answer"}, gateway=_GATEWAY)
def music_without_pieces(reply: Reply) -> Reply:
    """The list of pieces is empty."""
    return reply.edit(lambda body: body.update(data=[]))


@fault(_MAKE, breaks={"music.answer"}, gateway=_GATEWAY)
def music_neither_whole_nor_job(reply: Reply) -> Reply:
    """The answer has neither music nor the id of a job."""
    return reply.edit(lambda body: {"status": "queued", "created": body["created"]})


@fault(_MAKE, breaks={"music.answer"}, gateway=_GATEWAY)
def music_given_as_failure(reply: Reply) -> None:
    """Music comes with a status of the server's failure."""
    if reply.ok:
        reply.status = 500


@fault(_MAKE, breaks={"music.answer"}, gateway=_GATEWAY)
def music_in_bare_array(reply: Reply) -> Reply:
    """The body is the array of pieces itself."""
    return reply.edit(lambda body: body["data"])


@fault(_MAKE, breaks={"music.answer"}, gateway=_GATEWAY)
def music_of_one_piece_is_no_list(reply: Reply) -> Reply:
    """The only piece has no list around it."""
    return reply.edit(lambda body: body.update(data=body["data"][0]))


@fault(_MAKE, breaks={"music.schema"}, gateway=_GATEWAY)
def music_created_in_text(reply: Reply) -> Reply:
    """The time is a date in text."""
    return reply.edit(lambda body: body.update(created="2026-01-01T00:00:00Z"))


@fault(_MAKE, breaks={"music.sound"}, gateway=_GATEWAY)
def music_without_sound(reply: Reply) -> None:
    """A piece has neither an address nor bytes."""
    _piece(reply).pop("url", None)


@fault(_MAKE, breaks={"music.sound"}, gateway=_GATEWAY)
def music_url_relative(reply: Reply) -> None:
    """The address of a piece has no host."""
    if reply.ok:
        _piece(reply)["url"] = "/media/music/piece.mp3"


@fault(_MAKE, breaks={"music.sound"}, gateway=_GATEWAY)
def music_bytes_in_hexadecimal(reply: Reply) -> None:
    """The bytes of a piece are no base64, but hexadecimal digits with a prefix."""
    if reply.ok:
        del _piece(reply)["url"]
        _piece(reply)["b64_audio"] = "0x: 49 44 33"


@fault(_MAKE, breaks={"music.plays"}, gateway=_GATEWAY)
def music_url_leads_nowhere(reply: Reply) -> None:
    """There is nothing at the address of a piece."""
    if reply.ok:
        _piece(reply)["url"] += ".gone"


@fault(_MAKE, breaks={"music.plays"}, gateway=_GATEWAY)
def music_bytes_are_none(reply: Reply) -> None:
    """The bytes of a piece are no sound."""
    if reply.ok:
        del _piece(reply)["url"]
        _piece(reply)["b64_audio"] = base64.b64encode(b"la la la").decode()


@fault(_MAKE, breaks={"music.media-type"}, gateway=_GATEWAY)
def music_called_text(reply: Reply) -> None:
    """A piece is called text."""
    if reply.ok:
        _piece(reply)["content_type"] = "text/plain"


@fault(_MAKE, breaks={"music.schema"}, gateway=_GATEWAY)
def music_job_created_in_text(reply: Reply, call: Call) -> Reply:
    """Music is a job whose time is a date in text."""
    return as_job(reply, call).edit(lambda body: body.update(created_at="2026-01-01T00:00:00Z"))


@fault("*", breaks={"music.job"}, gateway=_GATEWAY)
def music_job_without_status(reply: Reply, call: Call) -> Reply:
    """Music is a job whose status nobody can ask for."""
    operation = call.operation.id if call.operation else ""
    if operation == _MAKE:
        return as_job(reply, call)
    if operation == _ASK and reply.ok:
        return Reply.json({"error": {"message": "Not found.", "type": "t", "code": "c"}}, 404)
    return reply


@fault("*", breaks={"music.job"}, gateway=_GATEWAY)
def music_job_goes_back(reply: Reply, call: Call) -> Reply:
    """A job of music is processing first and queued then."""
    operation = call.operation.id if call.operation else ""
    if operation == _MAKE and reply.ok:
        as_job(reply, call).body["status"] = "processing"
    elif operation == _ASK and reply.ok and reply.body["status"] == "processing":
        reply.body["status"] = "queued"
    return reply


@fault(_ASK, breaks={"music.unknown"}, gateway=_GATEWAY)
def unknown_music_is_queued(reply: Reply) -> Reply:
    """Every job that does not exist is queued."""
    return Reply.json({"status": "queued"}) if reply.cause == "unknown_object" else reply


@request_fault(_MAKE, breaks={"music.missing-model"}, gateway=_GATEWAY, before="validation")
def music_model_made_up(call: Call) -> None:
    """A request without a model gets some music."""
    call.body.setdefault("model", "melody")


@request_fault(_MAKE, breaks={"music.unknown-model"}, gateway=_GATEWAY)
def unknown_model_makes_music(call: Call) -> None:
    """Whoever names a model that does not exist gets another one."""
    if call.body["model"].startswith("no-such-model"):
        call.body["model"] = "melody"


@request_fault(_MAKE, breaks={"music.credential"}, gateway=_GATEWAY, before="authentication")
def music_for_nobody(call: Call) -> None:
    """Music is made without a key."""
    call.headers.setdefault("authorization", "Bearer sk-ok")
