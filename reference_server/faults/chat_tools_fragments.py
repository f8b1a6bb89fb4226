"""Ways to break single members of tool calls, in streams and in whole answers."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import fault
from reference_server.faults.chat_tools import _each_call
from reference_server.faults.chat_tools_stream import _fragments
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


def _several(reply: Reply) -> bool:
    return len({fragment["index"] for fragment in _fragments(reply)}) > 1


@fault(_CHAT, breaks={"tools.stream.first-fragment"})
def streamed_call_id_empty(reply: Reply) -> None:
    """The id of a single streamed call is empty."""
    for fragment in [] if _several(reply) else _fragments(reply):
        if fragment.get("id"):
            fragment["id"] = ""


@fault(_CHAT, breaks={"tools.stream.first-fragment"})
def streamed_call_id_is_a_number(reply: Reply) -> None:
    """The id of a streamed call is a number."""
    for place, fragment in enumerate(_fragments(reply)):
        if fragment.get("id"):
            fragment["id"] = place


@fault(_CHAT, breaks={"tools.stream.first-fragment"})
def streamed_function_renamed(reply: Reply) -> None:
    """A streamed call names a function that was not offered."""
    for fragment in _fragments(reply):
        if fragment["function"].get("name"):
            fragment["function"]["name"] = f"functions.{fragment['function']['name']}"


@fault(_CHAT, breaks={"tools.stream.index"})
def fragments_counted_from_one(reply: Reply) -> None:
    """The calls of a stream are counted from 1."""
    for fragment in _fragments(reply):
        fragment["index"] += 1


@fault(_CHAT, breaks={"tools.stream.index"})
def fragment_index_is_true(reply: Reply) -> None:
    """The index of a single streamed call is false."""
    for fragment in [] if _several(reply) else list(_fragments(reply)):
        fragment["index"] = False


@fault(_CHAT, breaks={"tools.stream.arguments"})
def fragment_of_no_arguments(reply: Reply) -> None:
    """The first fragment of a single call has an empty object as its arguments."""
    for fragment in [] if _several(reply) else list(_fragments(reply))[:1]:
        if not fragment["function"].get("arguments"):
            fragment["function"]["arguments"] = {}


@fault(_CHAT, breaks={"tools.stream.parallel"})
def streamed_calls_share_an_id(reply: Reply) -> None:
    """All parallel calls of a stream have one id."""
    for fragment in _fragments(reply) if _several(reply) else ():
        if fragment.get("id"):
            fragment["id"] = "call_1"


@fault(_CHAT, breaks={"tools.stream.parallel"})
def second_streamed_call_lost(reply: Reply) -> None:
    """Of parallel calls a stream has the first only."""
    for chunk in reply.chunks:
        for choice in chunk.get("choices") or ():
            parts = choice["delta"].get("tool_calls")
            if parts:
                choice["delta"]["tool_calls"] = [part for part in parts if part["index"] == 0]


@fault(_CHAT, breaks={"tools.call.arguments"})
def whole_arguments_are_an_object(reply: Reply) -> Reply:
    """The arguments of a whole call are an object, not its text, unless there are none."""

    def decode(call: dict[str, Any]) -> None:
        call["function"]["arguments"] = json.loads(call["function"]["arguments"]) or "{}"

    return reply.edit(lambda body: _each_call(body, decode))
