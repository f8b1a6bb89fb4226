"""The formats of a transcription: plain text, subtitles, and JSON with times."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from conformance.words.answer import demand_kind, demand_objects
from conformance.words.check import Unsupported, inconclusive, pick, requirement
from conformance.words.decoders.subtitles import Cue, NotSubtitles
from conformance.words.openai.audio import PARSERS, Audio, Transcription, demand_subtitles, likeness, read

AGREED = 0.5
"""The share of words that a text has in common with its segments."""
TOLERANCE = 1.0
"""Seconds by which a decoder may find a sound longer or shorter than another."""
Granted = Callable[..., Any]


@pytest.fixture
def asked(audio: Audio) -> Callable[..., Transcription]:
    """Asks for the sentence in a format, when it is written down at all."""

    def write(form: str, **fields: Any) -> Transcription:
        plain = audio.write()
        if not plain.served:
            inconclusive(f"the plain request is answered {plain.status}")
        return audio.write(response_format=form, **fields)

    return write


@pytest.fixture
def formatted(asked: Callable[..., Transcription]) -> Callable[..., Transcription]:
    """Asks for the sentence in a format whose refusal another check judges."""

    def write(form: str, **fields: Any) -> Transcription:
        answer = asked(form, **fields)
        if 400 <= answer.exchange.status < 500:
            raise Unsupported(f"{form} is answered {answer.exchange.status}")
        return answer

    return write


@pytest.fixture
def verbose(formatted: Callable[..., Transcription]) -> dict[str, Any]:
    """The body of `verbose_json`."""
    return formatted("verbose_json").body


def _cues(answer: Transcription, form: str) -> list[Cue]:
    """The cues; inconclusive when they cannot be read, which another check judges."""
    try:
        cues = PARSERS[form](answer.plain)
    except NotSubtitles as error:
        inconclusive(f"cannot be judged: {error}")
    return cues or inconclusive("nothing was heard")


@requirement("audio.transcriptions.text")
def test_text(asked: Callable[..., Transcription], demand_supported: Granted) -> None:
    """`response_format` text gives the text alone, not JSON."""
    answer = demand_supported(asked("text"))
    decoded = answer.exchange.json

    assert answer.plain.strip(), "the body is empty"
    assert not isinstance(decoded, (dict, list, str)), f"the body is JSON: {answer.plain:.120}"


@requirement("audio.transcriptions.text.media-type")
def test_text_media_type(formatted: Callable[..., Transcription]) -> None:
    """The text alone is labelled as text."""
    answer = formatted("text")
    if not answer.plain.strip() or isinstance(answer.exchange.json, (dict, list, str)):
        inconclusive("the body is empty, or JSON, which another check judges")

    label = answer.exchange.media_type

    assert label.startswith("text/"), f"Content-Type is {label!r}"


@requirement("audio.transcriptions.srt")
def test_srt(asked: Callable[..., Transcription], demand_supported: Granted) -> None:
    """`response_format` srt gives SubRip: numbered cues, each with two times and its text."""
    demand_subtitles(demand_supported(asked("srt")), "srt")


@requirement("audio.transcriptions.vtt")
def test_vtt(asked: Callable[..., Transcription], demand_supported: Granted) -> None:
    """`response_format` vtt gives WebVTT: its signature, and cues with two times and their text."""
    demand_subtitles(demand_supported(asked("vtt")), "vtt")


@requirement("audio.transcriptions.subtitles.times")
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_times(formatted: Callable[..., Transcription], form: str) -> None:
    """A cue of subtitles does not end before it starts, nor start before the one before it."""
    cues = _cues(formatted(form), form)

    _demand_order([(cue.start, cue.end) for cue in cues])


def _demand_order(times: list[tuple[float, float]]) -> None:
    for start, end in times:
        assert start <= end, f"something starts at {start} s and ends at {end} s"
    for (one, _), (other, _) in pairwise(times):
        assert one <= other, f"what starts at {other} s stands after what starts at {one} s"


@requirement("audio.transcriptions.verbose")
def test_verbose(asked: Callable[..., Transcription], demand_supported: Granted) -> None:
    """`response_format` verbose_json gives `text`, `language`, and `duration` as a number above 0."""
    body = demand_kind(demand_supported(asked("verbose_json")).exchange.json, "the body", dict)

    demand_kind(body.get("text"), "text", str)
    demand_kind(body.get("language"), "language", str)
    assert demand_kind(body.get("duration"), "duration", (int, float)) > 0, f"duration is {body['duration']}"


@requirement("audio.transcriptions.verbose.duration")
def test_verbose_duration(audio: Audio, verbose: dict[str, Any]) -> None:
    """`duration` is how long the sound lasts, in seconds."""
    duration = pick(verbose, "duration", kind=(int, float))
    sound = read(audio.file().data) or inconclusive("the sound cannot be decoded")
    if duration <= 0:
        inconclusive(f"cannot be judged: duration is {duration}")

    apart = abs(duration - sound.seconds)

    assert apart <= max(TOLERANCE, 0.2 * sound.seconds), (
        f"the sound lasts {sound.seconds:.2f} s, duration is {duration}"
    )


@requirement("audio.transcriptions.verbose.segments")
def test_verbose_segments(verbose: dict[str, Any]) -> None:
    """verbose_json lists `segments` with text and times, in order, unless other times are asked for."""
    _demand_timed(verbose, "segments", "text")


@requirement("audio.transcriptions.verbose.segments.agree")
def test_verbose_segments_agree(verbose: dict[str, Any]) -> None:
    """The `segments` say what the text says, and end when the sound does."""
    text, duration = pick(verbose, "text", kind=str), pick(verbose, "duration", kind=(int, float))
    segments = [pick(one, kind=dict) for one in pick(verbose, "segments", kind=list)]
    said = " ".join(pick(one, "text", kind=str) for one in segments)
    last = max((pick(one, "end", kind=(int, float)) for one in segments), default=0)
    if duration <= 0:
        inconclusive(f"cannot be judged: duration is {duration}")

    assert likeness(said, text) > AGREED or not text.strip(), f"the text is {text!r:.80}, the segments say {said!r:.80}"
    assert last <= 1.2 * duration + TOLERANCE, f"the sound lasts {duration} s, and a segment ends at {last} s"


@requirement("audio.transcriptions.words")
@pytest.mark.usefixtures("verbose")
def test_words(asked: Callable[..., Transcription], demand_supported: Granted) -> None:
    """`timestamp_granularities[]` word gives `words`, each with its times, in their order."""
    _demand_timed(demand_supported(asked("verbose_json", timestamp_granularities=["word"])).body, "words", "word")


def _demand_timed(body: dict[str, Any], name: str, text: str) -> None:
    """The body has entries under that name, each with its text and its times; inconclusive when nothing was heard."""
    if not pick(body, "text", kind=str).strip():
        inconclusive("nothing was heard")
    entries = demand_objects(body.get(name), name)
    for entry in entries:
        demand_kind(entry.get(text), text, str)
        for end in ("start", "end"):
            demand_kind(entry.get(end), f"{end} of {entry[text]!r:.60}", (int, float))
    assert entries[-1]["end"] > 0, f"the last of {len(entries)} {name} ends at {entries[-1]['end']} s"
    _demand_order([(entry["start"], entry["end"]) for entry in entries])


@requirement("audio.transcriptions.words.unasked")
def test_words_unasked(verbose: dict[str, Any]) -> None:
    """verbose_json has no `words` unless they were asked for."""
    words = verbose.get("words")

    assert not words, f"words is {words!r:.80}"


@requirement("audio.transcriptions.segments")
@pytest.mark.usefixtures("verbose")
def test_segments(asked: Callable[..., Transcription], demand_supported: Granted) -> None:
    """`timestamp_granularities[]` segment gives `segments`; what they hold is judged where nobody asks for them."""
    body = demand_supported(asked("verbose_json", timestamp_granularities=["segment"])).body
    if not pick(body, "text", kind=str).strip():
        inconclusive("nothing was heard")

    demand_objects(body.get("segments"), "segments")
