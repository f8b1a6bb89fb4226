"""Ways to break speech."""

from __future__ import annotations

import base64
from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Edit, change, drop, fill, header, in_error, put, raw, status
from reference_server.faults.words.media import NO_CREDITS, label, say, wants
from reference_server.faults.words.openai import SPEECH
from reference_server.faults.words.situations import Situation, asked, both, refused, sent, served
from reference_server.sound import codec, modem
from reference_server.sound.codec import Form
from reference_server.wire.reply import Reply

in_answer = partial(fault, SPEECH)
in_request = partial(request_fault, SPEECH)
unjudged = partial(request_fault, SPEECH, before="validation")


def _speak(form: Form) -> Edit:
    """Say what the request wants to hear, in a format of our choice, under the label that was promised."""
    return lambda reply, call: setattr(reply, "body", codec.written(modem.spoken(call.body["input"]), form))


def _as(form: str) -> Situation:
    return wants("response_format", form)


# The sound.


@in_answer(breaks={"audio.speech.answers"})
def speech_in_json(reply: Reply) -> Reply:
    """Speech is base64 in JSON."""
    return Reply.json({"audio": base64.b64encode(reply.body).decode()}) if reply.ok else reply


speech_empty = in_answer(
    "Speech is a success without a byte.", raw(lambda _: b""), when=served, breaks={"audio.speech.answers"}
)
speech_accepted_for_later = in_answer(
    "Speech is answered 202.", status(202), when=served, breaks={"audio.speech.answers"}
)
speech_is_noise = in_answer(
    "No decoder makes sound of the bytes.", raw(lambda data: data[::-1]), when=served, breaks={"audio.speech.sound"}
)
speech_ends_after_its_header = in_answer(
    "Only the first bytes arrive.", raw(lambda data: data[:40]), when=served, breaks={"audio.speech.sound"}
)
bare_samples_are_zeros = in_answer(
    "As PCM, speech lasts as long as ever, and is silent.",
    raw(lambda data: bytes(len(data))),
    when=_as("pcm"),
    breaks={"audio.speech.audible"},
)
wav_is_silent = in_answer(
    "As WAV, speech lasts as long as ever, and is silent.",
    raw(lambda data: data[:44] + bytes(len(data) - 44)),
    when=_as("wav"),
    breaks={"audio.speech.audible"},
)

# The formats.

speech_default_is_wav = in_request(
    "Who asks for no format gets a WAV.", fill("response_format", "wav"), breaks={"audio.speech.default"}
)
speech_always_mp3 = in_request(
    "Speech is always MP3.", drop("response_format"), breaks={"audio.speech.formats", "audio.speech.media-type"}
)
flac_is_wav = in_answer(
    "What is labelled as FLAC is a WAV.", _speak(codec.FORMS["wav"]), when=_as("flac"), breaks={"audio.speech.formats"}
)
pcm_has_a_header = in_answer(
    "Bare samples come as a WAV.", _speak(codec.FORMS["wav"]), when=_as("pcm"), breaks={"audio.speech.formats"}
)
pcm_is_compressed = in_answer(
    "Bare samples come as frames of AAC.", _speak(codec.FORMS["aac"]), when=_as("pcm"), breaks={"audio.speech.formats"}
)
opus_damaged = in_answer(
    "Opus is decoded as text on its way.",
    raw(lambda data: data.decode("utf-8", "ignore").encode()),
    when=_as("opus"),
    breaks={"audio.speech.formats"},
)
aac_breaks_the_gateway = in_answer(
    "AAC is answered 500.", status(500), when=_as("aac"), breaks={"audio.speech.formats"}
)
opus_is_flac = in_answer(
    "What is labelled as Opus is FLAC in the container of Opus.",
    _speak(Form("ogg", "flac", None, "audio/ogg")),
    when=_as("opus"),
    breaks={"audio.speech.formats"},
)
aac_in_matroska = in_answer(
    "AAC comes in a container of films.",
    _speak(Form("matroska", "aac", 64_000, "audio/x-matroska")),
    when=_as("aac"),
    breaks={"audio.speech.formats"},
)
speech_always_labelled_as_mp3 = in_answer(
    "Speech is labelled as MP3, whatever it is.", label("audio/mpeg"), breaks={"audio.speech.media-type"}
)
speech_labelled_as_page = in_answer(
    "Speech is labelled as HTML.", label("text/html"), breaks={"audio.speech.media-type"}
)

# The other options.

speed_ignored = in_request("Every speech has the usual pace.", drop("speed"), breaks={"audio.speech.speed"})
speed_reversed = in_request(
    "A higher speed makes longer speech.", change("speed", lambda speed: 1 / speed), breaks={"audio.speech.speed"}
)
speed_clamped = unjudged(
    "A speed out of range becomes the nearest one.",
    change("speed", lambda speed: min(max(speed, 0.25), 4)),
    breaks={"audio.speech.speed.outside"},
)
speech_of_ascii_only = in_answer(
    "Text that is not ASCII breaks the gateway.",
    lambda *_: Reply(500),
    when=both(served, asked(lambda call: not call.body["input"].isascii())),
    breaks={"audio.speech.unicode"},
)

# Refusals.

speech_of_nothing = unjudged(
    "Without a text something is said all the same.", fill("input", "Hello."), breaks={"audio.speech.no-input"}
)
voice_assumed = unjudged("Without a voice one is chosen.", fill("voice", "alloy"), breaks={"audio.speech.no-voice"})
long_input_cut = unjudged(
    "A text that is too long is cut.", change("input", lambda text: text[:4096]), breaks={"audio.speech.too-long"}
)
unknown_speech_format_replaced = unjudged(
    "An unknown format becomes MP3.",
    drop("response_format"),
    when=lambda call: sent(call).get("response_format") not in codec.FORMS,
    breaks={"audio.speech.unknown-format"},
)
unknown_speaker_replaced = in_request(
    "Another model speaks for one that does not exist.", put("model", "speech"), breaks={"audio.speech.unknown-model"}
)
unknown_speaker_breaks_the_gateway = in_answer(
    "An unknown model gives a 500.", status(500), when=refused("unknown_model"), breaks={"audio.speech.unknown-model"}
)
speech_error_in_plain_text = in_answer(
    "Refused speech is answered by a line of text, labelled as sound.",
    say("audio/mpeg", b"model not found"),
    when=refused(),
    breaks={"audio.speech.envelope"},
)
speech_error_without_message = in_answer(
    "An error of speech has no message.", in_error(put("error.message", None)), breaks={"audio.speech.envelope"}
)
speech_without_credits = in_answer(
    "Speech does not tell what it cost.", NO_CREDITS, breaks={"audio.speech.credits"}, gateway="infery"
)
speech_credits_with_unit = in_answer(
    "The cost of speech is not a number.",
    header("x-credits-used", "0.42 credits"),
    when=served,
    breaks={"audio.speech.credits"},
    gateway="infery",
)
