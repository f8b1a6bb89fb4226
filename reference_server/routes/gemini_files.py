"""The files of the Gemini protocol, which are those of the account; they are uploaded in steps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reference_server.errors import Refusal
from reference_server.routes import route
from reference_server.state.files import MOST_BYTES, Shelf, StoredFile
from reference_server.state.store import Stored
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY, Upload
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_KIND, _NOBODY = "gemini-upload", ""
"""What an upload is called in the store. It belongs to whoever knows its address."""
_MOST_UPLOADS = 100
"""The most uploads that have begun and not ended; further ones end the oldest."""
_LASTS = 48 * 60 * 60
"""Seconds that a file is kept."""
_LARGEST_PAGE, _USUAL_PAGE = 100, 10
_HEADER = "x-goog-upload-"
_MEMBERS = {"displayName": "display_name", "mimeType": "mime_type"}
"""The members of a file that an upload may give, in both spellings."""


@route("uploadGeminiFile", "uploadGeminiFileV1")
def upload_file(service: Service, call: Call) -> Reply:
    """Starts an upload, or takes the next bytes of one. The last ones make it a file."""
    name = call.query.get("upload_id")
    if name is None:
        return _start(service, call)
    upload = service.store.get(_KIND, name, _NOBODY)
    if upload is None:
        raise Refusal("unknown_object", f"There is no upload {name!r}.", "upload_id")
    data = _longer(upload, call)
    if "finalize" in call.headers.get(f"{_HEADER}command", ""):
        return _finish(service, call, upload, data)
    service.store.put(_KIND, name, _NOBODY, upload.fields, data)
    return _status("active")


def _start(service: Service, call: Call) -> Reply:
    if call.key is None:
        raise Refusal("missing_credential", "No API key was sent, or it is not valid.")
    if call.headers.get(f"{_HEADER}command") != "start":
        raise Refusal("invalid_value", f"An upload begins with {_HEADER}command: start.", f"{_HEADER}command")
    told = _described(call)
    media_type = call.headers.get(f"{_HEADER}header-content-type") or told["mimeType"] or BINARY
    fields = {"account": call.key.account, "name": told["displayName"], "media_type": media_type}
    for old in service.store.all(_KIND, _NOBODY)[: 1 - _MOST_UPLOADS]:
        service.store.delete(_KIND, old.id, _NOBODY)
    name = service.store.ids()
    service.store.put(_KIND, name, _NOBODY, fields)
    reply = _status("active")
    reply.headers[f"{_HEADER}url"] = f"http://{call.headers['host']}{call.address}?upload_id={name}"
    return reply


def _described(call: Call) -> dict[str, Any]:
    """What the body says of the file, in either spelling. Raises Refusal when it is not JSON of the documented form."""
    try:
        body = json.loads(call.raw or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refusal("malformed_body", f"The body is not JSON: {error}.") from error
    file = body.get("file", {}) if isinstance(body, dict) else None
    if isinstance(file, dict):
        told = {camel: file.get(camel, file.get(snake, "")) for camel, snake in _MEMBERS.items()}
        if all(isinstance(text, str) for text in told.values()):
            return told
    raise Refusal("invalid_value", "`file` must be an object, with texts as displayName and mimeType.", "file")


def _longer(upload: Stored, call: Call) -> bytes:
    """All bytes of an upload so far. Raises Refusal when they do not follow each other, or are too many."""
    if call.raw is None or len(upload.data) + len(call.raw) > MOST_BYTES:
        raise Refusal("body_too_large", f"A file has at most {MOST_BYTES} bytes.")
    if call.headers.get(f"{_HEADER}offset", str(len(upload.data))) != str(len(upload.data)):
        raise Refusal("invalid_value", f"The next byte is number {len(upload.data)}.", f"{_HEADER}offset")
    return upload.data + call.raw


def _finish(service: Service, call: Call, upload: Stored, data: bytes) -> Reply:
    fields = upload.fields
    shelf = service.shelf_of(fields["account"])
    file = shelf.add(Upload(fields["name"], fields["media_type"], data), "user_data", _LASTS)
    service.store.delete(_KIND, upload.id, _NOBODY)
    reply = Reply.json({"file": _file(service, call, file)})
    reply.headers[f"{_HEADER}status"] = "final"
    return reply


def _status(word: str) -> Reply:
    return Reply(200, {f"{_HEADER}status": word}, b"")


@route("listGeminiFiles", "listGeminiFilesV1")
def list_files(service: Service, call: Call) -> Reply:
    """A page of the files of the account, the latest first."""
    files = service.shelf(call).all()[::-1]
    token = call.query.get("pageToken") or "0"
    if not token.isdecimal() or not token.isascii() or len(token) > len(str(len(files))):
        raise Refusal("invalid_value", f"No page has the token {token!r}.", "pageToken")
    end = int(token) + min(int(call.query.get("pageSize") or _USUAL_PAGE), _LARGEST_PAGE)
    page = {"files": [_file(service, call, file) for file in files[int(token) : end]]}
    return Reply.json({**page, "nextPageToken": str(end)} if end < len(files) else page)


@route("retrieveGeminiFile", "retrieveGeminiFileV1")
def retrieve_file(service: Service, call: Call) -> Reply:
    """One file."""
    return Reply.json(_file(service, call, _known(service.shelf(call), call)))


@route("deleteGeminiFile", "deleteGeminiFileV1")
def delete_file(service: Service, call: Call) -> Reply:
    """Deletes a file."""
    shelf = service.shelf(call)
    shelf.delete(_known(shelf, call).description["id"])
    return Reply.json({})


def _known(shelf: Shelf, call: Call) -> StoredFile:
    file = shelf.find(call.parameters["file_id"])
    if file is None:
        raise Refusal("unknown_object", f"There is no file {call.parameters['file_id']!r}.", "name")
    return file


def _file(service: Service, call: Call, file: StoredFile) -> dict[str, Any]:
    told = file.description
    version = "v1" if call.operation and call.operation.id.endswith("V1") else "v1beta"
    ends = {"expirationTime": _time(told["expires_at"])} if "expires_at" in told else {}
    return {
        "name": f"files/{told['id']}",
        "displayName": told["filename"],
        "mimeType": file.media_type,
        "sizeBytes": str(told["bytes"]),
        "createTime": _time(told["created_at"]),
        "updateTime": _time(told["created_at"]),
        **ends,
        "uri": f"http://{call.headers.get('host', '')}{service.contract.bases['gemini']}/{version}/files/{told['id']}",
        "state": "ACTIVE",
        "source": "UPLOADED",
    }


def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
