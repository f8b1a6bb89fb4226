"""Pictures: a frame on a plain ground, as large as asked. A recipe is `1024x1024-<word>.png`."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO

from reference_server.media import File

LARGEST = 4096
"""Pixels, of the longer side."""
_RECIPE = re.compile(r"(\d{2,4})x(\d{2,4})-([0-9a-f]{8})\.png")


def recipe(width: int, height: int, word: str) -> str:
    """The recipe of a picture. `word` is eight hexadecimal digits that choose its colours."""
    return f"{width}x{height}-{word}.png"


def fetch(recipe: str) -> File | None:
    """The picture of a recipe, None when there is no such recipe."""
    found = _RECIPE.fullmatch(recipe)
    if not found or max(int(found[1]), int(found[2])) > LARGEST:
        return None
    return File("image/png", _picture(int(found[1]), int(found[2]), bytes.fromhex(found[3])))


@lru_cache(maxsize=8)
def _picture(width: int, height: int, word: bytes) -> bytes:
    from PIL import Image

    picture = Image.new("RGB", (width, height), (word[0], word[1], word[2]))
    inner = (width // 4, height // 4, width * 3 // 4, height * 3 // 4)
    picture.paste((word[3], 255 - word[0], 255 - word[1]), inner)
    written = BytesIO()
    picture.save(written, "PNG")
    return written.getvalue()
