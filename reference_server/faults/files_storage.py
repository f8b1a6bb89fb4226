"""Ways to mix up whose files there are, and how many."""

from __future__ import annotations

import re

import msgspec

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY
from reference_server.wire.reply import Reply

_UPLOAD = "uploadFile"
_LIST = "listFiles"
_ONE = "retrieveFile"
_KEY = "idempotency-key"
_VALID = re.compile(r"[A-Za-z0-9_.:-]{1,255}")


def _as_first(call: Call) -> None:
    """A key of the second account counts as one of the first."""
    if call.key and call.key.account == "second":
        call.key = msgspec.structs.replace(call.key, account="first")


@request_fault(_ONE, breaks={"files.isolation"})
def strangers_retrieve(call: Call) -> None:
    """Another account can retrieve a file."""
    _as_first(call)


@request_fault("downloadFile", breaks={"files.isolation"})
def strangers_download(call: Call) -> None:
    """Another account can download a file."""
    _as_first(call)


@request_fault("deleteFile", breaks={"files.isolation"})
def strangers_delete(call: Call) -> None:
    """Another account can delete a file."""
    _as_first(call)


@request_fault(_LIST, breaks={"files.isolation.list"})
def strangers_list(call: Call) -> None:
    """Another account sees a file in its list."""
    _as_first(call)


@fault(_ONE, breaks={"files.isolation.hidden"}, gateway="infery")
def foreign_file_forbidden(reply: Reply, call: Call) -> None:
    """A file of another account is forbidden, so it must exist."""
    if reply.cause == "unknown_object" and call.key and call.key.account == "second":
        reply.status = 403


@request_fault(_ONE, breaks={"files.account"}, gateway="infery")
def files_belong_to_keys(call: Call) -> None:
    """Only the key that uploaded a file retrieves it."""
    if call.key and call.key.token == "sk-ok-2":
        call.key = msgspec.structs.replace(call.key, account="nobody")


@fault(_UPLOAD, breaks={"files.filename.plain"}, gateway="infery")
def folders_kept_in_name(reply: Reply, call: Call) -> Reply:
    """A file name comes back with the folders that it was sent with."""
    return reply.edit(lambda body: body.update(filename=call.uploads["file"][0].name))


@request_fault(_UPLOAD, breaks={"files.mime"}, gateway="infery")
def media_type_not_checked(call: Call) -> None:
    """A file may be of another media type than it says."""
    call.uploads["file"] = [upload._replace(media_type=BINARY) for upload in call.uploads["file"]]


@request_fault(
    _UPLOAD,
    breaks={"files.idempotency", "files.idempotency.single", "files.idempotency.invalid"},
    gateway="infery",
)
def idempotency_key_ignored(call: Call) -> None:
    """The idempotency key changes nothing."""
    call.headers.pop(_KEY, None)


@fault(_UPLOAD, breaks={"files.idempotency"}, gateway="infery")
def keyed_upload_renamed(reply: Reply, call: Call) -> None:
    """Each upload under a key is told to be another file."""
    if reply.ok and _KEY in call.headers:
        reply.body["id"] = f"file-{call.id}"


@fault(_LIST, breaks={"files.idempotency.single"}, gateway="infery")
def keyed_upload_kept_twice(reply: Reply, call: Call) -> None:
    """A file that was uploaded under a key is listed twice."""
    if reply.ok and call.query == {"limit": 100}:
        twice = [entry for entry in reply.body["data"] if entry["filename"].startswith("twice_")]
        reply.body["data"] = [*({**entry, "id": f"{entry['id']}-2"} for entry in twice), *reply.body["data"]]


@request_fault(_UPLOAD, breaks={"files.idempotency.other-key"}, gateway="infery")
def idempotency_key_cut(call: Call) -> None:
    """Only the first twelve characters of an idempotency key count."""
    key = call.headers.get(_KEY, "")
    if _VALID.fullmatch(key):
        call.headers[_KEY] = key[:12]


@request_fault(_UPLOAD, breaks={"files.idempotency.invalid"}, gateway="infery")
def wrong_idempotency_key_ignored(call: Call) -> None:
    """An idempotency key of a wrong form is passed over."""
    if not _VALID.fullmatch(call.headers.get(_KEY, "k")):
        del call.headers[_KEY]


@fault(_LIST, breaks={"files.storage"}, gateway="infery")
def list_without_storage(reply: Reply) -> None:
    """The list does not tell the bytes stored."""
    reply.headers.pop("x-storage-used-bytes", None)


@fault(_UPLOAD, breaks={"files.storage"}, gateway="infery")
def upload_without_storage(reply: Reply) -> None:
    """An upload does not tell how many bytes may be stored."""
    reply.headers.pop("x-storage-limit-bytes", None)


@fault(_LIST, breaks={"files.storage"}, gateway="infery")
def storage_with_unit(reply: Reply) -> None:
    """The limit of the bytes stored has a unit."""
    if reply.ok:
        reply.headers["x-storage-limit-bytes"] = "256 MiB"


@fault(_LIST, breaks={"files.storage"}, gateway="infery")
def storage_beyond_limit(reply: Reply) -> None:
    """More bytes are stored than may be."""
    if reply.ok:
        reply.headers["x-storage-limit-bytes"] = "1"


@fault(_LIST, breaks={"files.storage.files"}, gateway="infery")
def list_without_file_count(reply: Reply) -> None:
    """The list does not tell the number of files."""
    reply.headers.pop("x-files-used", None)


@fault(_UPLOAD, breaks={"files.storage.files"}, gateway="infery")
def files_beyond_limit(reply: Reply) -> None:
    """There are more files than there may be."""
    if reply.ok:
        reply.headers["x-files-limit"] = "0"


@fault(_LIST, breaks={"files.storage.grows", "files.storage.shrinks"}, gateway="infery")
def storage_in_kilobytes(reply: Reply) -> None:
    """The bytes stored are counted in thousands."""
    if reply.ok:
        reply.headers["x-storage-used-bytes"] = str(int(reply.headers["x-storage-used-bytes"]) // 1000)


@fault(_LIST, breaks={"files.storage.grows", "files.storage.shrinks"}, gateway="infery")
def storage_never_changes(reply: Reply) -> None:
    """The bytes stored are always as many."""
    if reply.ok:
        reply.headers["x-storage-used-bytes"] = "4096"


@request_fault(_UPLOAD, breaks={"files.expiry"}, before="validation")
def expiry_ignored(call: Call) -> None:
    """`expires_after` changes nothing."""
    call.body.pop("expires_after", None)


@fault(_UPLOAD, breaks={"files.expiry"})
def expiry_is_a_span(reply: Reply) -> None:
    """`expires_at` is the number of seconds that are left."""
    if reply.ok and "expires_at" in reply.body:
        reply.body["expires_at"] -= reply.body["created_at"]


@request_fault(_UPLOAD, breaks={"files.expiry.invalid"}, before="validation")
def short_expiry_rounded_up(call: Call) -> None:
    """A time below the minimum counts as the minimum."""
    if "expires_after" in call.body:
        call.body["expires_after"]["seconds"] = max(call.body["expires_after"]["seconds"], 3600)
