"""Images: a pattern of coloured squares that depends on nothing but a digest.

A recipe is `<width>x<height>-<digest>.<format>`, with a `t` before the dot when the background is transparent.
"""

from __future__ import annotations

import hashlib
import io
import re
from functools import lru_cache

from reference_server.media import File

SMALLEST, LARGEST = 16, 4096
"""The least and the most pixels of a side. A recipe that asks for more gets this much."""
FORMATS = ("png", "jpeg", "webp")
_RECIPE = re.compile(r"([0-9]{1,4})x([0-9]{1,4})-([0-9a-f]{32})(t?)\.(png|jpeg|webp)")
_SQUARES = 8


def recipe(width: int, height: int, kind: str, transparent: bool, *seeds: str) -> str:
    """The recipe of an image of that size (pixels) and format. Equal seeds give equal images."""
    digest = hashlib.sha256("\0".join(seeds).encode("utf-8", "replace")).hexdigest()[:32]
    return f"{width}x{height}-{digest}{'t' * transparent}.{kind}"


def fetch(recipe: str) -> File | None:
    """The image of a recipe, or None when there is no such recipe."""
    match = _RECIPE.fullmatch(recipe)
    if match is None:
        return None
    width, height = (min(max(int(side), SMALLEST), LARGEST) for side in match.group(1, 2))
    return File(f"image/{match[5]}", _drawn(width, height, match[3], bool(match[4]), match[5]))


@lru_cache(64)
def _drawn(width: int, height: int, digest: str, transparent: bool, kind: str) -> bytes:
    from PIL import Image

    colours = bytes.fromhex(digest)
    squares = Image.new("P", (_SQUARES, _SQUARES))
    squares.putpalette(b"\xff\xff\xff" + colours[:9])
    squares.putdata([_square(colours, place) for place in range(_SQUARES * _SQUARES)])
    image = squares.resize((width, height), Image.Resampling.NEAREST)
    if transparent:
        image.info["transparency"] = 0
    written = io.BytesIO()
    if kind == "png":
        image.save(written, "PNG", bits=2)
    elif kind == "jpeg":
        image.convert("RGB").save(written, "JPEG", quality=60, optimize=True)
    else:
        image.convert("RGBA" if transparent else "RGB").save(written, "WEBP", lossless=True, method=0)
    return written.getvalue()


def _square(colours: bytes, place: int) -> int:
    """The colour of a square, one of four; the left half mirrors the right."""
    row, column = divmod(place, _SQUARES)
    column = min(column, _SQUARES - 1 - column)
    return colours[(row * _SQUARES // 2 + column) % len(colours)] >> (row % 4) & 3
