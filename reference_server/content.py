"""Decodes the base64 data of a request, and detects what it is."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Protocol

from reference_server.errors import Refusal
from reference_server.libraries import IMAGES, installed
from reference_server.wire.form import Upload

_IMAGES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
_COLOURS = {
    "red": (255, 0, 0),
    "green": (0, 128, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "grey": (128, 128, 128),
}
_MOST_TEXT = 100_000
_MOST_PIXELS = 4096 * 4096


class Files(Protocol):
    """The uploaded files that a message may refer to."""

    def get(self, name: str, /) -> Upload | None:
        """The file with this id, or None."""


def decoded(encoded: str, where: str) -> bytes:
    """The bytes of a base64 text. Raises Refusal, naming the field, when it is not base64 or is empty."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("invalid_value", f"The data is not base64: {error}.", where) from error
    if not data:
        raise Refusal("invalid_value", "The data is empty.", where)
    return data


def image_type(data: bytes, where: str) -> str:
    """The media type of an image, from its first bytes. Raises Refusal when it is of no known type."""
    media_type = next((name for magic, name in _IMAGES.items() if data.startswith(magic)), None)
    if media_type is None:
        raise Refusal("invalid_value", "The data is not a PNG, JPEG, GIF or WebP image.", where)
    return media_type


def colour(data: bytes) -> str:
    """The name of the colour that an image has on the whole; empty when the image cannot be read."""
    if not installed(IMAGES):
        return ""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > _MOST_PIXELS:
                return ""
            shown = image.convert("RGB").resize((1, 1)).tobytes()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return ""
    return min(_COLOURS, key=lambda name: sum(abs(a - b) for a, b in zip(shown, _COLOURS[name], strict=True)))


def readable(data: bytes) -> str:
    """The text of a document; empty when it is not text."""
    try:
        return data[:_MOST_TEXT].decode()
    except UnicodeDecodeError:
        return ""
