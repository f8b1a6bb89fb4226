"""Ways to break single members of answers with images, and what stands at their addresses."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.media import images
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_MAKE = "createImage"
_EDIT = "createImageEdit"


@fault(_MAKE, breaks={"images.data"})
def only_image_is_no_list(reply: Reply) -> Reply:
    """`data` is the image itself, without a list around it."""
    return reply.edit(lambda body: body.update(data=body["data"][0]))


@fault(_MAKE, breaks={"images.told"})
def image_size_told_wrong(reply: Reply) -> Reply:
    """The answer tells a size that the image does not have."""
    return reply.edit(lambda body: body.update(size="1x1"))


@fault(_MAKE, breaks={"images.told"})
def image_format_told_wrong(reply: Reply) -> Reply:
    """The answer tells a format that the image does not have."""
    return reply.edit(lambda body: body.update(output_format="webp" if body["output_format"] == "png" else "png"))


@fault("*", breaks={"images.url.works"})
def url_gives_picture_of_refusal(reply: Reply, call: Call) -> None:
    """The URL of an image wants a credential, and shows a picture to who has none."""
    if call.operation and call.operation.id == _MAKE and reply.ok:
        for item in reply.body["data"]:
            if "url" in item:
                item["url"] = item["url"].replace("/media/images/", "/fault/url_gives_picture_of_refusal/v1/models/")
    elif not reply.ok and (file := images.fetch(call.path.rpartition("/")[2])):
        reply.headers["content-type"], reply.body = file.media_type, file.data


@fault(_EDIT, breaks={"images.edits.schema"})
def edits_labelled_as_text(reply: Reply) -> None:
    """The answer to an edit is labelled as text."""
    if reply.ok:
        reply.headers["content-type"] = "text/plain"


@fault(_EDIT, breaks={"images.edits.image"})
def edit_is_a_bare_text(reply: Reply) -> Reply:
    """The list of an edit holds the base64 of its image, and no object."""
    return reply.edit(lambda body: body.update(data=[item["b64_json"] for item in body["data"]]))
