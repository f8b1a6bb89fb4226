"""Legal differences in speech and in transcriptions."""

from __future__ import annotations

import re
from collections.abc import Callable

from reference_server.faults import variation
from reference_server.sound import codec, modem
from reference_server.sound.codec import Form
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_SPEECH = "createSpeech"
_WRITE = "createTranscription"
_CONTAINERS = {
    "opus": Form("webm", "libopus", 48_000, "audio/webm"),
    "aac": Form("mp4", "aac", 96_000, "audio/mp4"),
    "flac": Form("ogg", "flac", None, "audio/ogg"),
    "wav": Form("wav", "pcm_f32le", None, "audio/vnd.wave"),
    "mp3": Form("mp3", "libmp3lame", 32_000, "audio/mp3"),
}


@variation(_SPEECH)
def speech_labelled_as_bytes(reply: Reply) -> None:
    """Speech is labelled as bytes, as the published document has it."""
    if reply.ok:
        reply.headers["content-type"] = "application/octet-stream"


@variation(_SPEECH)
def speech_in_other_containers(reply: Reply, call: Call) -> None:
    """Speech has the codec that was asked for in another container, at another bit rate, under another label."""
    form = _CONTAINERS.get(call.body.get("response_format") or "mp3")
    if reply.ok and form:
        reply.body = codec.written(modem.spoken(call.body["input"], call.body.get("speed") or 1.0), form)
        reply.headers["content-type"] = form.media_type


@variation(_SPEECH)
def wav_of_unknown_length(reply: Reply) -> None:
    """A WAV does not know how long it will be, because it is sent as it is made."""
    if reply.ok and reply.body.startswith(b"RIFF"):
        place = reply.body.index(b"data") + 4
        unknown = b"\xff" * 4
        reply.body = reply.body[:4] + unknown + reply.body[8:place] + unknown + reply.body[place + 4 :]


@variation(_SPEECH)
def formats_other_than_mp3_refused(reply: Reply, call: Call) -> Reply:
    """A model speaks in MP3 alone and says so."""
    if not reply.ok or call.body.get("response_format") in (None, "mp3"):
        return reply
    return Reply.json({"error": {"message": "This model speaks in mp3 only.", "type": "x", "code": "x"}}, 400)


@variation(_SPEECH)
def voice_unknown(reply: Reply) -> Reply:
    """The gateway has voices of its own and knows no other."""
    if not reply.ok:
        return reply
    return Reply.json({"error": {"message": "There is no such voice.", "type": "x", "code": "x"}}, 400)


@variation(_SPEECH)
def nobody_speaks(_reply: Reply) -> Reply:
    """There is no speech, only transcriptions."""
    return Reply.json({"error": {"message": "There is no such route.", "type": "x", "code": "x"}}, 404)


@variation(_WRITE)
def formats_other_than_json_refused(reply: Reply, call: Call) -> Reply:
    """A model writes JSON alone and says so."""
    if not reply.ok or call.body.get("response_format") in (None, "json"):
        return reply
    return Reply.json({"error": {"message": "This model writes json only.", "type": "x", "code": "x"}}, 400)


@variation(_WRITE)
def heard_in_capitals(reply: Reply) -> Reply:
    """The text has other letters and no punctuation."""
    return reply.edit(lambda body: _told(body, body["text"].upper().rstrip(".")) if isinstance(body, dict) else None)


def _told(body: dict[str, object], text: str) -> None:
    body["text"] = text


@variation(_WRITE)
def plain_text_ends_in_a_line_break(reply: Reply) -> Reply:
    """Plain text ends in a line break."""
    return _plain(reply, lambda text: f"{text}\n")


@variation(_WRITE)
def subtitles_in_crlf(reply: Reply) -> Reply:
    """Lines of plain text end in CR LF."""
    return _plain(reply, lambda text: text.replace("\n", "\r\n"))


@variation(_WRITE)
def subtitles_labelled_as_such(reply: Reply, call: Call) -> None:
    """Subtitles have media types of their own."""
    labels = {"srt": "application/x-subrip", "vtt": "text/vtt"}
    label = labels.get(call.body.get("response_format") or "")
    if reply.ok and label:
        reply.headers["content-type"] = label


@variation(_WRITE)
def vtt_with_everything(reply: Reply) -> Reply:
    """WebVTT has a title, a note, styles, names and settings of cues, and times without hours."""
    return _plain(reply, _with_everything)


def _with_everything(text: str) -> str:
    if not text.startswith("WEBVTT"):
        return text
    cues = re.sub(r"(?m)^00:(\S+) --> 00:(\S+)$", r"first\n\1 --> \2 align:start", text.removeprefix("WEBVTT\n\n"))
    return f"WEBVTT - A title\nKind: captions\n\nNOTE of one line\n\nSTYLE\n::cue {{ color: red }}\n\n{cues}"


@variation(_WRITE)
def verbose_members_null(reply: Reply) -> None:
    """What was not asked for is null."""
    if reply.ok and isinstance(reply.body, dict):
        reply.body = {"segments": None, "words": None, **reply.body} if "segments" not in reply.body else reply.body
        reply.body.setdefault("words", None)


@variation(_WRITE)
def times_in_whole_seconds(reply: Reply) -> None:
    """The times of words and segments are whole numbers."""
    if reply.ok and isinstance(reply.body, dict):
        for entry in [*(reply.body.get("segments") or ()), *(reply.body.get("words") or ())]:
            entry.update(start=int(entry["start"]), end=int(entry["end"]))


def _plain(reply: Reply, change: Callable[[str], str]) -> Reply:
    if reply.ok and isinstance(reply.body, bytes):
        reply.body = change(reply.body.decode()).encode()
    return reply
