"""Ways to break images from a prompt and other images."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
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

in_answer = partial(fault, IMAGE_EDIT)
in_request = partial(request_fault, IMAGE_EDIT)
unjudged = partial(request_fault, IMAGE_EDIT, before="validation")

_IMAGE_TOKENS = "usage.input_tokens_details.image_tokens"
_has_mask = asked(lambda call: "mask" in call.uploads)


def _brings(*names: str) -> Situation:
    """The request brings these files and no other, each by the name of its part."""
    return lambda _, call: [name for name, files in call.uploads.items() for _ in files] == list(names)


edit_of_one_fails = in_answer(
    "A form with one image is answered 500.", FAIL, when=both(served, _brings("image")), breaks={"images.edits.answers"}
)
form_fails = in_answer(
    "A form is a server error; JSON is taken.",
    FAIL,
    when=both(served, has_files, no(_has_mask)),
    breaks={"images.edits.answers"},
    gateway="infery",
)
edit_created_as_text = in_answer("`created` is a text.", put("created", "now"), breaks={"images.edits.schema"})
edit_gives_nothing = in_answer("The list of images is empty.", put("data", []), breaks={"images.edits.image"})
edit_cut_short = in_answer(
    "The second half of an image is missing.", inline(lambda text: text[:400]), breaks={"images.edits.image"}
)
single_image_dropped = in_answer(
    "The image of a form with one does not reach the model.",
    put(_IMAGE_TOKENS, 0),
    when=asked(lambda call: len(call.uploads.get("image", ())) == 1),
    breaks={"images.edits.counted"},
)
all_images_dropped = in_answer(
    "Images never reach the model.",
    put(_IMAGE_TOKENS, 0),
    breaks={"images.edits.counted", "images.edits.several.counted"},
)
bracketed_image_stringified = in_answer(
    "What is called `image[]` is taken for a text.",
    refuse(
        400, "Invalid type for 'image[0]': expected a file, but got a string.", param="image[0]", code="invalid_type"
    ),
    when=asked(lambda call: b'name="image[]"' in (call.raw or b"")),
    breaks={"images.edits.list"},
)
second_image_fails = in_answer(
    "Two images are a server error.", FAIL, when=_brings("image", "image"), breaks={"images.edits.several"}
)
mask_fails = in_answer("A mask is a server error.", FAIL, when=_has_mask, breaks={"images.edits.mask"})
json_edit_fails = in_answer(
    "An edit in JSON is a server error.", FAIL, when=both(served, no(has_files)), breaks={"images.edits.json"}
)
inline_edit_fails = in_answer(
    "An image in base64 is a server error.",
    FAIL,
    when=both(served, has("image_base64")),
    breaks={"images.edits.json"},
    gateway="infery",
)


@in_request(breaks={"images.edits.several.counted"})
def second_image_dropped(call: Call) -> None:
    """Only the first image reaches the model."""
    call.uploads["image"] = call.uploads.get("image", [])[:1]
    if not call.uploads["image"]:
        call.uploads.clear()


broken_data_uri_dropped = in_request(
    "Broken base64 counts as an image that cannot be seen.",
    change("images[].image_url", lambda url: "https://files.example.com/image.png" if "%%%" in url else url, str),
    breaks={"images.edits.json.broken"},
)


@in_request(breaks={"images.edits.json.broken"}, gateway="infery")
def broken_inline_image_replaced(call: Call) -> None:
    """Another image stands in for broken base64."""
    if call.body.get("image_base64") == "%%%":
        call.body.pop("image_base64")
        call.uploads["image"] = [drawn()]


edit_prompt_optional = unjudged(
    "Without a prompt the image changes in any way.", fill("prompt", "anything"), breaks={"images.edits.prompt-missing"}
)
missing_part_is_a_failure = in_answer(
    "A missing part is a server error.",
    status(500),
    when=LACKING,
    breaks={"images.edits.image-missing", "images.edits.prompt-missing"},
)


@unjudged(breaks={"images.edits.image-missing"})
def image_optional(call: Call) -> None:
    """Without an image the prompt alone is drawn."""
    if "image" not in call.body and "images" not in call.body:
        call.body["image"], call.uploads["image"] = ["image.png"], [drawn()]


@unjudged(breaks={"images.edits.image-missing"})
def any_file_is_the_image(call: Call) -> None:
    """A file counts as the image whatever its part is called."""
    if "picture" in call.uploads:
        call.body["image"], call.uploads["image"] = ["image.png"], call.uploads.pop("picture")


@in_request(breaks={"images.edits.not-an-image"})
def text_is_an_image(call: Call) -> None:
    """A file that is no image is passed over."""
    call.uploads = {
        name: [one if one.data.startswith(b"\x89PNG") else drawn() for one in files]
        for name, files in call.uploads.items()
    }


empty_image_is_a_failure = in_answer(
    "An empty file is a server error.",
    status(500),
    when=asked(lambda call: any(not one.data for one in call.uploads.get("image", ()))),
    breaks={"images.edits.not-an-image"},
)
broken_form_is_a_failure = in_answer(
    "A form that cannot be read is a server error.", status(500), when=MALFORMED, breaks={"images.edits.broken-form"}
)
broken_form_is_served = in_answer(
    "A form without a boundary is answered as if it were whole.",
    answer({"created": 1767225600, "data": []}),
    when=both(MALFORMED, no(header("content-type", "boundary"))),
    breaks={"images.edits.broken-form"},
)
edit_refusal_as_text = in_answer(
    "A refusal is a line of text.", say("text/plain", b"Bad request"), when=refused(), breaks={"images.edits.envelope"}
)


@unjudged(breaks={"images.edits.mask.image"})
def mask_is_the_image(call: Call) -> None:
    """The last file of a form is the image that is edited, be it the mask."""
    if "mask" in call.uploads:
        call.body["image"], call.uploads["image"] = ["image.png"], call.uploads.pop("mask")
        call.body.pop("mask", None)
