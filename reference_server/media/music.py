"""Music: a melody of pure tones. A recipe is `30.0-<word>.mp3` or `30.0-<word>.wav`."""

from __future__ import annotations

import math
import re
from array import array
from functools import lru_cache
from io import BytesIO

from reference_server.media import File

RATE = 22050
"""Samples per second."""
LONGEST = 60.0
"""Seconds."""
TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_RECIPE = re.compile(r"(\d{1,2}\.\d)-([0-9a-f]{8})\.(mp3|wav)")
_SCALE = (0, 2, 4, 7, 9, 12)
_NOTE = 0.25


def recipe(seconds: float, word: str, form: str) -> str:
    """The recipe of a piece. `word` is eight hexadecimal digits, which are its notes; `form` is mp3 or wav."""
    return f"{seconds:.1f}-{word}.{form}"


def fetch(recipe: str) -> File | None:
    """The piece of a recipe, None when there is no such recipe."""
    match = _RECIPE.fullmatch(recipe)
    if not match or not 0 < float(match[1]) <= LONGEST:
        return None
    return File(TYPES[match[3]], _piece(float(match[1]), match[2], match[3]))


@lru_cache(maxsize=8)
def _piece(seconds: float, word: str, form: str) -> bytes:
    import av

    written = BytesIO()
    samples = _samples(seconds, word)
    with av.open(written, "w", format=form) as container:
        stream = container.add_stream("libmp3lame" if form == "mp3" else "pcm_s16le", rate=RATE, layout="mono")
        for start in range(0, len(samples), RATE):
            part = samples[start : start + RATE]
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(part), align=1)
            frame.planes[0].update(part.tobytes())
            frame.sample_rate, frame.pts = RATE, start
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return written.getvalue()


def _samples(seconds: float, word: str) -> array[int]:
    """The melody of the digits, again and again, in 16 bits."""
    notes = [_tone(220 * 2 ** (_SCALE[int(digit, 16) % len(_SCALE)] / 12)) for digit in word]
    melody = sum(notes, array("h"))
    count = max(1, int(seconds * RATE))
    return (melody * (count // len(melody) + 1))[:count]


def _tone(frequency: float) -> array[int]:
    """One note that fades away."""
    length = int(_NOTE * RATE)
    return array(
        "h",
        (int(9000 * (1 - place / length) * math.sin(math.tau * frequency * place / RATE)) for place in range(length)),
    )
