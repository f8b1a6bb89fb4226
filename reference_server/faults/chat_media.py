"""Ways to break images, documents and sound."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Edit, Members, change, in_error, put, refuse
from reference_server.faults.words.openai import CHAT, turns
from reference_server.faults.words.prompts import NO_FILE
from reference_server.faults.words.situations import asked, both, served
from reference_server.wire.call import Call

chat = rows(CHAT)
request = rows(CHAT, request_fault)

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


data_uri_refused = chat(
    "chat.vision.data-uri",
    "An image in a `data:` URI is refused, unless a detail is given.",
    _refuse("Only https URLs are supported."),
    when=both(served, asked(_image(lambda image: "detail" not in image and image["url"].startswith("data:")))),
)
https_image_refused = chat(
    "chat.vision.https-url",
    "An image under an https URL is refused.",
    _refuse("Only data URIs are supported."),
    when=asked(_image(lambda image: image["url"].startswith("https:"))),
)
detail_refused = chat(
    "chat.vision.detail",
    "`detail: high` is refused.",
    _refuse("Unknown field: detail."),
    when=asked(_image(lambda image: image.get("detail") == "high")),
)
images_dropped = request(
    "chat.vision.counted chat.vision.kept chat.vision.invalid chat.vision.text-only",
    "Images do not reach the model.",
    _without(_IMAGE),
)
images_uncounted = chat(
    "chat.vision.counted",
    "An image reaches the model, and costs nothing.",
    put("usage.prompt_tokens", 1),
    when=asked(_image(bool)),
)
broken_images_dropped = request(
    "chat.vision.invalid",
    "Data that is not an image is ignored.",
    _without(_IMAGE),
    when=_image(lambda image: "iVBORw0KGgo" not in image["url"] and "https:" not in image["url"]),
)
images_hidden_from_text_only = request(
    "chat.vision.text-only", "A model without vision ignores images.", _without(_IMAGE), model="text-only"
)
inline_file_refused = chat(
    "chat.files.inline",
    "A document inside the request is refused unless it is text.",
    _refuse("Upload the file first."),
    when=asked(_some(_FILE, lambda part: "application/pdf" in str(part))),
)
flat_file_fails = chat(
    "chat.files.inline",
    "A document whose data stands beside the type of its part is answered with a server error.",
    _refuse("Oops.", 500),
    when=asked(_some(_FILE, lambda part: "mime_type" in part)),
    gateway="infery",
)
uploaded_file_not_found = chat(
    "chat.files.by-id",
    "A message that refers to an uploaded file is refused as if the file did not exist.",
    _refuse("No such file.", 404),
    when=asked(_some(_FILE, lambda part: "file-reference" in str(part))),
)
flat_file_id_not_found = chat(
    "chat.files.by-id",
    "An uploaded file is not found when its id stands beside the type of the part.",
    _refuse("No such file.", 404),
    when=asked(_some(_FILE, lambda part: part.get("file_id") == "file-reference")),
    gateway="infery",
)
files_dropped = request(
    "chat.files.counted chat.files.unknown-id", "Documents do not reach the model.", _without(_FILE)
)
unknown_files_dropped = request(
    "chat.files.unknown-id",
    "An unknown file id is ignored.",
    _without(_FILE),
    when=_some(_FILE, lambda part: NO_FILE in str(part)),
)
audio_refused = chat(
    "chat.audio.input",
    "A model that takes sound refuses a message with sound.",
    _refuse("No sound."),
    when=both(served, asked(_some(_SOUND, bool))),
    model="gpt-4o",
)
audio_dropped = request(
    "chat.audio.counted chat.audio.invalid", "Sound never reaches the model.", _without(_SOUND), model="gpt-4o"
)
broken_audio_dropped = request(
    "chat.audio.invalid",
    "Sound that cannot be read is ignored.",
    _without(_SOUND),
    when=_some(_SOUND, lambda part: not part[_SOUND]["data"].startswith("UklGR")),
)
audio_hidden_from_deaf_model = request(
    "chat.audio.unsupported", "A model without hearing ignores sound.", _without(_SOUND), model="no-audio"
)
audio_refused_without_code = chat(
    "chat.audio.unsupported-code",
    "A model that takes no sound refuses it with a general error code.",
    in_error(put("error.code", "invalid_request")),
    model="no-audio",
    gateway="infery",
)
