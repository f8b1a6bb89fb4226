"""Forms and query strings: turns text into the values that a schema asks for.

Everything is read in memory, from a body whose size is already limited, so no temporary file is needed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote

import msgspec
from multipart import MultipartError, MultipartParser, MultipartPart, parse_options_header

from reference_server.errors import Refusal

BINARY = "application/octet-stream"
_INSIDE = re.compile(r"(\w+)\[(\w+)\]")
"""The name of a member of an object, such as `expires_after[seconds]`."""
_ENCODED_NAME = re.compile(r";\s*filename\*\s*=\s*(?P<charset>[^'\s;]+)'[^';]*'(?P<name>[^\s;]+)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?([eE][-+]?[0-9]{1,3})?")
_WORDS = {"true": True, "false": False, "null": None}


class Upload(NamedTuple):
    """A file of a form."""

    name: str
    media_type: str
    data: bytes


def read(raw: bytes, content_type: str) -> tuple[dict[str, list[str]], dict[str, list[Upload]]]:
    """The texts and the files of a form, each by name; `image[]` counts as `image`. Raises Refusal."""
    _, options = parse_options_header(content_type)
    if not options.get("boundary"):
        raise Refusal("malformed_body", "The form has no boundary.")
    texts: dict[str, list[str]] = {}
    uploads: dict[str, list[Upload]] = {}
    room = max(len(raw), 1)
    try:
        parser = MultipartParser(
            BytesIO(raw), options["boundary"], strict=True, spool_limit=room, memory_limit=room, disk_limit=0
        )
        for part in parser:
            name = part.name.removesuffix("[]")
            if not name:
                raise Refusal("malformed_body", "A part of the form has no name.")
            file = _file_name(part)
            if file is None:
                texts.setdefault(name, []).append(part.value)
            else:
                media_type = part.headers.get("content-type", BINARY).partition(";")[0].strip().lower() or BINARY
                uploads.setdefault(name, []).append(Upload(file, media_type, part.raw))
    except (MultipartError, UnicodeError, LookupError) as error:
        raise Refusal("malformed_body", f"The form cannot be read: {error}.") from error
    return texts, uploads


def _file_name(part: MultipartPart) -> str | None:
    """The name of a file, None for a text. The name that RFC 2231 encodes, `filename*`, takes precedence."""
    encoded = _ENCODED_NAME.search(part.disposition)
    if encoded:
        return unquote(encoded["name"], encoded["charset"], "strict")
    return None if part.filename is None else str(part.filename)


def values(
    texts: Mapping[str, list[str]], uploads: Mapping[str, list[Upload]], schemas: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The fields as JSON values of the types that their schemas ask for. The value of a file is its name.

    A field such as `expires_after[seconds]` is a member of the object `expires_after`, where the schema has one. Raises
    Refusal when a file is sent as text or text as a file, or when one field is sent several times.
    """
    fields, members = _read(texts, schemas)
    for name in members.keys() & fields.keys():
        raise Refusal("invalid_value", f"{name!r} is sent as a whole and in parts.", name)
    fields |= members
    for name, files in uploads.items():
        if name in schemas and not _is_file(schemas[name]):
            raise Refusal("invalid_value", f"{name!r} is text, not a file.", name)
        names = [file.name for file in files]
        fields[name] = names if _is_array(schemas.get(name, {})) else _single(name, names)
    return fields


def _read(
    texts: Mapping[str, list[str]], schemas: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The values of the texts, and the objects whose members were sent one by one."""
    fields: dict[str, Any] = {}
    members: dict[str, dict[str, Any]] = {}
    for name, sent in texts.items():
        inside = _INSIDE.fullmatch(name)
        if inside and "object" in _types(schemas.get(inside[1], {})):
            schema = schemas[inside[1]].get("properties", {}).get(inside[2], {})
            members.setdefault(inside[1], {})[inside[2]] = _value(name, sent, schema)
        else:
            fields[name] = _value(name, sent, schemas.get(name, {}))
    return fields, members


def _value(name: str, sent: list[str], schema: Mapping[str, Any]) -> Any:
    if _is_file(schema):
        raise Refusal("invalid_value", f"{name!r} is a file: send it with a file name.", name)
    if _is_array(schema):
        return [converted(text, schema.get("items", {})) for text in sent]
    return converted(_single(name, sent), schema)


def _single(name: str, sent: list[str]) -> str:
    if len(sent) > 1:
        raise Refusal("invalid_value", f"{name!r} is sent {len(sent)} times.", name)
    return sent[0]


def converted(text: str, schema: Mapping[str, Any]) -> Any:
    """The text as the value that the schema asks for; unchanged when it is not such a value."""
    types = _types(schema)
    if types & {"integer", "number"} and _NUMBER.fullmatch(text):
        return _number(text)
    if text in _WORDS and ("null" in types if text == "null" else "boolean" in types):
        return _WORDS[text]
    if "object" in types:
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError):
            return text
    return text


def _number(text: str) -> float | str:
    """A number that was written out: an integer also where it is written as 7.0. Unchanged when it is too large."""
    if text.lstrip("-").isdecimal():
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() else number


def _types(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type", ())
    branches: Iterable[Mapping[str, Any]] = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return ({kind} if isinstance(kind, str) else set(kind)).union(*map(_types, branches))


def _is_array(schema: Mapping[str, Any]) -> bool:
    return "array" in _types(schema)


def _is_file(schema: Mapping[str, Any]) -> bool:
    items = schema.get("items", {}) if _is_array(schema) else schema
    return items.get("contentMediaType") == BINARY
