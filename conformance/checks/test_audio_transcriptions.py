"""Text from speech: the forms of the request, and what must be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.answer import demand_refusal, demand_served, judge_credits
from conformance.ask import PROMPT, Ask
from conformance.audio import (
    LIKENESS,
    SENTENCE,
    Audio,
    File,
    Transcription,
    demand_refused,
    judge_envelope,
    likeness,
    rewritten,
)
from conformance.check import inconclusive, requirement
from conformance.mistakes import NOWHERE
from conformance.target import Target

NAME = "Gruß an alle – 你好.mp3"
NO_SOUND = File("note.mp3", "audio/mpeg", b"This is plain text and no sound at all. " * 20)
JSON_NAMES = [("file_base64", "filename"), ("audio",)]
"""The documented names of the file in JSON, each with that of its name where it has one."""
Granted = Callable[..., Any]


@pytest.fixture
def written(audio: Audio) -> Transcription:
    """The sentence, written down without further wishes."""
    return audio.write()


def demand_taken(answer: Transcription, plain: Transcription) -> None:
    """A success, if the plain request is one."""
    if not plain.served:
        inconclusive(f"the plain request is answered {plain.status}")
    demand_served(answer)


@requirement("audio.transcriptions.answers")
def test_answers(written: Transcription, granted: Granted) -> None:
    """A form is taken."""
    granted(written)


@requirement("audio.transcriptions.default")
def test_default(written: Transcription) -> None:
    """Who asks for no format gets JSON."""
    assert written.plain
    body = written.exchange.json

    assert isinstance(body, dict), f"the body is no JSON object: {written.exchange.text:.120}"
    assert isinstance(body.get("text"), str), f"text is {body.get('text')!r:.80}"


@requirement("audio.transcriptions.heard")
def test_heard(written: Transcription) -> None:
    """What the target said itself it understands."""
    if not written.spoken:
        inconclusive("the target does not speak, so there is nothing to hear")
    share = likeness(written.text, SENTENCE)

    if 0 < share < LIKENESS:
        inconclusive(f"the model may have misheard: {written.text!r:.120}")
    assert share, f"{SENTENCE!r} was said, {written.text!r:.120} was heard"


@requirement("audio.transcriptions.file-types")
@pytest.mark.parametrize("kind", ["wav", "flac", "ogg"])
def test_file_types(audio: Audio, written: Transcription, kind: str) -> None:
    """Sound comes in many containers."""
    file = audio.file()
    other = file._replace(name=f"other.{kind}", media_type=f"audio/{kind}", data=rewritten(file.data, kind))

    demand_taken(audio.write(other), written)


@requirement("audio.transcriptions.file-first")
def test_file_first(audio: Audio, written: Transcription) -> None:
    """The order of a form's fields says nothing."""
    demand_taken(audio.write(file_first=True), written)


@requirement("audio.transcriptions.file-name")
def test_file_name(audio: Audio, written: Transcription) -> None:
    """People name their files as they like."""
    file = audio.file()

    demand_taken(audio.write(file._replace(name=f"{NAME[:-4]}{file.name[-4:]}")), written)


@requirement("audio.transcriptions.options")
def test_options(audio: Audio, written: Transcription) -> None:
    """The listener may be told what to expect."""
    demand_taken(audio.write(language="en", prompt="A pangram.", temperature=0.2), written)


@requirement("audio.transcriptions.no-file")
def test_no_file(ask: Ask, written: Transcription, gateway: dict[str, Any]) -> None:
    """Without a file there is nothing to hear."""
    assert written.plain
    fields = [("model", ask.model_for("transcriptions"))]

    demand_refused(Transcription(ask.upload("/audio/transcriptions", fields, ())), gateway, "missing_field")


@requirement("audio.transcriptions.no-sound")
def test_no_sound(audio: Audio, written: Transcription) -> None:
    """What is no sound is not taken for it."""
    assert written.plain

    demand_refusal(audio.write(NO_SOUND).exchange)


@requirement("audio.transcriptions.unknown-format")
def test_unknown_format(audio: Audio, written: Transcription, gateway: dict[str, Any]) -> None:
    """A format that does not exist is not replaced by another."""
    assert written.plain

    demand_refused(audio.write(response_format="smell"), gateway, "invalid_value")


@requirement("audio.transcriptions.unknown-model")
def test_unknown_model(audio: Audio, gateway: dict[str, Any]) -> None:
    """A model that does not exist does not hear."""
    demand_refused(audio.write(model=NOWHERE), gateway, "unknown_model")


@requirement("audio.transcriptions.envelope")
def test_envelope(audio: Audio) -> None:
    """A refused form is answered as any other request is."""
    judge_envelope(audio.write(model=NOWHERE))


@requirement("audio.transcriptions.json-body")
def test_json_body(audio: Audio, written: Transcription, granted: Granted) -> None:
    """Sound may come along in JSON."""
    if written.exchange.status != 200:
        inconclusive(f"the form is answered {written.exchange.status}")

    granted(_from_json(audio))


@requirement("audio.transcriptions.same-text")
def test_same_text(audio: Audio, written: Transcription) -> None:
    """How the sound arrives does not change what is heard."""
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
    """A transcription tells what it cost."""
    assert written.plain

    judge_credits(written.exchange, gateway)


@requirement("audio.transcriptions.workaround")
def test_workaround(ask: Ask, written: Transcription, target: Target) -> None:
    """Who does not hear can read."""
    answer = ask.chat(f"{PROMPT} {written.text}", model=target.models["no-audio"])

    demand_served(answer)
    if not answer.text.strip():
        inconclusive("the answer is empty, which another check judges")
