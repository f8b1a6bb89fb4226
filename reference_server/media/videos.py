"""Videos: a bar that moves over a plain background. A recipe is `1280x720-4.0-<word>.mp4`."""

from __future__ import annotations

import re
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from reference_server.media import File

if TYPE_CHECKING:
    import av

RATE = 4
"""Frames per second."""
LONGEST = 20.0
"""Seconds."""
LARGEST = 1920
"""Pixels, of the longer side."""
_RECIPE = re.compile(r"(\d{2,4})x(\d{2,4})-(\d{1,2}\.\d)-([0-9a-f]{8})\.mp4")


def recipe(width: int, height: int, seconds: float, word: str) -> str:
    """The recipe of a video. `word` is eight hexadecimal digits that choose its colours."""
    return f"{width}x{height}-{seconds:.1f}-{word}.mp4"


def fetch(recipe: str) -> File | None:
    """The video of a recipe, None when there is no such recipe."""
    match = _RECIPE.fullmatch(recipe)
    if not match:
        return None
    width, height, seconds, word = int(match[1]), int(match[2]), float(match[3]), match[4]
    if not (min(width, height) >= 16 and max(width, height) <= LARGEST and 0 < seconds <= LONGEST):
        return None
    return File("video/mp4", _video(width // 2 * 2, height // 2 * 2, seconds, bytes.fromhex(word)))


@lru_cache(maxsize=8)
def _video(width: int, height: int, seconds: float, word: bytes) -> bytes:
    import av

    written = BytesIO()
    with av.open(written, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "tune": "stillimage"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(max(1, round(seconds * RATE))):
            for packet in stream.encode(_frame(width, height, number, word)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return written.getvalue()


def _frame(width: int, height: int, number: int, word: bytes) -> av.VideoFrame:
    """A background of one colour, with a brighter bar that moves one eighth of the width per frame."""
    import av

    frame = av.VideoFrame(width, height, "yuv420p")
    bar, at = width // 8, number % 8 * (width // 8)
    dark, bright = 40 + word[0] // 4, 150 + word[1] // 4
    luma = bytearray([dark]) * width
    luma[at : at + bar] = bytes([bright]) * bar
    for plane, row in zip(frame.planes, (bytes(luma), bytes([word[2]]), bytes([word[3]])), strict=True):
        line = (row * plane.width)[: plane.width].ljust(plane.line_size, b"\0")
        plane.update((line * plane.height).ljust(plane.buffer_size, b"\0")[: plane.buffer_size])
    return frame
