"""Ways to break the upload of a file, its retrieval and its deletion."""

from __future__ import annotations

from collections import deque
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY, Upload
from reference_server.wire.reply import Reply

_UPLOAD = "uploadFile"
_ONE = "retrieveFile"
_DELETE = "deleteFile"
_CONTENT = "downloadFile"
_NOBODYS = "file-0000nobody"
_LAST_DELETED: deque[str] = deque(maxlen=1)


def _file(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "file",
        "bytes": 7,
        "created_at": 1767225600,
        "filename": "ghost.txt",
        "purpose": "user_data",
        "status": "processed",
    }


def _name(call: Call) -> str:
    """The id in the path."""
    return call.path.split("/")[2]


def _gone(reply: Reply, call: Call) -> bool:
    """The file was not found, and its id looks like one that once was."""
    return reply.cause == "unknown_object" and _name(call) != _NOBODYS


def _of_first(call: Call) -> bool:
    """The caller has the account of the default key."""
    return call.key is not None and call.key.account == "first"


@fault(_UPLOAD, breaks={"files.upload"})
def upload_without_object(reply: Reply) -> Reply:
    """The file object does not say what it is."""
    return reply.edit(lambda body: body.pop("object") and None)


@fault(_UPLOAD, breaks={"files.upload"})
def upload_answers_in_envelope(reply: Reply) -> Reply:
    """The file object stands inside another object."""
    return reply.edit(lambda body: {"file": dict(body)})


@fault(_UPLOAD, breaks={"files.upload"})
def upload_labelled_as_text(reply: Reply) -> None:
    """The file object is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_UPLOAD, breaks={"files.upload"})
def upload_fails(reply: Reply) -> Reply:
    """Every upload is a server error."""
    return Reply.json({"error": {"message": "Oops.", "type": "server_error"}}, 500) if reply.ok else reply


@fault(_UPLOAD, breaks={"files.upload.bytes"})
def bytes_of_base64(reply: Reply) -> Reply:
    """The size is that of the file in base64."""
    return reply.edit(lambda body: body.update(bytes=(body["bytes"] + 2) // 3 * 4))


@fault(_UPLOAD, breaks={"files.upload.bytes"})
def bytes_are_letters(reply: Reply, call: Call) -> Reply:
    """The size of a text is the number of its letters."""
    letters = len(call.uploads["file"][0].data.decode("utf-8", "surrogateescape")) if reply.ok else 0
    return reply.edit(lambda body: body.update(bytes=letters))


@fault(_UPLOAD, breaks={"files.upload.created-at"})
def upload_created_in_milliseconds(reply: Reply) -> Reply:
    """The time of the upload is in milliseconds."""
    return reply.edit(lambda body: body.update(created_at=body["created_at"] * 1000))


@fault(_UPLOAD, breaks={"files.upload.created-at"})
def upload_created_as_text(reply: Reply) -> Reply:
    """The time of the upload is a date in text."""
    return reply.edit(lambda body: body.update(created_at="2026-11-20T12:00:00Z"))


@fault(_UPLOAD, breaks={"files.upload.filename"})
def upload_name_dropped(reply: Reply) -> Reply:
    """Every file is called `file`."""
    return reply.edit(lambda body: body.update(filename="file"))


@fault(_UPLOAD, breaks={"files.upload.unicode-name"})
def unicode_name_replaced(reply: Reply) -> Reply:
    """Characters beyond ASCII in a file name become question marks."""
    return reply.edit(lambda body: body.update(filename=body["filename"].encode("ascii", "replace").decode()))


@fault(_UPLOAD, breaks={"files.upload.purpose"})
def upload_purpose_replaced(reply: Reply) -> Reply:
    """Every file is told to be for assistants."""
    return reply.edit(lambda body: body.update(purpose="assistants"))


@fault(_UPLOAD, breaks={"files.upload.status"}, gateway="infery")
def upload_without_status(reply: Reply) -> Reply:
    """The file object has no status."""
    return reply.edit(lambda body: body.pop("status") and None)


@fault(_UPLOAD, breaks={"files.upload.unique"})
def texts_share_one_id(reply: Reply) -> None:
    """All small texts have one id."""
    if reply.ok and reply.body["bytes"] < 100:
        reply.body["id"] = "file-reference"


@request_fault(_UPLOAD, breaks={"files.upload.no-file"}, before="validation")
def file_optional(call: Call) -> None:
    """A form without a file makes one."""
    if "file" not in call.body:
        call.body["file"] = "untitled"
        call.uploads["file"] = [Upload("untitled", BINARY, b"\0")]


@request_fault(_UPLOAD, breaks={"files.upload.no-purpose"}, before="validation")
def purpose_optional(call: Call) -> None:
    """A form without a purpose is taken."""
    call.body.setdefault("purpose", "assistants")


@request_fault(_UPLOAD, breaks={"files.upload.unknown-purpose"}, before="validation")
def any_purpose_taken(call: Call) -> None:
    """A purpose that does not exist counts as another one."""
    if call.body.get("purpose") == "no-such-purpose":
        call.body["purpose"] = "assistants"


@fault(_UPLOAD, breaks={"files.upload.broken-form"})
def broken_form_taken(reply: Reply) -> Reply:
    """What can be read of a broken form is kept."""
    return Reply.json(_file("file-half")) if reply.cause == "malformed_body" else reply


@fault(_UPLOAD, breaks={"files.upload.broken-form"})
def broken_form_is_server_error(reply: Reply) -> None:
    """A form that cannot be read is the server's failure."""
    if reply.cause == "malformed_body":
        reply.status = 500


@fault(_UPLOAD, breaks={"files.upload.not-a-form"})
def upload_in_json_taken(reply: Reply) -> Reply:
    """An upload in JSON is a success."""
    return Reply.json(_file("file-json")) if reply.cause == "wrong_media_type" else reply


@fault(_UPLOAD, breaks={"files.upload.not-a-form"})
def upload_in_json_is_server_error(reply: Reply) -> None:
    """An upload in JSON is the server's failure."""
    if reply.cause == "wrong_media_type":
        reply.status = 500


@fault(_ONE, breaks={"files.retrieve"})
def retrieved_file_renamed(reply: Reply) -> Reply:
    """A file is called by its id once it is retrieved."""
    return reply.edit(lambda body: body.update(filename=body["id"]))


@fault(_ONE, breaks={"files.retrieve"})
def retrieved_file_is_new(reply: Reply) -> Reply:
    """A file is younger each time it is retrieved."""
    return reply.edit(lambda body: body.update(created_at=body["created_at"] + 60))


@fault(_ONE, breaks={"files.retrieve"})
def uploaded_file_lost(reply: Reply) -> Reply:
    """A file cannot be retrieved after its upload."""
    return Reply.json({"error": {"message": "No such file.", "type": "x"}}, 404) if reply.ok else reply


@fault(_ONE, breaks={"files.unknown"})
def unknown_file_is_server_error(reply: Reply, call: Call) -> None:
    """A file that nobody uploaded is the server's failure."""
    if _name(call) == _NOBODYS:
        reply.status = 500


@fault(_ONE, breaks={"files.unknown"})
def unknown_file_is_null(reply: Reply, call: Call) -> Reply:
    """A file that nobody uploaded is null."""
    return Reply(200, {"content-type": "application/json"}, b"null") if _name(call) == _NOBODYS else reply


@fault(_CONTENT, breaks={"files.unknown"})
def unknown_download_is_empty(reply: Reply, call: Call) -> Reply:
    """The download of a file that nobody uploaded is empty."""
    return Reply(200, {"content-type": BINARY}, b"") if _name(call) == _NOBODYS else reply


@fault(_DELETE, breaks={"files.unknown"})
def unknown_deletion_confirmed(reply: Reply, call: Call) -> Reply:
    """Every deletion is confirmed, also that of a file that nobody uploaded."""
    confirmed = {"id": _name(call), "object": "file", "deleted": True}
    return Reply.json(confirmed) if reply.cause == "unknown_object" and _of_first(call) else reply


@fault(_ONE, breaks={"files.errors"})
def file_errors_in_text(reply: Reply) -> None:
    """An error about a file is plain text."""
    if not reply.ok:
        reply.headers["content-type"] = "text/plain"
        reply.body = b"Not found."


@fault(_UPLOAD, breaks={"files.errors"})
def upload_errors_without_envelope(reply: Reply) -> Reply:
    """The error of an upload does not stand under `error`."""
    return reply.edit_error(lambda body: body["error"])


@fault(_UPLOAD, breaks={"files.schema"})
def upload_status_is_number(reply: Reply) -> Reply:
    """The status of a file is a number."""
    return reply.edit(lambda body: body.update(status=7))


@fault(_DELETE, breaks={"files.delete"})
def deletion_unsaid(reply: Reply) -> Reply:
    """A deletion does not say that it happened."""
    return reply.edit(lambda body: body.pop("deleted") and None)


@fault(_DELETE, breaks={"files.delete"})
def deletion_of_another_name(reply: Reply) -> Reply:
    """A deletion names another file."""
    return reply.edit(lambda body: body.update(id="file-other"))


@fault(_DELETE, breaks={"files.delete"})
def deletion_without_content(reply: Reply) -> Reply:
    """A deletion is answered with 204."""
    return Reply(204) if reply.ok else reply


@fault(_ONE, breaks={"files.delete.gone"})
def deleted_file_retrieved(reply: Reply, call: Call) -> Reply:
    """A deleted file can still be retrieved."""
    return Reply.json(_file(_name(call))) if _gone(reply, call) and _of_first(call) else reply


@fault(_CONTENT, breaks={"files.delete.gone"})
def deleted_file_downloaded(reply: Reply, call: Call) -> Reply:
    """A deleted file can still be downloaded."""
    served = _gone(reply, call) and _of_first(call)
    return Reply(200, {"content-type": BINARY}, b"\0") if served else reply


@fault("*", breaks={"files.delete.unlisted"})
def deleted_file_listed(reply: Reply, call: Call) -> None:
    """The file that was deleted last stays in the list."""
    operation = call.operation.id if call.operation else ""
    if operation == _DELETE and reply.ok:
        _LAST_DELETED.append(reply.body["id"])
    if operation == "listFiles" and reply.ok and _LAST_DELETED and call.query == {"limit": 100}:
        reply.body["data"].insert(0, {**_file(_LAST_DELETED[0]), "created_at": reply.body["data"][0]["created_at"]})


@fault(_DELETE, breaks={"files.delete.again"})
def second_deletion_confirmed(reply: Reply, call: Call) -> Reply:
    """A file can be deleted once more."""
    again = _gone(reply, call) and _of_first(call)
    return Reply.json({"id": _name(call), "object": "file", "deleted": True}) if again else reply


@fault(_UPLOAD, breaks={"files.upload.created-at", "files.retrieve", "files.list.same"})
def file_created_at_is_true(reply: Reply) -> Reply:
    """`created_at` of an uploaded file is true."""
    return reply.edit(lambda body: body.update(created_at=True))
