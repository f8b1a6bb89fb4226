"""The official client speaks to a file and transcribes it, in every format."""

from __future__ import annotations

import openai
import pytest

SENTENCE = "The heron waits at the river."
of_old = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")
"""Translations are to be shut down, and recent clients warn."""


@pytest.fixture
def client(server):
    with openai.OpenAI(api_key="sk-ok", base_url=server(), max_retries=0) as client:
        yield client


@pytest.fixture
def file(client, tmp_path):
    """A file that says the sentence."""
    path = tmp_path / "speech.mp3"
    client.audio.speech.create(model="tts-1", voice="alloy", input=SENTENCE).write_to_file(path)
    return path


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_speech_is_streamed_to_a_file(client, tmp_path, form):
    path = tmp_path / f"speech.{form}"
    with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="coral", input=SENTENCE, response_format=form, speed=1.5, instructions="Whisper."
    ) as response:
        response.stream_to_file(path)

    assert client.audio.transcriptions.create(model="whisper-1", file=path).text == SENTENCE


def test_transcription_as_json(client, file):
    transcription = client.audio.transcriptions.create(
        model="gpt-4o-transcribe", file=file, language="en", prompt="A bird.", temperature=0.2
    )

    assert transcription.text == SENTENCE
    assert transcription.usage.type == "duration"


def test_transcription_as_text(client, file):
    assert client.audio.transcriptions.create(model="whisper-1", file=file, response_format="text") == SENTENCE


@pytest.mark.parametrize(("form", "mark"), [("srt", ","), ("vtt", ".")])
def test_transcription_as_subtitles(client, file, form, mark):
    subtitles = client.audio.transcriptions.create(model="whisper-1", file=file, response_format=form)

    assert f"00:00:00{mark}000 --> 00:00:0" in subtitles
    assert SENTENCE in subtitles


def test_transcription_with_times(client, file):
    transcription = client.audio.transcriptions.create(
        model="whisper-1",
        file=("speech.mp3", file.read_bytes()),
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )

    assert transcription.text == "".join(segment.text for segment in transcription.segments) == SENTENCE
    assert [word.word for word in transcription.words] == SENTENCE.split()
    assert transcription.words[-1].end == transcription.segments[-1].end == pytest.approx(transcription.duration)


def test_errors_have_their_class(client, file):
    with pytest.raises(openai.NotFoundError):
        client.audio.speech.create(model="none", voice="alloy", input=SENTENCE)
    with pytest.raises(openai.BadRequestError):
        client.audio.speech.create(model="tts-1", voice="alloy", input=SENTENCE, speed=9)
    with pytest.raises(openai.BadRequestError):
        client.audio.transcriptions.create(model="whisper-1", file=("note.mp3", b"no sound"))


@of_old
@pytest.mark.parametrize(("said", "meant"), [(SENTENCE, SENTENCE), ("El perro es blanco.", "The dog is white.")])
def test_translation_is_english(client, tmp_path, said, meant):
    path = tmp_path / "said.mp3"
    client.audio.speech.create(model="tts-1", voice="alloy", input=said).write_to_file(path)

    assert client.audio.translations.create(model="whisper-1", file=path).text == meant


@of_old
@pytest.mark.parametrize("form", ["text", "srt", "vtt"])
def test_translation_as_text(client, file, form):
    assert SENTENCE in client.audio.translations.create(model="whisper-1", file=file, response_format=form)


@of_old
def test_translation_with_its_length(client, file):
    translation = client.audio.translations.create(model="whisper-1", file=file, response_format="verbose_json")

    assert (translation.text, translation.language) == (SENTENCE, "english")
    assert translation.duration > 1
    assert translation.segments
    assert translation.segments[0].text == SENTENCE
