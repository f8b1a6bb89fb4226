"""Requests for images that are wrong on purpose, each with the causes that the contract gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import leave_at_limit
from conformance.words.ask import BOUNDARY, OMIT, form
from conformance.words.openai.bad_requests import NOWHERE, BadRequest
from conformance.words.openai.images import EDITS, GENERATIONS, Studio, circle

Part = tuple[str, str, str, bytes]
TEXT = b"This is a text, and no image.\n"


def _png() -> list[Part]:
    return [("image", "image.png", "image/png", circle())]


@dataclass(frozen=True, slots=True)
class BadImageRequest(BadRequest):
    """A wrong request for images: the plainest one with `fields` changed.

    `parts` makes the files of an edit, which is sent as a form that is then damaged; None is a generation.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    parts: Callable[[], list[Part]] | None = None
    damage: Callable[[bytes], bytes] = bytes
    media_type: str = f"multipart/form-data; boundary={BOUNDARY}"

    def send(self, studio: Studio) -> Exchange:
        """The answer; inconclusive when a limit of the account came first."""
        fields = studio.with_plain(**self.fields)
        if self.parts is None:
            answer = studio.ask.post(GENERATIONS, fields)
        else:
            body = self.damage(form(fields.items(), self.parts()))
            answer = studio.ask.post(EDITS, body, headers={"content-type": self.media_type})
        leave_at_limit(answer)
        return answer


def _part(name: str, data: bytes, media_type: str = "image/png", file: str = "image.png") -> Callable[[], list[Part]]:
    return lambda: [(name, file, media_type, data)]


_VALUE = ("invalid_value",)
_UNREADABLE = ("malformed_body", "missing_field", "invalid_value", "wrong_media_type")
_LACKING = _UNREADABLE
"""A form without an image may also be refused as one that is no form with files."""

NO_PROMPT = BadImageRequest("prompt-missing", ("missing_field",), {"prompt": OMIT})
UNKNOWN_MODEL = BadImageRequest("model-unknown", ("unknown_model",), {"model": NOWHERE})
WRONG_N = [BadImageRequest("n-zero", _VALUE, {"n": 0}), BadImageRequest("n-a-word", _VALUE, {"n": "two"})]
WRONG_SIZE = BadImageRequest("size-a-word", _VALUE, {"size": "as large as a house"})
WRONG_FORMAT = BadImageRequest("format-unknown", _VALUE, {"output_format": "papyrus"})
WRONG_QUALITY = BadImageRequest("quality-unknown", _VALUE, {"quality": "wonderful"})

EDIT_NO_PROMPT = BadImageRequest("edit-prompt-missing", ("missing_field",), {"prompt": OMIT}, _png)
NO_IMAGE = [
    BadImageRequest("edit-image-missing", _LACKING, parts=list),
    BadImageRequest("edit-image-misnamed", _LACKING, parts=lambda: [("picture", *_png()[0][1:])]),
    BadImageRequest("edit-image-as-text", _LACKING, {"image": "circle.png"}, list),
]
MASK_ALONE = BadImageRequest("edit-mask-alone", _LACKING, parts=_part("mask", circle()))
NOT_AN_IMAGE = [
    BadImageRequest("edit-text-as-png", _VALUE, parts=_part("image", TEXT)),
    BadImageRequest(
        "edit-text-file", (*_VALUE, "wrong_media_type"), parts=_part("image", TEXT, "text/plain", "note.txt")
    ),
    BadImageRequest("edit-image-empty", _LACKING, parts=_part("image", b"")),
]
BROKEN_FORM = [
    BadImageRequest("edit-without-boundary", _UNREADABLE, parts=_png, media_type="multipart/form-data"),
    BadImageRequest(
        "edit-with-other-boundary", _UNREADABLE, parts=_png, media_type="multipart/form-data; boundary=some-other-word"
    ),
    BadImageRequest("edit-form-empty", _UNREADABLE, parts=_png, damage=lambda _: b""),
]
