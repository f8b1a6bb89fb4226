"""The official Python client: embeddings, moderations, files and sound."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from math import isfinite
from typing import Any

import pytest

from conformance.sdk.recorded_client import ClientRecording, shown
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.samples.media import wav
from conformance.words.usual_models import HARMLESS

TEXTS = ["The cat sat on the mat.", "Interest rates rose by half a point."]
TAKES = 20_000
"""The first take of requests that no other check may share: what a file is changes between them."""
CATEGORIES = ("harassment", "hate", "self_harm", "sexual", "violence")
"""Of those in which a text may be harmful, the ones that the client has an attribute for."""
PAGES = 3
"""The most pages that are turned."""


@pytest.fixture
def changing(ask: Ask) -> ClientRecording:
    """The recording of a client that asks each time, with its own headers: they hold the boundary of a form."""
    return ClientRecording(ask.recorder, entire=True, fresh=True, first=TAKES)


@requirement("sdk.openai.embeddings")
def test_embeddings(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The client, which asks for base64 by itself, gives vectors of numbers as long as those sent as numbers."""
    asked = {"model": ask.model_for("embeddings"), "input": TEXTS}
    vectors = recording.result(lambda: [one.embedding for one in client.embeddings.create(**asked).data])
    plain = recording.result(lambda: client.embeddings.create(**asked, encoding_format="float").data[0].embedding)

    assert len(vectors) == len(TEXTS), (
        f"corrupts: {len(TEXTS)} texts were sent, the client gives {len(vectors)} vectors"
    )
    for vector in vectors:
        numbers = isinstance(vector, list) and all(isinstance(one, float) and isfinite(one) for one in vector)
        assert numbers, f"corrupts: a vector is {shown(vector)}"
        assert len(vector) == len(plain), f"corrupts: a vector of {len(plain)} numbers has {len(vector)} in base64"


@requirement("sdk.openai.moderations")
def test_moderations(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The Python client gives a moderation that says whether the text is flagged, and whether each category applies."""
    asked = {"model": ask.model_for("moderations"), "input": HARMLESS}
    flagged, categories = recording.result(lambda: _judgement(client.moderations.create(**asked).results[0]))

    assert isinstance(flagged, bool), f"corrupts: flagged is {shown(flagged)}"
    wrong = {name: applies for name, applies in categories.items() if not isinstance(applies, bool | None)}
    assert not wrong, f"corrupts: the categories are {shown(wrong)}"


def _judgement(result: Any) -> tuple[Any, dict[str, Any]]:
    return result.flagged, {name: getattr(result.categories, name, None) for name in CATEGORIES}


@pytest.fixture
def upload(changing: ClientRecording, client_of: Callable[..., Any]) -> Callable[[bytes], Any]:
    """Uploads a document by the client. The fixture `files` deletes it when the run ends."""
    stored, names = client_of(changing).files, []

    def send(data: bytes) -> Any:
        if changing.raised(lambda: names.append(_stored(stored, data, "user_data"))):
            names.append(changing.result(lambda: _stored(stored, data, "assistants")))
        return names[-1]

    return send


def _stored(files: Any, data: bytes, purpose: str) -> Any:
    return files.create(file=("notes.txt", data, "text/plain"), purpose=purpose).id


@requirement("sdk.openai.files")
@pytest.mark.usefixtures("files")
def test_files(changing: ClientRecording, client_of: Callable[..., Any], upload: Callable[[bytes], Any]) -> None:
    """A file that the Python client uploads is read back by it unchanged, and deleted."""
    files, data = client_of(changing).files, "grün 🌿\r\n\x00".encode()
    name = upload(data)
    assert isinstance(name, str), f"corrupts: the id of the file is {shown(name)}"
    content = changing.result(lambda: files.content(name).read(), dependent=True)
    gone = changing.result(lambda: files.delete(name).deleted)

    assert content == data, f"corrupts: {data!r} comes back as {content!r:.80}"
    assert gone is True, f"deleted is {shown(gone)}"


@requirement("sdk.openai.files.pages")
@pytest.mark.usefixtures("files")
def test_files_pages(changing: ClientRecording, client_of: Callable[..., Any], upload: Callable[[bytes], Any]) -> None:
    """The Python client turns the pages of the list of files, and meets no file twice."""
    for data in (b"one", b"two"):
        upload(data)
    listed = client_of(changing).files.list
    names = changing.result(lambda: [file.id for file in islice(listed(limit=1), PAGES)])
    if len(names) < 2:
        ended = pick(changing.exchanges[-1].json, "has_more") is not True
        assert ended, "silently ends after the first page"
        inconclusive("the list has one file only, although two were uploaded")

    assert len(set(names)) == len(names), f"meets files twice: {shown(names)}"


@requirement("sdk.openai.speech")
def test_speech(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The Python client gives speech as the bytes that were sent."""
    asked = {"model": ask.model_for("speech"), "input": "Hello.", "voice": "alloy"}
    sound = recording.result(lambda: client.audio.speech.create(**asked).read(), dependent=True)
    sent = recording.exchanges[-1]

    assert sound, "the speech is empty"
    assert sound == sent.body, f"corrupts: {len(sent.body)} bytes were sent, the client gives {len(sound)}"
    assert sent.media_type != "application/json", f"silently takes JSON for sound: {sent.text:.120}"


@requirement("sdk.openai.transcriptions")
def test_transcriptions(ask: Ask, changing: ClientRecording, client_of: Callable[..., Any]) -> None:
    """The Python client sends a sound and gives its transcription as an object with a text."""
    asked = {"model": ask.model_for("transcriptions"), "file": ("tone.wav", wav(), "audio/wav")}
    create = client_of(changing).audio.transcriptions.create
    text = changing.result(lambda: create(**asked).text, dependent=True)

    assert isinstance(text, str), f"corrupts: the text is {shown(text)}"
