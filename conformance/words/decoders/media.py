"""Opens what a gateway made, as a player would: films and sound with PyAV, pictures with Pillow."""

from __future__ import annotations

import re
from io import BytesIO
from typing import NamedTuple

_IMAGES = re.compile(r"_pipe$|^image2|^tty$")
"""Containers that hold one image, or text."""


class Unreadable(ValueError):
    """The bytes are not what they should be."""


class Film(NamedTuple):
    """Pixels, and seconds as the container tells them."""

    width: int
    height: int
    seconds: float


def film(data: bytes) -> Film:
    """The film in these bytes, whose first picture can be decoded. Raises Unreadable."""
    import av

    try:
        with av.open(BytesIO(data), "r") as container:
            if _IMAGES.search(container.format.name):
                raise Unreadable(f"this is no film, but {container.format.name}")
            stream = container.streams.video[0]
            frame = next(iter(container.decode(stream)))
            return Film(frame.width, frame.height, (container.duration or 0) / av.time_base)
    except (av.error.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise Unreadable(f"no film can be read: {error}") from None


def sound(data: bytes) -> str:
    """The container of the sound in these bytes, such as `mp3`, of which a piece can be decoded. Raises Unreadable."""
    import av

    try:
        with av.open(BytesIO(data), "r") as container:
            frame = next(iter(container.decode(container.streams.audio[0])))
            if not frame.samples:
                raise Unreadable("the sound is empty")
            return container.format.name
    except (av.error.FFmpegError, IndexError, StopIteration, ValueError) as error:
        raise Unreadable(f"no sound can be read: {error}") from None


def picture(data: bytes) -> tuple[int, int]:
    """Width and height of the picture in these bytes, all of which can be decoded. Raises Unreadable."""
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as opened:
            opened.load()
            return opened.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Unreadable(f"no picture can be read: {error}") from None
