"""Ways to break images, documents and sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Edit, Members, change, in_error, put, refuse
from reference_server.faults.words.openai import CHAT, turns
from reference_server.faults.words.situations import asked, both, served
from reference_server.wire.call import Call

_IMAGE, _FILE, _SOUND = "image_url", "file", "input_audio"


def _parts(call: Call, kind: str) -> list[dict[str, Any]]:
    """The parts of all messages that are of a kind."""
    contents = [turn.get("content") for turn in turns(call) if isinstance(turn, dict)]
    parts = [part for content in contents if isinstance(content, list) for part in content if isinstance(part, dict)]
    return [part for part in parts if part.get("type") == kind]


def _some(kind: str, test: Callable[[dict[str, Any]], bool]) -> Callable[[Call], bool]:
    """The request has a part of this kind that passes a test."""
    return lambda call: any(test(part) for part in _parts(call, kind))


def _image(test: Callable[[dict[str, Any]], bool]) -> Callable[[Call], bool]:
    """The request has an image that passes a test."""
    return _some(_IMAGE, lambda part: isinstance(part.get(_IMAGE), dict) and test(part[_IMAGE]))


def _without(kind: str) -> Members:
    """Leave the parts of a kind out of the messages of a request."""
    return change("messages[].content", lambda parts: [part for part in parts if part.get("type") != kind], list)


def _refuse(message: str, status: int = 400) -> Edit:
    return refuse(status, message, code="invalid_value")


data_uri_refused = fault(
    CHAT,
    "An image in a `data:` URI is refused, unless a detail is given.",
    _refuse("Only https URLs are supported."),
    when=both(served, asked(_image(lambda image: "detail" not in image and image["url"].startswith("data:")))),
    breaks={"chat.vision.data-uri"},
)
https_image_refused = fault(
    CHAT,
    "An image under an https URL is refused.",
    _refuse("Only data URIs are supported."),
    when=asked(_image(lambda image: image["url"].startswith("https:"))),
    breaks={"chat.vision.https-url"},
)
detail_refused = fault(
    CHAT,
    "`detail: high` is refused.",
    _refuse("Unknown field: detail."),
    when=asked(_image(lambda image: image.get("detail") == "high")),
    breaks={"chat.vision.detail"},
)
images_dropped = request_fault(
    CHAT,
    "Images are dropped.",
    _without(_IMAGE),
    breaks={"chat.vision.counted", "chat.vision.kept", "chat.vision.invalid", "chat.vision.text-only"},
)
broken_images_dropped = request_fault(
    CHAT,
    "Data that is no image is ignored.",
    _without(_IMAGE),
    when=_image(lambda image: "iVBORw0KGgo" not in image["url"] and "https:" not in image["url"]),
    breaks={"chat.vision.invalid"},
)
images_hidden_from_text_only = request_fault(
    CHAT, "A model without images gets none.", _without(_IMAGE), breaks={"chat.vision.text-only"}, model="text-only"
)
inline_file_refused = fault(
    CHAT,
    "A document that the caller brings along is refused unless it is a text.",
    _refuse("Upload the file first."),
    when=asked(_some(_FILE, lambda part: "application/pdf" in str(part))),
    breaks={"chat.files.inline"},
)
flat_file_fails = fault(
    CHAT,
    "A flat part with a document is a server error.",
    _refuse("Oops.", 500),
    when=asked(_some(_FILE, lambda part: "mime_type" in part)),
    breaks={"chat.files.inline"},
    gateway="infery",
)
uploaded_file_not_found = fault(
    CHAT,
    "An uploaded file is unknown.",
    _refuse("No such file.", 404),
    when=asked(_some(_FILE, lambda part: "file-reference" in str(part))),
    breaks={"chat.files.by-id"},
)
flat_file_id_not_found = fault(
    CHAT,
    "An uploaded file is unknown where its id stands beside the type.",
    _refuse("No such file.", 404),
    when=asked(_some(_FILE, lambda part: part.get("file_id") == "file-reference")),
    breaks={"chat.files.by-id"},
    gateway="infery",
)
files_dropped = request_fault(
    CHAT, "Documents are dropped.", _without(_FILE), breaks={"chat.files.counted", "chat.files.unknown-id"}
)
unknown_files_dropped = request_fault(
    CHAT,
    "A file that nobody uploaded is ignored.",
    _without(_FILE),
    when=_some(_FILE, lambda part: "file-0000nobody" in str(part)),
    breaks={"chat.files.unknown-id"},
)
audio_refused = fault(
    CHAT,
    "A model that takes sound refuses it.",
    _refuse("No sound."),
    when=both(served, asked(_some(_SOUND, bool))),
    breaks={"chat.audio.input"},
    model="gpt-4o",
)
audio_dropped = request_fault(
    CHAT, "Sound is dropped.", _without(_SOUND), breaks={"chat.audio.counted", "chat.audio.invalid"}, model="gpt-4o"
)
broken_audio_dropped = request_fault(
    CHAT,
    "Sound that cannot be read is ignored.",
    _without(_SOUND),
    when=_some(_SOUND, lambda part: not part[_SOUND]["data"].startswith("UklGR")),
    breaks={"chat.audio.invalid"},
)
audio_hidden_from_deaf_model = request_fault(
    CHAT, "A model without sound gets none.", _without(_SOUND), breaks={"chat.audio.unsupported"}, model="no-audio"
)
audio_refused_without_code = fault(
    CHAT,
    "The refusal of sound has a general code.",
    in_error(put("error.code", "invalid_request")),
    breaks={"chat.audio.unsupported-code"},
    model="no-audio",
    gateway="infery",
)
