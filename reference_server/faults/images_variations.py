"""Legal differences in images: what models and gateways may leave out, add or refuse."""

from __future__ import annotations

from typing import Any

from reference_server import media
from reference_server.faults import differences
from reference_server.faults.words.edits import Edit, drop, each, identified, put, refuse, reshape
from reference_server.faults.words.media import base64_of, has_files, image_at
from reference_server.faults.words.openai import IMAGE, IMAGE_EDIT
from reference_server.faults.words.situations import asked, both, has, no, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

image = differences(IMAGE)
image_edit = differences(IMAGE_EDIT)


def _unknown(message: str) -> Edit:
    return refuse(400, message, code="unknown_parameter")


def _items(reply: Reply) -> list[dict[str, Any]]:
    return reply.body["data"] if reply.ok else []


def _in_base64(item: dict[str, Any]) -> None:
    if "url" in item:
        item["b64_json"] = base64_of(image_at(item.pop("url")))


only_created_and_data = image(
    "An answer has only `created` and `data`.", reshape(lambda body: {"created": body["created"], "data": body["data"]})
)
edit_without_details = image_edit("The usage of an edit has no details.", drop("usage.input_tokens_details"))
other_form_null = image(
    "The form in which an image is not given is null, and so are the revised prompt and the usage.",
    each("data[]", lambda item: [item.setdefault(name) for name in ("url", "b64_json", "revised_prompt")]),
    put("usage", None),
)


@image()
def images_numbered(reply: Reply) -> None:
    """Every image comes with its index and with a prompt that the model has rewritten."""
    for place, item in enumerate(_items(reply)):
        item.update(index=place, revised_prompt="A filled circle, red, on white.", content_type="image/png")


@image()
def webp_by_default(reply: Reply, call: Call) -> None:
    """Images are WebP when no format is asked for."""
    for item in _items(reply) if "output_format" not in call.body else []:
        if "b64_json" in item:
            item["b64_json"] = base64_of(image_at(f"/{call.body.get('size', '1024x1024')}-{'5f' * 16}.webp"))
            reply.body["output_format"] = "webp"


@image()
def url_by_default(reply: Reply, call: Call) -> None:
    """Images are URLs when no form is asked for."""
    for item in _items(reply) if "response_format" not in call.body else []:
        size, kind = call.body.get("size", "1024x1024"), call.body.get("output_format", "png")
        transparent = "t" * (call.body.get("background") == "transparent")
        recipe = f"{size}-{'5f' * 16}{transparent}.{kind}"
        del item["b64_json"]
        item["url"] = media.url(call.headers["host"], "images", recipe)


response_format_refused = image(
    "The model refuses `response_format`, since it has one form of images only.",
    _unknown("Unknown parameter: 'response_format'."),
    when=has("response_format"),
)
base64_always = image("The model answers in base64, even when a URL was asked for.", each("data[]", _in_base64))
edit_counts_nothing = image_edit(
    "All details of an edit's usage are 0.", put("usage.input_tokens_details", {"text_tokens": 0, "image_tokens": 0})
)
quality_of_other_words = image(
    "The model accepts only the qualities `standard` and `hd`.",
    _unknown("Invalid value for 'quality': supported are 'standard' and 'hd'."),
    when=asked(lambda call: call.body.get("quality") not in (None, "standard", "hd")),
)
size_not_taken = image(
    "The model refuses to be asked for a size.", _unknown("Unknown parameter: 'size'."), when=has("size")
)
square_only = image(
    "The model makes images of one size only.",
    _unknown("Invalid value for 'size': supported is '1024x1024'."),
    when=both(served, asked(lambda call: call.body.get("size") != "1024x1024")),
)


@image()
def png_only(reply: Reply, call: Call) -> Reply:
    """The model writes opaque PNG files only."""
    names = {"output_format", "background"} & call.body.keys()
    return _unknown(f"Unknown parameter: '{min(names)}'.")(reply, call) if names else reply


one_image_only = image(
    "The model makes one image at a time.",
    _unknown("Invalid value for 'n': this model makes one image."),
    when=asked(lambda call: call.body.get("n", 1) != 1),
)
n_not_taken = image("The model refuses `n`.", _unknown("Unknown parameter: 'n'."), when=has("n"), gateway="ofox")
no_edits = image_edit("The model edits no images.", _unknown("The model does not support image edits."), when=served)
no_edits_of_gateway = image_edit(
    "The model of a gateway that documents edits refuses to edit images.",
    _unknown("The model does not support image edits."),
    when=served,
    gateway="ofox",
)
one_image_per_edit = image_edit(
    "The model edits one image at a time, and takes no mask.",
    _unknown("This model takes one image."),
    when=both(served, asked(lambda call: len(call.uploads.get("image", ())) > 1 or "mask" in call.uploads)),
)
json_edits_only = image_edit(
    "The model takes images to edit in JSON only.",
    identified(_unknown("Send image_base64.")),
    when=both(served, has_files),
    gateway="infery",
)
form_edits_only = image_edit(
    "The model takes images to edit in a form only.", _unknown("Send a form."), when=both(served, no(has_files))
)
