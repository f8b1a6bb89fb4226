"""What a fault changes.

`put`, `drop` and `change` edit members of a JSON object, named by a path such as `choices[].message.content`, `data[0]`
or `usage.total_tokens`; what is not there is left alone. As an edit of a reply they edit the body of a success, as one
of a request its body; `in_chunks`, `in_error` and `in_objects` take them elsewhere. All other edits change a reply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from reference_server.faults.words.situations import Situation
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply

Edit = Callable[[Reply, Call], Any]
_STEP = re.compile(r"([^.\[\]]+)|\[(-?\d*)\]")
_GONE: Any = object()


class Members:
    """An edit of JSON objects, each of which is changed in place."""

    def __init__(self, *changes: Callable[[Any], Any]) -> None:
        self._changes = changes

    def apply(self, value: Any) -> None:
        """Edit one JSON value."""
        for change in self._changes:
            change(value)

    def __call__(self, reply: Reply, _: Call) -> Reply:
        """Edit the body of a success."""
        return reply.edit(self.apply)

    def __or__(self, other: Members) -> Members:
        """This edit, and then another one."""
        return Members(self.apply, other.apply)


def put(path: str, value: Any) -> Members:
    """Give a member this value, whether or not there was one."""
    return _members(path, lambda holder, step: _set(holder, step, deepcopy(value)))


def drop(*paths: str) -> Members:
    """Leave members out."""
    return Members(*(_members(path, _leave_out).apply for path in paths))


def change(path: str, function: Callable[[Any], Any], kind: type = object) -> Members:
    """Give a member the value that `function` makes of the one it has, if that is of the kind."""

    def edit(holder: Any, step: Any) -> None:
        old = _get(holder, step)
        if old is not _GONE and isinstance(old, kind):
            _set(holder, step, function(old))

    return _members(path, edit)


def swap(path: str, old: Any, new: Any) -> Members:
    """Give a member another value where it has this one."""
    return change(path, lambda value: deepcopy(new) if value == old else value)


def add(path: str, number: float) -> Members:
    """Make a number greater."""
    return change(path, lambda value: value + number if isinstance(value, int | float) else value)


def each(path: str, function: Callable[[Any], Any]) -> Members:
    """Let `function` change each object at the path in place."""

    def edit(holder: Any, step: Any) -> None:
        if (found := _get(holder, step)) is not _GONE:
            function(found)

    return _members(path, edit)


def in_chunks(edit: Members) -> Edit:
    """Edit each chunk of a stream."""

    def play(reply: Reply, _: Call) -> None:
        for chunk in reply.chunks:
            edit.apply(chunk)

    return play


def in_error(edit: Members) -> Edit:
    """Edit the JSON body of an error."""
    return lambda reply, _: reply.edit_error(edit.apply)


def in_objects(edit: Members) -> Edit:
    """Edit the JSON body of any answer, and each chunk of a stream."""
    return lambda reply, _: reply.edit_objects(edit.apply)


def header(name: str, value: str | Callable[[str], str] | None) -> Edit:
    """Give a header this value, or the one that a function makes of what it is; None leaves it out."""

    def edit(reply: Reply, _: Call) -> None:
        if value is None:
            reply.headers.pop(name, None)
        elif isinstance(value, str):
            reply.headers[name] = value
        elif name in reply.headers:
            reply.headers[name] = value(reply.headers[name])

    return edit


def status(code: int) -> Edit:
    """Answer with this status."""
    return lambda reply, _: setattr(reply, "status", code)


def answer(body: Any, code: int = 200) -> Edit:
    """Answer with this JSON body instead, and keep none of the headers."""
    return lambda *_: Reply.json(deepcopy(body), code)


def refuse(code: int = 400, message: str = "This is not supported here.", /, **members: Any) -> Edit:
    """Answer with an error of the OpenAI dialect instead."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None} | members
    return answer({"error": error}, code)


def raw(function: Callable[[bytes], bytes]) -> Edit:
    """Change the bytes of the body, or of each event."""
    return lambda reply, _: reply.raw(function)


def without(unwanted: Callable[[Event], bool]) -> Edit:
    """Leave events of a stream out."""
    return lambda reply, _: reply.without(unwanted)


def insert(place: int, event: Event) -> Edit:
    """Put an event into a stream, before the one at that place."""
    return lambda reply, _: reply.events.insert(place, deepcopy(event)) if reply.events is not None else None


def append(event: Event) -> Edit:
    """Put an event at the end of a stream."""
    return lambda reply, _: reply.events.append(deepcopy(event)) if reply.events is not None else None


def fill(path: str, value: Any) -> Members:
    """Give a member this value where there is none."""

    def edit(holder: Any, step: Any) -> None:
        if _get(holder, step) is _GONE:
            _set(holder, step, deepcopy(value))

    return _members(path, edit)


def rename(path: str, name: str) -> Members:
    """Give a member another name."""

    def edit(holder: Any, step: Any) -> None:
        if (value := _get(holder, step)) is not _GONE:
            del holder[step]
            holder[name] = value

    return _members(path, edit)


def scale(path: str, factor: float) -> Members:
    """Multiply a number."""
    return change(path, lambda number: number * factor)


def reshape(function: Callable[[Any], Any]) -> Edit:
    """Let `function` make another body of that of a success."""
    return lambda reply, _: reply.edit(function)


def query(**parameters: str) -> Callable[[Call], Any]:
    """Give parameters of the query of a request these values."""
    return lambda call: call.query.update(parameters)


def only(situation: Situation, *edits: Edit) -> Edit:
    """Make these edits in this situation, beside edits that are made in another."""

    def play(reply: Reply, call: Call) -> Reply:
        for edit in edits if situation(reply, call) else ():
            changed = edit(reply, call)
            reply = changed if isinstance(changed, Reply) else reply
        return reply

    return play


def _members(path: str, edit: Callable[[Any, Any], None]) -> Members:
    *steps, last = [name or (int(place) if place else ...) for name, place in _STEP.findall(path)]

    def apply(value: Any) -> None:
        for holder in _holders(value, steps):
            for step in range(len(holder)) if last is ... and isinstance(holder, list) else (last,):
                edit(holder, step)

    return Members(apply)


def _holders(value: Any, steps: list[Any]) -> Iterator[Any]:
    """The values at a path; none where a step leads nowhere."""
    if not steps:
        yield value
    elif steps[0] is ...:
        for entry in value if isinstance(value, list) else ():
            yield from _holders(entry, steps[1:])
    elif (found := _get(value, steps[0])) is not _GONE:
        yield from _holders(found, steps[1:])


def _get(holder: Any, step: Any) -> Any:
    if isinstance(holder, dict) and isinstance(step, str):
        return holder.get(step, _GONE)
    if isinstance(holder, list) and isinstance(step, int) and -len(holder) <= step < len(holder):
        return holder[step]
    return _GONE


def _set(holder: Any, step: Any, value: Any) -> None:
    if (isinstance(holder, dict) and isinstance(step, str)) or _get(holder, step) is not _GONE:
        holder[step] = value


def _leave_out(holder: Any, step: Any) -> None:
    if _get(holder, step) is not _GONE:
        del holder[step]


def error_body(function: Callable[[Any], Any]) -> Edit:
    """Let `function` make another body of that of an error."""
    return lambda reply, _: reply.edit_error(function)


def label(media_type: str) -> Edit:
    """Give a success this content type, whatever it holds."""
    return lambda reply, _: reply.headers.update({"content-type": media_type}) if reply.ok else None


def in_chunk(place: int, edit: Members) -> Edit:
    """Edit the chunk of a stream at this place; -1 is the last one."""
    return lambda reply, _: edit.apply(reply.chunks[place]) if reply.chunks else None


def hold_back(reply: Reply, _: Call) -> None:
    """Send nothing of a stream until the answer is whole."""
    reply.delay, reply.pause = reply.delay + reply.pause * len(reply.events or ()), 0.0


def identified(edit: Edit) -> Edit:
    """Make this edit, and keep the id of the request."""

    def play(reply: Reply, call: Call) -> Reply:
        name = reply.headers.get("x-request-id")
        changed: Reply = edit(reply, call) or reply
        if name:
            changed.headers["x-request-id"] = name
        return changed

    return play


def leave_out(start: int, end: int) -> Edit:
    """Leave the events of a stream between two places out."""
    return lambda reply, _: reply.events.__delitem__(slice(start, end)) if reply.events else None
