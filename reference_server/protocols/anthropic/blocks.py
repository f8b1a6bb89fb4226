"""Content blocks of a message: text, image and document."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from reference_server.content import Files, colour, decoded, image_type, readable
from reference_server.errors import Refusal
from reference_server.model.prompt import Part
from reference_server.unbuilt import not_built
from reference_server.wire.form import Upload

Block = dict[str, Any]
Placed = Iterable[tuple[str, Block]]
"""Blocks, each with its place in the request."""


def placed(content: str | list[Block] | None, at: str) -> list[tuple[str, Block]]:
    """The blocks of a content, which may be a text, each with its place in the request."""
    if content is None:
        return []
    if isinstance(content, str):
        return [(at, {"type": "text", "text": content})]
    return [(f"{at}[{number}]", block) for number, block in enumerate(content)]


def parts_of(blocks: Placed, files: Files) -> tuple[Part, ...]:
    """The parts that a model can read. Raises Refusal, naming the block, when its data cannot be used."""
    return tuple(_READERS[block["type"]](block, files, at) for at, block in blocks if block["type"] in _READERS)


def _text(block: Block, _files: Files, at: str) -> Part:
    return Part("text", block["text"], at=at)


def _image(block: Block, files: Files, at: str) -> Part:
    source, where = block["source"], f"{at}.source"
    if block.get("transformations"):
        raise not_built(f"{at}.transformations")
    if source["type"] == "url":
        return Part("image", name=source["url"], at=at)
    if source["type"] == "file":
        file = _stored(source["file_id"], files, where)
        return Part("image", colour(file.data), file.media_type, file.name, len(file.data), at)
    data = decoded(source["data"], f"{where}.data")
    media_type = image_type(data, f"{where}.data")
    if media_type != source["media_type"]:
        raise Refusal("invalid_value", f"The data is {media_type}, not {source['media_type']}.", f"{where}.media_type")
    return Part("image", colour(data), media_type, size=len(data), at=at)


def _document(block: Block, files: Files, at: str) -> Part:
    """A document, and before its text the context that comes with it."""
    part = _without_context(block, files, at)
    context = block.get("context")
    return msgspec.structs.replace(part, text=f"{context}\n{part.text}") if context else part


def _without_context(block: Block, files: Files, at: str) -> Part:
    source, where, name = block["source"], f"{at}.source", block.get("title") or ""
    if source["type"] == "url":
        return Part("file", name=name or source["url"], at=at)
    if source["type"] == "file":
        file = _stored(source["file_id"], files, where)
        return Part("file", readable(file.data), file.media_type, name or file.name, len(file.data), at)
    plain = source["type"] == "text"
    data = source["data"].encode() if plain else decoded(source["data"], f"{where}.data")
    return Part("file", readable(data), source["media_type"], name, len(data), at)


def _stored(file_id: str, files: Files, where: str) -> Upload:
    file = files.get(file_id)
    if file is None:
        raise Refusal("invalid_value", f"There is no file {file_id!r}.", f"{where}.file_id")
    return file


_READERS: dict[str, Callable[[Block, Files, str], Part]] = {"text": _text, "image": _image, "document": _document}
"""The thinking of earlier turns has no reader: it is dropped."""
