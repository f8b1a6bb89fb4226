"""How checks ask for speech and for transcriptions, and how they read the answers.

Sound is read by PyAV, whatever the answer says that it is. Reading what is not there is `Inconclusive`.
"""

from __future__ import annotations

import io
import re
import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from conformance.words.answer import Answer
from conformance.words.ask import BOUNDARY, Ask, form, without_omitted
from conformance.words.check import Inconclusive, Unsupported, inconclusive, pick
from conformance.words.decoders import subtitles
from conformance.words.samples.media import base64_text, wav

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

SPEECH = "/audio/speech"
TRANSCRIPTIONS = "/audio/transcriptions"
TRANSLATIONS = "/audio/translations"
SENTENCE = "The quick brown fox jumps over the lazy dog."
VOICE = "alloy"
CODECS = {"wav": "pcm_s16le", "flac": "flac", "ogg": "libopus"}
"""The containers in which files are sent, and FFmpeg's names of the codecs in them."""
RATE = 24_000
"""Samples per second of the files that are sent."""
LIKENESS = 0.5
"""The share of common words from which two texts are the same for a listener."""
_SAFELY = {
    "format_whitelist": "mp3,ogg,aac,flac,wav,w64,mov,mp4,matroska,webm,aiff,amr,caf,au,mpeg,mpegts",
    "protocol_whitelist": "",
}
"""Only containers that refer to no other files are read."""
SILENCE = 32
"""The loudest sample of what nobody hears: 60 dB below the loudest sound."""
PARSERS = {"srt": subtitles.srt, "vtt": subtitles.vtt}
_WORD = re.compile(r"[^\W_]+")


class Sound(NamedTuple):
    """What a file holds, by FFmpeg's names, and how many seconds it lasts."""

    container: str
    codec: str
    seconds: float


class File(NamedTuple):
    """A file as a form sends it. `spoken` tells that somebody speaks in it."""

    name: str
    media_type: str
    data: bytes
    spoken: bool = True


def read(data: bytes) -> Sound | None:
    """What is in the bytes; None when no sound can be decoded."""
    import av

    try:
        with av.open(io.BytesIO(data), "r", options=_SAFELY) as container:
            codec = container.streams.audio[0].codec_context.codec.canonical_name
            seconds = sum((frame.samples / frame.sample_rate for frame in _frames(container)), 0.0)
            return Sound(container.format.name, codec, seconds) if seconds else None
    except (av.FFmpegError, ValueError, IndexError):
        return None


def _frames(container: InputContainer) -> Iterator[AudioFrame]:
    """The frames of the first stream of sound; a damaged one is passed over."""
    import av

    for packet in container.demux(container.streams.audio[0]):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def loudest(data: bytes) -> int:
    """The loudest sample of a sound, from 0 to 32768; 0 when none can be decoded."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    try:
        with av.open(io.BytesIO(data), "r", options=_SAFELY) as container:
            parts = (part for frame in _frames(container) for part in resampler.resample(frame))
            return max((loudest_sample(bytes(part.planes[0])[: 2 * part.samples]) for part in parts), default=0)
    except (av.FFmpegError, ValueError, IndexError):
        return 0


def loudest_sample(data: bytes) -> int:
    """The loudest of bare samples, little-endian integers of 16 bits, from 0 to 32768."""
    return max((abs(sample) for (sample,) in struct.iter_unpack("<h", data[: len(data) // 2 * 2])), default=0)


def rewritten(data: bytes, kind: str) -> bytes:
    """The sound of a file in another container, of `CODECS`: one channel, the same bytes each time."""
    import av

    file = io.BytesIO()
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    with (
        av.open(io.BytesIO(data), "r", options=_SAFELY) as source,
        av.open(file, "w", kind, {"fflags": "+bitexact"}) as made,
    ):
        stream = cast("AudioStream", made.add_stream(CODECS[kind], rate=RATE, layout="mono"))
        for frame in chain(_frames(source), (None,)):
            for part in resampler.resample(frame):
                made.mux(stream.encode(part))
        made.mux(stream.encode(None))
    return file.getvalue()


class Speech(Answer):
    """An answer to `POST /audio/speech`."""

    @property
    def data(self) -> bytes:
        """The bytes of a 200, of which there is at least one."""
        return self.taken.body or inconclusive("the answer is empty")

    @cached_property
    def sound(self) -> Sound:
        """The sound of a 200; inconclusive when it cannot be decoded."""
        return read(self.data) or inconclusive("cannot be judged: the answer is no sound that can be decoded")


@dataclass(frozen=True)
class Transcription(Answer):
    """An answer to `POST /audio/transcriptions` or `/audio/translations`."""

    spoken: bool = True

    @property
    def plain(self) -> str:
        """The body of a 200 as text; inconclusive when it is empty, because nothing may have been heard."""
        text = self.taken.text
        return text if text.strip() or self.spoken else inconclusive("nothing was heard")

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of a 200."""
        return pick(self.exchange.json if self.plain else None, kind=dict)

    @property
    def text(self) -> str:
        """What was heard; inconclusive when it is nothing."""
        return pick(self.body, "text", kind=str).strip() or inconclusive("nothing was heard")


class Audio:
    """Asks one target for speech and for transcriptions."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask

    def speak(self, **fields: Any) -> Speech:
        """`POST /audio/speech` of a short sentence, with `fields` changed.

        Inconclusive when the voice is not known, because every provider has voices of its own.
        """
        body = without_omitted({"model": self.ask.model_for("speech"), "input": SENTENCE, "voice": VOICE} | fields)
        answer = self.ask.post(SPEECH, body)
        if body.get("voice") == VOICE and 400 <= answer.status < 500 and "voice" in answer.text.lower():
            inconclusive(f"the target may not know the voice {VOICE}: {answer.text:.120}")
        return Speech(answer)

    def file(self, text: str = SENTENCE) -> File:
        """The text as the target speaks it; where it does not speak, a short tone."""
        try:
            data = self.speak(input=text).data
        except (Unsupported, Inconclusive):
            data = b""
        sound = read(data)
        if not sound:
            return File("tone.wav", "audio/wav", wav(), spoken=False)
        if sound.container == "mp3":
            return File("speech.mp3", "audio/mpeg", data)
        return File("speech.wav", "audio/wav", rewritten(data, "wav"))

    def write(self, file: File | None = None, file_first: bool = False, **fields: Any) -> Transcription:
        """`POST /audio/transcriptions` of a file, by default of the sentence, in a form.

        Fields go before the file, as most clients send them, unless `file_first`. A list is sent as `name[]`.
        """
        file = file or self.file()
        texts = list(_listed({"model": self.ask.model_for("transcriptions")} | fields))
        sent = [("file", file.name, file.media_type, file.data)]
        body = joined(form((), sent), form(texts, ())) if file_first else form(texts, sent)
        headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        return Transcription(self.ask.post(TRANSCRIPTIONS, body, headers=headers), file.spoken)

    def translate(self, file: File | None = None, **fields: Any) -> Transcription:
        """`POST /audio/translations` of a file, by default of the sentence, in a form."""
        file = file or self.file()
        texts = without_omitted({"model": self.ask.model_for("translations")} | fields)
        sent = [("file", file.name, file.media_type, file.data)]
        return Transcription(self.ask.upload(TRANSLATIONS, list(texts.items()), sent), file.spoken)

    def write_json(self, names: tuple[str, ...]) -> Transcription:
        """`POST /audio/transcriptions` in JSON: base64 under the first name, the name of the file under a second."""
        file = self.file()
        values = dict(zip(names, (base64_text(file.data), file.name), strict=False))
        body = {"model": self.ask.model_for("transcriptions"), **values}
        return Transcription(self.ask.post(TRANSCRIPTIONS, body), file.spoken)


def demand_subtitles(answer: Transcription, form: str) -> None:
    """Demands subtitles of a format: `srt` or `vtt`."""
    try:
        cues = PARSERS[form](answer.plain)
    except subtitles.NotSubtitles as problem:
        raise AssertionError(str(problem)) from None

    assert cues or not answer.spoken, f"there is no cue: {answer.plain:.120}"
    assert not cues or any(cue.text for cue in cues), "no cue has text"


def joined(*forms: bytes) -> bytes:
    """Several forms as one."""
    end = form((), ())
    return b"".join([*(one.removesuffix(end) for one in forms), end])


def _listed(fields: dict[str, Any]) -> Iterable[tuple[str, object]]:
    for name, value in without_omitted(fields).items():
        if isinstance(value, list):
            yield from ((f"{name}[]", one) for one in value)
        else:
            yield name, value


def likeness(one: str, other: str) -> float:
    """The share of words that two texts have in common, whatever their case and punctuation; 0 to 1."""
    first, second = (Counter(_WORD.findall(text.casefold())) for text in (one, other))
    return (first & second).total() / max(first.total(), second.total(), 1)
