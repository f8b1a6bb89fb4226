"""`/files`: upload, list, retrieve, delete and download."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from reference_server.errors import Refusal
from reference_server.routes import route
from reference_server.state.files import MOST_BYTES, MOST_FILES, StoredFile
from reference_server.wire import sniffing
from reference_server.wire.call import Call
from reference_server.wire.form import Upload
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,255}")


@route("uploadFile")
def upload_file(service: Service, call: Call) -> Reply:
    """Stores the file and describes it."""
    upload = call.uploads["file"][0]
    if not upload.data:
        raise Refusal("invalid_value", "The file is empty.", "file", "empty_file")
    if service.file_rules.get("sniffs"):
        _refuse_mismatch(upload)
    lasts = (call.body.get("expires_after") or {}).get("seconds")
    shelf, key = service.shelf(call), _idempotency_key(service, call)
    if key is None:
        file = shelf.add(upload, call.body["purpose"], lasts)
    else:
        file = shelf.add_once(key, upload, call.body["purpose"], lasts)
    return _answer(service, call, Reply.json(file.description))


def _refuse_mismatch(upload: Upload) -> None:
    actual_type = sniffing.mismatch(upload.data, upload.media_type)
    if actual_type:
        message = f"The file is declared as {upload.media_type}, but its content is {actual_type}."
        raise Refusal("invalid_value", message, "file", "mime_mismatch")


def _idempotency_key(service: Service, call: Call) -> str | None:
    header = service.file_rules.get("idempotency_key")
    key = call.headers.get(header) if header else None
    if key is not None and not _KEY.fullmatch(key):
        message = "Idempotency-Key must be 1 to 255 of letters, digits, `_`, `.`, `:` and `-`."
        raise Refusal("invalid_value", message, None, "invalid_idempotency_key")
    return key


@route("listFiles")
def list_files(service: Service, call: Call) -> Reply:
    """One page of the account's files."""
    files = service.shelf(call).all()
    newest_first = call.query.get("order", "desc") == "desc"
    if newest_first:
        files.reverse()
    purpose, after = call.query.get("purpose"), call.query.get("after")
    if after is not None:
        files = _after(files, _place(service, call, after), newest_first)
    files = [file for file in files if purpose in (None, file.description["purpose"])]
    assert call.operation
    limit = call.query.get("limit", call.operation.query["limit"]["default"])
    page = [file.description for file in files[:limit]]
    body = {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(files) > len(page),
    }
    return _answer(service, call, Reply.json(body))


def _place(service: Service, call: Call, after: str) -> int:
    """The place of the file, even of a deleted one: a client may delete files while it reads the list."""
    place = service.shelf(call).place(after)
    if place is None:
        raise Refusal("invalid_value", f"There is no file {after!r} to start after.", "after")
    return place


def _after(files: list[StoredFile], place: int, newest_first: bool) -> list[StoredFile]:
    return [file for file in files if (file.place < place if newest_first else file.place > place)]


@route("retrieveFile")
def retrieve_file(service: Service, call: Call) -> Reply:
    """Describes one file."""
    file = service.shelf(call).find(call.parameters["file_id"])
    if file is None:
        raise _unknown(call)
    return _answer(service, call, Reply.json(file.description))


@route("deleteFile")
def delete_file(service: Service, call: Call) -> Reply:
    """Deletes the file and confirms it."""
    name = call.parameters["file_id"]
    if not service.shelf(call).delete(name):
        raise _unknown(call)
    return _answer(service, call, Reply.json({"id": name, "object": "file", "deleted": True}))


@route("downloadFile")
def download_file(service: Service, call: Call) -> Reply:
    """The bytes of one file, as an attachment."""
    file = service.shelf(call).get(call.parameters["file_id"])
    if file is None:
        raise _unknown(call)
    headers = {
        "content-type": file.media_type,
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "cache-control": "private, max-age=0",
    }
    return Reply(200, headers, file.data)


def _unknown(call: Call) -> Refusal:
    return Refusal("unknown_object", f"There is no file {call.parameters['file_id']!r}.", "file_id")


def _answer(service: Service, call: Call, reply: Reply) -> Reply:
    """The reply with the documented headers about the storage."""
    names = service.file_rules.get("storage")
    if names:
        files, used = service.shelf(call).held()
        usage = {"used": used, "limit": MOST_BYTES, "files": files, "files_limit": MOST_FILES}
        reply.headers.update({names[name]: str(value) for name, value in usage.items()})
    return reply
