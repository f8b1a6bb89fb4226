"""Images as a check asks for them, and as it reads them.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

import base64
import binascii
import io
from functools import cache, cached_property
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from conformance.wire.exchange import Exchange
from conformance.words.answer import JsonAnswer
from conformance.words.ask import Ask, without_omitted
from conformance.words.check import inconclusive, pick
from conformance.words.samples.media import base64_text, data_uri
from gateway_contract import Operation

GENERATIONS = "/images/generations"
EDITS = "/images/edits"
PROMPT = "A plain red circle on a white background."
SIZE = "1024x1024"
"""The one size that every usual model knows."""
CHEAPEST = "low"
SIDE = 256
"""The width and height, in pixels, of the images that are sent."""
COLOURS = ("red", "blue", "green")
FORMATS = ("PNG", "JPEG", "WEBP")


class Seen(NamedTuple):
    """What a decoder sees in a file: `PNG`, `JPEG` or `WEBP`, its width and height in pixels, whether it has alpha."""

    format: str
    width: int
    height: int
    alpha: bool


class Images(JsonAnswer):
    """An answer with images."""

    @cached_property
    def items(self) -> list[dict[str, Any]]:
        """The images; inconclusive when there is none."""
        items = [item for item in pick(self.body, "data", kind=list) if isinstance(item, dict)]
        return items or inconclusive("cannot be judged: the answer holds no image")


class Studio:
    """Asks one target for images: the cheapest, and always the same ones."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.model = ask.model_for("images")

    @property
    def plain(self) -> dict[str, Any]:
        """The fields of the plainest request: a size and the lowest quality, as far as the model knows them."""
        fields = {"model": self.model, "prompt": PROMPT, "size": SIZE, "quality": CHEAPEST}
        for name in ("quality", "size"):
            first = self.ask.post(GENERATIONS, fields)
            if first.status in {400, 422} and name in first.text:
                del fields[name]
        return fields

    def generate(self, **fields: Any) -> Images:
        """`POST /images/generations`. `OMIT` leaves out a field of the plainest request."""
        return Images(self.ask.post(GENERATIONS, self.with_plain(**fields)))

    def edit(self, *parts: str, **fields: Any) -> Images:
        """`POST /images/edits` as a form, with an image of its own in each of these parts."""
        files = [(name, "image.png", "image/png", circle(colour)) for name, colour in zip(parts, COLOURS, strict=False)]
        return Images(self.ask.upload(EDITS, self.with_plain(**fields).items(), files))

    def edit_json(self, form: dict[str, Any]) -> Images:
        """`POST /images/edits` as JSON."""
        return Images(self.ask.post(EDITS, {**self.plain, **form}))

    def with_plain(self, **fields: Any) -> dict[str, Any]:
        """The fields of the plainest request, changed by `fields`."""
        return without_omitted({**self.plain, **fields})

    def data(self, item: dict[str, Any]) -> bytes:
        """The bytes of one image of an answer; inconclusive when they cannot be had."""
        if isinstance(item.get("b64_json"), str):
            data = decoded(item["b64_json"])
            return data if data is not None else inconclusive("cannot be judged: b64_json is not base64")
        fetched = self.fetch(pick(item, "url", kind=str))
        if fetched.status != 200:
            inconclusive(f"cannot be judged: the image's URL is answered {fetched.status or fetched.broken}")
        return fetched.body

    def fetch(self, url: str) -> Exchange:
        """What stands at an image's URL; inconclusive when it is no address on the web."""
        return self.ask.fetch(url) if absolute(url) else inconclusive(f"cannot be judged: {url!r:.80} has no host")

    def seen(self, item: dict[str, Any]) -> Seen:
        """What a decoder sees in one image of an answer; inconclusive when it cannot be decoded."""
        return seen(self.data(item)) or inconclusive("cannot be judged: the data is no PNG, JPEG or WebP image")


def absolute(url: str) -> bool:
    """Whether this is an http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def decoded(text: str) -> bytes | None:
    """The bytes of base64 as RFC 4648 says; None when it is none, or empty."""
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def seen(data: bytes) -> Seen | None:
    """What a decoder sees; None when the file is not a whole PNG, JPEG or WebP."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            image.load()
            alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
            return Seen(str(image.format), *image.size, alpha)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None


@cache
def circle(colour: str = "red") -> bytes:
    """A PNG of `SIDE` pixels a side: a circle on a transparent background."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((SIDE // 4, SIDE // 4, SIDE * 3 // 4, SIDE * 3 // 4), fill=colour)
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def json_forms(operation: Operation, plain: dict[str, Any], data: bytes | None = None) -> list[dict[str, Any]]:
    """The fields that bring an image along in JSON, in every form that the contract documents.

    Without `data` the base64 in them is broken.
    """
    text = "%%%" if data is None else base64_text(data)
    uri = "data:image/png;base64,%%%" if data is None else data_uri("image/png", data)
    forms: list[dict[str, Any]] = [
        {"images": [{"image_url": uri}]},
        {"image_base64": text, "image_mime_type": "image/png"},
    ]
    documented = [form for form in forms if operation.request_problem({**plain, **form}) is None]
    return documented or inconclusive("the contract documents no form that the suite knows")
