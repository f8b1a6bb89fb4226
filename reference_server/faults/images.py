"""Ways to break images from a prompt."""

from __future__ import annotations

import base64
import re
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.media import images
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createImage"
_SIZE = re.compile(r"auto|\d+x\d+")


@fault(_MAKE, breaks={"images.answers"})
def image_needs_n(reply: Reply, call: Call) -> Reply:
    """A request without `n` is refused."""
    return reply if "n" in call.body or not reply.ok else _refused("Missing required parameter: 'n'.")


@fault(_MAKE, breaks={"images.answers"})
def image_is_a_task(reply: Reply, call: Call) -> Reply:
    """The answer is a task that is not done yet: 202."""
    task = {"id": "task-1", "object": "image.generation.task", "status": "pending"}
    return Reply.json(task, 202) if reply.ok and _is_plain(call) else reply


@fault(_MAKE, breaks={"images.schema"})
def image_token_details_as_text(reply: Reply) -> Reply:
    """The details of the usage are not numbers."""
    return reply.edit(lambda body: body["usage"]["input_tokens_details"].update(text_tokens="some"))


@fault(_MAKE, breaks={"images.schema"})
def images_labelled_as_text(reply: Reply) -> None:
    """The answer is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_MAKE, breaks={"images.created"})
def image_created_in_milliseconds(reply: Reply) -> Reply:
    """`created` is in milliseconds."""
    return reply.edit(lambda body: body.update(created=body["created"] * 1000))


@fault(_MAKE, breaks={"images.created"})
def image_created_as_text(reply: Reply) -> Reply:
    """`created` is a date in text."""
    return reply.edit(lambda body: body.update(created="2026-01-01T00:00:00Z"))


@fault(_MAKE, breaks={"images.created"})
def image_created_never(reply: Reply) -> Reply:
    """`created` is missing."""
    return reply.edit(lambda body: body.pop("created") and None)


@fault(_MAKE, breaks={"images.data"})
def images_empty(reply: Reply) -> Reply:
    """The list of images is empty."""
    return reply.edit(lambda body: body.update(data=[]))


@fault(_MAKE, breaks={"images.data"})
def image_text_empty(reply: Reply) -> None:
    """Every image is an empty text."""
    for item in _items(reply):
        item["b64_json"] = ""


@fault(_MAKE, breaks={"images.data"})
def image_under_other_name(reply: Reply, call: Call) -> None:
    """The base64 of the plainest request stands under `image`."""
    for item in _inline(reply) if _is_plain(call) else []:
        item["image"] = item.pop("b64_json")


@fault(_MAKE, breaks={"images.one-form"})
def image_in_both_forms(reply: Reply) -> None:
    """An image has a URL as well as its base64."""
    for item in _inline(reply):
        item["url"] = "https://files.example.com/image.png"


@request_fault(_MAKE, breaks={"images.one-by-default"})
def two_images_by_default(call: Call) -> None:
    """Two images are made when nobody says how many."""
    call.body.setdefault("n", 2)


@fault(_MAKE, breaks={"images.base64"})
def image_as_data_uri(reply: Reply) -> None:
    """The base64 stands behind `data:image/png;base64,`."""
    for item in _inline(reply):
        item["b64_json"] = f"data:image/png;base64,{item['b64_json']}"


@fault(_MAKE, breaks={"images.base64"})
def image_in_url_alphabet(reply: Reply) -> None:
    """The base64 is of the alphabet for URLs, without padding."""
    for item in _inline(reply):
        text = item["b64_json"].replace("+", "-").replace("/", "_")
        item["b64_json"] = text.rstrip("=") + "-_"


@fault(_MAKE, breaks={"images.base64"}, gateway="infery")
def asked_image_as_data_uri(reply: Reply) -> None:
    """Base64 that was asked for stands behind `data:image/png;base64,`."""
    for item in _inline(reply):
        item["b64_json"] = f"data:image/png;base64,{item['b64_json']}"


@fault(_MAKE, breaks={"images.decodes"})
def image_cut_short(reply: Reply) -> None:
    """The second half of an image is missing."""
    for item in _inline(reply):
        data = base64.b64decode(item["b64_json"])
        item["b64_json"] = _text(data[: len(data) // 2])


@fault(_MAKE, breaks={"images.decodes"})
def image_is_svg(reply: Reply) -> None:
    """An image is a drawing in XML."""
    for item in _inline(reply):
        item["b64_json"] = _text(b'<svg xmlns="http://www.w3.org/2000/svg" width="1024" height="1024"/>')


@fault(_MAKE, breaks={"images.decodes"})
def image_encoded_twice(reply: Reply) -> None:
    """The base64 is encoded in base64 once more."""
    for item in _inline(reply):
        item["b64_json"] = _text(item["b64_json"].encode())


@fault(_MAKE, breaks={"images.decodes"}, gateway="infery")
def default_url_gives_status(reply: Reply, call: Call) -> None:
    """The URL of an image gives a status, unless a form was asked for."""
    for item in _linked(reply) if "response_format" not in call.body else []:
        item["url"] = _host(item["url"]) + "/healthz"


@fault(_MAKE, breaks={"images.usage"})
def image_total_off_by_one(reply: Reply) -> Reply:
    """The total is one more than its parts."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["total_tokens"] + 1))


@fault(_MAKE, breaks={"images.usage"})
def image_total_of_output(reply: Reply) -> Reply:
    """The total leaves out the prompt."""
    return reply.edit(lambda body: body["usage"].update(total_tokens=body["usage"]["output_tokens"]))


@fault(_MAKE, breaks={"images.credits"}, gateway="infery")
def image_without_credits(reply: Reply) -> None:
    """An image does not tell what it cost."""
    reply.headers.pop("x-credits-used", None)


@fault(_MAKE, breaks={"images.credits"}, gateway="infery")
def image_credits_with_unit(reply: Reply) -> None:
    """The cost of an image is not a number."""
    if reply.ok:
        reply.headers["x-credits-used"] = "40 credits"


@request_fault(_MAKE, breaks={"images.size"})
def image_a_little_smaller(call: Call) -> None:
    """The usual square has fewer pixels than were asked for."""
    if call.body.get("size") == "1024x1024":
        call.body["size"] = "1000x1000"


@request_fault(_MAKE, breaks={"images.size"}, gateway="infery")
def linked_image_a_little_smaller(call: Call) -> None:
    """The usual square under a URL has fewer pixels than were asked for."""
    if call.body.get("size") == "1024x1024":
        call.body["size"] = "1000x1000"


@request_fault(_MAKE, breaks={"images.size.other"})
def size_ignored(call: Call) -> None:
    """Every image is the usual square."""
    call.body.pop("size", None)


@request_fault(_MAKE, breaks={"images.size.other"})
def size_turned(call: Call) -> None:
    """Width and height are taken for each other."""
    if "size" in call.body:
        call.body["size"] = "x".join(reversed(call.body["size"].split("x")))


@request_fault(_MAKE, breaks={"images.size.invalid"}, before="validation")
def wrong_size_dropped(call: Call) -> None:
    """A size that is none is passed over."""
    if not _SIZE.fullmatch(str(call.body.get("size", "auto"))):
        del call.body["size"]


@request_fault(_MAKE, breaks={"images.format"})
def output_format_ignored(call: Call) -> None:
    """Every image is a PNG."""
    call.body.pop("output_format", None)


@request_fault(_MAKE, breaks={"images.format"})
def webp_is_jpeg(call: Call) -> None:
    """A JPEG is given for a WebP."""
    if call.body.get("output_format") == "webp":
        call.body["output_format"] = "jpeg"


@request_fault(_MAKE, breaks={"images.format.invalid"}, before="validation")
def wrong_output_format_dropped(call: Call) -> None:
    """A format that nobody knows is passed over."""
    if call.body.get("output_format") not in (None, *images.FORMATS):
        del call.body["output_format"]


@request_fault(_MAKE, breaks={"images.background"})
def background_ignored(call: Call) -> None:
    """Every image is opaque."""
    call.body.pop("background", None)


@request_fault(_MAKE, breaks={"images.quality.invalid"}, before="validation")
def wrong_quality_dropped(call: Call) -> None:
    """A quality that nobody knows is passed over."""
    if call.body.get("quality") == "wonderful":
        del call.body["quality"]


@request_fault(_MAKE, breaks={"images.n"})
def number_of_images_ignored(call: Call) -> None:
    """One image is made, whatever `n` says."""
    call.body.pop("n", None)


@fault(_MAKE, breaks={"images.n"})
def one_image_too_many(reply: Reply, call: Call) -> None:
    """There is one image more than `n` says."""
    if reply.ok and call.body.get("n"):
        reply.body["data"].append(reply.body["data"][0])


@request_fault(_MAKE, breaks={"images.n.invalid"}, before="validation")
def no_images_are_one(call: Call) -> None:
    """An `n` of 0 counts as 1."""
    call.body["n"] = call.body.get("n") or 1


@request_fault(_MAKE, breaks={"images.n.invalid"}, before="validation")
def word_is_one_image(call: Call) -> None:
    """An `n` that is a word is passed over."""
    if isinstance(call.body.get("n"), str):
        del call.body["n"]


@request_fault(_MAKE, breaks={"images.b64"})
def base64_given_as_url(call: Call) -> None:
    """Who asks for base64 gets a URL."""
    if call.body.get("response_format") == "b64_json":
        call.body["response_format"] = "url"


@request_fault(_MAKE, breaks={"images.url"}, gateway="infery")
def url_given_as_base64(call: Call) -> None:
    """Who asks for a URL gets base64."""
    if call.body.get("response_format") == "url":
        call.body["response_format"] = "b64_json"


@fault(_MAKE, breaks={"images.url"})
def url_under_other_name(reply: Reply) -> None:
    """The URL stands under `image_url`."""
    for item in _linked(reply):
        item["image_url"] = item.pop("url")


@fault(_MAKE, breaks={"images.url"}, gateway="infery")
def url_refused(reply: Reply, call: Call) -> Reply:
    """A URL is refused, although it is documented for every model."""
    return _refused("Unknown parameter: 'response_format'.") if call.body.get("response_format") == "url" else reply


@fault(_MAKE, breaks={"images.url.absolute"})
def url_relative(reply: Reply) -> None:
    """The URL of an image has no host."""
    for item in _linked(reply):
        item["url"] = item["url"].removeprefix(_host(item["url"]))


@fault(_MAKE, breaks={"images.url.absolute"})
def url_without_scheme(reply: Reply) -> None:
    """The URL of an image starts with two slashes."""
    for item in _linked(reply):
        item["url"] = item["url"].removeprefix("http:")


@fault(_MAKE, breaks={"images.url.absolute"})
def url_of_data(reply: Reply) -> None:
    """The URL of an image is a `data:` URI."""
    for item in _linked(reply):
        file = images.fetch(item["url"].rpartition("/")[2])
        item["url"] = f"data:image/png;base64,{_text(file.data if file else b'')}"


@fault(_MAKE, breaks={"images.url.works"})
def url_not_found(reply: Reply) -> None:
    """Nothing stands at the URL of an image."""
    for item in _linked(reply):
        item["url"] += ".gone"


@fault(_MAKE, breaks={"images.url.works"})
def url_needs_credential(reply: Reply) -> None:
    """The URL of an image wants a credential."""
    for item in _linked(reply):
        item["url"] = _host(item["url"]) + "/v1/models"


@fault(_MAKE, breaks={"images.url.works"})
def url_of_nobody(reply: Reply) -> None:
    """Nobody listens where the URL of an image points."""
    for item in _linked(reply):
        item["url"] = "http://127.0.0.1:9/image.png"


@fault(_MAKE, breaks={"images.url.works", "images.url.media-type"})
def url_gives_status(reply: Reply) -> None:
    """The URL of an image gives a status in JSON."""
    for item in _linked(reply):
        item["url"] = _host(item["url"]) + "/healthz"


@request_fault(_MAKE, breaks={"images.prompt-missing"}, before="validation")
def prompt_optional(call: Call) -> None:
    """Without a prompt anything is drawn."""
    call.body.setdefault("prompt", "anything")


@fault(_MAKE, breaks={"images.prompt-missing"})
def missing_prompt_is_a_failure(reply: Reply) -> None:
    """A missing prompt is a server error."""
    if reply.cause == "missing_field":
        reply.status = 500


@request_fault(_MAKE, breaks={"images.unknown-model"})
def unknown_image_model_replaced(call: Call) -> None:
    """Another model draws in place of one that does not exist."""
    if "no-such" in str(call.body.get("model")):
        call.body["model"] = "image"


@fault(_MAKE, breaks={"images.unknown-model"})
def unknown_image_model_is_a_failure(reply: Reply) -> None:
    """A model that does not exist is a server error."""
    if reply.cause == "unknown_model":
        reply.status = 500


@fault(_MAKE, breaks={"images.envelope"})
def image_refusal_as_text(reply: Reply) -> None:
    """A refusal is a line of text."""
    if not reply.ok:
        reply.headers["content-type"], reply.body = "text/plain", b"Bad request"


@fault(_MAKE, breaks={"images.envelope"})
def image_refusal_as_detail(reply: Reply) -> Reply:
    """A refusal is a `detail`."""
    return reply.edit_error(lambda body: {"detail": body["error"]["message"]})


def _is_plain(call: Call) -> bool:
    """The request asks for nothing but a model, a prompt, the usual size and a quality."""
    return call.body.keys() <= {"model", "prompt", "size", "quality"} and call.body.get("size") == "1024x1024"


def _items(reply: Reply) -> list[dict[str, Any]]:
    return reply.body["data"] if reply.ok else []


def _inline(reply: Reply) -> list[dict[str, Any]]:
    return [item for item in _items(reply) if "b64_json" in item]


def _linked(reply: Reply) -> list[dict[str, Any]]:
    return [item for item in _items(reply) if "url" in item]


def _host(url: str) -> str:
    return "/".join(url.split("/")[:3])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _refused(message: str) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "invalid_value"}
    return Reply.json({"error": error}, 400)


@fault(_MAKE, breaks={"images.created"})
def image_created_with_fraction(reply: Reply) -> Reply:
    """`created` has a fraction."""
    return reply.edit(lambda body: body.update(created=body["created"] + 0.25))


@fault(_MAKE, breaks={"images.created"})
def image_created_is_true(reply: Reply) -> Reply:
    """`created` is true."""
    return reply.edit(lambda body: body.update(created=True))
