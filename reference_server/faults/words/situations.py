"""When a fault plays: each situation is a function `(reply, call) -> bool`.

identity = fault(CHAT, "The role is `model`.", put("role", "model"), when=both(served, asks(HELLO)), breaks={...})
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.wire.call import Call
from reference_server.wire.reply import Reply, encode_json

Situation = Callable[[Reply, Call], bool]


def served(reply: Reply, _: Call) -> bool:
    """The request was served."""
    return reply.ok


def whole(reply: Reply, _: Call) -> bool:
    """The request was served, and not by a stream."""
    return reply.ok and reply.events is None


def streamed(reply: Reply, _: Call) -> bool:
    """The answer is a stream, which has events."""
    return bool(reply.events)


def refused(*causes: str) -> Situation:
    """The request was refused, for one of these causes when some are named."""
    return lambda reply, _: not reply.ok and (not causes or reply.cause in causes)


def both(*situations: Situation) -> Situation:
    """All of these."""
    return lambda reply, call: all(situation(reply, call) for situation in situations)


def either(*situations: Situation) -> Situation:
    """One of these at least."""
    return lambda reply, call: any(situation(reply, call) for situation in situations)


def no(situation: Situation) -> Situation:
    """Not this."""
    return lambda reply, call: not situation(reply, call)


def asks(text: str) -> Situation:
    """The JSON body of the request holds this text somewhere."""
    return lambda _, call: call.body is not None and text in encode_json(call.body).decode()


def has(*names: str) -> Situation:
    """The JSON body of the request has all of these members, none of them null."""
    return lambda _, call: all(sent(call).get(name) is not None for name in names)


def header(name: str, text: str = "") -> Situation:
    """The request has this header, and its value holds the text."""
    return lambda _, call: name in call.headers and text in call.headers[name]


def sent(call: Call) -> dict[str, Any]:
    """The JSON body of a request; an empty one when it is no object."""
    return call.body if isinstance(call.body, dict) else {}


def asked(test: Callable[[Call], bool]) -> Situation:
    """The request passes this test."""
    return lambda _, call: test(call)


UNKNOWN, LACKING, MALFORMED = refused("unknown_object"), refused("missing_field"), refused("malformed_body")
"""The request was refused: it names what does not exist, lacks what it must have, or cannot be read."""


def wrote(raw: bytes) -> Callable[[Call], bool]:
    """The body of the request was written with these bytes."""
    return lambda call: raw in (call.raw or b"")


UNKNOWN_MODEL, UPSTREAM = refused("unknown_model"), refused("upstream")


def inputs(kind: type) -> Any:
    """The input of a served request is a list whose first entry is of this kind."""

    def first_is(call: Call) -> bool:
        value = sent(call).get("input")
        return isinstance(value[0] if isinstance(value, list) and value else None, kind)

    return both(served, asked(first_is))
