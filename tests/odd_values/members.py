"""The members of JSON values, by their paths, and how to change one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

Path = tuple[str, ...]
"""Names of members; `EACH` stands for every entry of an array."""
Place = tuple[str, Path]
"""The kind of an answer, `answer`, `chunk` or `error`, and a path in it."""
EACH = "[]"
GONE = object()
"""Marks a member that is left out."""


def operation(call: Call) -> str:
    """The id of the operation of a call; empty when there is none."""
    return call.operation.id if call.operation else ""


def bodies(reply: Reply) -> Iterator[tuple[str, Any]]:
    """The JSON values of a reply, each with its kind."""
    if isinstance(reply.body, dict | list):
        yield ("answer" if reply.ok else "error"), reply.body
    yield from (("chunk", chunk) for chunk in reply.chunks)


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every member within a value."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, part in value.items():
            yield from paths(part, (*path, name))
    elif isinstance(value, list):
        for part in value:
            yield from paths(part, (*path, EACH))


def put(value: Any, path: Path, new: Any) -> None:
    """Gives every member at a path another value, in place."""
    name, *rest = path
    if isinstance(value, dict) and name in value:
        places: list[Any] = [name]
    elif isinstance(value, list) and name == EACH:
        places = list(range(len(value)))
    else:
        return
    for place in places:
        if rest:
            put(value[place], tuple(rest), new)
        elif new is GONE:
            del value[place if isinstance(value, dict) else 0]
        else:
            value[place] = new
