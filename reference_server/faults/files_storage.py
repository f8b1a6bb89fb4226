"""Ways to mix up whose files there are, and how many."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import change, drop, header, status
from reference_server.faults.words.files import as_first, from_account, listed
from reference_server.faults.words.openai import DELETE_FILE, FILE, FILE_CONTENT, FILES, UPLOAD
from reference_server.faults.words.prompts import TWICE
from reference_server.faults.words.situations import UNKNOWN, both, served
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY
from reference_server.wire.reply import Reply

request = rows(FILE, request_fault)
upload = rows(UPLOAD)
upload_request = rows(UPLOAD, request_fault, gateway="infery")
page = rows(FILES, when=served, gateway="infery")
unjudged = rows(UPLOAD, request_fault, before="validation")

_KEY = "idempotency-key"
_VALID = re.compile(r"[A-Za-z0-9_.:-]{1,255}")
_USED, _LIMIT = "x-storage-used-bytes", "x-storage-limit-bytes"

# Whose.
strangers_retrieve = request("files.isolation", "Another account can retrieve a file.", as_first)
strangers_download = request_fault(
    FILE_CONTENT, "Another account can download a file.", as_first, breaks={"files.isolation"}
)
strangers_delete = request_fault(
    DELETE_FILE, "Another account can delete a file.", as_first, breaks={"files.isolation"}
)
strangers_list = request_fault(
    FILES, "Another account sees a file in its list.", as_first, breaks={"files.isolation.list"}
)
foreign_file_forbidden = fault(
    FILE,
    "A request for another account's file is answered as forbidden, which reveals that it exists.",
    status(403),
    when=both(UNKNOWN, from_account("second")),
    breaks={"files.isolation.hidden"},
    gateway="infery",
)


@request("files.account", gateway="infery")
def files_belong_to_keys(call: Call) -> None:
    """Only the key that uploaded a file can retrieve it."""
    if call.key and call.key.token == "sk-ok-2":
        call.key = msgspec.structs.replace(call.key, account="nobody")


# The upload.


folders_kept_in_name = upload(
    "files.filename.plain",
    "A file name comes back with the folders that it was sent with.",
    lambda reply, call: reply.edit(lambda body: body.update(filename=call.uploads["file"][0].name)),
    gateway="infery",
)


@upload_request("files.mime")
def media_type_not_checked(call: Call) -> None:
    """A file whose content does not match its media type is accepted."""
    call.uploads["file"] = [upload._replace(media_type=BINARY) for upload in call.uploads["file"]]


idempotency_key_ignored = upload_request(
    "files.idempotency files.idempotency.single files.idempotency.invalid",
    "A repeated upload with the same idempotency key makes a second file.",
    lambda call: call.headers.pop(_KEY, None),
)
keyed_upload_renamed = upload(
    "files.idempotency",
    "Repeating an upload under the same key gives another id.",
    lambda reply, call: reply.edit(lambda body: body.update(id=f"file-{call.id}")),
    when=has_header(_KEY),
    gateway="infery",
)


def _repeat(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    twice = [entry for entry in entries if entry["filename"].startswith(TWICE)]
    return [*(entry | {"id": f"{entry['id']}-2"} for entry in twice), *entries]


keyed_upload_kept_twice = fault(
    FILES,
    "A file that was uploaded under a key is listed twice.",
    change("data", _repeat),
    when=listed,
    breaks={"files.idempotency.single"},
    gateway="infery",
)


@upload_request("files.idempotency.other-key")
def idempotency_key_cut(call: Call) -> None:
    """Only the first twelve characters of an idempotency key count."""
    key = call.headers.get(_KEY, "")
    if _VALID.fullmatch(key):
        call.headers[_KEY] = key[:12]


@upload_request("files.idempotency.invalid")
def wrong_idempotency_key_ignored(call: Call) -> None:
    """A malformed idempotency key is ignored."""
    if not _VALID.fullmatch(call.headers.get(_KEY, "k")):
        del call.headers[_KEY]


# How many.
list_without_storage = page("files.storage", "The list lacks the header for the bytes stored.", header(_USED, None))
upload_without_storage = upload(
    "files.storage", "An upload has no storage limit header.", header(_LIMIT, None), when=served, gateway="infery"
)
storage_with_unit = page("files.storage", "The header for the storage limit has a unit.", header(_LIMIT, "256 MiB"))
storage_beyond_limit = page("files.storage", "The bytes stored exceed the limit.", header(_LIMIT, "1"))
list_without_file_count = page(
    "files.storage.files", "The list of files lacks the header for their number.", header("x-files-used", None)
)
files_beyond_limit = upload(
    "files.storage.files",
    "The headers show more files than the limit allows.",
    header("x-files-limit", "0"),
    when=served,
    gateway="infery",
)
storage_in_kilobytes = page(
    "files.storage.grows files.storage.shrinks",
    "The header for the bytes stored counts kilobytes.",
    header(_USED, lambda size: str(int(size) // 1000)),
)
storage_never_changes = page(
    "files.storage.grows files.storage.shrinks", "The header for the bytes stored never changes.", header(_USED, "4096")
)

# How long.
expiry_ignored = unjudged("files.expiry", "`expires_after` of an upload is ignored.", drop("expires_after"))


@upload("files.expiry")
def expiry_is_a_span(reply: Reply) -> None:
    """`expires_at` of a file is the number of seconds that are left."""
    if reply.ok and "expires_at" in reply.body:
        reply.body["expires_at"] -= reply.body["created_at"]


short_expiry_rounded_up = unjudged(
    "files.expiry.invalid",
    "An `expires_after` below the minimum is raised to it.",
    change("expires_after.seconds", lambda seconds: max(seconds, 3600)),
)
