"""A transcript with the times of its words, which are spoken at a constant pace."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_PIECE = re.compile(r"\s*\S{1,40}\s*|\s+")
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")
_LINE = 60
"""The characters after which a segment ends."""


class Spoken(NamedTuple):
    """A stretch of the text and when it was spoken, in seconds."""

    text: str
    start: float
    end: float


def words(text: str, seconds: float) -> list[Spoken]:
    """The words with their times; together they fill the sound. Each keeps the white space beside it."""
    pace = seconds / max(len(text), 1)
    return [
        Spoken(match.group(), round(match.start() * pace, 3), round(match.end() * pace, 3))
        for match in _PIECE.finditer(text)
    ]


def segments(text: str, seconds: float) -> list[Spoken]:
    """The sentences, cut where they are long. Joined, they are the whole text."""
    return [Spoken("".join(word.text for word in line), line[0].start, line[-1].end) for line in _lines(text, seconds)]


def _lines(text: str, seconds: float) -> Iterator[list[Spoken]]:
    line: list[Spoken] = []
    for word in words(text, seconds):
        line.append(word)
        if word.text.rstrip().endswith(_SENTENCE_ENDS) or sum(len(one.text) for one in line) >= _LINE:
            yield line
            line = []
    if line:
        yield line


def srt(text: str, seconds: float) -> str:
    """SubRip subtitles."""
    cues = enumerate(segments(text, seconds), 1)
    return "".join(f"{number}\n{_times(cue, ',')}\n{_line(cue)}\n\n" for number, cue in cues)


def vtt(text: str, seconds: float) -> str:
    """WebVTT subtitles."""
    cues = [f"{_times(cue, '.')}\n{html.escape(_line(cue), quote=False)}\n\n" for cue in segments(text, seconds)]
    return "".join(["WEBVTT\n\n", *cues])


def verbose(text: str, seconds: float, language: str, temperature: float, granularities: list[str]) -> dict[str, Any]:
    """The text with its language, its length, and the times that were asked for."""
    body: dict[str, Any] = {"task": "transcribe", "language": language, "duration": round(seconds, 3), "text": text}
    if "segment" in granularities:
        body["segments"] = [_segment(place, one, temperature) for place, one in enumerate(segments(text, seconds))]
    if "word" in granularities:
        spoken = words(text, seconds)
        body["words"] = [{"word": one.text.strip(), "start": one.start, "end": one.end} for one in spoken]
    return body


def _segment(place: int, one: Spoken, temperature: float) -> dict[str, Any]:
    return {
        "id": place,
        "seek": 0,
        "start": one.start,
        "end": one.end,
        "text": one.text,
        "tokens": [],
        "temperature": temperature,
        "avg_logprob": -0.1,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }


def _line(cue: Spoken) -> str:
    return " ".join(cue.text.split())


def _times(cue: Spoken, mark: str) -> str:
    return f"{_time(cue.start, mark)} --> {_time(cue.end, mark)}"


def _time(seconds: float, mark: str) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{mark}{milliseconds % 1000:03}"
