"""Ways to break images, documents and sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@fault(_CHAT, breaks={"chat.vision.data-uri"})
def data_uri_refused(reply: Reply, call: Call) -> Reply:
    """An image in a `data:` URI is refused, unless a detail is given."""
    plain = any("detail" not in image and image["url"].startswith("data:") for image in _images(call))
    return _refused("Only https URLs are supported.") if plain and reply.ok else reply


@fault(_CHAT, breaks={"chat.vision.https-url"})
def https_image_refused(reply: Reply, call: Call) -> Reply:
    """An image under an https URL is refused."""
    remote = any(image["url"].startswith("https:") for image in _images(call))
    return _refused("Only data URIs are supported.") if remote else reply


@fault(_CHAT, breaks={"chat.vision.detail"})
def detail_refused(reply: Reply, call: Call) -> Reply:
    """`detail: high` is refused."""
    return _refused("Unknown field: detail.") if any(one.get("detail") == "high" for one in _images(call)) else reply


@request_fault(_CHAT, breaks={"chat.vision.counted", "chat.vision.invalid", "chat.vision.text-only"})
def images_dropped(call: Call) -> None:
    """Images do not reach the model."""
    _drop(call, "image_url")


@request_fault(_CHAT, breaks={"chat.vision.invalid"})
def broken_images_dropped(call: Call) -> None:
    """Data that is no image is passed over."""
    if any("iVBORw0KGgo" not in image["url"] and "https:" not in image["url"] for image in _images(call)):
        _drop(call, "image_url")


@request_fault(_CHAT, breaks={"chat.vision.text-only"}, model="text-only")
def images_hidden_from_text_only(call: Call) -> None:
    """Images are left out for a model that takes none."""
    _drop(call, "image_url")


@fault(_CHAT, breaks={"chat.files.inline"})
def inline_file_refused(reply: Reply, call: Call) -> Reply:
    """A document that the caller brings along is refused unless it is a text."""
    inline = any("application/pdf" in str(part) for part in _parts(call, "file"))
    return _refused("Upload the file first.") if inline else reply


@fault(_CHAT, breaks={"chat.files.inline"}, gateway="infery")
def flat_file_fails(reply: Reply, call: Call) -> Reply:
    """A flat part with a document is a server error."""
    return _refused("Oops.", 500) if any("mime_type" in part for part in _parts(call, "file")) else reply


@fault(_CHAT, breaks={"chat.files.by-id"})
def uploaded_file_not_found(reply: Reply, call: Call) -> Reply:
    """An uploaded file is unknown."""
    return _refused("No such file.", 404) if "file-reference" in str(_parts(call, "file")) else reply


@fault(_CHAT, breaks={"chat.files.by-id"}, gateway="infery")
def flat_file_id_not_found(reply: Reply, call: Call) -> Reply:
    """An uploaded file is unknown where its id stands beside the type."""
    found = any(part.get("file_id") == "file-reference" for part in _parts(call, "file"))
    return _refused("No such file.", 404) if found else reply


@request_fault(_CHAT, breaks={"chat.files.counted", "chat.files.unknown-id"})
def files_dropped(call: Call) -> None:
    """Documents do not reach the model."""
    _drop(call, "file")


@request_fault(_CHAT, breaks={"chat.files.unknown-id"})
def unknown_files_dropped(call: Call) -> None:
    """A file that nobody uploaded is passed over."""
    if "file-0000nobody" in str(_parts(call, "file")):
        _drop(call, "file")


@fault(_CHAT, breaks={"chat.audio.input"}, model="gpt-4o")
def audio_refused(reply: Reply, call: Call) -> Reply:
    """A model that takes sound refuses it."""
    return _refused("No sound.") if _parts(call, "input_audio") and reply.ok else reply


@request_fault(_CHAT, breaks={"chat.audio.counted", "chat.audio.invalid"}, model="gpt-4o")
def audio_dropped(call: Call) -> None:
    """Sound does not reach a model that takes it."""
    _drop(call, "input_audio")


@request_fault(_CHAT, breaks={"chat.audio.invalid"})
def broken_audio_dropped(call: Call) -> None:
    """Sound that cannot be read is passed over."""
    if any(not part["input_audio"]["data"].startswith("UklGR") for part in _parts(call, "input_audio")):
        _drop(call, "input_audio")


@request_fault(_CHAT, breaks={"chat.audio.unsupported"}, model="no-audio")
def audio_hidden_from_deaf_model(call: Call) -> None:
    """Sound is left out for a model that takes none."""
    _drop(call, "input_audio")


@fault(_CHAT, breaks={"chat.audio.unsupported-code"}, model="no-audio", gateway="infery")
def audio_refused_without_code(reply: Reply) -> Reply:
    """The refusal of sound has a general code."""
    return reply.edit_error(lambda body: body["error"].update(code="invalid_request"))


def _parts(call: Call, kind: str) -> list[dict[str, Any]]:
    """The parts of all messages that are of a kind."""
    return [part for message in _messages(call) for part in _listed(message) if part.get("type") == kind]


def _images(call: Call) -> list[dict[str, Any]]:
    return [part["image_url"] for part in _parts(call, "image_url") if isinstance(part.get("image_url"), dict)]


def _drop(call: Call, kind: str) -> None:
    for message in _messages(call):
        if isinstance(message.get("content"), list):
            message["content"] = [part for part in message["content"] if part.get("type") != kind]


def _messages(call: Call) -> Iterator[dict[str, Any]]:
    messages = call.body.get("messages") if isinstance(call.body, dict) else None
    yield from (message for message in messages or () if isinstance(message, dict))


def _listed(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def _refused(message: str, status: int = 400) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "invalid_value"}
    return Reply.json({"error": error}, status)
