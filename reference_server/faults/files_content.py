"""Ways to break the download of a file, and its way to a model."""

from __future__ import annotations

import base64
from typing import Any

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import answer, label, raw, refuse
from reference_server.faults.words.files import MADE_UP, NOBODYS, REFERENCE, as_first, from_account
from reference_server.faults.words.openai import CHAT, FILE_CONTENT, turns
from reference_server.faults.words.situations import asked, both, refused, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

download = rows(FILE_CONTENT, when=served)
chat = rows(CHAT)
request = rows(CHAT, request_fault)

_EVERY = "files.content files.content.binary files.content.large"
_NOT_UPLOADED = (REFERENCE, NOBODYS, MADE_UP)
"""How the ids of files end that the caller has not uploaded."""


def _uploaded(call: Call) -> list[dict[str, Any]]:
    """The parts of the request that refer to uploads of the caller."""
    return [part for turn in _in_parts(call) for part in turn["content"] if not _id(part).endswith(_NOT_UPLOADED)]


def _in_parts(call: Call) -> list[dict[str, Any]]:
    """The messages that have parts."""
    return [turn for turn in turns(call) if isinstance(turn, dict) and isinstance(turn.get("content"), list)]


def _id(part: Any) -> str:
    """The id of the file that a part refers to; a known one when it refers to none."""
    fields = part if isinstance(part, dict) and part.get("type") == "file" else {}
    nested = fields.get("file")
    return (nested if isinstance(nested, dict) else fields).get("file_id") or REFERENCE


def _is_document(reply: Reply, _: Call) -> bool:
    return reply.ok and reply.headers["content-type"] == "application/pdf"


def _without_second_piece(data: bytes) -> bytes:
    return data[:65_536] + data[:65_536] + data[131_072:] if len(data) > 131_072 else data


# The download.
download_with_newline = download(
    _EVERY, "A newline follows the last byte of a download.", raw(lambda data: data + b"\n")
)
download_in_base64 = download(_EVERY, "A download is the file in base64.", raw(base64.b64encode))
download_cut_at_a_mebibyte = download(
    "files.content.large", "A download ends after 1,048,576 bytes.", raw(lambda data: data[:1_048_576])
)
file_ends_where_a_part_might = download(
    "files.content.large", "A line of hyphens ends an uploaded file.", raw(lambda data: data.partition(b"\r\n--")[0])
)
download_repeats_a_piece = download(
    "files.content.large", "A large download repeats one piece and lacks the next.", raw(_without_second_piece)
)
download_forbidden = download(
    _EVERY, "Downloads are forbidden, although they are documented.", refuse(403), gateway="infery"
)
download_of_text_trimmed = fault(
    FILE_CONTENT,
    "White space at the end of a document is missing from its download.",
    raw(bytes.rstrip),
    when=_is_document,
    breaks={"files.content"},
)
download_decoded_as_text = download(
    "files.content.binary",
    "Bytes that are not UTF-8 become replacement characters in a download.",
    raw(lambda data: data.decode("utf-8", "replace").encode()),
)
download_labelled_as_json = download("files.content.type", "A download is labelled as JSON.", label("application/json"))

# The way to a model.
upload_unknown_to_chat = chat(
    "files.chat",
    "A message that refers to an upload is refused as if the file did not exist.",
    refuse(404),
    when=both(served, asked(lambda call: bool(_uploaded(call)))),
)
flat_upload_unknown_to_chat = chat(
    "files.chat",
    "A message cannot refer to an upload by an id that stands beside the type of the part.",
    refuse(404),
    when=both(served, asked(lambda call: any("file_id" in part for part in _uploaded(call)))),
    gateway="infery",
)


@chat("files.chat.counted")
def uploads_cost_nothing(reply: Reply, call: Call) -> None:
    """A prompt that refers to an upload is reported as one token."""
    if reply.ok and _uploaded(call):
        usage = reply.body["usage"]
        usage.update(prompt_tokens=1, total_tokens=usage["completion_tokens"] + 1)


@request("files.chat.counted files.chat.deleted files.chat.foreign")
def uploads_dropped(call: Call) -> None:
    """Uploads that a message refers to do not reach the model."""
    uploads = _uploaded(call)
    for turn in _in_parts(call):
        turn["content"] = [part for part in turn["content"] if part not in uploads]


deleted_upload_read = chat(
    "files.chat.deleted",
    "A message may refer to a file that was deleted.",
    answer({"object": "chat.completion"}),
    when=both(refused(), from_account("first"), asked(lambda call: bool(_uploaded(call)))),
)
foreign_upload_read = request("files.chat.foreign", "A message may refer to a file of another account.", as_first)
