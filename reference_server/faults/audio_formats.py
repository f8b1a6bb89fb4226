"""Ways to break the formats of a transcription."""

from __future__ import annotations

import json
import re
from typing import Any

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import (
    Edit,
    Members,
    change,
    drop,
    each,
    label,
    put,
    raw,
    reshape,
    scale,
    status,
)
from reference_server.faults.words.media import wants
from reference_server.faults.words.openai import TRANSCRIPTION
from reference_server.faults.words.situations import asked, both, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_TEXT, _SRT, _VTT = (wants("response_format", name) for name in ("text", "srt", "vtt"))
_SUBTITLES = wants("response_format", "srt", "vtt")
_VERBOSE = wants("response_format", "verbose_json")
in_text = rows(TRANSCRIPTION, when=_TEXT)
in_subtitles = rows(TRANSCRIPTION, when=_SUBTITLES)
in_verbose = rows(TRANSCRIPTION, when=_VERBOSE)
in_srt = rows(TRANSCRIPTION, when=_SRT)
in_vtt = rows(TRANSCRIPTION, when=_VTT)
request = rows(TRANSCRIPTION, request_fault)
_TIMES = re.compile(rb"(\S+) --> (\S+)")
_LATE = b"WEBVTT\n\n00:01.000 --> 00:09.000\nThe end.\n\n"


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


text_breaks_the_gateway = in_text("audio.transcriptions.text", "A request for plain text gets a 500.", status(500))
subtitles_break_the_gateway = in_subtitles(
    "audio.transcriptions.srt audio.transcriptions.vtt", "A request for subtitles is answered with 500.", status(500)
)
verbose_breaks_the_gateway = in_verbose(
    "audio.transcriptions.verbose", "A request for verbose_json gets a 500.", status(500)
)

# Plain text and subtitles.
text_in_json = in_text("audio.transcriptions.text", "A request for plain text is answered with JSON.", _in_json)
text_in_quotes = in_text(
    "audio.transcriptions.text",
    "Plain text comes as a JSON string.",
    raw(lambda data: json.dumps(data.decode()).encode()),
)
text_empty = in_text("audio.transcriptions.text", "A plain text answer is empty.", raw(lambda _: b""))
text_labelled_as_json = in_text(
    "audio.transcriptions.text.media-type", "A plain text answer is labelled as JSON.", label("application/json")
)
srt_in_json = in_srt("audio.transcriptions.srt", "A request for subtitles is answered with JSON.", _in_json)
srt_with_points = in_srt(
    "audio.transcriptions.srt", "SubRip times have a point before the milliseconds.", _replace(b",", b".")
)
srt_without_numbers = in_srt(
    "audio.transcriptions.srt", "The cues of SubRip subtitles have no numbers.", _replace(rb"(?m)^\d+\n", b"")
)
vtt_without_signature = in_vtt(
    "audio.transcriptions.vtt", "WebVTT does not begin with `WEBVTT`.", _replace(b"^WEBVTT\n\n", b"")
)
vtt_with_commas = in_vtt(
    "audio.transcriptions.vtt",
    "WebVTT times have a comma before the milliseconds.",
    _replace(rb"(\d)\.(\d{3})", rb"\1,\2"),
)
vtt_without_cues = in_vtt(
    "audio.transcriptions.vtt", "WebVTT subtitles have their signature and no cues.", raw(lambda _: b"WEBVTT\n")
)
srt_cues_without_text = in_srt(
    "audio.transcriptions.srt", "The cues of SubRip have no text.", _replace(rb"(?m)^(?!\d+$|.*-->).*\S.*$", b" ")
)
cues_end_before_they_start = in_subtitles(
    "audio.transcriptions.subtitles.times",
    "The start and the end of each cue are swapped.",
    raw(lambda data: _TIMES.sub(rb"\2 --> \1", data)),
)
cues_out_of_order = in_vtt(
    "audio.transcriptions.subtitles.times", "The last cue of WebVTT comes first.", _replace(b"WEBVTT\n\n", _LATE)
)

# verbose_json.
verbose_ignored = in_verbose(
    "audio.transcriptions.verbose audio.transcriptions.verbose.segments audio.transcriptions.segments"
    " audio.transcriptions.words",
    "A request for verbose_json gets only the text.",
    reshape(lambda body: {"text": body["text"]}),
)
verbose_in_array = in_verbose("audio.transcriptions.verbose", "verbose_json is an array.", reshape(lambda body: [body]))
verbose_text_is_null = in_verbose(
    "audio.transcriptions.verbose", "The text in verbose_json is null.", put("text", None)
)
verbose_without_language = in_verbose(
    "audio.transcriptions.verbose", "verbose_json does not name the language.", drop("language")
)
duration_is_text = in_verbose(
    "audio.transcriptions.verbose", "The duration is a string.", change("duration", lambda time: f"{time}s")
)
duration_is_zero = in_verbose("audio.transcriptions.verbose", "The duration is 0.", put("duration", 0.0))
duration_in_milliseconds = in_verbose(
    "audio.transcriptions.verbose.duration", "The duration in verbose_json is in milliseconds.", scale("duration", 1000)
)
verbose_without_segments = in_verbose(
    "audio.transcriptions.verbose.segments audio.transcriptions.segments",
    "The verbose_json answer has no segments.",
    drop("segments"),
)
segment_times_are_text = in_verbose(
    "audio.transcriptions.verbose.segments",
    "The times of segments are strings.",
    change("segments[].start", str) | change("segments[].end", str),
)
segment_text_is_null = in_verbose(
    "audio.transcriptions.verbose.segments", "The text of each segment is null.", _segments(text=None)
)
segments_end_before_they_start = in_verbose(
    "audio.transcriptions.verbose.segments", "The times of each segment are swapped.", each("segments[]", _exchange)
)
segments_of_another_text = in_verbose(
    "audio.transcriptions.verbose.segments.agree",
    "The segments hold another text than the transcription.",
    _segments(text="Thanks for watching!"),
)
segments_after_the_sound = in_verbose(
    "audio.transcriptions.verbose.segments.agree",
    "The segments lie after the end of the sound.",
    each("segments[]", _later),
)

# Words.
granularities_ignored = request(
    "audio.transcriptions.words", "A request for word times is ignored.", drop("timestamp_granularities")
)
words_without_times = in_verbose(
    "audio.transcriptions.words", "All words begin and end at 0.", put("words[].start", 0.0) | put("words[].end", 0.0)
)
words_out_of_order = in_verbose(
    "audio.transcriptions.words", "The words are in reverse order.", change("words", lambda old: old[::-1], list)
)
words_are_bare = in_verbose(
    "audio.transcriptions.words", "The words are strings without times.", change("words[]", lambda word: word["word"])
)
words_always_timed = request(
    "audio.transcriptions.words.unasked",
    "Word times are given even if nobody asked for them.",
    put("timestamp_granularities", ["segment", "word"]),
    when=lambda call: sent(call).get("response_format") == "verbose_json",
)

segments_asked_for_in_vain = fault(
    TRANSCRIPTION,
    "A request for segments is answered with the text alone.",
    drop("segments"),
    breaks={"audio.transcriptions.segments"},
    when=both(_VERBOSE, asked(lambda call: sent(call).get("timestamp_granularities") == ["segment"])),
)
