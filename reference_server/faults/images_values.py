"""Ways to break single members of answers with images, and what stands at their addresses."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import change, label, only, put
from reference_server.faults.words.media import linked, on, show_at_refusal
from reference_server.faults.words.openai import IMAGE, IMAGE_EDIT
from reference_server.media import images

image = rows(IMAGE)
image_edit = rows(IMAGE_EDIT)

only_image_is_no_list = image(
    "images.data", "`data` is the image itself, without a list around it.", change("data", lambda items: items[0])
)
image_size_told_wrong = image(
    "images.told", "The answer names a size that the image does not have.", put("size", "1x1")
)
image_format_told_wrong = image(
    "images.told",
    "The answer names a format that the image does not have.",
    change("output_format", lambda name: "webp" if name == "png" else "png"),
)
url_gives_picture_of_refusal = fault(
    "*",
    "The URL of an image needs a credential, and shows a picture to those without.",
    only(
        on(IMAGE), linked(lambda url: url.replace("/media/images/", "/fault/url_gives_picture_of_refusal/v1/models/"))
    ),
    show_at_refusal(images.fetch),
    breaks={"images.url.works"},
)
edits_labelled_as_text = image_edit(
    "images.edits.schema", "The answer to an edit is labelled as text.", label("text/plain")
)
edit_is_a_bare_text = image_edit(
    "images.edits.image",
    "The list of an edit holds the base64 of its image, and no object.",
    change("data[]", lambda item: item["b64_json"]),
)
