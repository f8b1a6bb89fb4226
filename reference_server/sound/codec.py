"""Writes sound in the container that a caller asks for, and reads it from any."""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, cast

from reference_server.errors import Undecodable
from reference_server.sound.modem import HEARD_RATE, LONGEST, RATE

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

MOST_SECONDS = 2 * 3600
"""The longest sound that is read."""
PCM_TYPES = frozenset({"audio/pcm", "audio/x-pcm", "audio/l16"})
READ = "mp3,ogg,aac,flac,wav,w64,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,aiff,amr,caf,au,mpeg,mpegts,asf"
"""The containers that are read, by FFmpeg's names. None of them refers to other files."""


class Form(NamedTuple):
    """How FFmpeg names a container and its codec, the bits per second where they matter, and the media type."""

    container: str
    codec: str
    bit_rate: int | None
    media_type: str


FORMS = {
    "mp3": Form("mp3", "libmp3lame", 64_000, "audio/mpeg"),
    "opus": Form("ogg", "libopus", 64_000, "audio/ogg"),
    "aac": Form("adts", "aac", 64_000, "audio/aac"),
    "flac": Form("flac", "flac", None, "audio/flac"),
    "wav": Form("wav", "pcm_s16le", None, "audio/wav"),
    "pcm": Form("s16le", "pcm_s16le", None, "audio/pcm"),
}


class Sound(NamedTuple):
    """The length of a sound in seconds, and the samples of its beginning at `HEARD_RATE`."""

    seconds: float
    samples: array[int]


def written(samples: array[int], form: Form) -> bytes:
    """The samples in a form: the same bytes each time."""
    import av

    if form == FORMS["pcm"]:
        return samples.tobytes()
    file = io.BytesIO()
    with av.open(file, "w", form.container, {"fflags": "+bitexact"}) as container:
        stream = cast("AudioStream", container.add_stream(form.codec, rate=RATE, layout="mono"))
        if form.bit_rate:
            stream.bit_rate = form.bit_rate
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = RATE, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def read(data: bytes, name: str = "", media_type: str = "") -> Sound:
    """The sound in a file. Samples without a container are recognised by the name or the media type.

    Raises Undecodable.
    """
    import av

    bare = name.lower().endswith(".pcm") or media_type in PCM_TYPES
    options = {"sample_rate": str(RATE)} if bare else {"format_whitelist": READ, "protocol_whitelist": ""}
    try:
        with av.open(io.BytesIO(data), "r", format="s16le" if bare else None, options=options) as container:
            sound = _decoded(container)
    except (av.FFmpegError, ValueError, IndexError) as error:
        raise Undecodable("it is no sound that can be decoded") from error
    if not sound.samples:
        raise Undecodable("it holds no sound")
    return sound


def _decoded(container: InputContainer) -> Sound:
    """All frames of the first audio stream, as far as they can be decoded."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=HEARD_RATE)
    samples: array[int] = array("h")
    count = 0
    for frame in chain(_frames(container), (None,)):
        for part in resampler.resample(frame):
            count += part.samples
            if len(samples) < LONGEST * HEARD_RATE:
                samples.frombytes(bytes(part.planes[0])[: 2 * part.samples])
        if count > MOST_SECONDS * HEARD_RATE:
            raise Undecodable(f"it lasts longer than {MOST_SECONDS // 3600} hours")
    return Sound(count / HEARD_RATE, samples)


def _frames(container: InputContainer) -> Iterator[AudioFrame]:
    """The frames of the first audio stream; a damaged one is skipped."""
    import av

    if not container.streams.audio:
        raise Undecodable("it holds no sound")
    for packet in container.demux(container.streams.audio[0]):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue
