"""Ways to break transcriptions: the forms of the request, and what must be refused."""

from __future__ import annotations

from reference_server.errors import Refusal
from reference_server.faults import fault, request_fault
from reference_server.protocols.openai.envelope import Envelope
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WRITE = "createTranscription"
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt")


def _refusal(call: Call, cause: str) -> Reply:
    return Envelope(call.contract.gateway["errors"]).reply(Refusal(cause, "The request is not taken."))


def _is_plain(call: Call) -> bool:
    """The request names no format."""
    return "response_format" not in call.body


@fault(_WRITE, breaks={"audio.transcriptions.answers"})
def forms_refused(reply: Reply, call: Call) -> Reply:
    """No form is taken."""
    return _refusal(call, "wrong_media_type") if reply.ok and call.uploads else reply


@fault(_WRITE, breaks={"audio.transcriptions.answers"})
def forms_break_the_gateway(reply: Reply, call: Call) -> Reply:
    """A form is answered 500."""
    return _refusal(call, "internal") if reply.ok and call.uploads else reply


@fault(_WRITE, breaks={"audio.transcriptions.default"})
def transcription_renamed(reply: Reply, call: Call) -> None:
    """The text stands under another name."""
    if reply.ok and _is_plain(call):
        reply.body["transcript"] = reply.body.pop("text")


@fault(_WRITE, breaks={"audio.transcriptions.default"})
def transcription_default_is_text(reply: Reply, call: Call) -> None:
    """Who asks for no format gets plain text."""
    if reply.ok and _is_plain(call):
        reply.headers["content-type"] = "text/plain"
        reply.body = reply.body["text"].encode()


@fault(_WRITE, breaks={"audio.transcriptions.heard"})
def another_text_heard(reply: Reply, call: Call) -> None:
    """The text is that of another sound."""
    if reply.ok and _is_plain(call):
        reply.body["text"] = "Thanks for watching!"


@fault(_WRITE, breaks={"audio.transcriptions.heard"})
def nothing_heard(reply: Reply, call: Call) -> None:
    """The text is empty."""
    if reply.ok and _is_plain(call):
        reply.body["text"] = ""


@fault(_WRITE, breaks={"audio.transcriptions.heard"})
def transcription_echoes_file_name(reply: Reply, call: Call) -> None:
    """The text is the name of the file."""
    if reply.ok and _is_plain(call):
        reply.body["text"] = "speech.mp3"


@fault(_WRITE, breaks={"audio.transcriptions.file-types"})
def only_mp3_heard(reply: Reply, call: Call) -> Reply:
    """A FLAC is refused."""
    names = [upload.name for uploads in call.uploads.values() for upload in uploads]
    return _refusal(call, "invalid_value") if reply.ok and any(name.endswith(".flac") for name in names) else reply


@fault(_WRITE, breaks={"audio.transcriptions.file-first"})
def model_must_come_first(reply: Reply, call: Call) -> Reply:
    """What stands behind the file is not read."""
    file, model = ((call.raw or b"").find(b'name="%s"' % name) for name in (b"file", b"model"))
    return _refusal(call, "missing_field") if reply.ok and 0 <= file < model else reply


@fault(_WRITE, breaks={"audio.transcriptions.file-name"})
def file_name_in_ascii_only(reply: Reply, call: Call) -> Reply:
    """A file whose name is not ASCII breaks the gateway."""
    names = [upload.name for uploads in call.uploads.values() for upload in uploads]
    return _refusal(call, "internal") if reply.ok and not "".join(names).isascii() else reply


@fault(_WRITE, breaks={"audio.transcriptions.options"})
def language_refused(reply: Reply, call: Call) -> Reply:
    """No language may be named."""
    return _refusal(call, "invalid_value") if reply.ok and "language" in call.body else reply


@fault(_WRITE, breaks={"audio.transcriptions.options"})
def temperature_stays_text(reply: Reply, call: Call) -> Reply:
    """A number in a form is not read as one."""
    return _refusal(call, "internal") if reply.ok and "temperature" in call.body else reply


@fault(_WRITE, breaks={"audio.transcriptions.no-file"})
def no_file_is_silence(reply: Reply) -> Reply:
    """Without a file the text is empty."""
    return Reply.json({"text": ""}) if reply.cause == "missing_field" else reply


@fault(_WRITE, breaks={"audio.transcriptions.no-sound"})
def no_sound_is_silence(reply: Reply, call: Call) -> Reply:
    """A file without sound has an empty text."""
    return Reply.json({"text": ""}) if not reply.ok and b"plain text and no sound" in (call.raw or b"") else reply


@fault(_WRITE, breaks={"audio.transcriptions.no-sound"})
def no_sound_breaks_the_gateway(reply: Reply, call: Call) -> None:
    """A file without sound is answered 500."""
    if not reply.ok and b"plain text and no sound" in (call.raw or b""):
        reply.status = 500


@request_fault(_WRITE, breaks={"audio.transcriptions.unknown-format"}, before="validation")
def unknown_text_format_replaced(call: Call) -> None:
    """An unknown format becomes JSON."""
    if call.body.get("response_format") not in _FORMATS:
        call.body.pop("response_format", None)


@request_fault(_WRITE, breaks={"audio.transcriptions.unknown-model"})
def unknown_listener_replaced(call: Call) -> None:
    """Another model listens for one that does not exist."""
    call.body["model"] = "transcription"


@fault(_WRITE, breaks={"audio.transcriptions.envelope"})
def transcription_error_as_detail(reply: Reply) -> None:
    """A refused form is answered in an envelope of its own."""
    if not reply.ok:
        reply.body = {"detail": [{"msg": "The request is not taken."}]}


@fault(_WRITE, breaks={"audio.transcriptions.json-body"}, gateway="infery")
def audio_in_json_refused(reply: Reply, call: Call) -> Reply:
    """Only forms are taken."""
    return _refusal(call, "wrong_media_type") if reply.ok and not call.uploads else reply


@fault(_WRITE, breaks={"audio.transcriptions.same-text"}, gateway="infery")
def audio_in_json_heard_otherwise(reply: Reply, call: Call) -> None:
    """What comes in JSON is heard as something else."""
    if reply.ok and not call.uploads:
        reply.body["text"] = "Thanks for watching!"


@fault("createChatCompletion", breaks={"audio.transcriptions.workaround"}, model="no-audio")
def heard_text_refused(reply: Reply, call: Call) -> Reply:
    """A model that refuses audio refuses its transcription as well."""
    return _refusal(call, "invalid_value") if reply.ok else reply


@fault(_WRITE, breaks={"audio.transcriptions.credits"}, gateway="infery")
def transcription_without_credits(reply: Reply) -> None:
    """A transcription does not tell what it cost."""
    reply.headers.pop("x-credits-used", None)
