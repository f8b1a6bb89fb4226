"""Ways to break tool calls of the Anthropic protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.anthropic import refused, sent
from reference_server.faults.anthropic_stream import is_of, of
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

_MESSAGE = "createMessage"
_GIVEN = "toolu_8f2a"


@fault(_MESSAGE, breaks={"anthropic.tools.accepted"}, gateway="ofox")
def tool_choice_auto_refused(reply: Reply, call: Call) -> Reply:
    """`tool_choice` auto is refused, although tools are documented."""
    return refused(reply) if sent(call).get("tool_choice") == {"type": "auto"} else reply


@request_fault(_MESSAGE, breaks={"anthropic.tools.any"})
def any_ignored(call: Call) -> None:
    """`tool_choice` any of a question about one tool is dropped, and the model asked about nothing that needs one."""
    single = "Tokyo" not in str(call.body["messages"]) and not call.body.get("stream")
    if single and _choice(call) == "any":
        call.body.pop("tool_choice")
        call.body["messages"] = [{"role": "user", "content": "Hello."}]


@request_fault(_MESSAGE, breaks={"anthropic.tools.named", "protocols.anthropic.same-call"})
def named_taken_as_any(call: Call) -> None:
    """A named tool is treated as any: the first one is called."""
    if _choice(call) == "tool":
        call.body["tool_choice"] = {"type": "any"}


@request_fault(_MESSAGE, breaks={"anthropic.tools.none"})
def none_ignored(call: Call) -> None:
    """`tool_choice` none is dropped."""
    if _choice(call) == "none":
        call.body.pop("tool_choice")


@fault(_MESSAGE, breaks={"anthropic.tools.id"})
def tool_use_without_id(reply: Reply) -> Reply:
    """A call that comes alone has no id."""
    return _each_call(reply, lambda call: call.update(id=None))


@fault(_MESSAGE, breaks={"anthropic.tools.name", "anthropic.tools.stream.start"})
def tool_name_prefixed(reply: Reply) -> Reply:
    """The name of the tool carries a namespace that was not in the request."""

    def prefix(block: dict[str, Any]) -> None:
        if block.get("name") == "get_weather":
            block["name"] = "functions.get_weather"

    for chunk in of(reply, "content_block_start"):
        prefix(chunk["content_block"])
    return _each_call(reply, prefix)


@fault(_MESSAGE, breaks={"anthropic.tools.input"})
def input_as_text(reply: Reply) -> Reply:
    """The input of a call that comes alone is its JSON text."""
    return _each_call(reply, lambda call: call.update(input=json.dumps(call["input"])))


@fault(_MESSAGE, breaks={"anthropic.tools.stop-reason"})
def tool_use_ends_the_turn(reply: Reply) -> Reply:
    """A whole answer with a call ends as if nothing were waited for."""
    return reply.edit(lambda body: _end(body, "tool_use", "end_turn"))


@fault(_MESSAGE, breaks={"anthropic.tools.stop-reason"})
def end_waits_for_a_tool(reply: Reply) -> Reply:
    """An answer without a call ends as if a tool were waited for."""
    return reply.edit(lambda body: _end(body, "end_turn", "tool_use"))


@fault(_MESSAGE, breaks={"anthropic.tools.result"})
def result_refused(reply: Reply, call: Call) -> Reply:
    """The result of the model's own call is refused."""
    return refused(reply) if "18 degrees, sunny" in str(sent(call).get("messages")) else reply


@fault(_MESSAGE, breaks={"anthropic.tools.result"})
def result_not_answered(reply: Reply, call: Call) -> Reply:
    """What is said of the result of the model's own call is counted and lost."""
    told = "18 degrees, sunny" in str(sent(call).get("messages"))
    return reply.edit(lambda body: body.update(content=[])) if told else reply


@fault(_MESSAGE, breaks={"anthropic.tools.result.forms"})
def result_in_blocks_refused(reply: Reply, call: Call) -> Reply:
    """A result in blocks is refused."""
    blocks = any(isinstance(block.get("content"), list) for block in _results(call))
    return refused(reply) if reply.ok and blocks else reply


@fault(_MESSAGE, breaks={"anthropic.tools.result.forms"})
def failed_result_refused(reply: Reply, call: Call) -> Reply:
    """The result of a tool that failed is refused."""
    return refused(reply) if reply.ok and any(block.get("is_error") for block in _results(call)) else reply


@request_fault(_MESSAGE, breaks={"anthropic.tools.result.counted"})
def results_emptied(call: Call) -> None:
    """What a tool answered does not reach the model."""
    for block in _results(call):
        block.pop("content", None)


@request_fault(_MESSAGE, breaks={"anthropic.tools.result.orphan"})
def orphan_adopted(call: Call) -> None:
    """A result that answers no call is taken for the answer to the last one."""
    for block in _results(call):
        if "nobody" in block["tool_use_id"]:
            block["tool_use_id"] = _GIVEN


@fault(_MESSAGE, breaks={"anthropic.tools.id", "anthropic.tools.parallel"})
def tool_uses_share_an_id(reply: Reply) -> Reply:
    """All calls of an answer that makes several have one id."""

    def share(body: dict[str, Any]) -> None:
        calls = _calls(body)
        for call in calls[1:]:
            call["id"] = calls[0]["id"]

    return reply.edit(share)


@fault(_MESSAGE, breaks={"anthropic.tools.parallel"})
def several_results_refused(reply: Reply, call: Call) -> Reply:
    """The results of several calls are refused."""
    return refused(reply) if reply.ok and len(_results(call)) > 1 else reply


@request_fault(_MESSAGE, breaks={"anthropic.tools.parallel.off"})
def parallel_use_not_disabled(call: Call) -> None:
    """`disable_parallel_tool_use` is dropped."""
    if call.body.get("tool_choice"):
        call.body["tool_choice"].pop("disable_parallel_tool_use", None)


@fault(_MESSAGE, breaks={"anthropic.tools.stream.start"})
def start_without_input(reply: Reply) -> None:
    """The start of a streamed call has no `input`."""
    for chunk in of(reply, "content_block_start"):
        chunk["content_block"].pop("input", None)


@fault(_MESSAGE, breaks={"anthropic.tools.stream.start"})
def start_without_tool_id(reply: Reply) -> None:
    """The start of a streamed call has no id."""
    for chunk in of(reply, "content_block_start"):
        if chunk["content_block"]["type"] == "tool_use":
            chunk["content_block"]["id"] = ""


@fault(_MESSAGE, breaks={"anthropic.tools.stream.input"})
def streamed_input_lost(reply: Reply) -> Reply:
    """A streamed call has a start, a stop, and no input in between."""
    lost = [chunk for chunk in of(reply, "content_block_delta") if "partial_json" in chunk["delta"]]
    return reply.without(lambda event: any(event is chunk for chunk in lost))


@fault(_MESSAGE, breaks={"anthropic.tools.stream.input"})
def streamed_input_repeated(reply: Reply) -> None:
    """The last part of the input of a streamed call comes twice."""
    parts = _parts(reply)
    if parts and reply.events:
        reply.events.insert(reply.events.index(parts[-1]), parts[-1])


@fault(_MESSAGE, breaks={"anthropic.tools.stream.stop-reason"})
def streamed_tool_use_ends_the_turn(reply: Reply) -> None:
    """A stream with a call ends as if nothing were waited for."""
    for chunk in of(reply, "message_delta"):
        if chunk["delta"]["stop_reason"] == "tool_use":
            chunk["delta"]["stop_reason"] = "end_turn"


@fault(_MESSAGE, breaks={"anthropic.tools.stream.equals-whole"})
def streamed_input_differs(reply: Reply) -> None:
    """The input of a streamed call is about another city."""
    for chunk in _parts(reply):
        chunk["delta"]["partial_json"] = chunk["delta"]["partial_json"].replace('"Par', '"Tun')


def _choice(call: Call) -> str:
    return str((call.body.get("tool_choice") or {}).get("type"))


def _calls(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in body["content"] if block["type"] == "tool_use"]


def _each_call(reply: Reply, change: Callable[[dict[str, Any]], None]) -> Reply:
    """Change the call of a whole answer that makes one."""

    def edit(body: dict[str, Any]) -> None:
        calls = _calls(body)
        if len(calls) == 1:
            change(calls[0])

    return reply.edit(edit)


def _end(body: dict[str, Any], old: str, new: str) -> None:
    if body["stop_reason"] == old:
        body["stop_reason"] = new


def _results(call: Call) -> list[dict[str, Any]]:
    turns = sent(call).get("messages")
    contents = [turn.get("content") for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    blocks = [block for content in contents if isinstance(content, list) for block in content]
    return [block for block in blocks if isinstance(block, dict) and block.get("type") == "tool_result"]


def _parts(reply: Reply) -> list[Chunk]:
    return [chunk for chunk in reply.chunks if is_of(chunk, "content_block_delta") and "partial_json" in chunk["delta"]]
