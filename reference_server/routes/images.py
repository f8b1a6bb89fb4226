"""`POST /images/generations` and `POST /images/edits`."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, NamedTuple

from reference_server import media, pictures
from reference_server.errors import Refusal
from reference_server.media import images
from reference_server.model import tokens
from reference_server.model.prompt import Usage
from reference_server.pictures import Picture
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_DEFAULT_SIZE = "1024x1024"
_DEFAULT_MODEL = "image"
_TOKENS = {"low": 272, "standard": 1056, "medium": 1056, "high": 4160, "hd": 4160}
"""What one image costs in tokens, by its quality."""


class _Order(NamedTuple):
    """The options of a request, with their defaults."""

    model: str
    number: int
    size: str
    quality: str
    format: str
    transparent: bool
    linked: bool


@route("createImage")
def create_image(service: Service, call: Call) -> Reply:
    """Images for a prompt."""
    return _reply(service, call, [])


@route("createImageEdit")
def create_image_edit(service: Service, call: Call) -> Reply:
    """Images for a prompt, which also depend on the images of the request."""
    return _reply(service, call, pictures.edit_images(service, call))


def _reply(service: Service, call: Call, sources: list[Picture]) -> Reply:
    order = _order(service, call)
    _demand_working(service, order)
    recipes = _recipes(order, [call.body["prompt"], *(picture.digest for picture in sources)])
    usage = _usage(call, order, sources)
    cost = service.metering.book(call, order.model, Usage(usage["input_tokens"], usage["output_tokens"]))
    body = {
        "created": int(service.store.clock()),
        "background": "transparent" if order.transparent else "opaque",
        "data": [_item(call, recipe, order.linked) for recipe in recipes],
        "output_format": order.format,
        "quality": order.quality,
        "size": order.size,
        "usage": usage,
        **service.metering.fields(cost),
    }
    reply = Reply.json(_with_documented(service, body, order.model))
    reply.headers.update(service.metering.headers(order.model, cost))
    return reply


def _order(service: Service, call: Call) -> _Order:
    body = {name: value for name, value in call.body.items() if value not in (None, "auto")}
    size, kind = body.get("size", _DEFAULT_SIZE), body.get("output_format", "png")
    if any(not images.SMALLEST <= int(side) <= images.LARGEST for side in size.split("x")):
        bounds = f"each side must have {images.SMALLEST} to {images.LARGEST} pixels"
        raise Refusal("invalid_value", f"Invalid value for 'size': {bounds}.", "size")
    transparent = body.get("background") == "transparent"
    if transparent and kind == "jpeg":
        raise Refusal("invalid_value", "A JPEG cannot be transparent.", "background")
    linked = body.get("response_format", _default_response_format(service)) == "url"
    model = body.get("model", _DEFAULT_MODEL)
    return _Order(model, int(body.get("n", 1)), size, body.get("quality", "medium"), kind, transparent, linked)


def _default_response_format(service: Service) -> str | None:
    properties = service.contract.operations["createImage"].request_schema()["properties"]
    default: str | None = properties["response_format"].get("default")
    return default


def _demand_working(service: Service, order: _Order) -> None:
    model = service.working_model(order.model)
    if "image" not in model.makes:
        raise Refusal("invalid_value", f"The model {order.model!r} makes no images.", "model")
    if model.sizes and order.size not in model.sizes:
        sizes = f"the model {order.model!r} makes {', '.join(model.sizes)}"
        raise Refusal("invalid_value", f"Invalid value for 'size': {sizes}.", "size")


def _recipes(order: _Order, seeds: list[str]) -> list[str]:
    width, height = map(int, order.size.split("x"))
    return [
        images.recipe(width, height, order.format, order.transparent, str(place), *seeds)
        for place in range(order.number)
    ]


def _item(call: Call, recipe: str, linked: bool) -> dict[str, Any]:
    if linked:
        return {"url": media.url(call.headers["host"], "images", recipe), "revised_prompt": call.body["prompt"]}
    file = images.fetch(recipe)
    return {"b64_json": base64.b64encode(file.data).decode() if file else ""}


def _usage(call: Call, order: _Order, sources: list[Picture]) -> dict[str, Any]:
    text = tokens.MESSAGE + tokens.count(call.body["prompt"])
    image = tokens.IMAGE * len(sources)
    output = order.number * _TOKENS[order.quality]
    return {
        "input_tokens": text + image,
        "output_tokens": output,
        "total_tokens": text + image + output,
        "input_tokens_details": {"text_tokens": text, "image_tokens": image},
    }


def _with_documented(service: Service, body: dict[str, Any], model: str) -> dict[str, Any]:
    """The body with the further fields that the contract documents: the model, and the place of each image."""
    schemas = service.contract.document["components"]["schemas"]
    if "index" in schemas["Image"]["properties"]:
        for place, item in enumerate(body["data"]):
            item["index"] = place
    return {**body, "model": model} if "model" in schemas["ImagesResponse"]["properties"] else body
