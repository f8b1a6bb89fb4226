"""The formats of a transcription: plain text, subtitles, and JSON with times."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from conformance import subtitles
from conformance.audio import Audio, Transcription, read
from conformance.check import Unsupported, inconclusive, pick, requirement
from conformance.subtitles import Cue, NotSubtitles

PARSERS = {"srt": subtitles.srt, "vtt": subtitles.vtt}
TOLERANCE = 1.0
"""Seconds by which a decoder may find a sound longer or shorter than another."""
Granted = Callable[..., Any]


@pytest.fixture
def asked(audio: Audio) -> Callable[..., Transcription]:
    """Asks for the sentence in a format, when it is written down at all."""

    def write(form: str, **fields: Any) -> Transcription:
        assert audio.write().plain
        return audio.write(response_format=form, **fields)

    return write


@pytest.fixture
def formatted(asked: Callable[..., Transcription]) -> Callable[..., Transcription]:
    """Asks for the sentence in a format whose refusal another check judges."""

    def write(form: str, **fields: Any) -> Transcription:
        answer = asked(form, **fields)
        if 400 <= answer.exchange.status < 500:
            raise Unsupported(f"{form} is answered {answer.exchange.status}")
        assert answer.plain
        return answer

    return write


def _cues(answer: Transcription, form: str) -> list[Cue]:
    """The cues; inconclusive when they cannot be read, which another check judges."""
    try:
        cues = PARSERS[form](answer.plain)
    except NotSubtitles as error:
        inconclusive(f"cannot be judged: {error}")
    return cues or inconclusive("nothing was heard")


@requirement("audio.transcriptions.text")
def test_text(asked: Callable[..., Transcription], granted: Granted) -> None:
    """The text stands alone."""
    answer = granted(asked("text"))
    decoded = answer.exchange.json

    assert answer.plain.strip(), "the body is empty"
    assert not isinstance(decoded, (dict, list, str)), f"the body is JSON: {answer.plain:.120}"


@requirement("audio.transcriptions.text.media-type")
def test_text_media_type(formatted: Callable[..., Transcription]) -> None:
    """Text is labelled as text."""
    answer = formatted("text")
    if isinstance(answer.exchange.json, (dict, list, str)):
        inconclusive("the body is JSON")

    label = answer.exchange.media_type

    assert label.startswith("text/"), f"Content-Type is {label!r}"


@requirement("audio.transcriptions.srt")
def test_srt(asked: Callable[..., Transcription], granted: Granted) -> None:
    """Players can show it."""
    _demand_subtitles(granted(asked("srt")), "srt")


@requirement("audio.transcriptions.vtt")
def test_vtt(asked: Callable[..., Transcription], granted: Granted) -> None:
    """Browsers can show it."""
    _demand_subtitles(granted(asked("vtt")), "vtt")


def _demand_subtitles(answer: Transcription, form: str) -> None:
    problem = ""
    cues: list[Cue] = []
    try:
        cues = PARSERS[form](answer.plain)
    except NotSubtitles as error:
        problem = str(error)

    assert not problem, problem
    assert cues or not answer.spoken, f"there is no cue: {answer.plain:.120}"
    assert not cues or any(cue.text for cue in cues), "no cue has text"


@requirement("audio.transcriptions.subtitles.times")
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_times(formatted: Callable[..., Transcription], form: str) -> None:
    """Time does not run backwards."""
    cues = _cues(formatted(form), form)

    _demand_order([(cue.start, cue.end) for cue in cues])


def _demand_order(times: list[tuple[float, float]]) -> None:
    for start, end in times:
        assert start <= end, f"something starts at {start} s and ends at {end} s"
    for (one, _), (other, _) in pairwise(times):
        assert one <= other, f"what starts at {other} s stands after what starts at {one} s"


@requirement("audio.transcriptions.verbose")
def test_verbose(asked: Callable[..., Transcription], granted: Granted) -> None:
    """There is more to say about a sound than its text."""
    answer = granted(asked("verbose_json"))
    assert answer.plain
    body = answer.exchange.json

    assert isinstance(body, dict), f"the body is no JSON object: {answer.exchange.text:.120}"
    assert isinstance(body.get("text"), str), f"text is {body.get('text')!r:.80}"
    assert isinstance(body.get("language"), str), f"language is {body.get('language')!r:.80}"
    assert _number(body.get("duration")), f"duration is {body.get('duration')!r:.80}"
    assert body["duration"] > 0, f"duration is {body['duration']}"


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@requirement("audio.transcriptions.verbose.duration")
def test_verbose_duration(audio: Audio, formatted: Callable[..., Transcription]) -> None:
    """The length is that of the sound."""
    told = pick(formatted("verbose_json").body, "duration", kind=(int, float))
    sound = read(audio.file().data) or inconclusive("the sound cannot be decoded")
    if told <= 0:
        inconclusive(f"cannot be judged: duration is {told}")

    apart = abs(told - sound.seconds)

    assert apart <= max(TOLERANCE, 0.2 * sound.seconds), f"the sound lasts {sound.seconds:.2f} s, duration is {told}"


@requirement("audio.transcriptions.verbose.segments")
def test_verbose_segments(formatted: Callable[..., Transcription]) -> None:
    """The text has stretches, and each its time."""
    body = formatted("verbose_json").body
    segments = body.get("segments")
    if not pick(body, "text", kind=str).strip():
        inconclusive("nothing was heard")

    assert isinstance(segments, list), f"segments is {segments!r:.80}"
    assert segments, "segments is empty"
    _demand_timed(segments, "text")


@requirement("audio.transcriptions.words")
def test_words(asked: Callable[..., Transcription], formatted: Callable[..., Transcription], granted: Granted) -> None:
    """Each word has its time."""
    assert formatted("verbose_json").plain
    answer = granted(asked("verbose_json", timestamp_granularities=["word"]))
    words = answer.body.get("words")
    if not pick(answer.body, "text", kind=str).strip():
        inconclusive("nothing was heard")

    assert isinstance(words, list), f"words is {words!r:.80}"
    assert words, "words is empty"
    _demand_timed(words, "word")


def _demand_timed(entries: list[Any], name: str) -> None:
    for entry in entries:
        assert isinstance(entry, dict), f"{entry!r:.80} is no object"
        assert isinstance(entry.get(name), str), f"{name} is {entry.get(name)!r:.80}"
        for end in ("start", "end"):
            assert _number(entry.get(end)), f"{end} of {entry[name]!r:.60} is {entry.get(end)!r:.60}"
    _demand_order([(entry["start"], entry["end"]) for entry in entries])


@requirement("audio.transcriptions.words.unasked")
def test_words_unasked(formatted: Callable[..., Transcription]) -> None:
    """Words are timed for who asks."""
    words = formatted("verbose_json").body.get("words")

    assert not words, f"words is {words!r:.80}"
