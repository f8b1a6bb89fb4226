"""Requests for images that no gateway can serve."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from conformance.words.answer import demand_error_body, demand_refused
from conformance.words.ask import Ask
from conformance.words.check import each, inconclusive, requirement
from conformance.words.openai import bad_image_requests
from conformance.words.openai.bad_image_requests import BadImageRequest
from conformance.words.openai.images import Studio


@requirement("images.prompt-missing")
def test_prompt_missing(ask: Ask, gateway: dict[str, Any]) -> None:
    """Nothing is drawn without a prompt."""
    demand_refused(bad_image_requests.NO_PROMPT.send(Studio(ask)), gateway, *bad_image_requests.NO_PROMPT.causes)


@requirement("images.unknown-model")
def test_unknown_model(ask: Ask, gateway: dict[str, Any]) -> None:
    """A model that does not exist draws nothing."""
    demand_refused(
        bad_image_requests.UNKNOWN_MODEL.send(Studio(ask)), gateway, *bad_image_requests.UNKNOWN_MODEL.causes
    )


@requirement("images.n.invalid")
@each("bad_request", bad_image_requests.WRONG_N, attrgetter("name"))
def test_n_invalid(ask: Ask, gateway: dict[str, Any], bad_request: BadImageRequest) -> None:
    """No images, or as many as a word says, are no order."""
    demand_refused(bad_request.send(Studio(ask)), gateway, *bad_request.causes)


@requirement("images.size.invalid")
def test_size_invalid(ask: Ask, gateway: dict[str, Any]) -> None:
    """A size is two numbers."""
    demand_refused(bad_image_requests.WRONG_SIZE.send(Studio(ask)), gateway, *bad_image_requests.WRONG_SIZE.causes)


@requirement("images.format.invalid")
def test_format_invalid(ask: Ask, gateway: dict[str, Any]) -> None:
    """A format that nobody writes is refused."""
    demand_refused(bad_image_requests.WRONG_FORMAT.send(Studio(ask)), gateway, *bad_image_requests.WRONG_FORMAT.causes)


@requirement("images.quality.invalid")
def test_quality_invalid(ask: Ask, gateway: dict[str, Any]) -> None:
    """A quality that nobody knows is refused."""
    demand_refused(
        bad_image_requests.WRONG_QUALITY.send(Studio(ask)), gateway, *bad_image_requests.WRONG_QUALITY.causes
    )


@requirement("images.envelope")
@each("bad_request", [bad_image_requests.NO_PROMPT, bad_image_requests.UNKNOWN_MODEL], attrgetter("name"))
def test_envelope(ask: Ask, bad_request: BadImageRequest) -> None:
    """Errors of images look as all others do."""
    answer = bad_request.send(Studio(ask))
    if answer.status < 400:
        inconclusive(f"{bad_request.name} is answered {answer.status or answer.broken}")

    demand_error_body(answer)
