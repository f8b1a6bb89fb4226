"""Requests for images that no gateway can serve."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import pytest

from conformance import image_mistakes as wrong
from conformance.ask import Ask
from conformance.check import inconclusive, requirement
from conformance.checks.test_errors_envelope import judge_error
from conformance.image_mistakes import WrongImage
from conformance.images import Studio


@pytest.fixture
def studio(ask: Ask) -> Studio:
    """Asks the target for images."""
    return Studio(ask)


def judge_refusal(studio: Studio, gateway: dict[str, Any], mistake: WrongImage) -> None:
    """A mistake is answered with one of its documented statuses."""
    answer, allowed = mistake.send(studio), mistake.allowed(gateway)
    seen = answer.status or answer.broken

    assert answer.status in allowed, f"{mistake.name} is answered {seen}, not {allowed}: {answer.text:.120}"


@requirement("images.prompt-missing")
def test_prompt_missing(studio: Studio, gateway: dict[str, Any]) -> None:
    """Nothing is drawn without a prompt."""
    judge_refusal(studio, gateway, wrong.NO_PROMPT)


@requirement("images.unknown-model")
def test_unknown_model(studio: Studio, gateway: dict[str, Any]) -> None:
    """A model that does not exist draws nothing."""
    judge_refusal(studio, gateway, wrong.UNKNOWN_MODEL)


@requirement("images.n.invalid")
@pytest.mark.parametrize("mistake", wrong.WRONG_N, ids=attrgetter("name"))
def test_n_invalid(studio: Studio, gateway: dict[str, Any], mistake: WrongImage) -> None:
    """No images, or as many as a word says, are no order."""
    judge_refusal(studio, gateway, mistake)


@requirement("images.size.invalid")
def test_size_invalid(studio: Studio, gateway: dict[str, Any]) -> None:
    """A size is two numbers."""
    judge_refusal(studio, gateway, wrong.WRONG_SIZE)


@requirement("images.format.invalid")
def test_format_invalid(studio: Studio, gateway: dict[str, Any]) -> None:
    """A format that nobody writes is refused."""
    judge_refusal(studio, gateway, wrong.WRONG_FORMAT)


@requirement("images.quality.invalid")
def test_quality_invalid(studio: Studio, gateway: dict[str, Any]) -> None:
    """A quality that nobody knows is refused."""
    judge_refusal(studio, gateway, wrong.WRONG_QUALITY)


@requirement("images.envelope")
@pytest.mark.parametrize("mistake", [wrong.NO_PROMPT, wrong.UNKNOWN_MODEL], ids=attrgetter("name"))
def test_envelope(studio: Studio, mistake: WrongImage) -> None:
    """Errors of images look as all others do."""
    answer = mistake.send(studio)
    if answer.status < 400:
        inconclusive(f"{mistake.name} is answered {answer.status or answer.broken}")

    judge_error(answer)
