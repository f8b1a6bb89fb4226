"""Ways to break speech."""

from __future__ import annotations

import base64

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Edit, change, drop, fill, header, in_error, label, put, raw, status
from reference_server.faults.words.media import NO_CREDITS, say, wants
from reference_server.faults.words.openai import SPEECH
from reference_server.faults.words.situations import Situation, asked, both, refused, sent, served
from reference_server.sound import codec, modem
from reference_server.sound.codec import Form
from reference_server.wire.reply import Reply

speech = rows(SPEECH)
request = rows(SPEECH, request_fault)
unjudged = rows(SPEECH, request_fault, before="validation")


def _speak(form: Form) -> Edit:
    """Say what the request wants to hear, in a format of our choice, under the label that was promised."""
    return lambda reply, call: setattr(reply, "body", codec.written(modem.spoken(call.body["input"]), form))


def _as(form: str) -> Situation:
    return wants("response_format", form)


# The sound.


speech_in_json = speech(
    "audio.speech.answers",
    "Speech is base64 in JSON.",
    lambda reply, _: Reply.json({"audio": base64.b64encode(reply.body).decode()}),
    when=served,
)
speech_empty = speech("audio.speech.answers", "Speech is a success without a byte.", raw(lambda _: b""), when=served)
speech_accepted_for_later = speech("audio.speech.answers", "Speech is answered with 202.", status(202), when=served)
speech_is_noise = speech(
    "audio.speech.sound", "The bytes cannot be decoded as sound.", raw(lambda data: data[::-1]), when=served
)
speech_ends_after_its_header = speech(
    "audio.speech.sound", "Only the first bytes of speech arrive.", raw(lambda data: data[:40]), when=served
)
bare_samples_are_zeros = speech(
    "audio.speech.audible", "Speech in PCM is silent.", raw(lambda data: bytes(len(data))), when=_as("pcm")
)
wav_is_silent = speech(
    "audio.speech.audible",
    "Speech in WAV has the right length, but is silent.",
    raw(lambda data: data[:44] + bytes(len(data) - 44)),
    when=_as("wav"),
)

# The formats.
speech_default_is_wav = request(
    "audio.speech.default", "Without a format speech is WAV.", fill("response_format", "wav")
)
speech_always_mp3 = request(
    "audio.speech.formats audio.speech.media-type", "Speech is MP3, whatever was asked for.", drop("response_format")
)
flac_is_wav = speech(
    "audio.speech.formats", "What is labelled as FLAC is a WAV.", _speak(codec.FORMS["wav"]), when=_as("flac")
)
pcm_has_a_header = speech(
    "audio.speech.formats", "Bare samples come as a WAV.", _speak(codec.FORMS["wav"]), when=_as("pcm")
)
pcm_is_compressed = speech(
    "audio.speech.formats", "Bare samples come as frames of AAC.", _speak(codec.FORMS["aac"]), when=_as("pcm")
)
opus_damaged = speech(
    "audio.speech.formats",
    "Opus is damaged, because it was decoded as text on its way.",
    raw(lambda data: data.decode("utf-8", "ignore").encode()),
    when=_as("opus"),
)
aac_breaks_the_gateway = speech("audio.speech.formats", "AAC is answered 500.", status(500), when=_as("aac"))
opus_is_flac = speech(
    "audio.speech.formats",
    "What is labelled as Opus is FLAC in the container of Opus.",
    _speak(Form("ogg", "flac", None, "audio/ogg")),
    when=_as("opus"),
)
aac_in_matroska = speech(
    "audio.speech.formats",
    "AAC comes in a video container.",
    _speak(Form("matroska", "aac", 64_000, "audio/x-matroska")),
    when=_as("aac"),
)
speech_always_labelled_as_mp3 = speech(
    "audio.speech.media-type", "Speech is labelled as MP3, whatever it is.", label("audio/mpeg")
)
speech_labelled_as_page = speech("audio.speech.media-type", "Speech is labelled as HTML.", label("text/html"))

# The other options.
speed_ignored = request("audio.speech.speed", "Every speech has the usual pace.", drop("speed"))
speed_reversed = request(
    "audio.speech.speed", "The higher the speed, the longer the speech.", change("speed", lambda speed: 1 / speed)
)
speed_clamped = unjudged(
    "audio.speech.speed.outside",
    "A speed is moved into its range.",
    change("speed", lambda speed: min(max(speed, 0.25), 4)),
)
speech_of_ascii_only = speech(
    "audio.speech.unicode",
    "Text that is not ASCII breaks the gateway.",
    lambda *_: Reply(500),
    when=both(served, asked(lambda call: not call.body["input"].isascii())),
)

# Refusals.
speech_of_nothing = unjudged("audio.speech.no-input", "Speech is made even without a text.", fill("input", "Hello."))
voice_assumed = unjudged("audio.speech.no-voice", "Without a voice some voice speaks.", fill("voice", "alloy"))
long_input_cut = unjudged(
    "audio.speech.too-long", "A text that is too long is cut.", change("input", lambda text: text[:4096])
)
unknown_speech_format_replaced = unjudged(
    "audio.speech.unknown-format",
    "An unknown format becomes MP3.",
    drop("response_format"),
    when=lambda call: sent(call).get("response_format") not in codec.FORMS,
)
unknown_speaker_replaced = request(
    "audio.speech.unknown-model", "An unknown model is replaced by another one.", put("model", "speech")
)
unknown_speaker_breaks_the_gateway = speech(
    "audio.speech.unknown-model", "An unknown model is answered 500.", status(500), when=refused("unknown_model")
)
speech_error_in_plain_text = speech(
    "audio.speech.envelope",
    "Refused speech is answered by a line of text, labelled as sound.",
    say("audio/mpeg", b"model not found"),
    when=refused(),
)
speech_error_without_message = speech(
    "audio.speech.envelope", "The error of refused speech has no message.", in_error(put("error.message", None))
)
speech_without_credits = speech(
    "audio.speech.credits", "The header for the cost of speech is missing.", NO_CREDITS, gateway="infery"
)
speech_credits_with_unit = speech(
    "audio.speech.credits",
    "The cost has a unit.",
    header("x-credits-used", "0.42 credits"),
    when=served,
    gateway="infery",
)
