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
    "Speech is answered as base64 in JSON.",
    lambda reply, _: Reply.json({"audio": base64.b64encode(reply.body).decode()}),
    when=served,
)
speech_empty = speech(
    "audio.speech.answers", "A request for speech gets an empty body.", raw(lambda _: b""), when=served
)
speech_accepted_for_later = speech("audio.speech.answers", "Speech is answered with 202.", status(202), when=served)
speech_is_noise = speech(
    "audio.speech.sound", "The bytes of speech cannot be decoded as sound.", raw(lambda data: data[::-1]), when=served
)
speech_ends_after_its_header = speech(
    "audio.speech.sound", "Only the first bytes of the speech arrive.", raw(lambda data: data[:40]), when=served
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
    "audio.speech.default", "Speech is a WAV file when no format is asked for.", fill("response_format", "wav")
)
speech_always_mp3 = request(
    "audio.speech.formats audio.speech.media-type", "Speech is MP3, whatever was asked for.", drop("response_format")
)
flac_is_wav = speech(
    "audio.speech.formats", "Sound labelled as FLAC is a WAV file.", _speak(codec.FORMS["wav"]), when=_as("flac")
)
pcm_has_a_header = speech(
    "audio.speech.formats", "A request for PCM gets a WAV file.", _speak(codec.FORMS["wav"]), when=_as("pcm")
)
pcm_is_compressed = speech(
    "audio.speech.formats", "A request for PCM gets AAC frames.", _speak(codec.FORMS["aac"]), when=_as("pcm")
)
opus_damaged = speech(
    "audio.speech.formats",
    "Opus speech is damaged, as if its bytes had been decoded as text.",
    raw(lambda data: data.decode("utf-8", "ignore").encode()),
    when=_as("opus"),
)
aac_breaks_the_gateway = speech("audio.speech.formats", "A request for AAC gets a 500.", status(500), when=_as("aac"))
opus_is_flac = speech(
    "audio.speech.formats",
    "Speech that is labelled as Opus is FLAC in an Ogg container.",
    _speak(Form("ogg", "flac", None, "audio/ogg")),
    when=_as("opus"),
)
aac_in_matroska = speech(
    "audio.speech.formats",
    "A request for AAC is answered with AAC in a video container.",
    _speak(Form("matroska", "aac", 64_000, "audio/x-matroska")),
    when=_as("aac"),
)
speech_always_labelled_as_mp3 = speech(
    "audio.speech.media-type", "Speech is labelled as MP3, whatever format it has.", label("audio/mpeg")
)
speech_labelled_as_page = speech("audio.speech.media-type", "Speech is labelled as HTML.", label("text/html"))

# The other options.
speed_ignored = request("audio.speech.speed", "Speech always has the usual pace, whatever `speed` says.", drop("speed"))
speed_reversed = request(
    "audio.speech.speed", "The higher the speed, the longer the speech.", change("speed", lambda speed: 1 / speed)
)
speed_clamped = unjudged(
    "audio.speech.speed.outside",
    "A `speed` out of range is replaced by the nearest one allowed.",
    change("speed", lambda speed: min(max(speed, 0.25), 4)),
)
speech_of_ascii_only = speech(
    "audio.speech.unicode",
    "A request for speech of text that is not ASCII is answered with 500.",
    lambda *_: Reply(500),
    when=both(served, asked(lambda call: not call.body["input"].isascii())),
)

# Refusals.
speech_of_nothing = unjudged("audio.speech.no-input", "Speech without an input is served.", fill("input", "Hello."))
voice_assumed = unjudged("audio.speech.no-voice", "Speech without a voice is served.", fill("voice", "alloy"))
long_input_cut = unjudged(
    "audio.speech.too-long", "Speech of a long text is cut short.", change("input", lambda text: text[:4096])
)
unknown_speech_format_replaced = unjudged(
    "audio.speech.unknown-format",
    "A request for an unknown format is answered with MP3.",
    drop("response_format"),
    when=lambda call: sent(call).get("response_format") not in codec.FORMS,
)
unknown_speaker_replaced = request(
    "audio.speech.unknown-model", "A request for an unknown model is answered by another one.", put("model", "speech")
)
unknown_speaker_breaks_the_gateway = speech(
    "audio.speech.unknown-model", "An unknown model gets a 500.", status(500), when=refused("unknown_model")
)
speech_error_in_plain_text = speech(
    "audio.speech.envelope",
    "A refused request for speech is answered with a line of text, labelled as sound.",
    say("audio/mpeg", b"model not found"),
    when=refused(),
)
speech_error_without_message = speech(
    "audio.speech.envelope", "The error of refused speech has no message.", in_error(put("error.message", None))
)
speech_without_credits = speech(
    "audio.speech.credits", "An answer with speech lacks the header for its cost.", NO_CREDITS, gateway="infery"
)
speech_credits_with_unit = speech(
    "audio.speech.credits",
    "The header for the cost of speech has a unit.",
    header("x-credits-used", "0.42 credits"),
    when=served,
    gateway="infery",
)
