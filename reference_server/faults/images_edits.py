"""Ways to break images from a prompt and other images."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import answer, change, fill, put, refuse, status
from reference_server.faults.words.media import FAIL, drawn, has_files, inline, say
from reference_server.faults.words.openai import IMAGE_EDIT
from reference_server.faults.words.situations import (
    LACKING,
    MALFORMED,
    Situation,
    asked,
    both,
    has,
    header,
    no,
    refused,
    served,
)
from reference_server.wire.call import Call

image_edit = rows(IMAGE_EDIT)
request = rows(IMAGE_EDIT, request_fault)
unjudged = rows(IMAGE_EDIT, request_fault, before="validation")

_IMAGE_TOKENS = "usage.input_tokens_details.image_tokens"
_has_mask = asked(lambda call: "mask" in call.uploads)


def _brings(*names: str) -> Situation:
    """The request brings these files and no other, each by the name of its part."""
    return lambda _, call: [name for name, files in call.uploads.items() for _ in files] == list(names)


edit_of_one_fails = image_edit(
    "images.edits.answers", "A form with one image gets a 500.", FAIL, when=both(served, _brings("image"))
)
form_fails = image_edit(
    "images.edits.answers",
    "An edit in a form is answered with a server error, and one in JSON is served.",
    FAIL,
    when=both(served, has_files, no(_has_mask)),
    gateway="infery",
)
edit_created_as_text = image_edit("images.edits.schema", "`created` of an edit is a string.", put("created", "now"))
edit_gives_nothing = image_edit("images.edits.image", "The list of images of an edit is empty.", put("data", []))
edit_cut_short = image_edit(
    "images.edits.image", "The second half of an edited image is missing.", inline(lambda text: text[:400])
)
single_image_dropped = image_edit(
    "images.edits.counted",
    "The only image of a form does not reach the model.",
    put(_IMAGE_TOKENS, 0),
    when=asked(lambda call: len(call.uploads.get("image", ())) == 1),
)
all_images_dropped = image_edit(
    "images.edits.counted images.edits.several.counted", "Images to edit do not reach the model.", put(_IMAGE_TOKENS, 0)
)
bracketed_image_stringified = image_edit(
    "images.edits.list",
    "A part called `image[]` is taken as text.",
    refuse(
        400, "Invalid type for 'image[0]': expected a file, but got a string.", param="image[0]", code="invalid_type"
    ),
    when=asked(lambda call: b'name="image[]"' in (call.raw or b"")),
)
second_image_fails = image_edit(
    "images.edits.several", "Two images get a server error.", FAIL, when=_brings("image", "image")
)
mask_fails = image_edit("images.edits.mask", "A mask gets a server error.", FAIL, when=_has_mask)
json_edit_fails = image_edit(
    "images.edits.json", "An edit in JSON is answered with a server error.", FAIL, when=both(served, no(has_files))
)
inline_edit_fails = image_edit(
    "images.edits.json", "A base64 image gets a 500.", FAIL, when=both(served, has("image_base64")), gateway="infery"
)


@request("images.edits.several.counted")
def second_image_dropped(call: Call) -> None:
    """Only the first image of an edit reaches the model."""
    call.uploads["image"] = call.uploads.get("image", [])[:1]
    if not call.uploads["image"]:
        call.uploads.clear()


broken_data_uri_dropped = request(
    "images.edits.json.broken",
    "A broken base64 image is ignored.",
    change("images[].image_url", lambda url: "https://files.example.com/image.png" if "%%%" in url else url, str),
)


@request("images.edits.json.broken", gateway="infery")
def broken_inline_image_replaced(call: Call) -> None:
    """A broken base64 image is replaced by another image."""
    if call.body.get("image_base64") == "%%%":
        call.body.pop("image_base64")
        call.uploads["image"] = [drawn()]


edit_prompt_optional = unjudged(
    "images.edits.prompt-missing", "An edit without a prompt is served.", fill("prompt", "anything")
)
missing_part_is_a_failure = image_edit(
    "images.edits.image-missing images.edits.prompt-missing", "A missing part gets a 500.", status(500), when=LACKING
)


@unjudged("images.edits.image-missing")
def image_optional(call: Call) -> None:
    """An edit without an image is served from the prompt alone."""
    if "image" not in call.body and "images" not in call.body:
        call.body["image"], call.uploads["image"] = ["image.png"], [drawn()]


@unjudged("images.edits.image-missing")
def any_file_is_the_image(call: Call) -> None:
    """A file is taken as the image, whatever its part is called."""
    if "picture" in call.uploads:
        call.body["image"], call.uploads["image"] = ["image.png"], call.uploads.pop("picture")


@request("images.edits.not-an-image")
def text_is_an_image(call: Call) -> None:
    """A file that is not an image is edited as if it were one."""
    call.uploads = {
        name: [one if one.data.startswith(b"\x89PNG") else drawn() for one in files]
        for name, files in call.uploads.items()
    }


empty_image_is_a_failure = image_edit(
    "images.edits.not-an-image",
    "An empty file as the image is answered with a server error.",
    status(500),
    when=asked(lambda call: any(not one.data for one in call.uploads.get("image", ()))),
)
broken_form_is_a_failure = image_edit(
    "images.edits.broken-form", "A broken form is answered with a server error.", status(500), when=MALFORMED
)
broken_form_is_served = image_edit(
    "images.edits.broken-form",
    "A form without a boundary is answered as if it were complete.",
    answer({"created": 1767225600, "data": []}),
    when=both(MALFORMED, no(header("content-type", "boundary"))),
)
edit_refusal_as_text = image_edit(
    "images.edits.envelope", "A refusal is a line of text.", say("text/plain", b"Bad request"), when=refused()
)


@unjudged("images.edits.mask.image")
def mask_is_the_image(call: Call) -> None:
    """The last file of a form is edited, even if it is the mask."""
    if "mask" in call.uploads:
        call.body["image"], call.uploads["image"] = ["image.png"], call.uploads.pop("mask")
        call.body.pop("mask", None)
