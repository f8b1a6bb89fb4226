"""Requests for images that no gateway can serve."""

from __future__ import annotations

from typing import Any

from conformance.words.answer import demand_error_body, demand_refused
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai import bad_image_requests
from conformance.words.openai.bad_image_requests import BadImageRequest
from conformance.words.openai.bad_requests import each_bad_request
from conformance.words.openai.images import Studio


@requirement("images.prompt-missing")
def test_prompt_missing(ask: Ask, gateway: dict[str, Any]) -> None:
    """A request without a prompt is refused with the status of a missing field."""
    demand_refused(bad_image_requests.NO_PROMPT.send(Studio(ask)), gateway, *bad_image_requests.NO_PROMPT.causes)


@requirement("images.unknown-model")
def test_unknown_model(ask: Ask, gateway: dict[str, Any]) -> None:
    """A model that does not exist is refused with its documented status."""
    demand_refused(
        bad_image_requests.UNKNOWN_MODEL.send(Studio(ask)), gateway, *bad_image_requests.UNKNOWN_MODEL.causes
    )


@requirement("images.n.invalid")
@each_bad_request(bad_image_requests.WRONG_N)
def test_n_invalid(ask: Ask, gateway: dict[str, Any], bad_request: BadImageRequest) -> None:
    """An `n` that is 0 or no number is refused."""
    demand_refused(bad_request.send(Studio(ask)), gateway, *bad_request.causes)


@requirement("images.size.invalid")
def test_size_invalid(ask: Ask, gateway: dict[str, Any]) -> None:
    """A `size` that is no size is refused."""
    demand_refused(bad_image_requests.WRONG_SIZE.send(Studio(ask)), gateway, *bad_image_requests.WRONG_SIZE.causes)


@requirement("images.format.invalid")
def test_format_invalid(ask: Ask, gateway: dict[str, Any]) -> None:
    """An unknown `output_format` is refused."""
    demand_refused(bad_image_requests.WRONG_FORMAT.send(Studio(ask)), gateway, *bad_image_requests.WRONG_FORMAT.causes)


@requirement("images.quality.invalid")
def test_quality_invalid(ask: Ask, gateway: dict[str, Any]) -> None:
    """An unknown `quality` is refused."""
    demand_refused(
        bad_image_requests.WRONG_QUALITY.send(Studio(ask)), gateway, *bad_image_requests.WRONG_QUALITY.causes
    )


@requirement("images.envelope")
@each_bad_request([bad_image_requests.NO_PROMPT, bad_image_requests.UNKNOWN_MODEL])
def test_envelope(ask: Ask, bad_request: BadImageRequest) -> None:
    """A refusal of a request for images is JSON with an error object that has a message."""
    answer = bad_request.send(Studio(ask))
    if answer.status < 400:
        inconclusive(f"{bad_request.name} is answered {answer.status or answer.broken}")

    demand_error_body(answer)
