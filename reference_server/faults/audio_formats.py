"""Ways to break the formats of a transcription."""

from __future__ import annotations

import json
import re
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WRITE = "createTranscription"
_TIMES = re.compile(rb"(\S+) --> (\S+)")


def _is(reply: Reply, call: Call, *forms: str) -> bool:
    """A success in one of these formats."""
    return reply.ok and call.body.get("response_format") in forms


def _verbose(reply: Reply, call: Call) -> dict[str, Any]:
    """The body of verbose_json, to change in place."""
    return reply.body if _is(reply, call, "verbose_json") else {}


@fault(_WRITE, breaks={"audio.transcriptions.text"})
def text_breaks_the_gateway(reply: Reply, call: Call) -> None:
    """Plain text is answered 500."""
    reply.status = 500 if _is(reply, call, "text") else reply.status


@fault(_WRITE, breaks={"audio.transcriptions.srt", "audio.transcriptions.vtt"})
def subtitles_break_the_gateway(reply: Reply, call: Call) -> None:
    """Subtitles are answered 500."""
    reply.status = 500 if _is(reply, call, "srt", "vtt") else reply.status


@fault(_WRITE, breaks={"audio.transcriptions.verbose"})
def verbose_breaks_the_gateway(reply: Reply, call: Call) -> None:
    """verbose_json is answered 500."""
    reply.status = 500 if _is(reply, call, "verbose_json") else reply.status


@fault(_WRITE, breaks={"audio.transcriptions.text"})
def text_in_json(reply: Reply, call: Call) -> Reply:
    """Plain text comes as JSON."""
    return Reply.json({"text": reply.body.decode()}) if _is(reply, call, "text") else reply


@fault(_WRITE, breaks={"audio.transcriptions.text"})
def text_in_quotes(reply: Reply, call: Call) -> Reply:
    """Plain text comes as a JSON string."""
    return reply.raw(lambda data: json.dumps(data.decode()).encode()) if _is(reply, call, "text") else reply


@fault(_WRITE, breaks={"audio.transcriptions.text"})
def text_empty(reply: Reply, call: Call) -> Reply:
    """Plain text is empty."""
    return reply.raw(lambda _: b"") if _is(reply, call, "text") else reply


@fault(_WRITE, breaks={"audio.transcriptions.text.media-type"})
def text_labelled_as_json(reply: Reply, call: Call) -> None:
    """Plain text is labelled as JSON."""
    if _is(reply, call, "text"):
        reply.headers["content-type"] = "application/json"


@fault(_WRITE, breaks={"audio.transcriptions.srt"})
def srt_in_json(reply: Reply, call: Call) -> Reply:
    """Subtitles come as JSON."""
    return Reply.json({"text": reply.body.decode()}) if _is(reply, call, "srt") else reply


@fault(_WRITE, breaks={"audio.transcriptions.srt"})
def srt_with_points(reply: Reply, call: Call) -> Reply:
    """SubRip has points before the milliseconds."""
    return reply.raw(lambda data: data.replace(b",", b".")) if _is(reply, call, "srt") else reply


@fault(_WRITE, breaks={"audio.transcriptions.srt"})
def srt_without_numbers(reply: Reply, call: Call) -> Reply:
    """The cues of SubRip have no numbers."""
    return reply.raw(lambda data: re.sub(rb"(?m)^\d+\n", b"", data)) if _is(reply, call, "srt") else reply


@fault(_WRITE, breaks={"audio.transcriptions.vtt"})
def vtt_without_signature(reply: Reply, call: Call) -> Reply:
    """WebVTT does not say that it is."""
    return reply.raw(lambda data: data.removeprefix(b"WEBVTT\n\n")) if _is(reply, call, "vtt") else reply


@fault(_WRITE, breaks={"audio.transcriptions.vtt"})
def vtt_with_commas(reply: Reply, call: Call) -> Reply:
    """WebVTT has commas before the milliseconds."""
    return reply.raw(lambda data: re.sub(rb"(\d)\.(\d{3})", rb"\1,\2", data)) if _is(reply, call, "vtt") else reply


@fault(_WRITE, breaks={"audio.transcriptions.vtt"})
def vtt_without_cues(reply: Reply, call: Call) -> Reply:
    """WebVTT is its signature and nothing more."""
    return reply.raw(lambda _: b"WEBVTT\n") if _is(reply, call, "vtt") else reply


@fault(_WRITE, breaks={"audio.transcriptions.srt"})
def srt_cues_without_text(reply: Reply, call: Call) -> Reply:
    """The cues of SubRip have their times alone."""
    return reply.raw(lambda data: _bare(data.decode()).encode()) if _is(reply, call, "srt") else reply


def _bare(text: str) -> str:
    """Subtitles without what is said."""
    return re.sub(r"(?m)^(?!\d+$|.*-->).*\S.*$", " ", text)


@fault(_WRITE, breaks={"audio.transcriptions.subtitles.times"})
def cues_end_before_they_start(reply: Reply, call: Call) -> Reply:
    """The times of a cue are exchanged."""
    return reply.raw(lambda data: _TIMES.sub(rb"\2 --> \1", data)) if _is(reply, call, "srt", "vtt") else reply


@fault(_WRITE, breaks={"audio.transcriptions.subtitles.times"})
def cues_out_of_order(reply: Reply, call: Call) -> Reply:
    """The last cue of WebVTT stands first."""
    late = b"WEBVTT\n\n00:01.000 --> 00:09.000\nThe end.\n\n"
    return reply.raw(lambda data: data.replace(b"WEBVTT\n\n", late)) if _is(reply, call, "vtt") else reply


@fault(
    _WRITE,
    breaks={"audio.transcriptions.verbose", "audio.transcriptions.verbose.segments", "audio.transcriptions.words"},
)
def verbose_ignored(reply: Reply, call: Call) -> None:
    """verbose_json gives the text alone."""
    body = _verbose(reply, call)
    for name in [name for name in body if name != "text"]:
        del body[name]


@fault(_WRITE, breaks={"audio.transcriptions.verbose"})
def verbose_in_array(reply: Reply, call: Call) -> Reply:
    """verbose_json is an array."""
    return reply.edit(lambda body: [body]) if _is(reply, call, "verbose_json") else reply


@fault(_WRITE, breaks={"audio.transcriptions.verbose"})
def verbose_text_is_null(reply: Reply, call: Call) -> None:
    """The text of verbose_json is null."""
    body = _verbose(reply, call)
    body.update({"text": None} if body else {})


@fault(_WRITE, breaks={"audio.transcriptions.verbose"})
def verbose_without_language(reply: Reply, call: Call) -> None:
    """verbose_json does not name the language."""
    _verbose(reply, call).pop("language", None)


@fault(_WRITE, breaks={"audio.transcriptions.verbose"})
def duration_is_text(reply: Reply, call: Call) -> None:
    """The duration is a text."""
    body = _verbose(reply, call)
    body.update({"duration": f"{body['duration']}s"} if body else {})


@fault(_WRITE, breaks={"audio.transcriptions.verbose"})
def duration_is_zero(reply: Reply, call: Call) -> None:
    """The sound is said to have no length."""
    body = _verbose(reply, call)
    body.update({"duration": 0.0} if body else {})


@fault(_WRITE, breaks={"audio.transcriptions.verbose.duration"})
def duration_in_milliseconds(reply: Reply, call: Call) -> None:
    """The duration is in milliseconds."""
    body = _verbose(reply, call)
    body.update({"duration": body["duration"] * 1000} if body else {})


@fault(_WRITE, breaks={"audio.transcriptions.verbose.segments"})
def verbose_without_segments(reply: Reply, call: Call) -> None:
    """verbose_json has no segments."""
    _verbose(reply, call).pop("segments", None)


@fault(_WRITE, breaks={"audio.transcriptions.verbose.segments"})
def segment_times_are_text(reply: Reply, call: Call) -> None:
    """The times of segments are texts."""
    for segment in _verbose(reply, call).get("segments", ()):
        segment.update(start=str(segment["start"]), end=str(segment["end"]))


@fault(_WRITE, breaks={"audio.transcriptions.verbose.segments"})
def segment_text_is_null(reply: Reply, call: Call) -> None:
    """The segments have no text."""
    for segment in _verbose(reply, call).get("segments", ()):
        segment["text"] = None


@fault(_WRITE, breaks={"audio.transcriptions.verbose.segments"})
def segments_end_before_they_start(reply: Reply, call: Call) -> None:
    """The times of a segment are exchanged."""
    for segment in _verbose(reply, call).get("segments", ()):
        segment.update(start=segment["end"], end=segment["start"])


@fault(_WRITE, breaks={"audio.transcriptions.verbose.segments.agree"})
def segments_of_another_text(reply: Reply, call: Call) -> None:
    """The segments say something else than the text."""
    for segment in _verbose(reply, call).get("segments", ()):
        segment["text"] = "Thanks for watching!"


@fault(_WRITE, breaks={"audio.transcriptions.verbose.segments.agree"})
def segments_after_the_sound(reply: Reply, call: Call) -> None:
    """The times of the segments are later than the sound ends."""
    for segment in _verbose(reply, call).get("segments", ()):
        segment.update(start=segment["start"] + 500, end=segment["end"] + 500)


@request_fault(_WRITE, breaks={"audio.transcriptions.words"})
def granularities_ignored(call: Call) -> None:
    """Words are never timed."""
    call.body.pop("timestamp_granularities", None)


@fault(_WRITE, breaks={"audio.transcriptions.words"})
def words_without_times(reply: Reply, call: Call) -> None:
    """Every word begins and ends at 0."""
    for word in _verbose(reply, call).get("words") or ():
        word.update(start=0.0, end=0.0)


@fault(_WRITE, breaks={"audio.transcriptions.words"})
def words_out_of_order(reply: Reply, call: Call) -> None:
    """The last word stands first."""
    if words := _verbose(reply, call).get("words"):
        words.reverse()


@fault(_WRITE, breaks={"audio.transcriptions.words"})
def words_are_bare(reply: Reply, call: Call) -> None:
    """Words come without their times."""
    if words := _verbose(reply, call).get("words"):
        words[:] = [word["word"] for word in words]


@request_fault(_WRITE, breaks={"audio.transcriptions.words.unasked"})
def words_always_timed(call: Call) -> None:
    """Words are timed for everybody."""
    if call.body.get("response_format") == "verbose_json":
        call.body["timestamp_granularities"] = ["segment", "word"]
