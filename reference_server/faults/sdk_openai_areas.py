"""Ways to break the official Python client with embeddings, files and sound."""

from __future__ import annotations

import base64
import json
import struct

from reference_server.faults import fault, request_fault
from reference_server.faults.words.openai import EMBED, FILE_CONTENT, FILES, SPEECH, TRANSCRIPTION
from reference_server.wire.reply import Reply


@fault(EMBED, breaks={"embeddings.base64.decodes", "sdk.openai.embeddings"})
def base64_of_doubles(reply: Reply) -> None:
    """The numbers in base64 have 64 bits."""
    for entry in reply.body["data"] if reply.ok else ():
        if isinstance(entry["embedding"], str):
            data = base64.b64decode(entry["embedding"])
            numbers = struct.unpack(f"<{len(data) // 4}f", data)
            entry["embedding"] = base64.b64encode(struct.pack(f"<{len(numbers)}d", *numbers)).decode()


@fault(FILE_CONTENT, breaks={"files.content", "files.content.binary", "files.content.large", "sdk.openai.files"})
def content_in_json(reply: Reply) -> None:
    """The content of a file is a string in JSON."""
    if reply.ok and isinstance(reply.body, bytes):
        reply.body = json.dumps(reply.body.decode("utf-8", "replace")).encode()


cursor_is_not_read = request_fault(
    FILES,
    "Every page is the first one.",
    lambda call: call.query.pop("after", None),
    breaks={"files.paging.after", "sdk.openai.files.pages"},
)


@fault(SPEECH, breaks={"audio.speech.answers", "sdk.openai.speech"})
def speech_within_json(reply: Reply) -> Reply:
    """Speech comes in base64 within JSON."""
    if not (reply.ok and isinstance(reply.body, bytes)):
        return reply
    return Reply.json({"audio": base64.b64encode(reply.body).decode()})


@fault(
    TRANSCRIPTION, breaks={"audio.transcriptions.default", "audio.transcriptions.verbose", "sdk.openai.transcriptions"}
)
def transcription_under_data(reply: Reply) -> Reply:
    """The transcription stands under `data`."""
    return reply.edit(lambda body: {"data": body} if isinstance(body, dict) else None)
