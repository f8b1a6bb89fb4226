"""Legal differences between gateways that keep files."""

from __future__ import annotations

from reference_server.faults import request_variation, variation
from reference_server.wire.call import Call
from reference_server.wire.form import BINARY
from reference_server.wire.reply import Reply

_UPLOAD = "uploadFile"
_LIST = "listFiles"
_ONE = "retrieveFile"
_CONTENT = "downloadFile"


def _refused(message: str, status: int = 400) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "not_allowed"}
    return Reply.json({"error": error}, status)


@variation(_UPLOAD)
def upload_created(reply: Reply) -> None:
    """An upload is answered with 201."""
    if reply.ok:
        reply.status = 201


@variation(_UPLOAD)
def upload_not_yet_processed(reply: Reply) -> Reply:
    """A file is uploaded first and processed later."""
    return reply.edit(lambda body: {"status_details": None, "expires_at": None, **body, "status": "uploaded"})


@variation(_ONE)
def retrieved_without_status(reply: Reply) -> Reply:
    """A file has no status, which is deprecated."""
    return reply.edit(lambda body: body.pop("status") and None)


@variation(_LIST)
def list_names_no_first_file(reply: Reply) -> Reply:
    """A page names only its last file."""
    return reply.edit(lambda body: body.pop("first_id", None) and None)


@variation(_LIST, gateway="infery")
def last_page_names_no_file(reply: Reply) -> None:
    """The last page has no cursor."""
    if reply.ok and not reply.body["has_more"]:
        reply.body["last_id"] = None


@request_variation(_LIST, gateway="infery")
def oldest_file_listed_first(call: Call) -> None:
    """The oldest file comes first where no order is documented."""
    call.query["order"] = "asc"


@variation(_LIST)
def wrong_list_query_ignored(reply: Reply) -> Reply:
    """A wrong query parameter gives an empty page."""
    return Reply.json({"object": "list", "data": [], "has_more": False}) if reply.cause == "invalid_value" else reply


@variation(_CONTENT)
def download_as_octets(reply: Reply) -> None:
    """Every download is of the media type `application/octet-stream`."""
    if reply.ok:
        reply.headers["content-type"] = BINARY


@variation(_CONTENT)
def download_by_purpose(reply: Reply) -> Reply:
    """Only files for batches can be downloaded."""
    allowed = not reply.ok or reply.headers["content-type"] == "application/jsonl"
    return reply if allowed else _refused("Not allowed to download files of this purpose.")


@variation(_CONTENT)
def no_download_at_all(reply: Reply) -> Reply:
    """No file can be downloaded, and nobody learns which there are."""
    known = reply.ok or reply.cause == "unknown_object"
    return _refused("Files cannot be downloaded.", 403) if known else reply


@request_variation(_UPLOAD, before="validation")
def user_data_not_taken(call: Call) -> None:
    """The purpose `user_data` does not exist."""
    if call.body.get("purpose") == "user_data":
        call.body["purpose"] = "unknown"


@variation(_ONE)
def foreign_files_forbidden(reply: Reply, call: Call) -> None:
    """A file of another account is forbidden where no status is documented for it."""
    if reply.cause == "unknown_object" and call.key and call.key.account == "second":
        reply.status = 403


@request_variation(_UPLOAD, before="validation")
def no_expiry_taken(call: Call) -> None:
    """`expires_after` is refused."""
    if "expires_after" in call.body:
        call.body["expires_after"] = None
