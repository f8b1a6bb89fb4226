"""Images from a prompt: the answer, its images, and what was asked of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import demand_credits, demand_now, demand_objects, demand_status
from conformance.words.ask import Ask
from conformance.words.check import Unsupported, inconclusive, pick, requirement
from conformance.words.openai.images import SIZE, Images, Studio, decoded, seen
from conformance.words.schema import demand_schema
from gateway_contract import Contract

OTHER_SIZES = ("1536x1024", "1792x1024", "512x512")
"""One of these is known to each of the usual models."""


@pytest.fixture
def studio(ask: Ask) -> Studio:
    """Asks the target for images."""
    return Studio(ask)


@pytest.fixture
def plain(studio: Studio) -> Images:
    """The plainest image there is."""
    return studio.generate()


@requirement("images.answers")
def test_answers(plain: Images, demand_supported: Callable[..., Any]) -> None:
    """A model and a prompt are enough for an image: the request is answered 200."""
    demand_supported(plain)


@requirement("images.schema")
def test_schema(plain: Images, contract: Contract) -> None:
    """An answer with images is JSON and satisfies the documented schema."""
    demand_schema(contract.operations["createImage"], plain)
    assert plain.exchange.media_type == "application/json", f"Content-Type is {plain.exchange.media_type!r}"


@requirement("images.created")
def test_created(plain: Images) -> None:
    """`created` is the present time in whole seconds."""
    demand_now(plain.body.get("created"), "created")


@requirement("images.data")
def test_data(plain: Images) -> None:
    """`data` is a list of objects, and each holds its image as `url` or as `b64_json`."""
    for item in demand_objects(plain.body.get("data"), "data"):
        forms = [item.get("url"), item.get("b64_json")]
        assert any(isinstance(form, str) and form for form in forms), f"an entry has no image: {sorted(item)}"


@requirement("images.one-form")
def test_one_form(plain: Images) -> None:
    """An image is given in one form: not both as `url` and as `b64_json`."""
    for item in plain.items:
        assert not (item.get("url") and item.get("b64_json")), "an image has both url and b64_json"


@requirement("images.one-by-default")
def test_one_by_default(plain: Images) -> None:
    """Without `n` there is one image."""
    assert len(plain.items) == 1, f"without n there are {len(plain.items)} images"


@requirement("images.base64")
def test_base64(studio: Studio, plain: Images) -> None:
    """`b64_json` is base64 of the standard alphabet, with padding and without a `data:` prefix."""
    answer = plain if _texts(plain) else studio.generate(response_format="b64_json")
    if not _texts(answer):
        raise Unsupported("the target gives its images as URLs")

    for text in _texts(answer):
        assert decoded(text) is not None, f"b64_json is not base64: {text:.40}..."


def _texts(answer: Images) -> list[str]:
    items = answer.items if answer.status == 200 else []
    return [text for item in items if isinstance(text := item.get("b64_json"), str) and text]


@requirement("images.decodes")
def test_decodes(studio: Studio, plain: Images) -> None:
    """An image is a whole PNG, JPEG or WebP file."""
    for item in plain.items:
        data = studio.data(item)

        assert seen(data), f"the data is no whole PNG, JPEG or WebP image: {data[:16]!r}, {len(data)} bytes"


@requirement("images.usage")
def test_usage(plain: Images) -> None:
    """Where the usage is reported, `total_tokens` is the sum of `input_tokens` and `output_tokens`."""
    if plain.body.get("usage") is None:
        raise Unsupported("the target tells no usage of images")
    read, made, total = (
        pick(plain.usage, name, kind=int) for name in ("input_tokens", "output_tokens", "total_tokens")
    )

    assert total == read + made, f"total_tokens is {total}, its parts are {read} and {made}"


@requirement("images.credits")
def test_credits(plain: Images, gateway: dict[str, Any]) -> None:
    """An image has its cost in credits in the documented header, as a number of 0 or more."""
    demand_credits(plain.taken, gateway)


@requirement("images.size")
def test_size(studio: Studio, plain: Images) -> None:
    """An image has the width and height that were asked for."""
    if "size" not in studio.plain:
        raise Unsupported(f"the target refuses size {SIZE}")

    _demand_size(studio, plain, SIZE)


@requirement("images.size.other")
def test_size_other(studio: Studio) -> None:
    """Another size than the usual square is kept to as well, where it is accepted."""
    for size in OTHER_SIZES:
        answer = studio.generate(size=size)
        if not 400 <= answer.status < 500:
            break
    else:
        raise Unsupported(f"the target refuses the sizes {', '.join(OTHER_SIZES)}: {answer.exchange.text:.120}")

    _demand_size(studio, answer, size)


def _demand_size(studio: Studio, answer: Images, size: str) -> None:
    for item in answer.items:
        image = studio.seen(item)
        assert f"{image.width}x{image.height}" == size, f"the image has {image.width}x{image.height}, not {size}"


@requirement("images.format")
def test_format(studio: Studio, demand_supported: Callable[..., Any]) -> None:
    """An image has the `output_format` that was asked for."""
    answers = {name: studio.generate(output_format=name) for name in ("jpeg", "webp")}

    for name, answer in answers.items():
        for item in demand_supported(answer).items:
            format_name = studio.seen(item).format.lower()
            assert format_name == name, f"output_format {name} gives {format_name}"


@requirement("images.told")
def test_told(studio: Studio, plain: Images) -> None:
    """The `size` and the `output_format` of an answer are those of its images."""
    size, form = plain.body.get("size"), plain.body.get("output_format")
    for item in plain.items:
        image = studio.seen(item)
        right = not isinstance(size, str) or "x" not in size or size == f"{image.width}x{image.height}"
        assert right, f"size is {size!r:.40}, the image has {image.width}x{image.height}"
        named = str(form or image.format).upper().replace("JPG", "JPEG")
        assert named == image.format, f"output_format is {form!r:.40}, the image is {image.format}"


@requirement("images.background")
def test_background(studio: Studio, demand_supported: Callable[..., Any]) -> None:
    """With `background: transparent` the image has an alpha channel, where that is accepted."""
    answer = demand_supported(studio.generate(background="transparent", output_format="png"))

    for item in answer.items:
        assert studio.seen(item).alpha, "the image has no alpha channel"


@requirement("images.n")
def test_n(studio: Studio, demand_supported: Callable[..., Any]) -> None:
    """There are as many images as `n` says."""
    answer = demand_supported(studio.generate(n=2))

    assert len(answer.items) == 2, f"n is 2, and there are {len(answer.items)} images"


@requirement("images.b64")
def test_b64(studio: Studio, demand_supported: Callable[..., Any]) -> None:
    """`response_format: b64_json` gives every image as `b64_json`."""
    for item in demand_supported(studio.generate(response_format="b64_json")).items:
        assert isinstance(item.get("b64_json"), str), f"an image has no b64_json: {sorted(item)}"


@pytest.fixture
def linked(studio: Studio) -> Images:
    """An image under a URL."""
    return studio.generate(response_format="url")


@requirement("images.url")
def test_url(linked: Images, demand_supported: Callable[..., Any], promised: bool) -> None:
    """A URL is given when it is asked for, unless the model always answers in base64 and no document promises a URL."""
    for item in demand_supported(linked).items:
        if not promised and isinstance(item.get("b64_json"), str):
            raise Unsupported("the target answers in base64 whatever is asked for")
        assert isinstance(item.get("url"), str), f"an image has no url: {sorted(item)}"


def _urls(linked: Images) -> list[str]:
    if linked.status in {400, 422}:
        raise Unsupported(f"the target refuses response_format url: {linked.exchange.text:.120}")
    if not any(item.get("url") for item in linked.items):
        raise Unsupported("the target gives no URLs")
    return [pick(item, "url", kind=str) for item in linked.items]


@requirement("images.url.absolute")
def test_url_absolute(linked: Images, ask: Ask, promised: bool) -> None:
    """The URL of an image is absolute, with http or https."""
    encrypted = promised and ask.recorder.target.base_url.startswith("https:")
    schemes = ("https",) if encrypted else ("http", "https")
    pattern = re.compile(rf"({'|'.join(schemes)})://[^/?#\s]+\S*", re.IGNORECASE)

    for url in _urls(linked):
        assert pattern.fullmatch(url), f"the URL is no absolute {' or '.join(schemes)} URL: {url:.120}"


@requirement("images.url.works")
def test_url_works(linked: Images, studio: Studio) -> None:
    """Right after the answer the URL gives the image, without a credential."""
    for url in _urls(linked):
        fetched = studio.fetch(url)

        demand_status(fetched, [200])
        assert seen(fetched.body), f"the URL gives no image: {fetched.body[:16]!r}"


@requirement("images.url.media-type")
def test_url_media_type(linked: Images, studio: Studio) -> None:
    """What the URL gives is labelled as an image."""
    for url in _urls(linked):
        fetched = studio.fetch(url)
        if fetched.status != 200:
            inconclusive(f"the URL is answered {fetched.status or fetched.broken}")

        assert fetched.media_type.startswith("image/"), f"Content-Type is {fetched.media_type!r}"
