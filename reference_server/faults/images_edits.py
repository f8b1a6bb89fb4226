"""Ways to break images from a prompt and other images."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.media import images
from reference_server.wire.call import Call
from reference_server.wire.form import Upload
from reference_server.wire.reply import Reply

_EDIT = "createImageEdit"


@fault(_EDIT, breaks={"images.edits.answers"})
def edit_of_one_fails(reply: Reply, call: Call) -> Reply:
    """A form with one image is a server error."""
    return _failed() if reply.ok and _sent(call) == ["image"] else reply


@fault(_EDIT, breaks={"images.edits.answers"}, gateway="infery")
def form_fails(reply: Reply, call: Call) -> Reply:
    """A form is a server error; JSON is taken."""
    return _failed() if reply.ok and call.uploads and "mask" not in call.uploads else reply


@fault(_EDIT, breaks={"images.edits.schema"})
def edit_created_as_text(reply: Reply) -> Reply:
    """`created` is a text."""
    return reply.edit(lambda body: body.update(created="now"))


@fault(_EDIT, breaks={"images.edits.image"})
def edit_gives_nothing(reply: Reply) -> Reply:
    """The list of images is empty."""
    return reply.edit(lambda body: body.update(data=[]))


@fault(_EDIT, breaks={"images.edits.image"})
def edit_cut_short(reply: Reply) -> None:
    """The second half of an image is missing."""
    for item in reply.body["data"] if reply.ok else []:
        item["b64_json"] = item["b64_json"][:400]


@fault(_EDIT, breaks={"images.edits.counted"})
def single_image_dropped(reply: Reply, call: Call) -> None:
    """The image of a form with one does not reach the model."""
    if reply.ok and len(call.uploads.get("image", ())) == 1:
        reply.body["usage"]["input_tokens_details"]["image_tokens"] = 0


@fault(_EDIT, breaks={"images.edits.counted", "images.edits.several.counted"})
def all_images_dropped(reply: Reply) -> Reply:
    """No image reaches the model."""
    return reply.edit(lambda body: body["usage"]["input_tokens_details"].update(image_tokens=0))


@fault(_EDIT, breaks={"images.edits.list"})
def bracketed_image_stringified(reply: Reply, call: Call) -> Reply:
    """What is called `image[]` is taken for a text."""
    bracketed = b'name="image[]"' in (call.raw or b"")
    return _refused("Invalid type for 'image[0]': expected a file, but got a string.") if bracketed else reply


@fault(_EDIT, breaks={"images.edits.several"})
def second_image_fails(reply: Reply, call: Call) -> Reply:
    """Two images are a server error."""
    return _failed() if _sent(call) == ["image", "image"] else reply


@request_fault(_EDIT, breaks={"images.edits.several.counted"})
def second_image_dropped(call: Call) -> None:
    """Only the first image reaches the model."""
    call.uploads["image"] = call.uploads.get("image", [])[:1]
    if not call.uploads["image"]:
        call.uploads.clear()


@fault(_EDIT, breaks={"images.edits.mask"})
def mask_fails(reply: Reply, call: Call) -> Reply:
    """A mask is a server error."""
    return _failed() if "mask" in call.uploads else reply


@fault(_EDIT, breaks={"images.edits.json"})
def json_edit_fails(reply: Reply, call: Call) -> Reply:
    """An edit in JSON is a server error."""
    return _failed() if reply.ok and not call.uploads else reply


@fault(_EDIT, breaks={"images.edits.json"}, gateway="infery")
def inline_edit_fails(reply: Reply, call: Call) -> Reply:
    """An image in base64 is a server error."""
    return _failed() if reply.ok and "image_base64" in call.body else reply


@request_fault(_EDIT, breaks={"images.edits.json.broken"})
def broken_data_uri_dropped(call: Call) -> None:
    """Broken base64 counts as an image that cannot be seen."""
    for one in call.body.get("images", ()):
        if "%%%" in one.get("image_url", ""):
            one["image_url"] = "https://files.example.com/image.png"


@request_fault(_EDIT, breaks={"images.edits.json.broken"}, gateway="infery")
def broken_inline_image_replaced(call: Call) -> None:
    """Another image stands in for broken base64."""
    if call.body.get("image_base64") == "%%%":
        call.body.pop("image_base64")
        call.uploads["image"] = [_drawn()]


@request_fault(_EDIT, breaks={"images.edits.prompt-missing"}, before="validation")
def edit_prompt_optional(call: Call) -> None:
    """Without a prompt the image is changed in any way."""
    call.body.setdefault("prompt", "anything")


@fault(_EDIT, breaks={"images.edits.image-missing", "images.edits.prompt-missing"})
def missing_part_is_a_failure(reply: Reply) -> None:
    """A missing part is a server error."""
    if reply.cause == "missing_field":
        reply.status = 500


@request_fault(_EDIT, breaks={"images.edits.image-missing"}, before="validation")
def image_optional(call: Call) -> None:
    """Without an image the prompt alone is drawn."""
    if "image" not in call.body and "images" not in call.body:
        call.body["image"], call.uploads["image"] = ["image.png"], [_drawn()]


@request_fault(_EDIT, breaks={"images.edits.image-missing"}, before="validation")
def any_file_is_the_image(call: Call) -> None:
    """A file counts as the image whatever its part is called."""
    if "picture" in call.uploads:
        call.body["image"], call.uploads["image"] = ["image.png"], call.uploads.pop("picture")


@request_fault(_EDIT, breaks={"images.edits.not-an-image"})
def text_is_an_image(call: Call) -> None:
    """A file that is no image is passed over."""
    call.uploads = {
        name: [one if one.data.startswith(b"\x89PNG") else _drawn() for one in files]
        for name, files in call.uploads.items()
    }


@fault(_EDIT, breaks={"images.edits.not-an-image"})
def empty_image_is_a_failure(reply: Reply, call: Call) -> None:
    """An empty file is a server error."""
    if any(not one.data for one in call.uploads.get("image", ())):
        reply.status = 500


@fault(_EDIT, breaks={"images.edits.broken-form"})
def broken_form_is_a_failure(reply: Reply) -> None:
    """A form that cannot be read is a server error."""
    if reply.cause == "malformed_body":
        reply.status = 500


@fault(_EDIT, breaks={"images.edits.broken-form"})
def broken_form_is_served(reply: Reply, call: Call) -> Reply:
    """A form without a boundary is answered as if it were whole."""
    return reply if "boundary" in call.headers.get("content-type", "") else _nothing_wrong(reply)


@fault(_EDIT, breaks={"images.edits.envelope"})
def edit_refusal_as_text(reply: Reply) -> None:
    """A refusal is a line of text."""
    if not reply.ok:
        reply.headers["content-type"], reply.body = "text/plain", b"Bad request"


def _nothing_wrong(reply: Reply) -> Reply:
    return Reply.json({"created": 1767225600, "data": []}) if reply.cause == "malformed_body" else reply


def _sent(call: Call) -> list[str]:
    """The parts that are files."""
    return [name for name, files in call.uploads.items() for _ in files]


def _drawn() -> Upload:
    file = images.fetch(images.recipe(64, 64, "png", False))
    return Upload("image.png", "image/png", file.data if file else b"")


def _failed() -> Reply:
    return Reply.json({"error": {"message": "Oops.", "type": "server_error", "param": None, "code": "internal"}}, 500)


def _refused(message: str) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": "image[0]", "code": "invalid_type"}
    return Reply.json({"error": error}, 400)
