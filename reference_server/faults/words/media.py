"""The words of pictures, sound, films and music, and of all that is answered in other bytes than JSON."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from reference_server.faults.words.edits import Edit, Members, change, header, refuse
from reference_server.faults.words.situations import Situation, sent
from reference_server.media import File, images
from reference_server.wire.call import Call
from reference_server.wire.form import Upload
from reference_server.wire.reply import Reply

INLINE, LINK = "data[].b64_json", "data[].url"
FAIL = refuse(500, "Oops.", type="server_error", code="internal")
NO_CREDITS = header("x-credits-used", None)


def say(media_type: str, data: bytes) -> Edit:
    """Answer with these bytes, and the status as it is."""

    def edit(reply: Reply, _: Call) -> None:
        reply.headers["content-type"], reply.body = media_type, data

    return edit


def as_bytes(media_type: str, data: bytes, code: int = 200) -> Edit:
    """Answer with these bytes instead."""
    return lambda *_: Reply(code, {"content-type": media_type}, data)


def on(*operations: str) -> Situation:
    """The request is for one of these operations."""
    return lambda _, call: call.operation is not None and call.operation.id in operations


def wants(name: str, *values: Any) -> Situation:
    """The request was served and asks for one of these values; a value of None is none at all."""
    return lambda reply, call: reply.ok and sent(call).get(name) in values


def has_files(_: Reply, call: Call) -> bool:
    """The request brings files."""
    return bool(call.uploads)


def inline(function: Callable[[str], str]) -> Members:
    """Change the base64 of each image."""
    return change(INLINE, function, str)


def linked(function: Callable[[str], str]) -> Members:
    """Change the address of each image."""
    return change(LINK, function, str)


def base64_of(data: bytes) -> str:
    """The bytes in base64."""
    return base64.b64encode(data).decode()


def host(url: str) -> str:
    """An address without its path."""
    return "/".join(url.split("/")[:3])


def at_host(path: str, member: str = LINK) -> Members:
    """Let an address, that of each image if no other is named, lead to this path of its host."""
    return change(member, lambda url: host(url) + path, str)


def image_at(url: str) -> bytes:
    """The image that stands at an address."""
    file = images.fetch(url.rpartition("/")[2])
    return file.data if file else b""


def show_at_refusal(fetch: Callable[[str], File | None]) -> Edit:
    """Who is refused gets the file whose name ends the path, with the status as it is."""

    def edit(reply: Reply, call: Call) -> None:
        if not reply.ok and (file := fetch(call.path.rpartition("/")[2])):
            reply.headers["content-type"], reply.body = file.media_type, file.data

    return edit


def drawn() -> Upload:
    """A small picture, as it is uploaded."""
    return Upload("image.png", "image/png", image_at(images.recipe(64, 64, "png", False)))


def known_model(name: str) -> Members:
    """Take this model for one that does not exist."""
    return change("model", lambda model: name if "no-such" in model else model, str)


def let_in(call: Call) -> None:
    """A request without a credential counts as one with the usual key."""
    call.headers.setdefault("authorization", "Bearer sk-ok")
