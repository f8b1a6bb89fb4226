"""The readers of subtitles accept every legal form, and report where another one breaks."""

from __future__ import annotations

import pytest

from conformance.words.ask import form
from conformance.words.decoders import subtitles
from conformance.words.decoders.subtitles import Cue, NotSubtitles
from conformance.words.openai.audio import CODECS, joined, likeness, read, rewritten
from conformance.words.samples.media import wav

SRT = "1\n00:00:00,000 --> 00:00:01,500\nOne\ntwo\n\n2\n01:00:00,000 --> 01:00:02,000\nThree\n"
VTT = (
    "WEBVTT - title\nKind: captions\n\nNOTE a\n\n"
    "00:00.000 --> 00:01.500\nOne\n\nname\n01:00:00.000 --> 01:00:02.000 align:end\nThree"
)


def test_subrip():
    expected = [Cue(0.0, 1.5, "One\ntwo"), Cue(3600.0, 3602.0, "Three")]

    assert subtitles.srt(SRT) == subtitles.srt("\ufeff\n" + SRT.replace("\n", "\r\n")) == expected


def test_webvtt():
    expected = [Cue(0.0, 1.5, "One"), Cue(3600.0, 3602.0, "Three")]

    assert subtitles.vtt(VTT) == subtitles.vtt("\ufeff" + VTT.replace("\n", "\r\n")) == expected
    assert subtitles.vtt("WEBVTT") == []


@pytest.mark.parametrize(
    "text", ["", "plain", '{"text": "a"}', SRT, "WEBVTTX\n\n", "WEBVTT\n\n00:00,000 --> 00:01,000\na"]
)
def test_no_webvtt(text):
    with pytest.raises(NotSubtitles):
        subtitles.vtt(text)


@pytest.mark.parametrize("text", ["plain", VTT, "1\n0:0:0 --> 0:0:1\na", "00:00:00,000 --> 00:00:01,000\na", "1"])
def test_no_subrip(text):
    with pytest.raises(NotSubtitles):
        subtitles.srt(text)


def test_likeness_ignores_case_and_punctuation():
    assert likeness("Seven o'clock, Straße!", "seven O'CLOCK strasse") == 1
    assert likeness("one two three four", "one two") == 0.5
    assert likeness("one", "two") == likeness("", "") == 0


@pytest.mark.parametrize("kind", CODECS)
def test_sound_is_rewritten(kind):
    sound = rewritten(wav(), kind)

    assert sound == rewritten(wav(), kind)
    assert read(sound).seconds == pytest.approx(0.25, abs=0.05)


def test_forms_are_joined():
    fields, files = [("model", "m")], [("file", "a.mp3", "audio/mpeg", b"sound")]

    assert joined(form(fields, ()), form((), files)) == form(fields, files)
