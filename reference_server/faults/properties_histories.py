"""Ways to break what only a history of requests can show: each needs several requests, in an order of its own."""

from __future__ import annotations

from collections import deque
from typing import Any

from reference_server.faults import fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_UPLOAD, _ONE, _DELETE, _LIST, _CONTENT = "uploadFile", "retrieveFile", "deleteFile", "listFiles", "downloadFile"
_FILM, _STATUS, _TASK = "createVideo", "retrieveVideo", "retrieveTask"
_deleted: deque[dict[str, Any]] = deque(maxlen=1)
"""The file deleted last, as it was told."""
_back: deque[dict[str, Any]] = deque(maxlen=1)
"""The file that is back."""
_uploaded: deque[str] = deque(maxlen=3)
_kept: deque[bytes] = deque(maxlen=1)
_turning: deque[str] = deque(maxlen=1)
"""The file deleted while somebody turns the pages."""
_submitted: deque[str] = deque(maxlen=1)
"""The job submitted just now."""
_forgotten: deque[str] = deque(maxlen=50)
_known: dict[str, dict[str, Any]] = {}
_told: deque[dict[str, Any]] = deque(maxlen=1)
_ended: deque[str] = deque(maxlen=50)
_restarted: deque[str] = deque(maxlen=50)


def _does(call: Call, operation: str) -> bool:
    return call.operation is not None and call.operation.id == operation


def _name(call: Call) -> str:
    """The id in the path."""
    return call.path.split("/")[2]


def _ghost(name: str) -> dict[str, Any]:
    """A file as a list tells it."""
    known = {"object": "file", "bytes": 7, "created_at": 1767225600, "filename": "ghost.txt", "purpose": "user_data"}
    return {"id": name, **known, "status": "processed"}


# Files.


@fault("*", breaks={"properties.files.model"})
def deleted_file_back_after_two_uploads(reply: Reply, call: Call) -> Reply | None:
    """A deleted file can be read once again when another one was deleted before, and two uploaded since."""
    if _does(call, _DELETE) and reply.ok:
        _deleted.append({"id": _name(call), "uploads": 0})
    elif _does(call, _UPLOAD) and reply.ok and _deleted:
        _deleted[0]["uploads"] += 1
    elif _does(call, _ONE) and reply.cause == "unknown_object" and _deleted:
        known = _deleted[0]
        if known["id"] == _name(call) and known["uploads"] > 1:
            return Reply.json(_ghost(_name(call)))
    return None


@fault("*", breaks={"properties.files.model"})
def third_file_has_the_id_of_the_first(reply: Reply, call: Call) -> None:
    """Of three uploads with nothing between them the last one gets the id of the first."""
    if _does(call, _UPLOAD) and reply.ok:
        _uploaded.append(reply.body["id"])
        if len(_uploaded) == 3:
            reply.body["id"] = _uploaded[0]
    else:
        _uploaded.clear()


@fault("*", breaks={"properties.files.model"})
def downloads_mixed_up_after_a_deletion(reply: Reply, call: Call) -> None:
    """Between a deletion and the next upload every download is the file uploaded last."""
    if _does(call, _UPLOAD) and reply.ok:
        _kept.append(call.uploads["file"][0].data)
        _deleted.clear()
    elif _does(call, _DELETE) and reply.ok:
        _deleted.append(_ghost(_name(call)))
    elif _does(call, _CONTENT) and reply.ok and _deleted and _kept:
        reply.body = _kept[-1]


@fault(_LIST, breaks={"properties.files.list"})
def every_fifth_file_forgotten(reply: Reply, call: Call) -> None:
    """A page of a hundred lacks every fifth of its files."""
    if reply.ok and call.query == {"limit": 100}:
        del reply.body["data"][4::5]


@fault(_LIST, breaks={"properties.files.list"})
def long_pages_repeat_a_file(reply: Reply, call: Call) -> None:
    """A second page of three repeats the last file of the first."""
    if reply.ok and call.query.get("limit") == 3 and "after" in call.query and reply.body["data"]:
        reply.body["data"].insert(0, _ghost(call.query["after"]))


@fault("*", breaks={"properties.files.list"})
def deleted_file_listed_after_an_upload(reply: Reply, call: Call) -> None:
    """The file deleted last is listed again after an upload."""
    if _does(call, _DELETE) and reply.ok:
        _deleted.append(_ghost(_name(call)))
    elif _does(call, _UPLOAD) and reply.ok and _deleted:
        _back.append(_deleted.pop())
    elif _does(call, _LIST) and reply.ok and _back and call.query == {"limit": 100}:
        reply.body["data"].insert(0, _back[0])


@fault("*", breaks={"properties.files.paging"})
def page_skips_a_file_after_a_deletion(reply: Reply, call: Call) -> None:
    """The page after a deletion lacks its first file: pages are counted, and the count has changed."""
    if _does(call, _DELETE) and reply.ok:
        _turning.append(_name(call))
    elif _does(call, _LIST) and reply.ok:
        if _turning and "after" in call.query:
            del reply.body["data"][:1]
        _turning.clear()


@fault("*", breaks={"properties.files.paging"})
def page_repeats_a_file_after_a_deletion(reply: Reply, call: Call) -> None:
    """The page after a deletion begins with the last file of the page before."""
    if _does(call, _DELETE) and reply.ok:
        _turning.append(_name(call))
    elif _does(call, _LIST) and reply.ok:
        if _turning and "after" in call.query:
            reply.body["data"].insert(0, _ghost(call.query["after"]))
        _turning.clear()


# Jobs.


@fault("*", breaks={"properties.jobs.apart"}, gateway="infery")
def second_job_has_the_id_of_the_first(reply: Reply, call: Call) -> None:
    """Two jobs submitted one right after the other have one id."""
    if not _does(call, _FILM) or not reply.ok:
        _submitted.clear()
        return
    if _submitted:
        reply.body.update(id=_submitted[0], job_id=_submitted[0])
    _submitted.append(reply.body["id"])


@fault("*", breaks={"properties.jobs.apart"}, gateway="infery")
def film_of_another_job(reply: Reply, call: Call) -> None:
    """When two jobs have succeeded since the last submission, the second one gives the film of the first."""
    if _does(call, _FILM):
        _told.clear()
    elif _does(call, _STATUS) and reply.ok and reply.body["status"] == "succeeded":
        if _told and _told[0]["id"] != reply.body["id"]:
            reply.body["result"] = _told[0]["result"]
        else:
            _told.append(reply.body)


@fault(_TASK, breaks={"properties.jobs.apart"}, gateway="foxapi")
def status_names_the_task_asked_for_before(reply: Reply) -> None:
    """A task that waits is told under the id of the one that was asked for before it."""
    if reply.ok:
        told = dict(reply.body)
        if _told and told["status"] != "completed" and _told[0]["status"] != "completed":
            reply.body["id"] = _told[0]["id"]
        _told.append(told)


@fault("*", breaks={"properties.jobs.model"}, gateway="infery")
def job_starts_anew_after_a_submission(reply: Reply, call: Call) -> None:
    """A job that has succeeded is processing again once another one was submitted."""
    if _does(call, _FILM) and reply.ok:
        _restarted.extend(_ended)
    elif _does(call, _STATUS) and reply.ok and reply.body["status"] == "succeeded":
        if call.path in _restarted:
            reply.body.update(status="processing", result=None)
        _ended.append(call.path)


@fault("*", breaks={"properties.jobs.model"}, gateway="infery")
def earlier_job_forgotten(reply: Reply, call: Call) -> Reply | None:
    """Of two jobs submitted one right after the other the first one is forgotten."""
    if _does(call, _FILM) and reply.ok:
        _forgotten.extend(_submitted)
        _submitted.append(reply.body["id"])
        return None
    _submitted.clear()
    if _does(call, _STATUS) and reply.ok and reply.body["id"] in _forgotten:
        return Reply.json({"error": {"message": "No such job.", "type": "t", "code": "c"}}, 404)
    return None


@fault(_TASK, breaks={"properties.jobs.model"}, gateway="foxapi")
def failed_after_success(reply: Reply, call: Call) -> None:
    """A task that was told four times to be completed has failed."""
    if reply.ok and reply.body["status"] == "completed":
        _ended.append(call.path)
        if _ended.count(call.path) > 3:
            reply.body.update(status="failed", results=None)


@fault(_STATUS, breaks={"properties.jobs.unknown"}, gateway="infery")
def beginning_of_an_id_is_enough(reply: Reply, call: Call) -> Reply | None:
    """A job is found by the beginning of its id, once it was asked for."""
    beginning = f"{call.key and call.key.account} {call.path[:-8]}"
    if reply.ok:
        _known[beginning] = reply.body
    elif reply.cause == "unknown_object" and beginning in _known:
        return Reply.json(_known[beginning])
    return None
