"""Bodies as forms send them: texts and files. A form says less than JSON: it has no null, and every text is a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from conformance.properties.fields import Schema
from conformance.words.ask import BOUNDARY, form
from conformance.words.openai.images import circle
from conformance.words.samples.media import pdf, wav

HEADERS = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
BINARY = "application/octet-stream"
File = tuple[str, str, Callable[[], bytes]]
SOUND: File = ("heron.wav", "audio/wav", wav)
FILES: dict[str, File] = {
    ".png": ("square.png", "image/png", circle),
    ".pdf": ("report.pdf", "application/pdf", pdf),
    ".jsonl": ("requests.jsonl", "application/jsonl", lambda: b'{"custom_id": "1"}\n'),
}
"""What is sent for a file of an example, by the end of its name: the name, its type of media, and what is in it."""


def is_file(schema: Schema) -> bool:
    """Whether a field of a form is a file, or several."""
    return bool(schema.get("items", schema).get("contentMediaType") == BINARY)


def sendable(value: Any, schema: Schema) -> bool:
    """Whether a form can say it: it has no null, no list without entries, and no number where any text is right."""
    kinds, members = schema.get("type", ()), schema.get("properties", {})
    if isinstance(value, dict):
        right = "object" in kinds and bool(value)
        return right and all(sendable(one, members.get(name, {})) for name, one in value.items())
    if isinstance(value, list):
        return "array" in kinds and bool(value) and all(sendable(one, schema.get("items", {})) for one in value)
    return value is not None and (isinstance(value, str) or "string" not in kinds)


def encoded(body: dict[str, Any], schema: Schema) -> bytes:
    """The body as a form. A list repeats its field, and a member of an object has a field of its own."""
    fields, files = list[tuple[str, str]](), list[tuple[str, str, str, bytes]]()
    for name, value in body.items():
        several = isinstance(value, list)
        for one in value if several else [value]:
            if is_file(schema["properties"].get(name, {})):
                file, media_type, data = next((FILES[end] for end in FILES if end in str(one)), SOUND)
                files.append((f"{name}[]" if several else name, file, media_type, data()))
            elif isinstance(one, dict):
                fields += [(f"{name}[{member}]", _text(within)) for member, within in one.items()]
            else:
                fields.append((f"{name}[]" if several else name, _text(one)))
    return form(fields, files)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
