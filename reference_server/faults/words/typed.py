"""The words of protocols whose objects and events say their `type`: messages and responses."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeGuard

from reference_server.faults.words.edits import Edit, Members, change, each, raw
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Event, Reply, encode_event

CRLF = raw(lambda data: data.replace(b"\n", b"\r\n"))
COMMENTS = raw(lambda data: b": keep-alive\n\n" + data)


def is_of(event: Event, *kinds: str) -> TypeGuard[Chunk]:
    """The event is of one of these types."""
    return isinstance(event, dict) and event.get("type") in kinds


def of(reply: Reply, *kinds: str) -> list[Chunk]:
    """The events of these types."""
    return [chunk for chunk in reply.chunks if is_of(chunk, *kinds)]


def typed(path: str, kind: str, edit: Members) -> Members:
    """Edit the objects at a path that are of this type."""
    return each(path, lambda value: edit.apply(value) if value["type"] == kind else None)


def in_events(edit: Members, *kinds: str) -> Edit:
    """Edit the events of these types, and nothing that other events share with them."""

    def edited(chunk: Chunk) -> Chunk:
        chunk = deepcopy(chunk)
        edit.apply(chunk)
        return chunk

    return resend(edited, *kinds)


def resend(make: Callable[[Chunk], Event], *kinds: str) -> Edit:
    """Send, in place of each event of these types, what is made of it."""
    return lambda reply, _: reply.map(lambda chunk: make(chunk) if is_of(chunk, *kinds) else chunk)


def skip(*kinds: str) -> Edit:
    """Leave out the events of these types."""
    return lambda reply, _: reply.without(lambda event: is_of(event, *kinds))


def skip_events(choose: Callable[[Reply], list[Chunk]]) -> Edit:
    """Leave out the events that are chosen from a stream."""

    def edit(reply: Reply, _: Call) -> Reply:
        unwanted = choose(reply)
        return reply.without(lambda event: any(event is chunk for chunk in unwanted))

    return edit


def join_deltas(join: Callable[[Chunk, Chunk], bool]) -> Edit:
    """Send one event in place of two neighbours wherever `join` makes the first one of both."""

    def edit(reply: Reply, _: Call) -> None:
        events: list[Event] = []
        for event in reply.events or ():
            last = events[-1] if events else None
            if not (isinstance(last, dict) and isinstance(event, dict) and join(last, event)):
                events.append(event)
        reply.events = events if reply.events is not None else None

    return edit


def open_last_event(reply: Reply, _: Call) -> None:
    """Send no blank line after the last event."""
    if reply.events:
        reply.events[-1] = encode_event(reply.events[-1], reply.named).rstrip(b"\n") + b"\n"


def unname(reply: Reply, _: Call) -> None:
    """Send events without names."""
    reply.named = False


def reject(body: Any, code: int = 400) -> Edit:
    """Answer with this JSON body instead, and keep the other headers."""
    label = {"content-type": "application/json"}
    return lambda reply, _: Reply(code, {**reply.headers, **label}, deepcopy(body))


def lift(path: str, name: str) -> Members:
    """Put a member of an object in the place of the object."""
    return change(path, lambda value: value[name], dict)


def share(path: str, name: str, kind: str) -> Members:
    """Give all objects of a type in a list what the first one has under this name."""

    def edit(value: list[dict[str, Any]]) -> None:
        alike = [entry for entry in value if entry["type"] == kind]
        for entry in alike:
            entry[name] = alike[0][name]

    return each(path, edit)


def narrow(text: str) -> str:
    """The text with a replacement character for each one beyond the first plane."""
    return re.sub("[\U00010000-\U0010ffff]", "\ufffd", text)


def fence(text: str) -> str:
    """The text in a code fence."""
    return f"```json\n{text}\n```"


def wrap(text: str) -> str:
    """The JSON text as a member of another object."""
    return f'{{"answer": {text}}}'


def as_number(name: str) -> int:
    """A positive number in place of an id: another one for another id."""
    return zlib.crc32(name.encode()) + 1
