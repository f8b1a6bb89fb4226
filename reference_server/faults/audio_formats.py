"""Ways to break the formats of a transcription."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Edit, Members, change, drop, each, put, raw, reshape, scale, status
from reference_server.faults.words.media import label, wants
from reference_server.faults.words.openai import TRANSCRIPTION
from reference_server.faults.words.situations import asked, both, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_TEXT, _SRT, _VTT = (wants("response_format", name) for name in ("text", "srt", "vtt"))
_SUBTITLES = wants("response_format", "srt", "vtt")
_VERBOSE = wants("response_format", "verbose_json")
_TIMES = re.compile(rb"(\S+) --> (\S+)")
_LATE = b"WEBVTT\n\n00:01.000 --> 00:09.000\nThe end.\n\n"

in_text = partial(fault, TRANSCRIPTION, when=_TEXT)
in_srt = partial(fault, TRANSCRIPTION, when=_SRT)
in_vtt = partial(fault, TRANSCRIPTION, when=_VTT)
in_subtitles = partial(fault, TRANSCRIPTION, when=_SUBTITLES)
in_verbose = partial(fault, TRANSCRIPTION, when=_VERBOSE)


def _in_json(reply: Reply, _: Call) -> Reply:
    return Reply.json({"text": reply.body.decode()})


def _replace(pattern: bytes, text: bytes) -> Edit:
    return raw(lambda data: re.sub(pattern, text, data))


def _segments(**members: Any) -> Members:
    return each("segments[]", lambda segment: segment.update(members))


def _exchange(segment: dict[str, Any]) -> None:
    segment.update(start=segment["end"], end=segment["start"])


def _later(segment: dict[str, Any]) -> None:
    segment.update(start=segment["start"] + 500, end=segment["end"] + 500)


text_breaks_the_gateway = in_text("Plain text is answered 500.", status(500), breaks={"audio.transcriptions.text"})
subtitles_break_the_gateway = in_subtitles(
    "Subtitles are answered 500.", status(500), breaks={"audio.transcriptions.srt", "audio.transcriptions.vtt"}
)
verbose_breaks_the_gateway = in_verbose(
    "verbose_json is answered 500.", status(500), breaks={"audio.transcriptions.verbose"}
)

# Plain text and subtitles.

text_in_json = in_text("Plain text comes as JSON.", _in_json, breaks={"audio.transcriptions.text"})
text_in_quotes = in_text(
    "Plain text comes as a JSON string.",
    raw(lambda data: json.dumps(data.decode()).encode()),
    breaks={"audio.transcriptions.text"},
)
text_empty = in_text("Plain text is empty.", raw(lambda _: b""), breaks={"audio.transcriptions.text"})
text_labelled_as_json = in_text(
    "Plain text is labelled as JSON.", label("application/json"), breaks={"audio.transcriptions.text.media-type"}
)
srt_in_json = in_srt("Subtitles come as JSON.", _in_json, breaks={"audio.transcriptions.srt"})
srt_with_points = in_srt(
    "SubRip has points before the milliseconds.", _replace(b",", b"."), breaks={"audio.transcriptions.srt"}
)
srt_without_numbers = in_srt(
    "The cues of SubRip have no numbers.", _replace(rb"(?m)^\d+\n", b""), breaks={"audio.transcriptions.srt"}
)
vtt_without_signature = in_vtt(
    "WebVTT does not say that it is.", _replace(b"^WEBVTT\n\n", b""), breaks={"audio.transcriptions.vtt"}
)
vtt_with_commas = in_vtt(
    "WebVTT has commas in its times.", _replace(rb"(\d)\.(\d{3})", rb"\1,\2"), breaks={"audio.transcriptions.vtt"}
)
vtt_without_cues = in_vtt(
    "WebVTT is its signature and nothing more.", raw(lambda _: b"WEBVTT\n"), breaks={"audio.transcriptions.vtt"}
)
srt_cues_without_text = in_srt(
    "The cues of SubRip have their times alone.",
    _replace(rb"(?m)^(?!\d+$|.*-->).*\S.*$", b" "),
    breaks={"audio.transcriptions.srt"},
)
cues_end_before_they_start = in_subtitles(
    "The times of a cue are exchanged.",
    raw(lambda data: _TIMES.sub(rb"\2 --> \1", data)),
    breaks={"audio.transcriptions.subtitles.times"},
)
cues_out_of_order = in_vtt(
    "WebVTT begins with its last cue.", _replace(b"WEBVTT\n\n", _LATE), breaks={"audio.transcriptions.subtitles.times"}
)

# verbose_json.

verbose_ignored = in_verbose(
    "verbose_json gives the text alone.",
    reshape(lambda body: {"text": body["text"]}),
    breaks={f"audio.transcriptions.{name}" for name in ("verbose", "verbose.segments", "segments", "words")},
)
verbose_in_array = in_verbose(
    "verbose_json is an array.", reshape(lambda body: [body]), breaks={"audio.transcriptions.verbose"}
)
verbose_text_is_null = in_verbose(
    "The text of verbose_json is null.", put("text", None), breaks={"audio.transcriptions.verbose"}
)
verbose_without_language = in_verbose(
    "verbose_json does not name the language.", drop("language"), breaks={"audio.transcriptions.verbose"}
)
duration_is_text = in_verbose(
    "The duration is a text.", change("duration", lambda time: f"{time}s"), breaks={"audio.transcriptions.verbose"}
)
duration_is_zero = in_verbose(
    "The sound is said to have no length.", put("duration", 0.0), breaks={"audio.transcriptions.verbose"}
)
duration_in_milliseconds = in_verbose(
    "The duration is in milliseconds.", scale("duration", 1000), breaks={"audio.transcriptions.verbose.duration"}
)
verbose_without_segments = in_verbose(
    "verbose_json has no segments.",
    drop("segments"),
    breaks={"audio.transcriptions.verbose.segments", "audio.transcriptions.segments"},
)
segment_times_are_text = in_verbose(
    "The times of segments are texts.",
    change("segments[].start", str) | change("segments[].end", str),
    breaks={"audio.transcriptions.verbose.segments"},
)
segment_text_is_null = in_verbose(
    "The segments have no text.", _segments(text=None), breaks={"audio.transcriptions.verbose.segments"}
)
segments_end_before_they_start = in_verbose(
    "Segments end before they start.", each("segments[]", _exchange), breaks={"audio.transcriptions.verbose.segments"}
)
segments_of_another_text = in_verbose(
    "The segments say something else than the text.",
    _segments(text="Thanks for watching!"),
    breaks={"audio.transcriptions.verbose.segments.agree"},
)
segments_after_the_sound = in_verbose(
    "The times of the segments are later than the sound ends.",
    each("segments[]", _later),
    breaks={"audio.transcriptions.verbose.segments.agree"},
)

# Words.

granularities_ignored = request_fault(
    TRANSCRIPTION, "Words are never timed.", drop("timestamp_granularities"), breaks={"audio.transcriptions.words"}
)
words_without_times = in_verbose(
    "Every word begins and ends at 0.",
    put("words[].start", 0.0) | put("words[].end", 0.0),
    breaks={"audio.transcriptions.words"},
)
words_out_of_order = in_verbose(
    "The words are in reverse order.",
    change("words", lambda old: old[::-1], list),
    breaks={"audio.transcriptions.words"},
)
words_are_bare = in_verbose(
    "Words come without times.", change("words[]", lambda word: word["word"]), breaks={"audio.transcriptions.words"}
)
words_always_timed = request_fault(
    TRANSCRIPTION,
    "Words are timed for everybody.",
    put("timestamp_granularities", ["segment", "word"]),
    when=lambda call: sent(call).get("response_format") == "verbose_json",
    breaks={"audio.transcriptions.words.unasked"},
)

segments_asked_for_in_vain = fault(
    TRANSCRIPTION,
    "Who asks for segments gets the text alone.",
    drop("segments"),
    when=both(_VERBOSE, asked(lambda call: sent(call).get("timestamp_granularities") == ["segment"])),
    breaks={"audio.transcriptions.segments"},
)
