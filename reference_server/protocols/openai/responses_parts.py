"""Content parts of a response's items: text, image and document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.content import Files, colour
from reference_server.errors import Refusal
from reference_server.model.prompt import Part
from reference_server.protocols.openai.parts import parts_of
from reference_server.unbuilt import not_built

Body = dict[str, Any]


def item_parts(content: Any, files: Files, at: str) -> tuple[Part, ...]:
    """The parts of an item's content. Raises Refusal, naming the part, when its data cannot be used."""
    if isinstance(content, str):
        return (Part("text", content),)
    parts: list[Part] = []
    for place, part in enumerate(content):
        parts += _READERS[part["type"]](part, files, f"{at}[{place}]")
    return tuple(parts)


def _text(part: Body, _files: Files, at: str) -> list[Part]:
    return [Part("text", part["text"], at=at)]


def _refusal(part: Body, _files: Files, at: str) -> list[Part]:
    return [Part("text", part["refusal"], at=at)]


def _image(part: Body, files: Files, at: str) -> list[Part]:
    if part.get("image_url") and part.get("file_id"):
        raise Refusal("invalid_value", "An image has `image_url` or `file_id`, not both.", f"{at}.file_id")
    if part.get("image_url"):
        return _as_chat({"type": "image_url", "image_url": {"url": part["image_url"]}}, files, at)
    file = files.get(part["file_id"]) if part.get("file_id") else None
    if file is None:
        raise Refusal("invalid_value", "An image needs `image_url`, or the `file_id` of an uploaded file.", at)
    return [Part("image", colour(file.data), file.media_type, file.name, len(file.data), at)]


def _file(part: Body, files: Files, at: str) -> list[Part]:
    if part.get("file_url"):
        raise not_built(f"{at}.file_url")
    return _as_chat({"type": "file", "file": part}, files, at)


def _as_chat(part: Body, files: Files, at: str) -> list[Part]:
    """A part that is read as in chat completions, with its place in this request."""
    try:
        (read,) = parts_of([part], files, "")
    except Refusal as refusal:
        raise Refusal(refusal.cause, refusal.message, at, refusal.code) from refusal
    return [Part(read.kind, read.text, read.media_type, read.name, read.size, at)]


_READERS: dict[str, Callable[[Body, Files, str], list[Part]]] = {
    "input_text": _text,
    "output_text": _text,
    "refusal": _refusal,
    "input_image": _image,
    "input_file": _file,
}
