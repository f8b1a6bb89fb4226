"""Texts that end an answer. Each is taken from the model's own answer, so that it is sure to come up."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_refused
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai.options import STOPS

PROMPT = "Count from 1 to 12, separated by commas."
NEVER_SAID = "zyzzyva"
LEAST = 5
"""The fewest words that have a middle worth stopping at."""
FORMS: dict[str, tuple[int, Callable[[str], object]]] = {
    "string": (1, str),
    "array": (1, lambda word: [NEVER_SAID, word]),
    "spanning": (2, lambda words: [words]),
}
"""By name: how many words the stop text spans, and how it is sent."""


def _middle(ask: Ask, words: int = 1) -> tuple[str, str]:
    """The model's unstopped answer, and some words from the middle of it."""
    text = ask.chat(PROMPT).text
    matches = list(re.finditer(r"\w+", text))
    if len(matches) < LEAST:
        inconclusive(f"the answer is too short to be stopped: {text!r:.80}")
    first, last = len(matches) // 2, len(matches) // 2 + words - 1
    stop = text[matches[first].start() : matches[last].end()]
    return (text, stop) if text.index(stop) else inconclusive("the answer begins with what it should stop at")


def _stopped(ask: Ask) -> tuple[str, str, str, Any]:
    """An answer, its stop text, the answer stopped there, and why that one ended.

    Inconclusive unless the stopped answer begins as the other one does, and ends earlier.
    """
    text, stop = _middle(ask)
    answer = ask.chat(PROMPT, stop=stop)
    begun = answer.text.rstrip()
    if not begun or not text.startswith(begun) or len(begun) >= len(text.rstrip()):
        inconclusive(f"the second answer is not the first one, shortened: {answer.text!r:.80}")
    return text, stop, answer.text, answer.finish_reason


@requirement("chat.stop")
@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_stop(demand_option: Callable[..., None], stop: object) -> None:
    """`stop` is accepted as a string and as an array of 1 to 4 strings."""
    demand_option("stop", stop, *STOPS.values())


@requirement("chat.stop.too-many")
def test_too_many(ask: Ask, gateway: dict[str, Any]) -> None:
    """More than 4 stop texts are refused as an invalid value."""
    demand_refused(ask.chat(stop=["zebra", "yak", "xerus", "wombat", "vole"]), gateway, "invalid_value")


@requirement("chat.stop.excluded")
@pytest.mark.parametrize("form", FORMS)
def test_excluded(ask: Ask, form: str) -> None:
    """An answer ends before its stop text, and does not contain it."""
    words, sent = FORMS[form]
    _, stop = _middle(ask, words)

    text = ask.chat(PROMPT, stop=sent(stop)).text

    assert stop not in text, f"the answer contains its stop text {stop!r}: {text!r:.120}"


@requirement("chat.stop.finish-reason")
def test_finish_reason(ask: Ask) -> None:
    """An answer that a stop text ends has the finish_reason `stop`."""
    *_, text, reason = _stopped(ask)

    if reason == "length":
        inconclusive("the answer was cut off at its limit")
    assert reason == "stop", f"the answer stops after {text[-20:]!r}, but finish_reason is {reason!r}"


@requirement("chat.stop.keeps-before")
def test_keeps_before(ask: Ask) -> None:
    """Everything before the stop text is kept."""
    whole, stop, text, reason = _stopped(ask)
    if reason == "length" or stop in text:
        inconclusive("cannot be judged: the answer did not end at its stop text")

    beginning = whole[: whole.index(stop)].rstrip()

    assert text.rstrip() == beginning, (
        f"the answer ends with {text[-20:]!r}, but {beginning[-20:]!r} precedes the stop text"
    )


@requirement("chat.stop.stream")
@pytest.mark.parametrize("form", FORMS)
def test_stream(ask: Ask, form: str) -> None:
    """A stream ends before its stop text, also where that spans several fragments."""
    words, sent = FORMS[form]
    _, stop = _middle(ask, words)

    text = ask.stream(PROMPT, stop=sent(stop)).text()

    assert stop not in text, f"the stream contains its stop text {stop!r}: {text!r:.120}"
