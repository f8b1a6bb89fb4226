"""Text from speech: the forms of the request, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.target import Target
from conformance.wire.exchange import Exchange
from conformance.words.answer import (
    demand_client_error,
    demand_credits,
    demand_error_body,
    demand_kind,
    demand_refused,
    demand_served,
)
from conformance.words.ask import PROMPT, Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.openai.audio import (
    LIKENESS,
    SENTENCE,
    SILENCE,
    Audio,
    File,
    Transcription,
    likeness,
    loudest,
    rewritten,
)
from conformance.words.openai.bad_requests import NOWHERE

NAME = "Gruß an alle – 你好.mp3"
NO_SOUND = File("note.mp3", "audio/mpeg", b"This is plain text and no sound at all. " * 20)
JSON_NAMES = [("file_base64", "filename"), ("audio",)]
"""The documented names of the file in JSON, each with that of its name where it has one."""
Granted = Callable[..., Any]


@pytest.fixture
def written(audio: Audio) -> Transcription:
    """The sentence, written down without further wishes."""
    return audio.write()


@pytest.fixture
def hears(written: Transcription) -> Exchange:
    """Makes sure that the sentence is written down at all."""
    return written.taken


@requirement("audio.transcriptions.answers")
def test_answers(written: Transcription, demand_supported: Granted) -> None:
    """A form with `file` and `model` is answered 200."""
    demand_supported(written)


@requirement("audio.transcriptions.default")
def test_default(written: Transcription) -> None:
    """Without `response_format` the answer is a JSON object whose `text` is a string."""
    body = demand_kind(written.taken.json, "the body", dict)

    demand_kind(body.get("text"), "text", str)


@requirement("audio.transcriptions.heard")
def test_heard(audio: Audio, written: Transcription) -> None:
    """The text has words of what was said."""
    if not written.spoken or loudest(audio.file().data) <= SILENCE:
        inconclusive("the target does not speak, so there is nothing to hear")
    text = pick(written.body, "text", kind=str)
    share = likeness(text, SENTENCE)

    if 0 < share < LIKENESS:
        inconclusive(f"the model may have misheard: {text!r:.120}")
    assert share, f"{SENTENCE!r} was said, {text!r:.120} was heard"


@requirement("audio.transcriptions.file-types")
@pytest.mark.parametrize("kind", ["wav", "flac", "ogg"])
@pytest.mark.usefixtures("hears")
def test_file_types(audio: Audio, kind: str) -> None:
    """Files are taken as WAV, FLAC and Ogg."""
    file = audio.file()
    other = file._replace(name=f"other.{kind}", media_type=f"audio/{kind}", data=rewritten(file.data, kind))

    demand_served(audio.write(other))


@requirement("audio.transcriptions.file-first")
@pytest.mark.usefixtures("hears")
def test_file_first(audio: Audio) -> None:
    """The file of a form may stand before the other fields."""
    demand_served(audio.write(file_first=True))


@requirement("audio.transcriptions.file-name")
@pytest.mark.usefixtures("hears")
def test_file_name(audio: Audio) -> None:
    """The name of a file may hold spaces and characters of any script."""
    file = audio.file()

    demand_served(audio.write(file._replace(name=f"{NAME[:-4]}{file.name[-4:]}")))


@requirement("audio.transcriptions.options")
@pytest.mark.usefixtures("hears")
def test_options(audio: Audio) -> None:
    """`language`, `prompt` and `temperature` are accepted."""
    demand_served(audio.write(language="en", prompt="A pangram.", temperature=0.2))


@requirement("audio.transcriptions.no-file")
@pytest.mark.usefixtures("hears")
def test_no_file(ask: Ask, gateway: dict[str, Any]) -> None:
    """A form without a file is refused with the documented status."""
    fields = [("model", ask.model_for("transcriptions"))]

    demand_refused(Transcription(ask.upload("/audio/transcriptions", fields, ())), gateway, "missing_field")


@requirement("audio.transcriptions.no-sound")
@pytest.mark.usefixtures("hears")
def test_no_sound(audio: Audio) -> None:
    """A file that holds no sound is refused with a 4xx."""
    demand_client_error(audio.write(NO_SOUND))


@requirement("audio.transcriptions.unknown-format")
@pytest.mark.usefixtures("hears")
def test_unknown_format(audio: Audio, gateway: dict[str, Any]) -> None:
    """A `response_format` that is not documented is refused as an invalid value."""
    demand_refused(audio.write(response_format="smell"), gateway, "invalid_value")


@requirement("audio.transcriptions.unknown-model")
def test_unknown_model(audio: Audio, gateway: dict[str, Any]) -> None:
    """A transcription by a model that does not exist is refused with the documented status."""
    demand_refused(audio.write(model=NOWHERE), gateway, "unknown_model")


@requirement("audio.transcriptions.envelope")
def test_envelope(audio: Audio) -> None:
    """A refused transcription is answered in JSON, with an `error` that has a message."""
    answer = audio.write(model=NOWHERE)
    if answer.status < 400:
        inconclusive(f"the request was answered {answer.status or answer.exchange.broken}")

    demand_error_body(answer, labelled=False)


@requirement("audio.transcriptions.json-body")
@pytest.mark.usefixtures("hears")
def test_json_body(audio: Audio, demand_supported: Granted) -> None:
    """Audio in base64 in a JSON body is transcribed, under one of the documented names of its field."""
    demand_supported(_from_json(audio))


@requirement("audio.transcriptions.same-text")
def test_same_text(audio: Audio, written: Transcription) -> None:
    """The same audio gives the same text as a form and as JSON."""
    one, other = written.text, _from_json(audio).text
    share = likeness(one, other)

    if 0 < share < LIKENESS:
        inconclusive(f"the model may have heard {one!r:.80} once and {other!r:.80} once")
    assert share, f"the form gives {one!r:.80}, JSON gives {other!r:.80}"


def _from_json(audio: Audio) -> Transcription:
    """The answer to the form of JSON that works, else to the last one."""
    answers = (audio.write_json(names) for names in JSON_NAMES)
    last = next(answers)
    return last if last.exchange.status == 200 else next(answers)


@requirement("audio.transcriptions.credits")
def test_credits(written: Transcription, gateway: dict[str, Any]) -> None:
    """A transcription has its cost in credits in the documented header, as a number of 0 or more."""
    demand_credits(written.taken, gateway)


@requirement("audio.transcriptions.workaround")
def test_workaround(ask: Ask, written: Transcription, target: Target) -> None:
    """A model that refuses audio answers the text of its transcription."""
    answer = ask.chat(f"{PROMPT} {written.text}", model=target.models["no-audio"])

    demand_served(answer)
    if not answer.text.strip():
        inconclusive("the answer is empty, which another check judges")
