"""Legal differences in images: what models and gateways may leave out, add or refuse."""

from __future__ import annotations

import base64
from typing import Any

from reference_server import media
from reference_server.faults import variation
from reference_server.media import images
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createImage"
_EDIT = "createImageEdit"


@variation(_MAKE)
def only_created_and_data(reply: Reply) -> Reply:
    """The answer has nothing but `created` and `data`."""
    return reply.edit(lambda body: {"created": body["created"], "data": body["data"]})


@variation(_EDIT)
def edit_without_details(reply: Reply) -> Reply:
    """The usage of an edit has no details."""
    return reply.edit(lambda body: body["usage"].pop("input_tokens_details") and None)


@variation(_MAKE)
def other_form_null(reply: Reply) -> None:
    """The form in which an image is not given is null, and so is the revised prompt and the usage."""
    for item in _items(reply):
        item.update({name: item.get(name) for name in ("url", "b64_json", "revised_prompt")})
    reply.edit(lambda body: body.update(usage=None))


@variation(_MAKE)
def images_numbered(reply: Reply) -> None:
    """Every image has its place, and a prompt that the model has rewritten."""
    for place, item in enumerate(_items(reply)):
        item.update(index=place, revised_prompt="A filled circle, red, on white.", content_type="image/png")


@variation(_MAKE)
def webp_by_default(reply: Reply, call: Call) -> None:
    """Who asks for no format gets WebP."""
    for item in _items(reply) if "output_format" not in call.body else []:
        if "b64_json" in item:
            size = call.body.get("size", "1024x1024")
            file = images.fetch(f"{size}-{'5f' * 16}.webp")
            item["b64_json"] = base64.b64encode(file.data).decode() if file else ""
            reply.body["output_format"] = "webp"


@variation(_MAKE)
def url_by_default(reply: Reply, call: Call) -> None:
    """Who asks for no form gets a URL."""
    for item in _items(reply) if "response_format" not in call.body else []:
        size, kind = call.body.get("size", "1024x1024"), call.body.get("output_format", "png")
        transparent = "t" * (call.body.get("background") == "transparent")
        recipe = f"{size}-{'5f' * 16}{transparent}.{kind}"
        del item["b64_json"]
        item["url"] = media.url(call.headers["host"], "images", recipe)


@variation(_MAKE)
def response_format_refused(reply: Reply, call: Call) -> Reply:
    """The model knows one form of its images and refuses to be asked for it."""
    return _refused("Unknown parameter: 'response_format'.") if "response_format" in call.body else reply


@variation(_MAKE)
def base64_always(reply: Reply) -> None:
    """The model answers in base64, also who asks for a URL."""
    for item in _items(reply):
        if "url" in item:
            file = images.fetch(item.pop("url").rpartition("/")[2])
            item["b64_json"] = base64.b64encode(file.data).decode() if file else ""


@variation(_EDIT)
def edit_counts_nothing(reply: Reply) -> Reply:
    """The details of an edit's usage are all 0."""
    return reply.edit(lambda body: body["usage"].update(input_tokens_details={"text_tokens": 0, "image_tokens": 0}))


@variation(_MAKE)
def quality_of_other_words(reply: Reply, call: Call) -> Reply:
    """The model knows the qualities standard and hd only."""
    known = call.body.get("quality") in (None, "standard", "hd")
    return reply if known else _refused("Invalid value for 'quality': supported are 'standard' and 'hd'.")


@variation(_MAKE)
def size_not_taken(reply: Reply, call: Call) -> Reply:
    """The model chooses the size by itself."""
    return _refused("Unknown parameter: 'size'.") if "size" in call.body else reply


@variation(_MAKE)
def square_only(reply: Reply, call: Call) -> Reply:
    """The model knows one size."""
    usual = call.body.get("size") == "1024x1024"
    return reply if usual or not reply.ok else _refused("Invalid value for 'size': supported is '1024x1024'.")


@variation(_MAKE)
def png_only(reply: Reply, call: Call) -> Reply:
    """The model writes opaque PNG files only."""
    asked = {"output_format", "background"} & call.body.keys()
    return _refused(f"Unknown parameter: '{min(asked)}'.") if asked else reply


@variation(_MAKE)
def one_image_only(reply: Reply, call: Call) -> Reply:
    """The model makes one image at a time."""
    return _refused("Invalid value for 'n': this model makes one image.") if call.body.get("n", 1) != 1 else reply


@variation(_MAKE, gateway="ofox")
def n_not_taken(reply: Reply, call: Call) -> Reply:
    """The model does not know `n`."""
    return _refused("Unknown parameter: 'n'.") if "n" in call.body else reply


@variation(_EDIT)
def no_edits(reply: Reply) -> Reply:
    """The model changes no images."""
    return _refused("The model does not support image edits.") if reply.ok else reply


@variation(_EDIT, gateway="ofox")
def no_edits_of_gateway(reply: Reply) -> Reply:
    """The model of a gateway that documents edits changes no images."""
    return _refused("The model does not support image edits.") if reply.ok else reply


@variation(_EDIT)
def one_image_per_edit(reply: Reply, call: Call) -> Reply:
    """The model changes one image at a time, and knows no mask."""
    several = len(call.uploads.get("image", ())) > 1 or "mask" in call.uploads
    return _refused("This model takes one image.") if several and reply.ok else reply


@variation(_EDIT, gateway="infery")
def json_edits_only(reply: Reply, call: Call) -> Reply:
    """The model takes its image in JSON only."""
    return _refused("Send image_base64.") if call.uploads and reply.ok else reply


@variation(_EDIT)
def form_edits_only(reply: Reply, call: Call) -> Reply:
    """The model takes its images in a form only."""
    return reply if call.uploads or not reply.ok else _refused("Send a form.")


def _items(reply: Reply) -> list[dict[str, Any]]:
    return reply.body["data"] if reply.ok else []


def _refused(message: str) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "unknown_parameter"}
    return Reply.json({"error": error}, 400)
