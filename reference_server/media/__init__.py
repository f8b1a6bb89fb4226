"""Image, audio and video files, generated from what a request asks for.

An answer points at a file by a URL below `/media/<kind>/`, whose last part is the recipe of the file. So the server
stores no files, and every process can serve every URL. Each kind is a module with `fetch(recipe) -> File | None`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from reference_server.wire.reply import Reply

PREFIX = "/media/"


class File(NamedTuple):
    """Bytes and their media type."""

    media_type: str
    data: bytes


def url(host: str, kind: str, recipe: str) -> str:
    """The address of a file, as a client of `host` reaches it."""
    return f"http://{host}{PREFIX}{kind}/{recipe}"


def reply(path: str) -> Reply:
    """The file at a path below `/media/`, or a 404."""
    kind, _, recipe = path.removeprefix(PREFIX).partition("/")
    if kind not in {module.name for module in iter_modules(__path__)}:
        return Reply(404)
    file: File | None = import_module(f"{__name__}.{kind}").fetch(recipe)
    return Reply(200, {"content-type": file.media_type}, file.data) if file else Reply(404)
