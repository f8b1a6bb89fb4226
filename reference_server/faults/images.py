"""Ways to break images from a prompt."""

from __future__ import annotations

import base64
import re

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
    each,
    error_body,
    fill,
    header,
    label,
    only,
    put,
    raw,
    refuse,
    rename,
    scale,
    status,
    swap,
)
from reference_server.faults.words.media import (
    INLINE,
    LINK,
    NO_CREDITS,
    at_host,
    base64_of,
    host,
    image_at,
    inline,
    known_model,
    linked,
    on,
    say,
    show_at_refusal,
    wants,
)
from reference_server.faults.words.openai import FILE_CONTENT, IMAGE, IMAGE_EDIT
from reference_server.faults.words.situations import LACKING, both, has, no, refused, sent, served
from reference_server.media import images
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

image = rows(IMAGE)
request = rows(IMAGE, request_fault)
unjudged = rows(IMAGE, request_fault, before="validation")
image_edit = rows(IMAGE_EDIT)
download = rows(FILE_CONTENT, gateway="infery")

_SIZE = re.compile(r"auto|\d+x\d+")
_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024"/>'
_TASK = {"id": "task-1", "object": "image.generation.task", "status": "pending"}


def _usual(_: Reply, call: Call) -> bool:
    """The request asks for nothing but a model, a prompt, the usual size and a quality."""
    return call.body.keys() <= {"model", "prompt", "size", "quality"} and call.body.get("size") == "1024x1024"


def _as_data_uri(text: str) -> str:
    return f"data:image/png;base64,{text}"


def _half(text: str) -> str:
    data = base64.b64decode(text)
    return base64_of(data[: len(data) // 2])


def _large_image(reply: Reply, _: Call) -> bool:
    """The answer is an image of more than 1000 bytes."""
    return reply.ok and isinstance(reply.body, bytes) and reply.body.startswith(b"\x89PNG") and len(reply.body) > 1000


# What is there.
image_needs_n = image(
    "images.answers",
    "A request without `n` is refused.",
    refuse(400, "Missing required parameter: 'n'.", code="invalid_value"),
    when=both(served, no(has("n"))),
)
image_is_a_task = image(
    "images.answers", "The answer is a 202 and a pending task.", answer(_TASK, 202), when=both(served, _usual)
)
image_token_details_as_text = image(
    "images.schema", "Token counts in the details are strings.", put("usage.input_tokens_details.text_tokens", "some")
)
images_labelled_as_text = image("images.schema", "The answer is labelled as text.", label("text/plain"))
image_created_in_milliseconds = image("images.created", "`created` is in milliseconds.", scale("created", 1000))
image_created_as_text = image("images.created", "`created` is a date string.", put("created", "2026-01-01T00:00:00Z"))
image_created_never = image("images.created", "`created` is missing.", drop("created"))
image_created_with_fraction = image("images.created", "`created` has a fraction.", add("created", 0.25))
image_created_is_true = image("images.created", "`created` is true.", put("created", True))
images_empty = image("images.data", "The list of images is empty.", put("data", []))
image_text_empty = image("images.data", "The base64 of every image is an empty string.", put(INLINE, ""))
image_under_other_name = image(
    "images.data", "The base64 of the plainest request stands under `image`.", rename(INLINE, "image"), when=_usual
)
image_in_both_forms = image(
    "images.one-form",
    "An image has a URL as well as its base64.",
    each("data[]", lambda item: item.setdefault("url", "https://files.example.com/image.png")),
)
two_images_by_default = request("images.one-by-default", "Without `n` two images are made.", fill("n", 2))

# The bytes.
image_as_data_uri = image("images.base64", "The base64 stands behind `data:image/png;base64,`.", inline(_as_data_uri))
image_in_url_alphabet = image(
    "images.base64",
    "The base64 of an image is in the URL-safe alphabet, without padding.",
    inline(lambda text: text.replace("+", "-").replace("/", "_").rstrip("=") + "-_"),
)
asked_image_as_data_uri = image(
    "images.base64", "The base64 has a `data:image/png;base64,` prefix.", inline(_as_data_uri), gateway="infery"
)
image_cut_short = image("images.decodes", "The second half of an image is missing.", inline(_half))
image_is_svg = image("images.decodes", "An image is an SVG drawing.", inline(lambda _: base64_of(_SVG)))
image_encoded_twice = image(
    "images.decodes", "The base64 is encoded in base64 once more.", inline(lambda text: base64_of(text.encode()))
)
default_url_gives_status = image(
    "images.decodes",
    "When no form is asked for, the URL of an image leads to a status in JSON.",
    at_host("/healthz"),
    when=no(has("response_format")),
    gateway="infery",
)

# What it cost.


@image("images.usage")
def image_total_off_by_one(reply: Reply) -> Reply:
    """The total token count is one more than its parts."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["total_tokens"] + 1))


@image("images.usage")
def image_total_of_output(reply: Reply) -> Reply:
    """The total token count leaves out the prompt."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["output_tokens"]))


image_without_credits = image(
    "images.credits", "An answer with an image lacks the header for its cost.", NO_CREDITS, gateway="infery"
)
image_credits_with_unit = image(
    "images.credits", "The cost has a unit.", header("x-credits-used", "40 credits"), when=served, gateway="infery"
)

# The options.
image_a_little_smaller = request(
    "images.size", "The usual square has fewer pixels than were asked for.", swap("size", "1024x1024", "1000x1000")
)
linked_image_a_little_smaller = request(
    "images.size",
    "An image of the usual size at a URL has fewer pixels than were asked for.",
    swap("size", "1024x1024", "1000x1000"),
    gateway="infery",
)
size_ignored = request("images.size.other", "Every image has the usual size, whatever `size` asks for.", drop("size"))
size_turned = request(
    "images.size.other",
    "Width and height of an image are swapped.",
    change("size", lambda size: "x".join(reversed(size.split("x")))),
)
wrong_size_dropped = unjudged(
    "images.size.invalid",
    "An invalid `size` is ignored.",
    drop("size"),
    when=lambda call: not _SIZE.fullmatch(str(sent(call).get("size", "auto"))),
)
output_format_ignored = request("images.format", "Every image is a PNG.", drop("output_format"))
webp_is_jpeg = request("images.format", "A request for WebP gets a JPEG.", swap("output_format", "webp", "jpeg"))
wrong_output_format_dropped = unjudged(
    "images.format.invalid",
    "An unknown `output_format` is ignored.",
    drop("output_format"),
    when=lambda call: sent(call).get("output_format") not in (None, *images.FORMATS),
)
background_ignored = request("images.background", "Every image is opaque.", drop("background"))
wrong_quality_dropped = unjudged(
    "images.quality.invalid",
    "An unknown `quality` is ignored.",
    drop("quality"),
    when=lambda call: sent(call).get("quality") == "wonderful",
)
number_of_images_ignored = request("images.n", "One image is made, whatever `n` says.", drop("n"))
one_image_too_many = image(
    "images.n", "There is one image too many.", change("data", lambda items: items + items[:1]), when=has("n")
)
no_images_are_one = unjudged("images.n.invalid", "`n: 0` is taken as 1.", fill("n", 1), change("n", lambda n: n or 1))
word_is_one_image = unjudged(
    "images.n.invalid", "A word as `n` is ignored.", drop("n"), when=lambda call: isinstance(sent(call).get("n"), str)
)

# Addresses.
base64_given_as_url = request(
    "images.b64", "A request for base64 is answered with a URL.", swap("response_format", "b64_json", "url")
)
url_given_as_base64 = request(
    "images.url", "A request for a URL gets base64.", swap("response_format", "url", "b64_json"), gateway="infery"
)
url_under_other_name = image("images.url", "The URL of an image stands under `image_url`.", rename(LINK, "image_url"))
url_refused = image(
    "images.url",
    "A request for a URL is refused, although it is documented for every model.",
    refuse(400, "Unknown parameter: 'response_format'.", code="invalid_value"),
    when=wants("response_format", "url"),
    gateway="infery",
)
url_relative = image(
    "images.url.absolute", "The URL of an image has no host.", linked(lambda url: url.removeprefix(host(url)))
)
url_without_scheme = image(
    "images.url.absolute", "The URL of an image starts with two slashes.", linked(lambda url: url.removeprefix("http:"))
)
url_of_data = image(
    "images.url.absolute", "The image's URL is a data: URI.", linked(lambda url: _as_data_uri(base64_of(image_at(url))))
)
url_not_found = image("images.url.works", "The URL of an image leads to a 404.", linked(lambda url: url + ".gone"))
url_needs_credential = image("images.url.works", "The URL of an image needs a credential.", at_host("/v1/models"))
url_of_nobody = image(
    "images.url.works", "No server answers at the URL of an image.", linked(lambda _: "http://127.0.0.1:9/image.png")
)
url_gives_status = image(
    "images.url.works images.url.media-type", "The URL of an image leads to a status in JSON.", at_host("/healthz")
)

# Refusals.
prompt_optional = unjudged("images.prompt-missing", "A missing prompt gets some image.", fill("prompt", "anything"))
missing_prompt_is_a_failure = image(
    "images.prompt-missing", "A request without a prompt is answered with a server error.", status(500), when=LACKING
)
unknown_image_model_replaced = request(
    "images.unknown-model", "A request for an unknown model is answered by another one.", known_model("image")
)
unknown_image_model_is_a_failure = image(
    "images.unknown-model", "An unknown model gets a server error.", status(500), when=refused("unknown_model")
)
image_refusal_as_text = image(
    "images.envelope", "A refusal is a line of text.", say("text/plain", b"Bad request"), when=refused()
)
image_refusal_as_detail = image(
    "images.envelope", "A refusal stands under `detail`.", error_body(lambda body: {"detail": body["error"]["message"]})
)

# Values of a wrong kind.
only_image_is_no_list = image(
    "images.data", "`data` is the image itself, without a list around it.", change("data", lambda items: items[0])
)
image_size_told_wrong = image(
    "images.told", "The answer states a size that the image does not have.", put("size", "1x1")
)
image_format_told_wrong = image(
    "images.told",
    "The answer states a format that the image does not have.",
    change("output_format", lambda name: "webp" if name == "png" else "png"),
)
url_gives_picture_of_refusal = fault(
    "*",
    "The URL of an image needs a credential, and shows another picture without it.",
    only(
        on(IMAGE), linked(lambda url: url.replace("/media/images/", "/fault/url_gives_picture_of_refusal/v1/models/"))
    ),
    show_at_refusal(images.fetch),
    breaks={"images.url.works"},
)
edits_labelled_as_text = image_edit(
    "images.edits.schema", "The answer to an edit is labelled as plain text.", label("text/plain")
)
edit_is_a_bare_text = image_edit(
    "images.edits.image",
    "The list of an edit holds the base64 of its image as a bare string.",
    change("data[]", lambda item: item["b64_json"]),
)

# Large images.
kept_image_cut = download(
    "images.b64.kept", "A large image is read back without its end.", raw(lambda data: data[:1000]), when=_large_image
)
kept_image_as_text = download(
    "images.b64.kept",
    "The bytes of a large image are read back as text.",
    raw(lambda data: data.decode("utf-8", "replace").encode()),
    when=_large_image,
)
