"""Subtitles as a check reads them: SubRip and WebVTT."""

from __future__ import annotations

import re
from typing import NamedTuple

_SRT = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d),(\d{3})[ \t]*-->[ \t]*(\d{2,}):([0-5]\d):([0-5]\d),(\d{3})\s*")
_VTT = re.compile(
    r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})([ \t].*)?"
)
_OTHER = ("NOTE", "STYLE", "REGION")
_SIGNATURE = re.compile(r"WEBVTT([ \t].*)?")


class Cue(NamedTuple):
    """A line of subtitles and its times, in seconds."""

    start: float
    end: float
    text: str


class NotSubtitles(Exception):
    """The text breaks the format; the message says where."""


def srt(text: str) -> list[Cue]:
    """The cues of SubRip subtitles. Raises `NotSubtitles`."""
    cues = []
    for place, block in enumerate(_blocks(text)):
        number, times, *lines = [*block, "", ""]
        if not number.strip().isdecimal():
            raise NotSubtitles(f"cue {place + 1} has no number: {number!r:.60}")
        cues.append(_cue(_SRT.fullmatch(times), times, lines))
    return cues


def vtt(text: str) -> list[Cue]:
    """The cues of WebVTT subtitles. Raises `NotSubtitles`."""
    first, *blocks = _blocks(text) or [[""]]
    if not _SIGNATURE.fullmatch(first[0]):
        raise NotSubtitles(f"the first line is not WEBVTT: {first[0]!r:.60}")
    cues = []
    for block in blocks:
        if block[0].startswith(_OTHER):
            continue
        times, *lines = [*(block if "-->" in block[0] else block[1:]), ""]
        cues.append(_cue(_VTT.fullmatch(times), times, lines))
    return cues


def _blocks(text: str) -> list[list[str]]:
    """The lines between blank lines."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return [block.split("\n") for block in re.split(r"\n{2,}", lines) if block.strip()]


def _cue(match: re.Match[str] | None, times: str, lines: list[str]) -> Cue:
    if not match:
        raise NotSubtitles(f"these are no times of a cue: {times!r:.60}")
    numbers = [int(group or 0) for group in match.groups()[:8]]
    return Cue(_seconds(*numbers[:4]), _seconds(*numbers[4:]), "\n".join(lines).strip())


def _seconds(hours: int, minutes: int, seconds: int, milliseconds: int) -> float:
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
