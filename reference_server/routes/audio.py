"""`POST /audio/speech`, `POST /audio/transcriptions` and `POST /audio/translations`."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reference_server.errors import Refusal, Undecodable
from reference_server.model import tokens
from reference_server.model.prompt import Usage
from reference_server.routes import route
from reference_server.sound import codec, modem, transcript
from reference_server.sound.english import english
from reference_server.wire.call import Call
from reference_server.wire.form import Upload
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

LARGEST_FILE = 25 * 1024 * 1024
"""Bytes."""
CREDITS_PER_SECOND = 0.01
_SUBTITLES = {"srt": transcript.srt, "vtt": transcript.vtt}
_JSON_FIELDS = ("file_base64", "audio")


@route("createSpeech")
def create_speech(service: Service, call: Call) -> Reply:
    """Speech, which a transcription turns back into the text."""
    name, text = call.body["model"], call.body["input"]
    if not service.working_model(name).speaks:
        raise Refusal("invalid_value", f"The model {name!r} does not speak.", "model")
    if len(text) > modem.MOST_CHARACTERS:
        raise Refusal("invalid_value", f"At most {modem.MOST_CHARACTERS} characters are spoken.", "input")
    form = codec.FORMS[call.body.get("response_format") or "mp3"]
    data = codec.written(modem.spoken(text, call.body.get("speed") or 1.0), form)
    cost = service.metering.book(call, name, Usage(tokens.count(text), 0))
    return Reply(200, {"content-type": form.media_type, **service.metering.headers(name, cost)}, data)


@route("createTranscription")
def create_transcription(service: Service, call: Call) -> Reply:
    """The text of speech that this server made; for any other sound, a text that states its length."""
    if call.body.get("timestamp_granularities") and call.body.get("response_format") != "verbose_json":
        raise Refusal("invalid_value", "Times need the response format verbose_json.", "timestamp_granularities")
    return _written(service, call, str)


@route("createTranslation")
def create_translation(service: Service, call: Call) -> Reply:
    """The same text, in English."""
    reply = _written(service, call, english)
    if isinstance(reply.body, dict):
        del reply.body["usage"]
        reply.body.update({"task": "translate", "language": "english"} if "task" in reply.body else {})
    return reply


def _written(service: Service, call: Call, worded: Callable[[str], str]) -> Reply:
    """What is heard, in the words and in the format that are asked for. Raises Refusal."""
    name = call.body["model"]
    if not service.working_model(name).transcribes:
        raise Refusal("invalid_value", f"The model {name!r} does not transcribe.", "model")
    sound = _sound(call)
    text = worded(modem.heard(sound.samples) or f"({sound.seconds:.1f} seconds of sound)")
    cost = service.metering.book(call, name, Usage(0, tokens.count(text)), sound.seconds * CREDITS_PER_SECOND)
    reply = _transcription(call.body, call.body.get("response_format") or "json", text, sound.seconds)
    if isinstance(reply.body, dict):
        reply.body.update(service.metering.fields(cost))
    reply.headers.update(service.metering.headers(name, cost))
    return reply


def _sound(call: Call) -> codec.Sound:
    """The sound in the file of a form, or in the base64 of a JSON body."""
    param = "file" if call.uploads else next(name for name in _JSON_FIELDS if isinstance(call.body.get(name), str))
    upload = call.uploads["file"][0] if call.uploads else _decoded(call.body, param)
    if len(upload.data) > LARGEST_FILE:
        raise Refusal("body_too_large", f"The file has more than {LARGEST_FILE} bytes.", param)
    try:
        return codec.read(upload.data, upload.name, upload.media_type)
    except Undecodable as error:
        raise Refusal("invalid_value", f"The file is not taken: {error.message}.", param) from error


def _decoded(body: dict[str, Any], param: str) -> Upload:
    """The file in a JSON body, as base64 or as a `data:` URI."""
    head, comma, encoded = body[param].rpartition(",")
    media_type = head.removeprefix("data:").partition(";")[0] if comma else ""
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("invalid_value", f"The data is not base64: {error}.", param) from error
    return Upload(str(body.get("filename") or ""), media_type, data)


def _transcription(body: dict[str, Any], form: str, text: str, seconds: float) -> Reply:
    if form in ("json", "verbose_json"):
        usage = {"type": "duration", "seconds": math.ceil(seconds)}
        return Reply.json({**_json(body, form, text, seconds), "usage": usage})
    plain = _SUBTITLES[form](text, seconds) if form in _SUBTITLES else text
    return Reply(200, {"content-type": "text/plain; charset=utf-8"}, plain.encode())


def _json(body: dict[str, Any], form: str, text: str, seconds: float) -> dict[str, Any]:
    if form == "json":
        return {"text": text}
    granularities = body.get("timestamp_granularities") or ["segment"]
    return transcript.verbose(
        text, seconds, body.get("language") or "english", body.get("temperature") or 0.0, granularities
    )
