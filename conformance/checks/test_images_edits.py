"""Images from a prompt and other images: as a form, and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.model import Requirement
from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_error_body, demand_objects, demand_refused, demand_served
from conformance.words.ask import Ask
from conformance.words.check import Unsupported, inconclusive, requirement
from conformance.words.openai import bad_image_requests
from conformance.words.openai.bad_image_requests import BadImageRequest
from conformance.words.openai.bad_requests import each_bad_request
from conformance.words.openai.images import Images, Studio, circle, json_forms, seen
from conformance.words.schema import demand_schema
from gateway_contract import Contract

SEVERAL = ("image[]", "image[]")
"""The parts of two images, as the official clients call them."""


@pytest.fixture
def studio(ask: Ask) -> Studio:
    """Asks the target for images."""
    return Studio(ask)


@pytest.fixture
def edited(studio: Studio, judged: Requirement, gateway: dict[str, Any]) -> Images:
    """The plainest edit there is; unsupported when the target refuses it, and may."""
    answer = studio.edit("image")
    if answer.status in {400, 403, 404, 415, 422} and judged.feature in gateway["model_dependent"]:
        raise Unsupported(f"the target refuses edits: {answer.exchange.text:.120}")
    return answer


@pytest.fixture
def edits(edited: Images) -> Exchange:
    """Makes sure that the plainest edit is made at all."""
    return edited.taken


@requirement("images.edits.answers")
def test_answers(edited: Images, demand_supported: Callable[..., Any]) -> None:
    """A form with a prompt and one `image` is answered 200."""
    demand_supported(edited)


@requirement("images.edits.schema")
def test_schema(edited: Images, contract: Contract) -> None:
    """The answer to an edit is JSON and satisfies the documented schema."""
    demand_schema(contract.operations["createImageEdit"], edited)
    assert edited.exchange.media_type == "application/json", f"Content-Type is {edited.exchange.media_type!r}"


@requirement("images.edits.image")
def test_image(studio: Studio, edited: Images) -> None:
    """The answer to an edit holds at least one image, a whole PNG, JPEG or WebP file."""
    for item in demand_objects(edited.body.get("data"), "data"):
        assert seen(studio.data(item)), "the data is no whole PNG, JPEG or WebP image"


@requirement("images.edits.counted")
def test_counted(edited: Images) -> None:
    """The image reaches the model: where image tokens are reported, it costs some."""
    assert _image_tokens(edited), "the image costs no token"


@requirement("images.edits.list")
@pytest.mark.usefixtures("edits")
def test_list(studio: Studio) -> None:
    """One image in a part called `image[]`, as the official clients send a list, is served like one called `image`."""
    demand_served(studio.edit("image[]"))


@requirement("images.edits.several")
def test_several(studio: Studio, demand_supported: Callable[..., Any]) -> None:
    """Several images in parts called `image[]`, as the official clients send them, are answered 200."""
    demand_supported(studio.edit(*SEVERAL))


@requirement("images.edits.several.counted")
def test_several_counted(studio: Studio, edited: Images) -> None:
    """All images reach the model: where image tokens are reported, two images cost more than one."""
    one, two = _image_tokens(edited), _image_tokens(studio.edit(*SEVERAL))

    assert two > one, f"one image costs {one} tokens, two cost {two}"


def _image_tokens(answer: Images) -> int:
    usage = answer.body.get("usage")
    details = usage.get("input_tokens_details") if isinstance(usage, dict) else None
    counts = details if isinstance(details, dict) else {}
    tokens = counts.get("image_tokens")
    if not isinstance(tokens, int) or not (tokens or counts.get("text_tokens")):
        raise Unsupported("the target tells no image tokens")
    return tokens


@requirement("images.edits.mask")
def test_mask(studio: Studio, demand_supported: Callable[..., Any]) -> None:
    """A mask beside the image is accepted."""
    demand_supported(studio.edit("image", "mask"))


@requirement("images.edits.json")
def test_json(studio: Studio, contract: Contract, demand_supported: Callable[..., Any]) -> None:
    """An image in JSON is accepted, in every documented form."""
    for form in json_forms(contract.operations["createImageEdit"], studio.plain, circle()):
        demand_supported(studio.edit_json(form))


@requirement("images.edits.json.broken")
def test_json_broken(studio: Studio, contract: Contract, gateway: dict[str, Any]) -> None:
    """An image in JSON whose base64 is broken is refused."""
    operation = contract.operations["createImageEdit"]
    if any(studio.edit_json(form).status != 200 for form in json_forms(operation, studio.plain, circle())):
        inconclusive("the target does not take an image in JSON")

    for form in json_forms(operation, studio.plain):
        demand_refused(studio.edit_json(form), gateway, "invalid_value")


@requirement("images.edits.prompt-missing")
@pytest.mark.usefixtures("edits")
def test_prompt_missing(ask: Ask, gateway: dict[str, Any]) -> None:
    """An edit without a prompt is refused with the status of a missing field."""
    demand_refused(
        bad_image_requests.EDIT_NO_PROMPT.send(Studio(ask)), gateway, *bad_image_requests.EDIT_NO_PROMPT.causes
    )


@requirement("images.edits.image-missing")
@pytest.mark.usefixtures("edits")
@each_bad_request(bad_image_requests.NO_IMAGE)
def test_image_missing(ask: Ask, gateway: dict[str, Any], bad_request: BadImageRequest) -> None:
    """An edit without an image, with one under another name, or with text in its place is refused."""
    demand_refused(bad_request.send(Studio(ask)), gateway, *bad_request.causes)


@requirement("images.edits.not-an-image")
@pytest.mark.usefixtures("edits")
@each_bad_request(bad_image_requests.NOT_AN_IMAGE)
def test_not_an_image(ask: Ask, gateway: dict[str, Any], bad_request: BadImageRequest) -> None:
    """A file that is no image, and an empty one, are refused."""
    demand_refused(bad_request.send(Studio(ask)), gateway, *bad_request.causes)


@requirement("images.edits.broken-form")
@pytest.mark.usefixtures("edits")
@each_bad_request(bad_image_requests.BROKEN_FORM)
def test_broken_form(ask: Ask, gateway: dict[str, Any], bad_request: BadImageRequest) -> None:
    """A form that cannot be read is refused."""
    demand_refused(bad_request.send(Studio(ask)), gateway, *bad_request.causes)


@requirement("images.edits.envelope")
@pytest.mark.usefixtures("edits")
@each_bad_request([bad_image_requests.EDIT_NO_PROMPT, *bad_image_requests.NO_IMAGE[:1]])
def test_envelope(ask: Ask, bad_request: BadImageRequest) -> None:
    """A refusal of an edit is JSON with an error object that has a message."""
    answer = bad_request.send(Studio(ask))
    if answer.status < 400:
        inconclusive(f"{bad_request.name} is answered {answer.status or answer.broken}")

    demand_error_body(answer)


@requirement("images.edits.mask.image")
@pytest.mark.usefixtures("edits")
def test_mask_is_no_image(ask: Ask) -> None:
    """A form with a mask and without an image is refused."""
    answer = bad_image_requests.MASK_ALONE.send(Studio(ask))
    if answer.status >= 500 or not answer.status:
        inconclusive(f"cannot be judged: {answer.status or answer.broken}")

    assert answer.status >= 400, f"a mask without an image is answered {answer.status}"
