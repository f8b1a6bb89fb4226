"""English text from speech in any language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_kind, demand_refused
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.openai.audio import (
    LIKENESS,
    SENTENCE,
    SILENCE,
    TRANSLATIONS,
    Audio,
    Transcription,
    demand_subtitles,
    likeness,
    loudest,
)

SPANISH, ENGLISH = "La casa es blanca y el perro es grande.", "The house is white and the dog is big."
Granted = Callable[..., Any]


@pytest.fixture
def translated(audio: Audio) -> Transcription:
    """The translation of the English sentence, without further wishes."""
    return audio.translate()


@pytest.fixture
def formatted(audio: Audio, translated: Transcription, demand_supported: Granted) -> Callable[[str], Transcription]:
    """Asks for the translation in a format, when there is a translation at all."""

    def ask(form: str) -> Transcription:
        if not translated.served:
            inconclusive(f"the plain request is answered {translated.status}")
        answer: Transcription = demand_supported(audio.translate(response_format=form))
        return answer

    return ask


@requirement("audio.translations.answers")
def test_answers(translated: Transcription, demand_supported: Granted) -> None:
    """A form with `file` and `model` is answered by a JSON object whose `text` is a string."""
    body = demand_kind(demand_supported(translated).exchange.json, "the body", dict)

    demand_kind(body.get("text"), "text", str)


@requirement("audio.translations.heard")
def test_heard(audio: Audio, translated: Transcription) -> None:
    """The text of English speech has words of what was said."""
    _demand_spoken(audio, translated, SENTENCE)
    share = likeness(translated.text, SENTENCE)

    if 0 < share < LIKENESS:
        inconclusive(f"the model may have misheard: {translated.text!r:.120}")
    assert share, f"{SENTENCE!r} was said, {translated.text!r:.120} was heard"


@requirement("audio.translations.english")
def test_english(audio: Audio, translated: Transcription) -> None:
    """The text of Spanish speech is not Spanish."""
    pick(translated.body, "text", kind=str)
    spanish = audio.translate(audio.file(SPANISH))
    _demand_spoken(audio, spanish, SPANISH)
    kept = likeness(spanish.text, SPANISH)
    if kept < LIKENESS and not likeness(spanish.text, ENGLISH):
        inconclusive(f"the model may have misheard: {spanish.text!r:.120}")

    assert kept < LIKENESS, f"{SPANISH!r} was said, and the English text is {spanish.text!r:.120}"


def _demand_spoken(audio: Audio, answer: Transcription, text: str) -> None:
    if not answer.spoken or loudest(audio.file(text).data) <= SILENCE:
        inconclusive("the target does not speak, so there is nothing to hear")


@requirement("audio.translations.no-file")
def test_no_file(ask: Ask, translated: Transcription, gateway: dict[str, Any]) -> None:
    """A translation of no file is refused with the documented status."""
    fields = [("model", ask.model_for("translations"))]
    if not translated.served:
        inconclusive(f"the plain request is answered {translated.status}")

    demand_refused(Transcription(ask.upload(TRANSLATIONS, fields, ())), gateway, "missing_field")


@requirement("audio.translations.text")
def test_text(formatted: Callable[[str], Transcription]) -> None:
    """`response_format` text gives the English text alone, not JSON."""
    answer = formatted("text")
    decoded = answer.exchange.json

    assert answer.plain.strip(), "the body is empty"
    assert not isinstance(decoded, (dict, list, str)), f"the body is JSON: {answer.plain:.120}"


@requirement("audio.translations.subtitles")
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles(formatted: Callable[[str], Transcription], form: str) -> None:
    """`response_format` srt gives SubRip, and vtt gives WebVTT, with the English text."""
    demand_subtitles(formatted(form), form)


@requirement("audio.translations.verbose")
def test_verbose(formatted: Callable[[str], Transcription]) -> None:
    """`response_format` verbose_json gives `text`, `language`, and `duration` as a number above 0."""
    body = demand_kind(formatted("verbose_json").exchange.json, "the body", dict)

    for name in ("text", "language"):
        demand_kind(body.get(name), name, str)
    assert demand_kind(body.get("duration"), "duration", (int, float)) > 0, f"duration is {body['duration']}"


@requirement("audio.translations.verbose.language")
def test_verbose_language(formatted: Callable[[str], Transcription]) -> None:
    """The `language` of a translation in verbose_json is English."""
    language = pick(formatted("verbose_json").body, "language", kind=str)

    assert language.lower().startswith("en"), f"language is {language!r:.80}"
