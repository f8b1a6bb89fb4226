"""Ways to mix up whose files there are, and how many."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import msgspec

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, header, status
from reference_server.faults.words.files import as_first, from_account, listed
from reference_server.faults.words.openai import DELETE_FILE, FILE, FILE_CONTENT, FILES, UPLOAD
from reference_server.faults.words.situations import UNKNOWN, both, served
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY
from reference_server.wire.reply import Reply

page = partial(fault, FILES, when=served, gateway="infery")
upload = partial(fault, UPLOAD, when=served, gateway="infery")
upload_request = partial(request_fault, UPLOAD, gateway="infery")
unjudged = partial(request_fault, UPLOAD, before="validation")

_KEY = "idempotency-key"
_VALID = re.compile(r"[A-Za-z0-9_.:-]{1,255}")
_USED, _LIMIT = "x-storage-used-bytes", "x-storage-limit-bytes"

# Whose.

strangers_retrieve = request_fault(FILE, "Another account can retrieve a file.", as_first, breaks={"files.isolation"})
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
    "A file of another account is forbidden, so it must exist.",
    status(403),
    when=both(UNKNOWN, from_account("second")),
    breaks={"files.isolation.hidden"},
    gateway="infery",
)


@request_fault(FILE, breaks={"files.account"}, gateway="infery")
def files_belong_to_keys(call: Call) -> None:
    """Only the key that uploaded a file retrieves it."""
    if call.key and call.key.token == "sk-ok-2":
        call.key = msgspec.structs.replace(call.key, account="nobody")


# The upload.


@fault(UPLOAD, breaks={"files.filename.plain"}, gateway="infery")
def folders_kept_in_name(reply: Reply, call: Call) -> Reply:
    """A file name comes back with the folders that it was sent with."""
    return reply.edit(lambda body: body.update(filename=call.uploads["file"][0].name))


@upload_request(breaks={"files.mime"})
def media_type_not_checked(call: Call) -> None:
    """A file may be of another media type than it says."""
    call.uploads["file"] = [upload._replace(media_type=BINARY) for upload in call.uploads["file"]]


idempotency_key_ignored = upload_request(
    "The idempotency key changes nothing.",
    lambda call: call.headers.pop(_KEY, None),
    breaks={"files.idempotency", "files.idempotency.single", "files.idempotency.invalid"},
)
keyed_upload_renamed = fault(
    UPLOAD,
    "Each upload under a key is told to be another file.",
    lambda reply, call: reply.edit(lambda body: body.update(id=f"file-{call.id}")),
    when=has_header(_KEY),
    breaks={"files.idempotency"},
    gateway="infery",
)


def _repeat(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    twice = [entry for entry in entries if entry["filename"].startswith("twice_")]
    return [*(entry | {"id": f"{entry['id']}-2"} for entry in twice), *entries]


keyed_upload_kept_twice = fault(
    FILES,
    "A file that was uploaded under a key is listed twice.",
    change("data", _repeat),
    when=listed,
    breaks={"files.idempotency.single"},
    gateway="infery",
)


@upload_request(breaks={"files.idempotency.other-key"})
def idempotency_key_cut(call: Call) -> None:
    """Only the first twelve characters of an idempotency key count."""
    key = call.headers.get(_KEY, "")
    if _VALID.fullmatch(key):
        call.headers[_KEY] = key[:12]


@upload_request(breaks={"files.idempotency.invalid"})
def wrong_idempotency_key_ignored(call: Call) -> None:
    """An idempotency key of a wrong form is passed over."""
    if not _VALID.fullmatch(call.headers.get(_KEY, "k")):
        del call.headers[_KEY]


# How many.

list_without_storage = page("The list does not tell the bytes stored.", header(_USED, None), breaks={"files.storage"})
upload_without_storage = upload(
    "An upload does not tell how many bytes may be stored.", header(_LIMIT, None), breaks={"files.storage"}
)
storage_with_unit = page(
    "The limit of the bytes stored has a unit.", header(_LIMIT, "256 MiB"), breaks={"files.storage"}
)
storage_beyond_limit = page("More bytes are stored than may be.", header(_LIMIT, "1"), breaks={"files.storage"})
list_without_file_count = page(
    "The list does not tell the number of files.", header("x-files-used", None), breaks={"files.storage.files"}
)
files_beyond_limit = upload(
    "There are more files than there may be.", header("x-files-limit", "0"), breaks={"files.storage.files"}
)
storage_in_kilobytes = page(
    "The bytes stored are counted in thousands.",
    header(_USED, lambda size: str(int(size) // 1000)),
    breaks={"files.storage.grows", "files.storage.shrinks"},
)
storage_never_changes = page(
    "The bytes stored never change.", header(_USED, "4096"), breaks={"files.storage.grows", "files.storage.shrinks"}
)

# How long.

expiry_ignored = unjudged("`expires_after` changes nothing.", drop("expires_after"), breaks={"files.expiry"})


@fault(UPLOAD, breaks={"files.expiry"})
def expiry_is_a_span(reply: Reply) -> None:
    """`expires_at` is the number of seconds that are left."""
    if reply.ok and "expires_at" in reply.body:
        reply.body["expires_at"] -= reply.body["created_at"]


short_expiry_rounded_up = unjudged(
    "A time below the minimum counts as the minimum.",
    change("expires_after.seconds", lambda seconds: max(seconds, 3600)),
    breaks={"files.expiry.invalid"},
)
