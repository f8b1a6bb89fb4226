"""Speech from text. The sound is decoded, whatever its label says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_credits, demand_error_body, demand_refused, demand_served
from conformance.words.ask import OMIT
from conformance.words.check import Unsupported, inconclusive, requirement
from conformance.words.openai.audio import (
    SILENCE,
    Audio,
    Speech,
    loudest,
    loudest_sample,
    read,
)
from conformance.words.openai.bad_requests import NOWHERE
from gateway_contract import Contract

GREETINGS = "Grüße aus 北京, Привет, 👋"
CONTAINERS = {
    "mp3": ("mp3", {"mp3"}),
    "opus": ("opus", {"ogg", "matroska,webm"}),
    "aac": ("aac", {"aac", "mov,mp4,m4a,3gp,3g2,mj2"}),
    "flac": ("flac", {"flac", "ogg"}),
    "wav": ("pcm", {"wav", "w64"}),
}
"""How the codec of each format begins, and the containers that it may be in, by FFmpeg's names."""
MEDIA_TYPES = {
    "mp3": {"audio/mpeg", "audio/mp3", "audio/mpeg3", "audio/x-mpeg"},
    "opus": {"audio/ogg", "audio/opus", "application/ogg", "audio/webm"},
    "aac": {"audio/aac", "audio/aacp", "audio/x-aac", "audio/mp4"},
    "flac": {"audio/flac", "audio/x-flac", "audio/ogg"},
    "wav": {"audio/wav", "audio/x-wav", "audio/wave", "audio/vnd.wave"},
    "pcm": {"audio/pcm", "audio/x-pcm", "audio/l16", "audio/raw"},
}
GENERAL = "application/octet-stream"
HEADERS = (b"RIFF", b"OggS", b"fLaC", b"ID3")
SHORTER = 0.9
"""Speech four times as fast takes at most this share of the time, however a voice varies."""
Granted = Callable[[Speech], Speech]
EVERY_FORMAT = pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav", "pcm"])


@pytest.fixture
def speech(audio: Audio) -> Speech:
    """The sentence, spoken without further wishes."""
    return audio.speak()


@pytest.fixture
def speaks(speech: Speech) -> Exchange:
    """Makes sure that the sentence is spoken at all."""
    return speech.taken


@pytest.fixture
def spoken(audio: Audio, speech: Speech, contract: Contract) -> Callable[[str], Speech]:
    """Asks for the sentence in a format, when it is documented and the sentence is spoken at all."""

    def speak(form: str) -> Speech:
        if form not in _documented(contract, "response_format")["enum"]:
            raise Unsupported(f"{contract.name} does not document {form}")
        if not read(speech.data):
            inconclusive("the plain request is answered with no sound that can be decoded")
        return audio.speak(response_format=form)

    return speak


def _documented(contract: Contract, name: str) -> dict[str, Any]:
    """The schema of a field of the request."""
    schema: dict[str, Any] = contract.operations["createSpeech"].request_schema()["properties"][name]
    return schema


@requirement("audio.speech.answers")
def test_answers(speech: Speech, demand_supported: Granted) -> None:
    """A request for speech is answered 200 with bytes that are not JSON."""
    exchange = demand_supported(speech).exchange

    assert exchange.body, "the body is empty"
    assert exchange.json is None, f"the body is JSON: {exchange.text:.120}"


@requirement("audio.speech.sound")
def test_sound(speech: Speech) -> None:
    """The bytes of speech are sound that can be decoded and that lasts."""
    if speech.data and speech.exchange.json is not None:
        inconclusive("the answer is no bytes")
    sound = read(speech.data)

    assert sound, f"no sound can be decoded from {len(speech.data)} bytes, labelled {speech.exchange.media_type!r}"


@requirement("audio.speech.audible")
@pytest.mark.parametrize("form", ["mp3", "wav", "pcm"])
def test_audible(spoken: Callable[[str], Speech], form: str) -> None:
    """Speech is not silence, in MP3, in WAV and in PCM."""
    answer = spoken(form)
    if answer.status != 200:
        raise Unsupported(f"{form} is answered {answer.status}")
    if form != "pcm" and not read(answer.data):
        inconclusive("cannot be judged: no sound can be decoded")

    peak = loudest_sample(answer.data) if form == "pcm" else loudest(answer.data)

    assert peak > SILENCE, f"{form} is silent: the loudest sample is {peak} of 32768"


@requirement("audio.speech.default")
def test_default(speech: Speech) -> None:
    """Without `response_format` speech is MP3."""
    assert speech.sound.codec == "mp3", f"the sound is {speech.sound.codec} in {speech.sound.container}"


@requirement("audio.speech.formats")
@EVERY_FORMAT
def test_formats(spoken: Callable[[str], Speech], demand_supported: Granted, form: str) -> None:
    """`response_format` selects container and codec: mp3, opus, aac, flac, wav, or pcm, as far as documented."""
    data = demand_supported(spoken(form)).data
    if form == "pcm":
        _demand_bare(data)
        return
    sound = read(data)
    codec, containers = CONTAINERS[form]

    assert sound, f"no sound can be decoded from {len(data)} bytes: {data[:16]!r}"
    assert sound.codec.startswith(codec), f"{form} was asked for, the sound is {sound.codec}"
    assert sound.container in containers, f"{form} was asked for, the container is {sound.container}"


def _demand_bare(data: bytes) -> None:
    assert not data.startswith(HEADERS), f"samples were asked for, the body starts with {data[:4]!r}"
    framed = read(data) if data[0] == 0xFF and data[1:2] >= b"\xe0" else None
    compressed = framed and framed.codec in {"mp3", "aac"} and framed.seconds > 0.5
    assert not compressed, f"samples were asked for, the sound is {framed}"


@requirement("audio.speech.media-type")
@EVERY_FORMAT
def test_media_type(spoken: Callable[[str], Speech], contract: Contract, form: str) -> None:
    """`Content-Type` names the format of the speech, or bytes in general where that is documented."""
    answer = spoken(form)
    general = {GENERAL} & set(contract.operations["createSpeech"].response_types())
    if answer.exchange.status != 200:
        raise Unsupported(f"{form} is answered {answer.exchange.status}")
    if answer.data and answer.exchange.json is not None:
        inconclusive("the answer is no sound")

    label = answer.exchange.media_type

    assert label in MEDIA_TYPES[form] | general, f"{form} was asked for, Content-Type is {label!r}"


@requirement("audio.speech.speed")
@pytest.mark.parametrize("speed", [4.0, 0.25])
def test_speed(audio: Audio, speech: Speech, demand_supported: Granted, speed: float) -> None:
    """Speech at `speed` 4 is shorter, and at 0.25 longer, than at the usual pace."""
    usual = speech.sound.seconds
    seconds = demand_supported(audio.speak(speed=speed)).sound.seconds
    shorter, longer = (seconds, usual) if speed > 1 else (usual, seconds)

    assert shorter < longer * SHORTER, f"{usual:.2f} s at the usual pace, {seconds:.2f} s at speed {speed}"


@requirement("audio.speech.speed.outside")
@pytest.mark.parametrize("speed", [0.1, 5])
@pytest.mark.usefixtures("speaks")
def test_speed_outside(audio: Audio, gateway: dict[str, Any], speed: float) -> None:
    """A `speed` below 0.25 or above 4 is refused as an invalid value."""
    demand_refused(audio.speak(speed=speed), gateway, "invalid_value")


@requirement("audio.speech.unicode")
@pytest.mark.usefixtures("speaks")
def test_unicode(audio: Audio) -> None:
    """Text in any script is spoken."""
    demand_served(audio.speak(input=GREETINGS))


@requirement("audio.speech.no-input")
@pytest.mark.usefixtures("speaks")
def test_no_input(audio: Audio, gateway: dict[str, Any]) -> None:
    """A request without `input` is refused with the documented status."""
    demand_refused(audio.speak(input=OMIT), gateway, "missing_field")


@requirement("audio.speech.no-voice")
@pytest.mark.usefixtures("speaks")
def test_no_voice(audio: Audio, gateway: dict[str, Any]) -> None:
    """A request without `voice` is refused with the documented status."""
    demand_refused(audio.speak(voice=OMIT), gateway, "missing_field")


@requirement("audio.speech.too-long")
@pytest.mark.usefixtures("speaks")
def test_too_long(audio: Audio, contract: Contract) -> None:
    """An `input` that is longer than documented is refused as an invalid value."""
    longest = _documented(contract, "input").get("maxLength")
    if longest is None:
        raise Unsupported("no longest text is documented")

    demand_refused(audio.speak(input="a" * (longest + 1)), contract.gateway, "invalid_value")


@requirement("audio.speech.unknown-format")
@pytest.mark.usefixtures("speaks")
def test_unknown_format(audio: Audio, gateway: dict[str, Any]) -> None:
    """A `response_format` that is not documented is refused as an invalid value."""
    demand_refused(audio.speak(response_format="smell"), gateway, "invalid_value")


@requirement("audio.speech.unknown-model")
def test_unknown_model(audio: Audio, gateway: dict[str, Any]) -> None:
    """Speech by a model that does not exist is refused with the documented status."""
    demand_refused(audio.speak(model=NOWHERE), gateway, "unknown_model")


@requirement("audio.speech.envelope")
def test_envelope(audio: Audio) -> None:
    """Refused speech is answered in JSON, with an `error` that has a message, not as sound."""
    answer = audio.speak(model=NOWHERE)
    if answer.status < 400:
        inconclusive(f"the request was answered {answer.status or answer.exchange.broken}")

    demand_error_body(answer, labelled=False)


@requirement("audio.speech.credits")
def test_credits(speech: Speech, gateway: dict[str, Any]) -> None:
    """Speech has its cost in credits in the documented header, as a number of 0 or more."""
    demand_credits(speech.taken, gateway)
