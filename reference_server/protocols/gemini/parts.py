"""The parts of a turn: text, and data in base64 or by address."""

from __future__ import annotations

import re
from typing import Any

from reference_server.content import Files, colour, decoded, image_type, readable
from reference_server.errors import Refusal
from reference_server.model.prompt import Part

Body = dict[str, Any]
KINDS = (
    *("text", "inlineData", "fileData", "functionCall", "functionResponse"),
    *("executableCode", "codeExecutionResult"),
)


_UPLOADED = re.compile(r"^files/|/v1(beta)?/files/")
"""The address of a file that was uploaded."""


def kind_of(part: Body, at: str) -> str:
    """The kind of data that a part holds. Raises Refusal unless there is exactly one."""
    kinds = [kind for kind in KINDS if kind in part]
    if len(kinds) != 1:
        raise Refusal("invalid_value", f"A part holds exactly one of {', '.join(KINDS)}.", at)
    return kinds[0]


def data_of(part: Body, files: Files, at: str) -> Part:
    """The text or the data of a part. Raises Refusal, naming the part, when its data cannot be used."""
    if "text" in part:
        return Part("text", part["text"], at=at)
    if "inlineData" in part:
        return _inline(part["inlineData"], f"{at}.inlineData")
    if "fileData" in part:
        return _file(part["fileData"], files, f"{at}.fileData")
    told = part.get("executableCode", {}).get("code") or part.get("codeExecutionResult", {}).get("output") or ""
    return Part("text", told, at=at)


def _inline(inline: Body, at: str) -> Part:
    data, media_type = decoded(_standard(inline["data"]), f"{at}.data"), inline["mimeType"].lower()
    if media_type.startswith("image/"):
        return Part("image", colour(data), image_type(data, f"{at}.data"), size=len(data), at=at)
    if media_type.startswith("audio/"):
        return Part("audio", media_type=media_type, size=len(data), at=at)
    return Part("file", readable(data), media_type, inline.get("displayName") or "", len(data), at)


def _standard(encoded: str) -> str:
    """Base64 in the standard alphabet. The protocol also takes the URL-safe one, and padding may be missing."""
    return encoded.replace("-", "+").replace("_", "/") + "=" * (-len(encoded) % 4)


def _file(reference: Body, files: Files, at: str) -> Part:
    address, media_type = reference["fileUri"], reference.get("mimeType", "")
    stored = files.get(address.rpartition("/")[2])
    if stored is not None and stored.media_type.startswith("image/"):
        return Part("image", colour(stored.data), stored.media_type, size=len(stored.data), at=at)
    if stored is not None:
        return Part("file", readable(stored.data), stored.media_type, stored.name, len(stored.data), at)
    if _UPLOADED.search(address) or not address.startswith(("https://", "http://", "gs://")):
        raise Refusal("invalid_value", f"There is no file {address!r}.", f"{at}.fileUri")
    name = reference.get("displayName") or address
    return Part("image" if media_type.startswith("image/") else "file", media_type=media_type, name=name, at=at)
