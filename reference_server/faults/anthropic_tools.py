"""Ways to break tool calls of the Anthropic protocol."""

from __future__ import annotations

import json

from reference_server.faults import request_fault, rows
from reference_server.faults.words.anthropic import MESSAGE, lone_call, parts, refuse, results, says
from reference_server.faults.words.edits import change, drop, in_chunks, only, put, swap
from reference_server.faults.words.openai import streams
from reference_server.faults.words.prompts import CITY_BEGINS, NO_CALL, ONE_CALL, SECOND_CITY, SUNNY
from reference_server.faults.words.situations import asked, both, sent, served
from reference_server.faults.words.typed import share, skip_events
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

message = rows(MESSAGE)
request = rows(MESSAGE, request_fault)


def _choice(call: Call) -> str:
    return str((call.body.get("tool_choice") or {}).get("type"))


tool_choice_auto_refused = message(
    "anthropic.tools.accepted",
    "`tool_choice` of type `auto` is refused, although tools are documented.",
    refuse(),
    when=asked(lambda call: sent(call).get("tool_choice") == {"type": "auto"}),
    gateway="ofox",
)


@request("anthropic.tools.any")
def any_ignored(call: Call) -> None:
    """`tool_choice` of type `any` is dropped for a single tool, and the model is asked about nothing that needs it."""
    if _choice(call) == "any" and SECOND_CITY not in str(call.body["messages"]) and not streams(call):
        call.body.pop("tool_choice")
        call.body["messages"] = [{"role": "user", "content": "Hello."}]


tool_uses_without_id_where_any_is_refused = message(
    "anthropic.tools.any anthropic.tools.id anthropic.tools.stream.start",
    "`tool_choice` any is refused, and the calls of a named tool have no id.",
    only(both(served, asked(lambda call: _choice(call) == "any")), refuse()),
    lone_call(put("id", None)),
    in_chunks(change("content_block.id", lambda _: "")),
)
named_taken_as_any = request(
    "anthropic.tools.named protocols.anthropic.same-call",
    "A tool choice that names a tool is treated as `any`: the first tool is called.",
    put("tool_choice", {"type": "any"}),
    when=lambda call: _choice(call) == "tool",
)
none_ignored = request(
    "anthropic.tools.none",
    "`tool_choice` of type `none` is ignored.",
    drop("tool_choice"),
    when=lambda call: _choice(call) == "none",
)
tool_use_without_id = message("anthropic.tools.id", "A single tool call has no id.", lone_call(put("id", None)))
tool_name_prefixed = message(
    "anthropic.tools.name anthropic.tools.stream.start",
    "The name of the tool carries a namespace that was not in the request.",
    in_chunks(swap("content_block.name", "get_weather", "functions.get_weather")),
    lone_call(swap("name", "get_weather", "functions.get_weather")),
)
input_as_text = message(
    "anthropic.tools.input", "The input of a single call is a string of JSON.", lone_call(change("input", json.dumps))
)
tool_use_ends_the_turn = message(
    "anthropic.tools.stop-reason",
    "A whole answer with a call has the stop reason `end_turn`.",
    swap("stop_reason", "tool_use", "end_turn"),
)
end_waits_for_a_tool = message(
    "anthropic.tools.stop-reason",
    "An answer without a call has the stop reason `tool_use`.",
    swap("stop_reason", "end_turn", "tool_use"),
)
result_refused = message(
    "anthropic.tools.result", "The result of the model's own call is refused.", refuse(), when=says(SUNNY)
)
result_not_answered = message(
    "anthropic.tools.result",
    "The result of a call gets an empty answer, although its tokens are counted.",
    put("content", []),
    when=says(SUNNY),
)
result_in_blocks_refused = message(
    "anthropic.tools.result.forms",
    "A tool result whose content is a list of blocks is refused.",
    refuse(),
    when=both(served, asked(lambda call: any(isinstance(result.get("content"), list) for result in results(call)))),
)
failed_result_refused = message(
    "anthropic.tools.result.forms",
    "A tool result that reports an error is refused.",
    refuse(),
    when=both(served, asked(lambda call: any(result.get("is_error") for result in results(call)))),
)


@request("anthropic.tools.result.counted anthropic.tools.result.blocks")
def results_emptied(call: Call) -> None:
    """What a tool answered does not reach the model."""
    for result in results(call):
        result.pop("content", None)


@request("anthropic.tools.result.orphan")
def orphan_adopted(call: Call) -> None:
    """A tool result that answers no call is taken for the answer to the last call."""
    for result in results(call):
        if NO_CALL in result["tool_use_id"]:
            result["tool_use_id"] = ONE_CALL


tool_uses_share_an_id = message(
    "anthropic.tools.id anthropic.tools.parallel",
    "All calls of one answer have the same id.",
    share("content", "id", "tool_use"),
)
several_results_refused = message(
    "anthropic.tools.parallel",
    "A turn with the results of several calls is refused.",
    refuse(),
    when=both(served, asked(lambda call: len(results(call)) > 1)),
)
parallel_use_not_disabled = request(
    "anthropic.tools.parallel.off",
    "`disable_parallel_tool_use` is ignored.",
    drop("tool_choice.disable_parallel_tool_use"),
)
start_without_input = message(
    "anthropic.tools.stream.start", "The start of a streamed call has no input.", in_chunks(drop("content_block.input"))
)
start_without_tool_id = message(
    "anthropic.tools.stream.start",
    "The content_block_start of a streamed call has no id.",
    in_chunks(change("content_block.id", lambda _: "")),
)
streamed_input_lost = message(
    "anthropic.tools.stream.input", "A streamed call starts and stops without any input.", skip_events(parts)
)


@message("anthropic.tools.stream.input")
def streamed_input_repeated(reply: Reply) -> None:
    """The last part of the input of a streamed call is sent twice."""
    if reply.events and (last := parts(reply)[-1:]):
        reply.events.insert(reply.events.index(last[0]), last[0])


streamed_tool_use_ends_the_turn = message(
    "anthropic.tools.stream.stop-reason",
    "A stream with a call has the stop reason `end_turn`.",
    in_chunks(swap("delta.stop_reason", "tool_use", "end_turn")),
)
streamed_input_differs = message(
    "anthropic.tools.stream.equals-whole",
    "The input of a streamed call is about another city.",
    in_chunks(change("delta.partial_json", lambda part: part.replace(CITY_BEGINS, '"Tun'))),
)
