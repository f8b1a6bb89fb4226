"""The images of a request. They are decoded in full, so that anything else is refused."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from reference_server.errors import Refusal
from reference_server.wire.call import Call

if TYPE_CHECKING:
    from reference_server.service import Service

MOST_PIXELS = 25_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")


class Picture(NamedTuple):
    """An image: its size in pixels, its format such as `PNG`, and a digest that identifies it.

    An image under a URL is never fetched, so only its address is known.
    """

    digest: str
    format: str = ""
    width: int = 0
    height: int = 0


def edit_images(service: Service, call: Call) -> list[Picture]:
    """The images of an edit, the mask last. Raises Refusal, naming the field at fault."""
    if call.uploads:
        images = [read(upload.data, "image") for upload in call.uploads["image"]]
        masks = [read(upload.data, "mask") for upload in call.uploads.get("mask", ())]
    elif "image_base64" in call.body:
        images = [read(_decoded(call.body["image_base64"], "image_base64"), "image_base64")]
        masks = [read(_decoded(text, "mask_base64"), "mask_base64") for text in _present(call.body, "mask_base64")]
    else:
        references = enumerate(call.body["images"])
        images = [_referred(service, call, one, f"images[{place}]") for place, one in references]
        masks = [_referred(service, call, one, "mask") for one in _present(call.body, "mask")]
    _demand_fitting(images[0], masks)
    return [*images, *masks]


def read(data: bytes, where: str) -> Picture:
    """The image in some bytes. Raises Refusal when they are not a whole PNG, JPEG or WebP file."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise Refusal("invalid_value", f"The image has more than {MOST_PIXELS} pixels.", where)
            image.load()
            return Picture(hashlib.sha256(data).hexdigest(), str(image.format), width, height)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refusal("invalid_value", "The file is not a PNG, JPEG or WebP image.", where) from error


def _referred(service: Service, call: Call, reference: dict[str, Any], where: str) -> Picture:
    if "file_id" in reference:
        return read(_stored(service, call, reference["file_id"], f"{where}.file_id"), f"{where}.file_id")
    address: str = reference["image_url"]
    where = f"{where}.image_url"
    if address.lower().startswith(("https://", "http://")):
        return Picture(hashlib.sha256(address.encode("utf-8", "replace")).hexdigest())
    head, comma, text = address.partition(",")
    if not (head.startswith("data:") and head.endswith(";base64") and comma):
        raise Refusal("invalid_value", "It must be an http URL or a data URI in base64.", where)
    return read(_decoded(text, where), where)


def _stored(service: Service, call: Call, name: str, where: str) -> bytes:
    file = service.store.get("file", name, call.key.account) if call.key else None
    if file is None:
        raise Refusal("invalid_value", f"There is no file {name!r} of yours.", where)
    return file.data


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("invalid_value", "The data is not base64.", where) from error


def _present(body: dict[str, Any], name: str) -> Iterator[Any]:
    if body.get(name) is not None:
        yield body[name]


def _demand_fitting(first: Picture, masks: Iterable[Picture]) -> None:
    for mask in masks:
        if mask.format and first.format and (mask.format != "PNG" or mask[2:] != first[2:]):
            raise Refusal("invalid_value", "The mask must be a PNG of the size of the first image.", "mask")
