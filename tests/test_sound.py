"""Speech can be transcribed: every text, in every format, at every speed, and after heavy distortion."""

from __future__ import annotations

import io
import random
import wave
from array import array
from collections.abc import Iterator
from itertools import product

import av
import pytest

from reference_server.errors import Undecodable
from reference_server.sound import codec, modem, transcript

TEXTS = {
    "short": "The quick brown fox jumps over the lazy dog.",
    "one": "a",
    "unicode": "Größe — 漢字, Привет 🎧\n\tnaïve\0",
    "blank": " \n ",
    "repetitive": "la " * 1000,
    "long": "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz      ,.", k=4096)),
    "astral": "".join(map(chr, random.Random(2).choices(range(0x10000, 0x20000), k=4096))),
}
NOTHING = {
    "empty": b"",
    "text": b"plain text " * 50,
    "random": random.Random(3).randbytes(20_000),
    "image": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/hostname\n",
    "list-of-files": b"ffconcat version 1.0\nfile '/etc/hostname'\n",
    "header-alone": b"RIFF" + bytes(40),
}


def through(text: str, form: str, speed: float = 1.0) -> str | None:
    """The text after it was spoken, encoded, decoded and heard."""
    return heard(codec.written(modem.spoken(text, speed), codec.FORMS[form]), form)


def heard(data: bytes, form: str = "") -> str | None:
    """The text in a file."""
    return modem.heard(codec.read(data, f"speech.{form}").samples)


def wav(samples: array[int], rate: int = modem.RATE, channels: int = 1) -> bytes:
    """Samples as a WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(samples.tobytes())
    return file.getvalue()


def in_every_format() -> Iterator[object]:
    """Every text in every format. Coding a long one takes long."""
    for name, form in product(TEXTS, codec.FORMS):
        slow = len(TEXTS[name]) > 4000 and form not in ("mp3", "wav")
        yield pytest.param(name, form, marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize(("name", "form"), list(in_every_format()))
def test_every_text_survives_every_format(name, form):
    assert through(TEXTS[name], form) == TEXTS[name]


@pytest.mark.parametrize("form", codec.FORMS)
@pytest.mark.parametrize("speed", [0.25, 0.5, 1.7, 4.0])
def test_text_survives_every_speed(form, speed):
    assert through(TEXTS["unicode"], form, speed) == TEXTS["unicode"]


def test_speed_shortens():
    lengths = [len(modem.spoken("a", speed)) for speed in (0.25, 1, 1.1, 4)]

    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] > 2 * lengths[1] > 2.2 * lengths[3]


@pytest.mark.parametrize("form", codec.FORMS)
def test_the_same_text_gives_the_same_bytes(form):
    first, second = (codec.written(modem.spoken("Hello."), codec.FORMS[form]) for _ in range(2))

    assert first == second


@pytest.mark.parametrize(
    ("form", "container", "kind"),
    [("mp3", "mp3", "mp3"), ("opus", "ogg", "opus"), ("aac", "aac", "aac"), ("flac", "flac", "flac")],
)
def test_container_and_codec(form, container, kind):
    with av.open(io.BytesIO(codec.written(modem.spoken("Hello."), codec.FORMS[form]))) as opened:
        stream = opened.streams.audio[0]

        assert opened.format.name == container
        assert stream.codec_context.codec.canonical_name == kind
        assert stream.channels == 1


def test_wav_is_24_khz_mono_16_bits():
    with wave.open(io.BytesIO(codec.written(modem.spoken("Hello."), codec.FORMS["wav"]))) as opened:
        assert (opened.getframerate(), opened.getnchannels(), opened.getsampwidth()) == (24_000, 1, 2)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100, 48_000])
def test_another_rate_and_two_channels_are_heard(rate):
    samples = modem.spoken("Two channels.")
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate = modem.RATE
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=rate)
    changed = array("h")
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        changed.frombytes(bytes(part.planes[0])[: 4 * part.samples])

    assert heard(wav(changed, rate, 2)) == "Two channels."


@pytest.mark.parametrize(
    "form", [codec.Form("webm", "libopus", 32_000, ""), codec.Form("mp3", "libmp3lame", 32_000, "")]
)
def test_low_bit_rates_are_heard(form):
    assert heard(codec.written(modem.spoken("Few bits."), form)) == "Few bits."


def test_noise_silence_and_whispers_are_overheard():
    samples, noise = modem.spoken("Come closer."), random.Random(4)
    noisy = array("h", (sample // 2 + noise.randrange(-900, 900) for sample in samples))
    late = array("h", bytes(2 * modem.RATE)) + samples
    quiet = array("h", (sample // 50 for sample in samples))

    assert [heard(wav(changed)) for changed in (noisy, late, quiet)] == ["Come closer."] * 3


def test_damaged_speech_is_not_misheard():
    samples = modem.spoken(TEXTS["short"])
    samples[6_000:8_000] = array("h", bytes(4_000))

    assert heard(wav(samples)) is None


@pytest.mark.parametrize("part", [0.1, 0.5])
def test_speech_that_breaks_off_is_not_misheard(part):
    samples = modem.spoken(TEXTS["short"], 4)

    assert heard(wav(samples[: int(part * len(samples))])) is None


def test_other_sound_is_measured():
    sound = codec.read(wav(array("h", [1000, -1000] * 6_000)))

    assert sound.seconds == pytest.approx(0.5, abs=0.01)
    assert modem.heard(sound.samples) is None


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_sound_cannot_be_decoded(name):
    with pytest.raises(Undecodable):
        codec.read(NOTHING[name])


@pytest.mark.parametrize("name", TEXTS)
def test_segments_in_a_row_are_the_text(name):
    spoken = transcript.segments(TEXTS[name], 10.0)

    assert "".join(one.text for one in spoken) == TEXTS[name]
    assert [one.start for one in spoken] == [0.0, *(one.end for one in spoken[:-1])]
    assert spoken[-1].end == 10.0


def test_words_are_in_order():
    spoken = transcript.words("One, two.\nThree", 3.0)

    assert [one.text.strip() for one in spoken] == ["One,", "two.", "Three"]
    assert all(one.start < one.end for one in spoken)


def test_hours_of_subtitles():
    assert transcript.srt("a", 3725.5) == "1\n00:00:00,000 --> 01:02:05,500\na\n\n"
    assert transcript.vtt("a --> <b>", 1.0) == "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na --&gt; &lt;b&gt;\n\n"
