"""Ways to break tool calls in streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@request_fault(_CHAT, breaks={"tools.stream.required"})
def tools_dropped_in_streams(call: Call) -> None:
    """A stream knows no tools."""
    if call.body.get("stream") and len(call.body["messages"]) == 1:
        for name in ("tools", "tool_choice", "parallel_tool_calls"):
            call.body.pop(name, None)


@fault(_CHAT, breaks={"tools.stream.index"})
def fragments_without_index(reply: Reply) -> None:
    """The fragments of a call are not numbered."""
    for fragment in _fragments(reply):
        fragment.pop("index")


@fault(_CHAT, breaks={"tools.stream.first-fragment"})
def fragments_without_type(reply: Reply) -> None:
    """No fragment says that the call is one of a function."""
    for fragment in _fragments(reply):
        fragment.pop("type", None)


@fault(_CHAT, breaks={"tools.stream.id-once"})
def id_in_every_fragment(reply: Reply) -> None:
    """Every fragment repeats the id of its call."""
    ids: dict[int, str] = {}
    for fragment in _fragments(reply):
        fragment["id"] = ids.setdefault(fragment["index"], fragment.get("id", ""))


@fault(_CHAT, breaks={"tools.stream.id-once"})
def id_blanked_later(reply: Reply) -> None:
    """Later fragments have an empty id."""
    for fragment in _fragments(reply):
        fragment.setdefault("id", "")


@fault(_CHAT, breaks={"tools.stream.name-once"})
def name_in_every_fragment(reply: Reply) -> None:
    """Every fragment repeats the name of its function."""
    names: dict[int, str] = {}
    for fragment in _fragments(reply):
        name = names.setdefault(fragment["index"], fragment["function"].get("name", ""))
        fragment["function"]["name"] = name


@fault(_CHAT, breaks={"tools.stream.arguments", "tools.stream.parallel"})
def summary_of_the_call(reply: Reply) -> None:
    """The last fragment repeats all arguments."""
    for index in {fragment["index"] for fragment in _fragments(reply)}:
        own = [fragment for fragment in _fragments(reply) if fragment["index"] == index]
        own[-1]["function"]["arguments"] += "".join(fragment["function"].get("arguments", "") for fragment in own)


@fault(_CHAT, breaks={"tools.stream.finish-reason"})
def streamed_calls_end_with_stop(reply: Reply) -> None:
    """A stream with tool calls ends with stop."""
    for chunk in reply.chunks:
        for choice in chunk.get("choices") or ():
            if choice["finish_reason"] == "tool_calls":
                choice["finish_reason"] = "stop"


@fault(_CHAT, breaks={"tools.stream.equals-whole"})
def streamed_arguments_translated(reply: Reply) -> None:
    """A streamed call has a key that the whole call does not have."""
    if len({fragment["index"] for fragment in _fragments(reply)}) == 1:
        for fragment in _fragments(reply):
            arguments = fragment["function"].get("arguments", "")
            fragment["function"]["arguments"] = arguments.replace("{", '{"x":1,', 1)


@fault(_CHAT, breaks={"tools.stream.parallel"})
def parallel_calls_all_index_0(reply: Reply) -> None:
    """All parallel calls have index 0."""
    for fragment in _fragments(reply):
        fragment["index"] = 0


def _fragments(reply: Reply) -> Iterator[dict[str, Any]]:
    for chunk in reply.chunks:
        for choice in chunk.get("choices") or ():
            yield from choice["delta"].get("tool_calls") or ()
