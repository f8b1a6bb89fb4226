"""How checks ask for speech and for transcriptions, and how they read the answers.

Sound is read by PyAV, whatever the answer says that it is. Reading what is not there is `Inconclusive`.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from conformance.ask import BOUNDARY, OMIT, Ask, form
from conformance.check import Inconclusive, Unsupported, inconclusive, pick
from conformance.exchange import Exchange
from conformance.media import base64_text, wav

SPEECH = "/audio/speech"
TRANSCRIPTIONS = "/audio/transcriptions"
SENTENCE = "The quick brown fox jumps over the lazy dog."
VOICE = "alloy"
FILES = {
    "mp3": ("speech.mp3", "audio/mpeg"),
    "wav": ("speech.wav", "audio/wav"),
    "flac": ("speech.flac", "audio/flac"),
    "opus": ("speech.ogg", "audio/ogg"),
}
"""The name and the media type of what was spoken in a format."""
LIKENESS = 0.5
"""The share of common words from which two texts are the same for a listener."""
_READ = "mp3,ogg,aac,flac,wav,w64,mov,mp4,matroska,webm,aiff,amr,caf,au,mpeg,mpegts"
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

    options = {"format_whitelist": _READ, "protocol_whitelist": ""}
    try:
        with av.open(io.BytesIO(data), "r", options=options) as container:
            stream = container.streams.audio[0]
            seconds = sum((frame.samples / frame.sample_rate for frame in container.decode(stream)), 0.0)
            return Sound(container.format.name, stream.codec_context.codec.canonical_name, seconds)
    except (av.FFmpegError, ValueError, IndexError):
        return None


@dataclass(frozen=True)
class Speech:
    """An answer to `POST /audio/speech`."""

    exchange: Exchange

    @property
    def data(self) -> bytes:
        """The bytes of a 200."""
        if self.exchange.status != 200:
            inconclusive(f"the request was answered {self.exchange.status}: {self.exchange.text:.120}")
        return self.exchange.body

    @cached_property
    def sound(self) -> Sound:
        """The sound of a 200; inconclusive when it cannot be decoded."""
        return read(self.data) or inconclusive("cannot be judged: the answer is no sound that can be decoded")


@dataclass(frozen=True)
class Transcription:
    """An answer to `POST /audio/transcriptions`."""

    exchange: Exchange
    spoken: bool = True

    @property
    def plain(self) -> str:
        """The body of a 200 as text; inconclusive when it is empty, because nothing may have been heard."""
        if self.exchange.status != 200:
            inconclusive(f"the request was answered {self.exchange.status}: {self.exchange.text:.120}")
        return self.exchange.text if self.exchange.text.strip() or self.spoken else inconclusive("nothing was heard")

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
        body = {"model": self.ask.model_for("speech"), "input": SENTENCE, "voice": VOICE} | fields
        body = {name: value for name, value in body.items() if value is not OMIT}
        answer = self.ask.post(SPEECH, body)
        if body.get("voice") == VOICE and 400 <= answer.status < 500 and "voice" in answer.text.lower():
            inconclusive(f"the target may not know the voice {VOICE}: {answer.text:.120}")
        return Speech(answer)

    def file(self, kind: str | None = None) -> File:
        """The sentence as the target speaks it, by default in its usual format.

        Where it does not speak, a short tone; inconclusive when a format was asked for.
        """
        try:
            data = self.speak(**({"response_format": kind} if kind else {})).data
        except (Unsupported, Inconclusive):
            data = b""
        if read(data):
            return File(*FILES[kind or "mp3"], data)
        if kind:
            inconclusive(f"the target does not speak in {kind}")
        return File("tone.wav", "audio/wav", wav(), spoken=False)

    def write(self, file: File | None = None, file_first: bool = False, **fields: Any) -> Transcription:
        """`POST /audio/transcriptions` of a file, by default of the sentence, in a form.

        Fields go before the file, as most clients send them, unless `file_first`. A list is sent as `name[]`.
        """
        file = file or self.file()
        given = list(_listed({"model": self.ask.model_for("transcriptions")} | fields))
        sent = [("file", file.name, file.media_type, file.data)]
        body = joined(form((), sent), form(given, ())) if file_first else form(given, sent)
        headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        return Transcription(self.ask.post(TRANSCRIPTIONS, body, headers=headers), file.spoken)

    def write_json(self, names: tuple[str, ...]) -> Transcription:
        """`POST /audio/transcriptions` in JSON: base64 under the first name, the name of the file under a second."""
        file = self.file()
        values = dict(zip(names, (base64_text(file.data), file.name), strict=False))
        body = {"model": self.ask.model_for("transcriptions"), **values}
        return Transcription(self.ask.post(TRANSCRIPTIONS, body), file.spoken)


def joined(*forms: bytes) -> bytes:
    """Several forms as one."""
    end = form((), ())
    return b"".join([*(one.removesuffix(end) for one in forms), end])


def _listed(fields: dict[str, Any]) -> Iterable[tuple[str, object]]:
    for name, value in fields.items():
        if isinstance(value, list):
            yield from ((f"{name}[]", one) for one in value)
        elif value is not OMIT:
            yield name, value


def likeness(one: str, other: str) -> float:
    """The share of words that two texts have in common, whatever their case and punctuation; 0 to 1."""
    first, second = (Counter(_WORD.findall(text.casefold())) for text in (one, other))
    return (first & second).total() / max(first.total(), second.total(), 1)
