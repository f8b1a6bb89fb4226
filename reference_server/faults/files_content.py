"""Ways to break the download of a file, and its way to a model."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CONTENT = "downloadFile"
_CHAT = "createChatCompletion"
_EVERY = {"files.content", "files.content.binary", "files.content.large"}
_KNOWN = ("file-reference", "file-0000nobody")


def _refused(status: int) -> Reply:
    return Reply.json({"error": {"message": "No.", "type": "invalid_request_error", "code": "no"}}, status)


def _uploaded(call: Call) -> list[dict[str, Any]]:
    """The parts of the request that refer to uploads of the caller."""
    return [part for message in _messages(call) for part in message["content"] if _id(part) not in _KNOWN]


def _messages(call: Call) -> list[dict[str, Any]]:
    """The messages that have parts."""
    messages = call.body.get("messages") if isinstance(call.body, dict) else None
    found = [one for one in messages if isinstance(one, dict)] if isinstance(messages, list) else []
    return [one for one in found if isinstance(one.get("content"), list)]


def _id(part: Any) -> str:
    """The id of the file that a part refers to; a known one when it refers to none."""
    fields = part if isinstance(part, dict) and part.get("type") == "file" else {}
    nested = fields.get("file")
    return (nested if isinstance(nested, dict) else fields).get("file_id") or _KNOWN[0]


@fault(_CONTENT, breaks=_EVERY)
def download_with_newline(reply: Reply) -> None:
    """A newline follows the last byte of a download."""
    if reply.ok:
        reply.body += b"\n"


@fault(_CONTENT, breaks=_EVERY)
def download_in_base64(reply: Reply) -> None:
    """A download is the file in base64."""
    if reply.ok:
        reply.body = base64.b64encode(reply.body)


@fault(_CONTENT, breaks={"files.content.large"})
def download_cut_at_a_mebibyte(reply: Reply) -> None:
    """Of a download the first 1,048,576 bytes come."""
    if reply.ok:
        reply.body = reply.body[:1_048_576]


@fault(_CONTENT, breaks={"files.content.large"})
def file_ends_where_a_part_might(reply: Reply) -> None:
    """Of a file what stands before a line of hyphens is kept."""
    if reply.ok:
        reply.body = reply.body.partition(b"\r\n--")[0]


@fault(_CONTENT, breaks={"files.content.large"})
def download_repeats_a_piece(reply: Reply) -> None:
    """A download that is read in pieces has one of them twice, and not the next."""
    if reply.ok and len(reply.body) > 131_072:
        reply.body = reply.body[:65_536] + reply.body[:65_536] + reply.body[131_072:]


@fault(_CONTENT, breaks=_EVERY, gateway="infery")
def download_forbidden(reply: Reply) -> Reply:
    """Downloads are forbidden, although they are documented."""
    return _refused(403) if reply.ok else reply


@fault(_CONTENT, breaks={"files.content"})
def download_of_text_trimmed(reply: Reply) -> None:
    """A document loses the white space at its end."""
    if reply.ok and reply.headers["content-type"] == "application/pdf":
        reply.body = reply.body.rstrip()


@fault(_CONTENT, breaks={"files.content.binary"})
def download_decoded_as_text(reply: Reply) -> None:
    """Bytes that are no UTF-8 become replacement characters."""
    if reply.ok:
        reply.body = reply.body.decode("utf-8", "replace").encode()


@fault(_CONTENT, breaks={"files.content.type"})
def download_labelled_as_json(reply: Reply) -> None:
    """A download is labelled as JSON."""
    if reply.ok:
        reply.headers["content-type"] = "application/json"


@fault(_CHAT, breaks={"files.chat"})
def upload_unknown_to_chat(reply: Reply, call: Call) -> Reply:
    """A message cannot refer to an upload."""
    return _refused(404) if reply.ok and _uploaded(call) else reply


@fault(_CHAT, breaks={"files.chat"}, gateway="infery")
def flat_upload_unknown_to_chat(reply: Reply, call: Call) -> Reply:
    """A flat part of a message cannot refer to an upload."""
    return _refused(404) if reply.ok and any("file_id" in part for part in _uploaded(call)) else reply


@fault(_CHAT, breaks={"files.chat.counted"})
def uploads_cost_nothing(reply: Reply, call: Call) -> Reply:
    """The prompt of a request with an upload costs one token."""
    if not _uploaded(call):
        return reply
    return reply.edit(
        lambda body: body["usage"].update(prompt_tokens=1, total_tokens=body["usage"]["completion_tokens"] + 1)
    )


@request_fault(_CHAT, breaks={"files.chat.counted", "files.chat.deleted", "files.chat.foreign"})
def uploads_dropped(call: Call) -> None:
    """Uploads do not reach the model."""
    dropped = _uploaded(call)
    for message in _messages(call):
        message["content"] = [part for part in message["content"] if part not in dropped]


@fault(_CHAT, breaks={"files.chat.deleted"})
def deleted_upload_read(reply: Reply, call: Call) -> Reply:
    """A message may refer to a deleted file."""
    own = call.key is not None and call.key.account == "first"
    return Reply.json({"object": "chat.completion"}) if not reply.ok and own and _uploaded(call) else reply


@request_fault(_CHAT, breaks={"files.chat.foreign"})
def foreign_upload_read(call: Call) -> None:
    """A message may refer to a file of another account."""
    if call.key and call.key.account == "second":
        call.key = msgspec.structs.replace(call.key, account="first")
