"""Requests for images that are wrong on purpose, each with the causes that the contract gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import leave_at_limit
from conformance.words.ask import BOUNDARY, OMIT, form
from conformance.words.openai.bad_requests import NOWHERE, Wrong
from conformance.words.openai.images import EDITS, GENERATIONS, Studio, circle

Part = tuple[str, str, str, bytes]
TEXT = b"This is a text, and no image.\n"


def _png() -> list[Part]:
    return [("image", "image.png", "image/png", circle())]


@dataclass(frozen=True, slots=True)
class WrongImage(Wrong):
    """A wrong request for images: the plainest one with `fields` changed.

    `parts` makes the files of an edit, which is sent as a form that is then damaged; None is a generation.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    parts: Callable[[], list[Part]] | None = None
    damage: Callable[[bytes], bytes] = bytes
    media_type: str = f"multipart/form-data; boundary={BOUNDARY}"

    def send(self, studio: Studio) -> Exchange:
        """The answer to the mistake; inconclusive when a limit of the account came first."""
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
"""Who finds no image in a form may also say that it is no form with files."""

NO_PROMPT = WrongImage("prompt-missing", ("missing_field",), {"prompt": OMIT})
UNKNOWN_MODEL = WrongImage("model-unknown", ("unknown_model",), {"model": NOWHERE})
WRONG_N = [WrongImage("n-zero", _VALUE, {"n": 0}), WrongImage("n-a-word", _VALUE, {"n": "two"})]
WRONG_SIZE = WrongImage("size-a-word", _VALUE, {"size": "as large as a house"})
WRONG_FORMAT = WrongImage("format-unknown", _VALUE, {"output_format": "papyrus"})
WRONG_QUALITY = WrongImage("quality-unknown", _VALUE, {"quality": "wonderful"})

EDIT_NO_PROMPT = WrongImage("edit-prompt-missing", ("missing_field",), {"prompt": OMIT}, _png)
NO_IMAGE = [
    WrongImage("edit-image-missing", _LACKING, parts=list),
    WrongImage("edit-image-misnamed", _LACKING, parts=lambda: [("picture", *_png()[0][1:])]),
    WrongImage("edit-image-as-text", _LACKING, {"image": "circle.png"}, list),
]
NOT_AN_IMAGE = [
    WrongImage("edit-text-as-png", _VALUE, parts=_part("image", TEXT)),
    WrongImage("edit-text-file", (*_VALUE, "wrong_media_type"), parts=_part("image", TEXT, "text/plain", "note.txt")),
    WrongImage("edit-image-empty", _LACKING, parts=_part("image", b"")),
]
BROKEN_FORM = [
    WrongImage("edit-without-boundary", _UNREADABLE, parts=_png, media_type="multipart/form-data"),
    WrongImage(
        "edit-with-other-boundary", _UNREADABLE, parts=_png, media_type="multipart/form-data; boundary=some-other-word"
    ),
    WrongImage("edit-form-empty", _UNREADABLE, parts=_png, damage=lambda _: b""),
]
