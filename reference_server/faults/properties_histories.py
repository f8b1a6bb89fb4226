"""Ways to break what only a history of requests can show: each needs several requests, in an order of its own."""

from __future__ import annotations

from collections import deque
from typing import Any

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import change
from reference_server.faults.words.openai import (
    CHAT,
    DELETE_FILE,
    FILE,
    FILE_CONTENT,
    FILES,
    TASK,
    UPLOAD,
    VIDEO,
    VIDEO_STATE,
)
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

file_list = rows(FILES)
anywhere = rows("*")
task = rows(TASK, gateway="foxapi")

_PAGE = {"limit": 100}


def _memory(call: Call, name: str, size: int = 1) -> deque[Any]:
    """What a fault remembers under a name: the last `size` things."""
    queue: deque[Any] = call.memory.setdefault(f"histories.{name}", deque(maxlen=size))
    return queue


def _is(call: Call, operation: str) -> bool:
    return call.operation is not None and call.operation.id == operation


def _did(reply: Reply, call: Call, operation: str) -> bool:
    """This operation was served."""
    return reply.ok and _is(call, operation)


def _name(call: Call) -> str:
    """The id in the path."""
    return call.path.split("/")[2]


def _ghost(name: str) -> dict[str, Any]:
    """A file as a list tells it."""
    members = {"object": "file", "bytes": 7, "created_at": 1767225600, "filename": "ghost.txt", "purpose": "user_data"}
    return {"id": name, **members, "status": "processed"}


def _turns_page(reply: Reply, call: Call) -> bool:
    """A page is turned, and a file was deleted since the page before."""
    deleted = _memory(call, "deleted between pages")
    if _did(reply, call, DELETE_FILE):
        deleted.append(_name(call))
    elif _did(reply, call, FILES):
        turned = bool(deleted) and "after" in call.query
        deleted.clear()
        return turned
    return False


def _repeat_file(reply: Reply, call: Call) -> None:
    reply.body["data"].insert(0, _ghost(call.query["after"]))


def _second_of_three(reply: Reply, call: Call) -> bool:
    return reply.ok and call.query.get("limit") == 3 and "after" in call.query and bool(reply.body["data"])


# Files.
every_fifth_file_forgotten = file_list(
    "properties.files.list",
    "A page of a hundred lacks every fifth of its files.",
    change("data", lambda data: [file for place, file in enumerate(data, 1) if place % 5]),
    when=lambda _, call: call.query == _PAGE,
)
page_skips_a_file_after_a_deletion = anywhere(
    "properties.files.paging",
    "The page after a deletion lacks its first file, because pages are counted by offset.",
    change("data", lambda data: data[1:]),
    when=_turns_page,
)
page_repeats_a_file_after_a_deletion = anywhere(
    "properties.files.paging", "The page after a deletion repeats the last file before.", _repeat_file, when=_turns_page
)
long_pages_repeat_a_file = file_list(
    "properties.files.list", "A second page of three repeats a file of the first.", _repeat_file, when=_second_of_three
)


@anywhere("properties.files.model")
def deleted_file_back_after_two_uploads(reply: Reply, call: Call) -> Reply | None:
    """A deleted file can be read again after another deletion and two uploads."""
    deleted = _memory(call, "deleted, and uploads since")
    if _did(reply, call, DELETE_FILE):
        deleted.append({"id": _name(call), "uploads": 0})
    elif _did(reply, call, UPLOAD) and deleted:
        deleted[0]["uploads"] += 1
    elif _is(call, FILE) and reply.cause == "unknown_object" and deleted and deleted[0]["uploads"] > 1:
        return Reply.json(_ghost(_name(call))) if deleted[0]["id"] == _name(call) else None
    return None


@anywhere("properties.files.model")
def third_file_has_the_id_of_the_first(reply: Reply, call: Call) -> None:
    """The last of three uploads in a row gets the id of the first."""
    uploaded = _memory(call, "uploaded in a row", 3)
    if not _did(reply, call, UPLOAD):
        uploaded.clear()
        return
    uploaded.append(reply.body["id"])
    if len(uploaded) == 3:
        reply.body["id"] = uploaded[0]


@anywhere("properties.files.model")
def downloads_mixed_up_after_a_deletion(reply: Reply, call: Call) -> None:
    """After a deletion and until the next upload, every download is the file uploaded last."""
    content, deleted = _memory(call, "content"), _memory(call, "deleted since the content")
    if _did(reply, call, UPLOAD):
        content.append(call.uploads["file"][0].data)
        deleted.clear()
    elif _did(reply, call, DELETE_FILE):
        deleted.append(_name(call))
    elif _did(reply, call, FILE_CONTENT) and deleted and content:
        reply.body = content[-1]


@anywhere("properties.files.model")
def text_gone_once_a_message_has_named_it(reply: Reply, call: Call) -> Reply | None:
    """A text file that a message has named can no longer be read."""
    texts, named = _memory(call, "texts", 50), _memory(call, "named", 50)
    if _did(reply, call, UPLOAD) and call.uploads["file"][0].media_type.startswith("text/plain"):
        texts.append(reply.body["id"])
    elif _did(reply, call, CHAT):
        named.extend(name for name in texts if name in str(call.body))
    elif _is(call, FILE) and _name(call) in named:
        return Reply.json({"error": {"message": "No such file.", "type": "t", "code": "c", "param": None}}, 404)
    return None


@anywhere("properties.files.list files.delete.unlisted")
def deleted_file_listed_after_an_upload(reply: Reply, call: Call) -> None:
    """The file deleted last is listed again after an upload."""
    deleted, back = _memory(call, "deleted, not yet back"), _memory(call, "back")
    if _did(reply, call, DELETE_FILE):
        deleted.append(_ghost(_name(call)))
    elif _did(reply, call, UPLOAD) and deleted:
        back.append(deleted.pop())
    elif _did(reply, call, FILES) and back and call.query == _PAGE:
        files = reply.body["data"]
        files.insert(0, back[0] | {"created_at": files[0]["created_at"] if files else 0})


# Jobs.
@anywhere("properties.jobs.apart", gateway="infery")
def second_job_has_the_id_of_the_first(reply: Reply, call: Call) -> None:
    """Two jobs submitted one after the other have the same id."""
    submitted = _memory(call, "submitted for one id")
    if not _did(reply, call, VIDEO):
        submitted.clear()
        return
    if submitted:
        reply.body.update(id=submitted[0], job_id=submitted[0])
    submitted.append(reply.body["id"])


@anywhere("properties.jobs.apart", gateway="infery")
def film_of_another_job(reply: Reply, call: Call) -> None:
    """When two jobs have succeeded since the last submission, the second gives the film of the first."""
    first = _memory(call, "first to succeed")
    if _is(call, VIDEO):
        first.clear()
    elif _did(reply, call, VIDEO_STATE) and reply.body["status"] == "succeeded":
        if first and first[0]["id"] != reply.body["id"]:
            reply.body["result"] = first[0]["result"]
        else:
            first.append(reply.body)


@task("properties.jobs.apart")
def status_names_the_task_asked_for_before(reply: Reply, call: Call) -> None:
    """A waiting task is reported under the id of the one asked for before it."""
    if reply.ok:
        before, task = _memory(call, "task before"), dict(reply.body)
        if before and "completed" not in (task["status"], before[0]["status"]):
            reply.body["id"] = before[0]["id"]
        before.append(task)


@anywhere("properties.jobs.model", gateway="infery")
def job_starts_anew_after_a_submission(reply: Reply, call: Call) -> None:
    """A job that has succeeded is processing again once another one is submitted."""
    ended, again = _memory(call, "ended", 50), _memory(call, "again", 50)
    if _did(reply, call, VIDEO):
        again.extend(ended)
    elif _did(reply, call, VIDEO_STATE) and reply.body["status"] == "succeeded":
        if call.path in again:
            reply.body.update(status="processing", result=None)
        ended.append(call.path)


@anywhere("properties.jobs.model", gateway="infery")
def earlier_job_forgotten(reply: Reply, call: Call) -> Reply | None:
    """Of two jobs submitted one right after the other the first one is forgotten."""
    submitted, forgotten = _memory(call, "submitted before another"), _memory(call, "forgotten", 50)
    if _did(reply, call, VIDEO):
        forgotten.extend(submitted)
        submitted.append(reply.body["id"])
        return None
    submitted.clear()
    if _did(reply, call, VIDEO_STATE) and reply.body["id"] in forgotten:
        return Reply.json({"error": {"message": "No such job.", "type": "t", "code": "c"}}, 404)
    return None


@task("properties.jobs.model")
def failed_after_success(reply: Reply, call: Call) -> None:
    """A task that was reported four times as completed is then reported as failed."""
    if reply.ok and reply.body["status"] == "completed":
        completed = _memory(call, "completed", 50)
        completed.append(call.path)
        if completed.count(call.path) > 3:
            reply.body.update(status="failed", results=None)


@fault(VIDEO_STATE, breaks={"properties.jobs.unknown", "videos.unknown"}, gateway="infery")
def beginning_of_an_id_is_enough(reply: Reply, call: Call) -> Reply | None:
    """A job that was asked for once is found by the beginning of its id."""
    known: dict[str, Any] = call.memory.setdefault("histories.known", {})
    beginning = f"{call.key and call.key.account} {call.path[:-8]}"
    if reply.ok:
        known[beginning] = reply.body
    elif reply.cause == "unknown_object" and beginning in known:
        return Reply.json(known[beginning])
    return None
