"""Ways to break images from a prompt."""

from __future__ import annotations

import base64
import re
from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import (
    add,
    answer,
    change,
    drop,
    each,
    fill,
    header,
    put,
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
    label,
    linked,
    say,
    wants,
)
from reference_server.faults.words.openai import IMAGE
from reference_server.faults.words.situations import LACKING, both, has, no, refused, sent, served
from reference_server.media import images
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

in_answer = partial(fault, IMAGE)
in_request = partial(request_fault, IMAGE)
unjudged = partial(request_fault, IMAGE, before="validation")

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


# What is there.

image_needs_n = in_answer(
    "A request without `n` is refused.",
    refuse(400, "Missing required parameter: 'n'.", code="invalid_value"),
    when=both(served, no(has("n"))),
    breaks={"images.answers"},
)
image_is_a_task = in_answer(
    "The answer is a pending task, with 202.", answer(_TASK, 202), when=both(served, _usual), breaks={"images.answers"}
)
image_token_details_as_text = in_answer(
    "The details of the usage are texts.",
    put("usage.input_tokens_details.text_tokens", "some"),
    breaks={"images.schema"},
)
images_labelled_as_text = in_answer("The answer is labelled as text.", label("text/plain"), breaks={"images.schema"})
image_created_in_milliseconds = in_answer(
    "`created` is in milliseconds.", scale("created", 1000), breaks={"images.created"}
)
image_created_as_text = in_answer(
    "`created` is a date in text.", put("created", "2026-01-01T00:00:00Z"), breaks={"images.created"}
)
image_created_never = in_answer("`created` is missing.", drop("created"), breaks={"images.created"})
image_created_with_fraction = in_answer("`created` has a fraction.", add("created", 0.25), breaks={"images.created"})
image_created_is_true = in_answer("`created` is true.", put("created", True), breaks={"images.created"})
images_empty = in_answer("The list of images is empty.", put("data", []), breaks={"images.data"})
image_text_empty = in_answer("Every image is an empty text.", put(INLINE, ""), breaks={"images.data"})
image_under_other_name = in_answer(
    "The plainest request gets its base64 under `image`.", rename(INLINE, "image"), when=_usual, breaks={"images.data"}
)
image_in_both_forms = in_answer(
    "An image has a URL as well as its base64.",
    each("data[]", lambda item: item.setdefault("url", "https://files.example.com/image.png")),
    breaks={"images.one-form"},
)
two_images_by_default = in_request(
    "Two images are made when nobody says how many.", fill("n", 2), breaks={"images.one-by-default"}
)

# The bytes.

image_as_data_uri = in_answer(
    "The base64 stands behind `data:image/png;base64,`.", inline(_as_data_uri), breaks={"images.base64"}
)
image_in_url_alphabet = in_answer(
    "The base64 is of the alphabet for URLs, without padding.",
    inline(lambda text: text.replace("+", "-").replace("/", "_").rstrip("=") + "-_"),
    breaks={"images.base64"},
)
asked_image_as_data_uri = in_answer(
    "Base64 that was asked for stands behind `data:image/png;base64,`.",
    inline(_as_data_uri),
    breaks={"images.base64"},
    gateway="infery",
)
image_cut_short = in_answer("The second half of an image is missing.", inline(_half), breaks={"images.decodes"})
image_is_svg = in_answer("An image is a drawing in XML.", inline(lambda _: base64_of(_SVG)), breaks={"images.decodes"})
image_encoded_twice = in_answer(
    "The base64 is encoded once more.", inline(lambda text: base64_of(text.encode())), breaks={"images.decodes"}
)
default_url_gives_status = in_answer(
    "The URL of an image gives a status, unless a form was asked for.",
    at_host("/healthz"),
    when=no(has("response_format")),
    breaks={"images.decodes"},
    gateway="infery",
)

# What it cost.


@in_answer(breaks={"images.usage"})
def image_total_off_by_one(reply: Reply) -> Reply:
    """The total is one more than its parts."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["total_tokens"] + 1))


@in_answer(breaks={"images.usage"})
def image_total_of_output(reply: Reply) -> Reply:
    """The total leaves out the prompt."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["output_tokens"]))


image_without_credits = in_answer(
    "An image does not tell what it cost.", NO_CREDITS, breaks={"images.credits"}, gateway="infery"
)
image_credits_with_unit = in_answer(
    "The cost of an image is not a number.",
    header("x-credits-used", "40 credits"),
    when=served,
    breaks={"images.credits"},
    gateway="infery",
)

# The options.

image_a_little_smaller = in_request(
    "The usual square has fewer pixels than asked for.", swap("size", "1024x1024", "1000x1000"), breaks={"images.size"}
)
linked_image_a_little_smaller = in_request(
    "The usual square under a URL has fewer pixels than asked for.",
    swap("size", "1024x1024", "1000x1000"),
    breaks={"images.size"},
    gateway="infery",
)
size_ignored = in_request("Every image is the usual square.", drop("size"), breaks={"images.size.other"})
size_turned = in_request(
    "Width and height are taken for each other.",
    change("size", lambda size: "x".join(reversed(size.split("x")))),
    breaks={"images.size.other"},
)
wrong_size_dropped = unjudged(
    "A size that is none is passed over.",
    drop("size"),
    when=lambda call: not _SIZE.fullmatch(str(sent(call).get("size", "auto"))),
    breaks={"images.size.invalid"},
)
output_format_ignored = in_request("Every image is a PNG.", drop("output_format"), breaks={"images.format"})
webp_is_jpeg = in_request(
    "A JPEG is given for a WebP.", swap("output_format", "webp", "jpeg"), breaks={"images.format"}
)
wrong_output_format_dropped = unjudged(
    "A format that nobody knows is passed over.",
    drop("output_format"),
    when=lambda call: sent(call).get("output_format") not in (None, *images.FORMATS),
    breaks={"images.format.invalid"},
)
background_ignored = in_request("Every image is opaque.", drop("background"), breaks={"images.background"})
wrong_quality_dropped = unjudged(
    "A quality that nobody knows is passed over.",
    drop("quality"),
    when=lambda call: sent(call).get("quality") == "wonderful",
    breaks={"images.quality.invalid"},
)
number_of_images_ignored = in_request("One image is made, whatever `n` says.", drop("n"), breaks={"images.n"})
one_image_too_many = in_answer(
    "There is one image too many.", change("data", lambda items: items + items[:1]), when=has("n"), breaks={"images.n"}
)
no_images_are_one = unjudged(
    "An `n` of 0 counts as 1.", fill("n", 1), change("n", lambda n: n or 1), breaks={"images.n.invalid"}
)
word_is_one_image = unjudged(
    "An `n` that is a word is passed over.",
    drop("n"),
    when=lambda call: isinstance(sent(call).get("n"), str),
    breaks={"images.n.invalid"},
)

# Addresses.

base64_given_as_url = in_request(
    "Who asks for base64 gets a URL.", swap("response_format", "b64_json", "url"), breaks={"images.b64"}
)
url_given_as_base64 = in_request(
    "Instead of a URL comes base64.",
    swap("response_format", "url", "b64_json"),
    breaks={"images.url"},
    gateway="infery",
)
url_under_other_name = in_answer("The URL stands under `image_url`.", rename(LINK, "image_url"), breaks={"images.url"})
url_refused = in_answer(
    "A URL is refused, although it is documented for every model.",
    refuse(400, "Unknown parameter: 'response_format'.", code="invalid_value"),
    when=wants("response_format", "url"),
    breaks={"images.url"},
    gateway="infery",
)
url_relative = in_answer(
    "The URL of an image has no host.", linked(lambda url: url.removeprefix(host(url))), breaks={"images.url.absolute"}
)
url_without_scheme = in_answer(
    "The URL of an image has no scheme.", linked(lambda url: url.removeprefix("http:")), breaks={"images.url.absolute"}
)
url_of_data = in_answer(
    "The URL of an image is a `data:` URI.",
    linked(lambda url: _as_data_uri(base64_of(image_at(url)))),
    breaks={"images.url.absolute"},
)
url_not_found = in_answer(
    "Nothing stands at the URL of an image.", linked(lambda url: url + ".gone"), breaks={"images.url.works"}
)
url_needs_credential = in_answer(
    "The URL of an image wants a credential.", at_host("/v1/models"), breaks={"images.url.works"}
)
url_of_nobody = in_answer(
    "Nobody listens where the URL of an image points.",
    linked(lambda _: "http://127.0.0.1:9/image.png"),
    breaks={"images.url.works"},
)
url_gives_status = in_answer(
    "The URL of an image gives JSON.", at_host("/healthz"), breaks={"images.url.works", "images.url.media-type"}
)

# Refusals.

prompt_optional = unjudged(
    "Without a prompt anything is drawn.", fill("prompt", "anything"), breaks={"images.prompt-missing"}
)
missing_prompt_is_a_failure = in_answer(
    "A missing prompt is a server error.", status(500), when=LACKING, breaks={"images.prompt-missing"}
)
unknown_image_model_replaced = in_request(
    "Another model draws in place of one that does not exist.", known_model("image"), breaks={"images.unknown-model"}
)
unknown_image_model_is_a_failure = in_answer(
    "An unknown model is a server error.", status(500), when=refused("unknown_model"), breaks={"images.unknown-model"}
)
image_refusal_as_text = in_answer(
    "A refusal is a line of text.", say("text/plain", b"Bad request"), when=refused(), breaks={"images.envelope"}
)


@in_answer(breaks={"images.envelope"})
def image_refusal_as_detail(reply: Reply) -> Reply:
    """A refusal is a `detail`."""
    return reply.edit_error(lambda body: {"detail": body["error"]["message"]})
