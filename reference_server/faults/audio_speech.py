"""Ways to break speech."""

from __future__ import annotations

import base64

from reference_server.faults import fault, request_fault
from reference_server.sound import codec, modem
from reference_server.sound.codec import Form
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_SPEECH = "createSpeech"
_FORMATS = "audio.speech.formats"


def _asked(call: Call) -> str | None:
    """The format that the request names."""
    name: str | None = call.body.get("response_format")
    return name


def _spoken(call: Call, form: Form) -> bytes:
    """What the request wants to hear, in a format of our choice."""
    return codec.written(modem.spoken(call.body["input"]), form)


@fault(_SPEECH, breaks={"audio.speech.answers"})
def speech_in_json(reply: Reply) -> Reply:
    """Speech is base64 in JSON."""
    return Reply.json({"audio": base64.b64encode(reply.body).decode()}) if reply.ok else reply


@fault(_SPEECH, breaks={"audio.speech.answers"})
def speech_empty(reply: Reply) -> None:
    """Speech is a success without a byte."""
    if reply.ok:
        reply.body = b""


@fault(_SPEECH, breaks={"audio.speech.answers"})
def speech_accepted_for_later(reply: Reply) -> None:
    """Speech is answered 202."""
    if reply.ok:
        reply.status = 202


@fault(_SPEECH, breaks={"audio.speech.sound"})
def speech_is_noise(reply: Reply) -> None:
    """No decoder makes sound of the bytes."""
    if reply.ok:
        reply.body = reply.body[::-1]


@fault(_SPEECH, breaks={"audio.speech.sound"})
def speech_ends_after_its_header(reply: Reply) -> None:
    """Only the first bytes arrive."""
    if reply.ok:
        reply.body = reply.body[:40]


@fault(_SPEECH, breaks={"audio.speech.audible"})
def bare_samples_are_zeros(reply: Reply, call: Call) -> None:
    """As PCM, speech lasts as long as ever, and is silent."""
    if reply.ok and _asked(call) == "pcm":
        reply.body = bytes(len(reply.body))


@fault(_SPEECH, breaks={"audio.speech.audible"})
def wav_is_silent(reply: Reply, call: Call) -> None:
    """As WAV, speech lasts as long as ever, and is silent."""
    if reply.ok and _asked(call) == "wav":
        reply.body = reply.body[:44] + bytes(len(reply.body) - 44)


@request_fault(_SPEECH, breaks={"audio.speech.default"})
def speech_default_is_wav(call: Call) -> None:
    """Who asks for no format gets a WAV."""
    call.body.setdefault("response_format", "wav")


@request_fault(_SPEECH, breaks={_FORMATS, "audio.speech.media-type"})
def speech_always_mp3(call: Call) -> None:
    """Speech is MP3, whatever was asked for."""
    call.body.pop("response_format", None)


@fault(_SPEECH, breaks={_FORMATS})
def flac_is_wav(reply: Reply, call: Call) -> None:
    """What is labelled as FLAC is a WAV."""
    if reply.ok and _asked(call) == "flac":
        reply.body = _spoken(call, codec.FORMS["wav"])


@fault(_SPEECH, breaks={_FORMATS})
def pcm_has_a_header(reply: Reply, call: Call) -> None:
    """Bare samples come as a WAV."""
    if reply.ok and _asked(call) == "pcm":
        reply.body = _spoken(call, codec.FORMS["wav"])


@fault(_SPEECH, breaks={_FORMATS})
def pcm_is_compressed(reply: Reply, call: Call) -> None:
    """Bare samples come as frames of AAC."""
    if reply.ok and _asked(call) == "pcm":
        reply.body = _spoken(call, codec.FORMS["aac"])


@fault(_SPEECH, breaks={_FORMATS})
def opus_damaged(reply: Reply, call: Call) -> None:
    """Opus is decoded as text on its way."""
    if reply.ok and _asked(call) == "opus":
        reply.body = reply.body.decode("utf-8", "ignore").encode()


@fault(_SPEECH, breaks={_FORMATS})
def aac_breaks_the_gateway(reply: Reply, call: Call) -> None:
    """AAC is answered 500."""
    if reply.ok and _asked(call) == "aac":
        reply.status = 500


@fault(_SPEECH, breaks={_FORMATS})
def opus_is_flac(reply: Reply, call: Call) -> None:
    """What is labelled as Opus is FLAC in the container of Opus."""
    if reply.ok and _asked(call) == "opus":
        reply.body = _spoken(call, Form("ogg", "flac", None, "audio/ogg"))


@fault(_SPEECH, breaks={_FORMATS})
def aac_in_matroska(reply: Reply, call: Call) -> None:
    """AAC comes in a container of films."""
    if reply.ok and _asked(call) == "aac":
        reply.body = _spoken(call, Form("matroska", "aac", 64_000, "audio/x-matroska"))


@fault(_SPEECH, breaks={"audio.speech.media-type"})
def speech_always_labelled_as_mp3(reply: Reply) -> None:
    """Speech is labelled as MP3, whatever it is."""
    if reply.ok:
        reply.headers["content-type"] = "audio/mpeg"


@fault(_SPEECH, breaks={"audio.speech.media-type"})
def speech_labelled_as_page(reply: Reply) -> None:
    """Speech is labelled as HTML."""
    if reply.ok:
        reply.headers["content-type"] = "text/html"


@request_fault(_SPEECH, breaks={"audio.speech.speed"})
def speed_ignored(call: Call) -> None:
    """Every speech has the usual pace."""
    call.body.pop("speed", None)


@request_fault(_SPEECH, breaks={"audio.speech.speed"})
def speed_reversed(call: Call) -> None:
    """The higher the speed, the longer the speech."""
    if "speed" in call.body:
        call.body["speed"] = 1 / call.body["speed"]


@request_fault(_SPEECH, breaks={"audio.speech.speed.outside"}, before="validation")
def speed_clamped(call: Call) -> None:
    """A speed out of range becomes the nearest one."""
    if "speed" in call.body:
        call.body["speed"] = min(max(call.body["speed"], 0.25), 4)


@fault(_SPEECH, breaks={"audio.speech.unicode"})
def speech_of_ascii_only(reply: Reply, call: Call) -> Reply:
    """Text that is not ASCII breaks the gateway."""
    return Reply(500) if reply.ok and not call.body["input"].isascii() else reply


@request_fault(_SPEECH, breaks={"audio.speech.no-input"}, before="validation")
def speech_of_nothing(call: Call) -> None:
    """Without a text something is said all the same."""
    call.body.setdefault("input", "Hello.")


@request_fault(_SPEECH, breaks={"audio.speech.no-voice"}, before="validation")
def voice_assumed(call: Call) -> None:
    """Without a voice one is chosen."""
    call.body.setdefault("voice", "alloy")


@request_fault(_SPEECH, breaks={"audio.speech.too-long"}, before="validation")
def long_input_cut(call: Call) -> None:
    """A text that is too long is cut."""
    if "input" in call.body:
        call.body["input"] = call.body["input"][:4096]


@request_fault(_SPEECH, breaks={"audio.speech.unknown-format"}, before="validation")
def unknown_speech_format_replaced(call: Call) -> None:
    """An unknown format becomes MP3."""
    if _asked(call) not in codec.FORMS:
        call.body.pop("response_format", None)


@request_fault(_SPEECH, breaks={"audio.speech.unknown-model"})
def unknown_speaker_replaced(call: Call) -> None:
    """Another model speaks for one that does not exist."""
    call.body["model"] = "speech"


@fault(_SPEECH, breaks={"audio.speech.unknown-model"})
def unknown_speaker_breaks_the_gateway(reply: Reply) -> None:
    """A model that does not exist is answered 500."""
    if reply.cause == "unknown_model":
        reply.status = 500


@fault(_SPEECH, breaks={"audio.speech.envelope"})
def speech_error_in_plain_text(reply: Reply) -> None:
    """Refused speech is answered by a line of text, labelled as sound."""
    if not reply.ok:
        reply.headers["content-type"] = "audio/mpeg"
        reply.body = b"model not found"


@fault(_SPEECH, breaks={"audio.speech.envelope"})
def speech_error_without_message(reply: Reply) -> Reply:
    """The error of refused speech has no message."""
    return reply.edit_error(lambda body: body["error"].update(message=None))


@fault(_SPEECH, breaks={"audio.speech.credits"}, gateway="infery")
def speech_without_credits(reply: Reply) -> None:
    """Speech does not tell what it cost."""
    reply.headers.pop("x-credits-used", None)


@fault(_SPEECH, breaks={"audio.speech.credits"}, gateway="infery")
def speech_credits_with_unit(reply: Reply) -> None:
    """The cost of speech is not a number."""
    if reply.ok:
        reply.headers["x-credits-used"] = "0.42 credits"
