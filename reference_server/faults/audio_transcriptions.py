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
    "audio.transcriptions.answers", "Every form gets a 500.", _refuse("internal"), when=both(served, has_files)
)

# The text.
transcription_renamed = transcript(
    "audio.transcriptions.default", "The text stands under another name.", rename("text", "transcript"), when=_PLAIN
)


@transcript("audio.transcriptions.default")
def transcription_default_is_text(reply: Reply, call: Call) -> None:
    """The answer is plain text when no format is asked for."""
    if _PLAIN(reply, call):
        reply.headers["content-type"], reply.body = "text/plain", reply.body["text"].encode()


another_text_heard = transcript(
    "audio.transcriptions.heard",
    "The text is that of another recording.",
    put("text", "Thanks for watching!"),
    when=_PLAIN,
)
nothing_heard = transcript("audio.transcriptions.heard", "The transcription is empty.", put("text", ""), when=_PLAIN)
transcription_echoes_file_name = transcript(
    "audio.transcriptions.heard", "The transcription is the name of the file.", put("text", "speech.mp3"), when=_PLAIN
)

# The form.
only_mp3_heard = transcript(
    "audio.transcriptions.file-types",
    "A FLAC file is refused.",
    _refuse("invalid_value"),
    when=both(served, asked(lambda call: any(name.endswith(".flac") for name in _file_names(call)))),
)
model_must_come_first = transcript(
    "audio.transcriptions.file-first",
    "Form fields that come after the file are ignored.",
    _refuse("missing_field"),
    when=both(served, _file_first),
)
file_name_in_ascii_only = transcript(
    "audio.transcriptions.file-name",
    "A file whose name is not ASCII is answered with 500.",
    _refuse("internal"),
    when=both(served, asked(lambda call: not "".join(_file_names(call)).isascii())),
)
language_refused = transcript(
    "audio.transcriptions.options",
    "A request with a `language` is refused.",
    _refuse("invalid_value"),
    when=both(served, has("language")),
)
temperature_stays_text = transcript(
    "audio.transcriptions.options",
    "A `temperature` in a form is refused, because it is a string there.",
    _refuse("internal"),
    when=both(served, has("temperature")),
)

# Refusals.
no_file_is_silence = transcript(
    "audio.transcriptions.no-file", "A form without a file gets empty text.", answer({"text": ""}), when=LACKING
)
no_sound_is_silence = transcript(
    "audio.transcriptions.no-sound", "A file that is not sound gets empty text.", answer({"text": ""}), when=_no_sound
)
no_sound_breaks_the_gateway = transcript(
    "audio.transcriptions.no-sound", "A file that is not sound is answered with 500.", status(500), when=_no_sound
)
unknown_text_format_replaced = request_fault(
    TRANSCRIPTION,
    "A request for an unknown format is answered with JSON.",
    drop("response_format"),
    when=lambda call: sent(call).get("response_format") not in _FORMATS,
    breaks={"audio.transcriptions.unknown-format"},
    before="validation",
)
unknown_listener_replaced = request_fault(
    TRANSCRIPTION,
    "A request for an unknown model is answered by another one.",
    put("model", "transcription"),
    breaks={"audio.transcriptions.unknown-model"},
)
transcription_error_as_detail = transcript(
    "audio.transcriptions.envelope",
    "A form is refused with an error envelope of its own.",
    lambda reply, _: setattr(reply, "body", {"detail": [{"msg": "The request is not taken."}]}),
    when=refused(),
)

# Sound in JSON.
audio_in_json_refused = transcript(
    "audio.transcriptions.json-body",
    "A transcription request in JSON is refused.",
    _refuse("wrong_media_type"),
    when=both(served, no(has_files)),
    gateway="infery",
)
audio_in_json_heard_otherwise = transcript(
    "audio.transcriptions.same-text",
    "Sound that is sent in JSON gets another transcription than in a form.",
    put("text", "Thanks for watching!"),
    when=no(has_files),
    gateway="infery",
)
heard_text_refused = fault(
    CHAT,
    "A model that takes no audio in chat completions refuses a transcription as well.",
    _refuse("invalid_value"),
    when=served,
    breaks={"audio.transcriptions.workaround"},
    model="no-audio",
)
transcription_without_credits = transcript(
    "audio.transcriptions.credits", "A transcription lacks the header for its cost.", NO_CREDITS, gateway="infery"
)
