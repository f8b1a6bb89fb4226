"""Ways to break transcriptions: the forms of the request, and what must be refused."""

from __future__ import annotations

from reference_server.errors import Refusal
from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import Edit, answer, drop, put, rename, status
from reference_server.faults.words.media import NO_CREDITS, has_files, wants
from reference_server.faults.words.openai import CHAT, TRANSCRIPTION
from reference_server.faults.words.prompts import NO_SOUND
from reference_server.faults.words.situations import LACKING, asked, both, has, no, refused, sent, served, wrote
from reference_server.protocols.openai.envelope import Envelope
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

transcript = rows(TRANSCRIPTION)

_PLAIN = wants("response_format", None)
_FORMATS = ("json", "text", "srt", "verbose_json", "vtt")


def _refuse(cause: str) -> Edit:
    """Answer as the gateway documents it for this cause."""
    refusal = Refusal(cause, "The request is not taken.")
    return lambda _, call: Envelope(call.contract.gateway["errors"]).reply(refusal)


def _file_names(call: Call) -> list[str]:
    return [upload.name for uploads in call.uploads.values() for upload in uploads]


def _file_first(_: Reply, call: Call) -> bool:
    """The file stands before the model."""
    file, model = ((call.raw or b"").find(b'name="%s"' % name) for name in (b"file", b"model"))
    return 0 <= file < model


_no_sound = both(refused(), asked(wrote(NO_SOUND)))

forms_refused = transcript(
    "audio.transcriptions.answers", "Every form is refused.", _refuse("wrong_media_type"), when=both(served, has_files)
)
forms_break_the_gateway = transcript(
    "audio.transcriptions.answers", "Every form is answered 500.", _refuse("internal"), when=both(served, has_files)
)

# The text.
transcription_renamed = transcript(
    "audio.transcriptions.default", "The text has another name.", rename("text", "transcript"), when=_PLAIN
)


@transcript("audio.transcriptions.default")
def transcription_default_is_text(reply: Reply, call: Call) -> None:
    """Without a format the answer is plain text."""
    if _PLAIN(reply, call):
        reply.headers["content-type"], reply.body = "text/plain", reply.body["text"].encode()


another_text_heard = transcript(
    "audio.transcriptions.heard", "The text is that of another sound.", put("text", "Thanks for watching!"), when=_PLAIN
)
nothing_heard = transcript("audio.transcriptions.heard", "The text is empty.", put("text", ""), when=_PLAIN)
transcription_echoes_file_name = transcript(
    "audio.transcriptions.heard", "The text is the name of the file.", put("text", "speech.mp3"), when=_PLAIN
)

# The form.
only_mp3_heard = transcript(
    "audio.transcriptions.file-types",
    "FLAC is refused.",
    _refuse("invalid_value"),
    when=both(served, asked(lambda call: any(name.endswith(".flac") for name in _file_names(call)))),
)
model_must_come_first = transcript(
    "audio.transcriptions.file-first",
    "Fields after a file are lost.",
    _refuse("missing_field"),
    when=both(served, _file_first),
)
file_name_in_ascii_only = transcript(
    "audio.transcriptions.file-name",
    "A file whose name is not ASCII breaks the gateway.",
    _refuse("internal"),
    when=both(served, asked(lambda call: not "".join(_file_names(call)).isascii())),
)
language_refused = transcript(
    "audio.transcriptions.options",
    "A `language` is refused.",
    _refuse("invalid_value"),
    when=both(served, has("language")),
)
temperature_stays_text = transcript(
    "audio.transcriptions.options",
    "A temperature in a form is refused, because it stays text.",
    _refuse("internal"),
    when=both(served, has("temperature")),
)

# Refusals.
no_file_is_silence = transcript(
    "audio.transcriptions.no-file", "Without a file the text is empty.", answer({"text": ""}), when=LACKING
)
no_sound_is_silence = transcript(
    "audio.transcriptions.no-sound", "A file without sound has an empty text.", answer({"text": ""}), when=_no_sound
)
no_sound_breaks_the_gateway = transcript(
    "audio.transcriptions.no-sound", "A file without sound is answered 500.", status(500), when=_no_sound
)
unknown_text_format_replaced = request_fault(
    TRANSCRIPTION,
    "An unknown format becomes JSON.",
    drop("response_format"),
    when=lambda call: sent(call).get("response_format") not in _FORMATS,
    breaks={"audio.transcriptions.unknown-format"},
    before="validation",
)
unknown_listener_replaced = request_fault(
    TRANSCRIPTION,
    "An unknown model is replaced by another one that listens.",
    put("model", "transcription"),
    breaks={"audio.transcriptions.unknown-model"},
)
transcription_error_as_detail = transcript(
    "audio.transcriptions.envelope",
    "A refused form is answered in an envelope of its own.",
    lambda reply, _: setattr(reply, "body", {"detail": [{"msg": "The request is not taken."}]}),
    when=refused(),
)

# Sound in JSON.
audio_in_json_refused = transcript(
    "audio.transcriptions.json-body",
    "Only forms are taken.",
    _refuse("wrong_media_type"),
    when=both(served, no(has_files)),
    gateway="infery",
)
audio_in_json_heard_otherwise = transcript(
    "audio.transcriptions.same-text",
    "What comes in JSON is heard as something else.",
    put("text", "Thanks for watching!"),
    when=no(has_files),
    gateway="infery",
)
heard_text_refused = fault(
    CHAT,
    "A model that refuses audio refuses its transcription as well.",
    _refuse("invalid_value"),
    when=served,
    breaks={"audio.transcriptions.workaround"},
    model="no-audio",
)
transcription_without_credits = transcript(
    "audio.transcriptions.credits", "The header for the cost is missing.", NO_CREDITS, gateway="infery"
)
