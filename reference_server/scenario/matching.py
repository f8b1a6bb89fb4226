"""Which requests a rule concerns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from reference_server.model.pattern import matcher
from reference_server.scenario.turns import Turn, turns
from reference_server.scenario.words import Pattern, Text, When
from reference_server.state.access import test_of
from reference_server.wire.call import Call

Holds = Callable[[str], bool]
Test = Callable[["Asked"], bool]
SPEAKING = frozenset(
    {
        *("createChatCompletion", "createCompletion", "createResponse", "createMessage"),
        *("generateContent", "generateContentV1", "streamGenerateContent", "streamGenerateContentV1"),
    }
)
"""The operations in which a model speaks."""
_SPECIAL = re.compile(r"[\\.+?()\[\]{}|^$]")
_ANYTHING = r"[\s\S]*"


class Asked:
    """A request, as rules look at it. `model` is its model in any protocol."""

    def __init__(self, call: Call, model: str) -> None:
        self.call = call
        self.model = model

    @property
    def operation(self) -> str:
        """Empty for an unknown route."""
        return self.call.operation.id if self.call.operation else ""

    @property
    def streamed(self) -> bool:
        """Whether it asks for a stream."""
        body = self.call.body
        return self.operation.startswith("stream") or bool(isinstance(body, dict) and body.get("stream"))

    @property
    def token(self) -> str:
        """The key; empty without one."""
        return self.call.key.token if self.call.key else ""

    @cached_property
    def turns(self) -> list[Turn]:
        """The messages."""
        return turns(self.call.body)

    @cached_property
    def test(self) -> str:
        """The test that sends it."""
        return test_of(self.call.headers)


def tests(when: When) -> list[Test]:
    """What has to be true of a request, the cheapest first; state, count and chance are not among them."""
    return list(_tests(when))


def _tests(when: When) -> Iterator[Test]:
    if when.protocol is not None:
        yield lambda asked: asked.call.protocol == when.protocol
    for name in ("operation", "model", "token", "test"):
        glob = getattr(when, "key" if name == "token" else name)
        if glob is not None:
            yield _attribute(name, named(glob))
    if when.path is not None:
        path = named(when.path)
        yield lambda asked: path(asked.call.address)
    if when.stream is not None:
        yield lambda asked: asked.streamed == when.stream
    for name, text in when.header.items():
        yield _header(name.lower(), _holding(text))
    yield from _of_messages(when)


def _attribute(name: str, holds: Holds) -> Test:
    return lambda asked: holds(getattr(asked, name))


def _header(name: str, holds: Holds) -> Test:
    return lambda asked: name in asked.call.headers and holds(asked.call.headers[name])


def _of_messages(when: When) -> Iterator[Test]:
    if when.last is not None:
        last = _holding(when.last)
        yield lambda asked: bool(asked.turns) and last(asked.turns[-1].text)
    if when.any is not None:
        one = _holding(when.any)
        yield lambda asked: any(one(turn.text) for turn in asked.turns)
    if when.tool_result is not None:
        wanted = when.tool_result is not False
        result = _holding("" if isinstance(when.tool_result, bool) else when.tool_result)
        yield lambda asked: wanted == (bool(asked.turns) and asked.turns[-1].result and result(asked.turns[-1].text))


def _holding(text: Text) -> Holds:
    return matcher(text.pattern) if isinstance(text, Pattern) else lambda whole: text in whole


def named(glob: str) -> Holds:
    """Whether a name is this one, in which `*` stands for anything."""
    if "*" not in glob:
        return lambda name: name == glob
    return matcher(f"^{_ANYTHING.join(map(_literal, glob.split('*')))}$")


def exactly(text: str) -> str:
    """The pattern that this text has, and no other."""
    return f"^{_literal(text)}$"


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
