"""Legal differences in speech and in transcriptions."""

from __future__ import annotations

import re
from collections.abc import Callable

from reference_server.faults import differences
from reference_server.faults.words.edits import Edit, change, label, refuse
from reference_server.faults.words.openai import SPEECH, TRANSCRIPTION
from reference_server.faults.words.situations import Situation, sent, served
from reference_server.sound import codec, modem
from reference_server.sound.codec import Form
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

speech = differences(SPEECH)
transcript = differences(TRANSCRIPTION)

_CONTAINERS = {
    "opus": Form("webm", "libopus", 48_000, "audio/webm"),
    "aac": Form("mp4", "aac", 96_000, "audio/mp4"),
    "flac": Form("ogg", "flac", None, "audio/ogg"),
    "wav": Form("wav", "pcm_f32le", None, "audio/vnd.wave"),
    "mp3": Form("mp3", "libmp3lame", 32_000, "audio/mp3"),
}


def _other_than(form: str) -> Situation:
    """The request was served, in another format than this one."""
    return lambda reply, call: reply.ok and sent(call).get("response_format") not in (None, form)


def _reword(function: Callable[[str], str]) -> Edit:
    """Change what is answered in plain text."""

    def edit(reply: Reply, _: Call) -> None:
        if reply.ok and isinstance(reply.body, bytes):
            reply.body = function(reply.body.decode()).encode()

    return edit


speech_labelled_as_bytes = speech(
    "Speech is labelled as application/octet-stream, as in the published document.", label("application/octet-stream")
)


@speech()
def speech_in_other_containers(reply: Reply, call: Call) -> None:
    """Speech has the codec that was asked for in another container, at another bit rate, under another label."""
    form = _CONTAINERS.get(call.body.get("response_format") or "mp3")
    if reply.ok and form:
        reply.body = codec.written(modem.spoken(call.body["input"], call.body.get("speed") or 1.0), form)
        reply.headers["content-type"] = form.media_type


@speech()
def wav_of_unknown_length(reply: Reply) -> None:
    """A WAV does not know how long it will be, because it is sent as it is made."""
    if reply.ok and reply.body.startswith(b"RIFF"):
        place = reply.body.index(b"data") + 4
        unknown = b"\xff" * 4
        reply.body = reply.body[:4] + unknown + reply.body[8:place] + unknown + reply.body[place + 4 :]


formats_other_than_mp3_refused = speech(
    "The model speaks in MP3 only, and says so.", refuse(400, "This model speaks in mp3 only."), when=_other_than("mp3")
)
voice_unknown = speech(
    "The gateway accepts only voices of its own.", refuse(400, "There is no such voice."), when=served
)
nobody_speaks = speech("The gateway offers no speech, only transcriptions.", refuse(404, "There is no such route."))
formats_other_than_json_refused = transcript(
    "The model writes JSON only, and says so.", refuse(400, "This model writes json only."), when=_other_than("json")
)
heard_in_capitals = transcript(
    "A transcription differs in case and has no punctuation.", change("text", lambda text: text.upper().rstrip("."))
)
plain_text_ends_in_a_line_break = transcript("Plain text ends in a line break.", _reword(lambda text: f"{text}\n"))
subtitles_in_crlf = transcript("Lines of plain text end in CR LF.", _reword(lambda text: text.replace("\n", "\r\n")))


@transcript()
def subtitles_labelled_as_such(reply: Reply, call: Call) -> None:
    """Subtitles are labelled with media types of their own."""
    labels = {"srt": "application/x-subrip", "vtt": "text/vtt"}
    media_type = labels.get(call.body.get("response_format") or "")
    if reply.ok and media_type:
        reply.headers["content-type"] = media_type


def _with_everything(text: str) -> str:
    if not text.startswith("WEBVTT"):
        return text
    cues = re.sub(r"(?m)^00:(\S+) --> 00:(\S+)$", r"first\n\1 --> \2 align:start", text.removeprefix("WEBVTT\n\n"))
    return f"WEBVTT - A title\nKind: captions\n\nNOTE of one line\n\nSTYLE\n::cue {{ color: red }}\n\n{cues}"


vtt_with_everything = transcript(
    "WebVTT has a title, a note, styles, names and settings of cues, and no hours in times.", _reword(_with_everything)
)


@transcript()
def verbose_members_null(reply: Reply) -> None:
    """What was not asked for is null in verbose_json."""
    if reply.ok and isinstance(reply.body, dict):
        reply.body = {"segments": None, "words": None, **reply.body} if "segments" not in reply.body else reply.body
        reply.body.setdefault("words", None)


times_in_whole_seconds = transcript(
    "The times of words and segments are whole numbers.",
    *(change(f"{name}[].{end}", int) for name in ("segments", "words") for end in ("start", "end")),
)
