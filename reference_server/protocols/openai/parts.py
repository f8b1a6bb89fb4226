"""Content parts of a message: text, image, audio clip and document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.content import Files, colour, decoded, image_type, readable
from reference_server.errors import Refusal, Undecodable
from reference_server.libraries import SOUND, installed
from reference_server.model.prompt import Part
from reference_server.sound import codec, modem


def parts_of(content: Any, files: Files, at: str) -> tuple[Part, ...]:
    """The parts of a message's content. Raises Refusal, naming the part, when its data cannot be used."""
    if content is None:
        return ()
    if isinstance(content, str):
        return (Part("text", content),)
    return tuple(_READERS[part["type"]](part, files, f"{at}[{place}]") for place, part in enumerate(content))


def _text(part: dict[str, Any], _files: Files, at: str) -> Part:
    return Part("text", part["text"], at=at)


def _refusal(part: dict[str, Any], _files: Files, at: str) -> Part:
    return Part("text", part["refusal"], at=at)


def _image(part: dict[str, Any], _files: Files, at: str) -> Part:
    address = part["image_url"]["url"]
    if address.lower().startswith(("https://", "http://")):
        return Part("image", name=address, at=at)
    where = f"{at}.image_url.url"
    data, _ = _from_data_uri(address, where)
    return Part("image", colour(data), image_type(data, where), size=len(data), at=at)


def _audio(part: dict[str, Any], _files: Files, at: str) -> Part:
    audio = part["input_audio"]
    data = decoded(audio["data"], f"{at}.input_audio.data")
    return Part("audio", _heard(data), f"audio/{audio['format']}", size=len(data), at=at)


def _heard(data: bytes) -> str:
    """The words of speech that this server made; empty for any other sound."""
    if not installed(SOUND):
        return ""
    try:
        return modem.heard(codec.read(data).samples) or ""
    except Undecodable:
        return ""


def _file(part: dict[str, Any], files: Files, at: str) -> Part:
    """A document, nested under `file` or flat, referred to by its id or sent as data."""
    nested = isinstance(part.get("file"), dict)
    fields = part["file"] if nested else part
    where = f"{at}.file" if nested else at
    if fields.get("file_id") is not None:
        return _stored(fields["file_id"], files, f"{where}.file_id", at)
    name = next((name for name in ("file_data", "data", "file") if isinstance(fields.get(name), str)), None)
    if name is None:
        raise Refusal("missing_field", "A file part needs `file_id` or `file_data`.", where)
    return _inline(fields, name, f"{where}.{name}", at)


def _stored(file_id: str, files: Files, where: str, at: str) -> Part:
    file = files.get(file_id)
    if file is None:
        raise Refusal("invalid_value", f"There is no file {file_id!r}.", where)
    return Part("file", readable(file.data), file.media_type, file.name, len(file.data), at)


def _inline(fields: dict[str, Any], name: str, where: str, at: str) -> Part:
    value, media_type = fields[name], fields.get("mime_type", "")
    if value.startswith("data:"):
        data, media_type = _from_data_uri(value, where)
    else:
        data = decoded(value, where)
    return Part("file", readable(data), media_type, fields.get("filename") or "", len(data), at)


def _from_data_uri(address: str, where: str) -> tuple[bytes, str]:
    """The bytes and the media type of a data URI."""
    head, comma, encoded = address.partition(",")
    if not head.startswith("data:") or not comma or not head.endswith(";base64"):
        raise Refusal("invalid_value", "Expected an https URL or `data:<media type>;base64,<data>`.", where)
    return decoded(encoded, where), head[len("data:") : -len(";base64")]


_READERS: dict[str, Callable[[dict[str, Any], Files, str], Part]] = {
    "text": _text,
    "refusal": _refusal,
    "image_url": _image,
    "input_audio": _audio,
    "file": _file,
}
