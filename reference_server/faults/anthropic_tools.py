"""Ways to break tool calls of the Anthropic protocol."""

from __future__ import annotations

import json

from reference_server.faults import fault, request_fault
from reference_server.faults.words.anthropic import MESSAGE, lone_call, parts, refuse, results, says
from reference_server.faults.words.edits import change, drop, in_chunks, put, swap
from reference_server.faults.words.openai import streams
from reference_server.faults.words.prompts import NO_CALL, ONE_CALL, SUNNY
from reference_server.faults.words.situations import asked, both, sent, served
from reference_server.faults.words.typed import share, skip_events
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_STREAM_START, _STREAM_INPUT = {"anthropic.tools.stream.start"}, {"anthropic.tools.stream.input"}


def _choice(call: Call) -> str:
    return str((call.body.get("tool_choice") or {}).get("type"))


tool_choice_auto_refused = fault(
    MESSAGE,
    "`tool_choice` auto is refused, although tools are documented.",
    refuse(),
    when=asked(lambda call: sent(call).get("tool_choice") == {"type": "auto"}),
    breaks={"anthropic.tools.accepted"},
    gateway="ofox",
)


@request_fault(MESSAGE, breaks={"anthropic.tools.any"})
def any_ignored(call: Call) -> None:
    """`tool_choice` any of a question about one tool is dropped, and the model asked about nothing that needs one."""
    if _choice(call) == "any" and "Tokyo" not in str(call.body["messages"]) and not streams(call):
        call.body.pop("tool_choice")
        call.body["messages"] = [{"role": "user", "content": "Hello."}]


named_taken_as_any = request_fault(
    MESSAGE,
    "A named tool is treated as any: the first one is called.",
    put("tool_choice", {"type": "any"}),
    when=lambda call: _choice(call) == "tool",
    breaks={"anthropic.tools.named", "protocols.anthropic.same-call"},
)
none_ignored = request_fault(
    MESSAGE,
    "`tool_choice` none is dropped.",
    drop("tool_choice"),
    when=lambda call: _choice(call) == "none",
    breaks={"anthropic.tools.none"},
)
tool_use_without_id = fault(
    MESSAGE, "A call that comes alone has no id.", lone_call(put("id", None)), breaks={"anthropic.tools.id"}
)
tool_name_prefixed = fault(
    MESSAGE,
    "The name of the tool carries a namespace that was not in the request.",
    in_chunks(swap("content_block.name", "get_weather", "functions.get_weather")),
    lone_call(swap("name", "get_weather", "functions.get_weather")),
    breaks={"anthropic.tools.name", "anthropic.tools.stream.start"},
)
input_as_text = fault(
    MESSAGE,
    "The input of a call that comes alone is its JSON text.",
    lone_call(change("input", json.dumps)),
    breaks={"anthropic.tools.input"},
)
tool_use_ends_the_turn = fault(
    MESSAGE,
    "A whole answer with a call ends as if nothing were waited for.",
    swap("stop_reason", "tool_use", "end_turn"),
    breaks={"anthropic.tools.stop-reason"},
)
end_waits_for_a_tool = fault(
    MESSAGE,
    "An answer without a call ends as if a tool were waited for.",
    swap("stop_reason", "end_turn", "tool_use"),
    breaks={"anthropic.tools.stop-reason"},
)

result_refused = fault(
    MESSAGE,
    "The result of the model's own call is refused.",
    refuse(),
    when=says(SUNNY),
    breaks={"anthropic.tools.result"},
)
result_not_answered = fault(
    MESSAGE,
    "The answer to the result of the model's own call is counted and lost.",
    put("content", []),
    when=says(SUNNY),
    breaks={"anthropic.tools.result"},
)
result_in_blocks_refused = fault(
    MESSAGE,
    "A result in blocks is refused.",
    refuse(),
    when=both(served, asked(lambda call: any(isinstance(result.get("content"), list) for result in results(call)))),
    breaks={"anthropic.tools.result.forms"},
)
failed_result_refused = fault(
    MESSAGE,
    "The result of a tool that failed is refused.",
    refuse(),
    when=both(served, asked(lambda call: any(result.get("is_error") for result in results(call)))),
    breaks={"anthropic.tools.result.forms"},
)


@request_fault(MESSAGE, breaks={"anthropic.tools.result.counted"})
def results_emptied(call: Call) -> None:
    """What a tool answered does not reach the model."""
    for result in results(call):
        result.pop("content", None)


@request_fault(MESSAGE, breaks={"anthropic.tools.result.orphan"})
def orphan_adopted(call: Call) -> None:
    """A result that answers no call is taken for the answer to the last one."""
    for result in results(call):
        if NO_CALL in result["tool_use_id"]:
            result["tool_use_id"] = ONE_CALL


tool_uses_share_an_id = fault(
    MESSAGE,
    "All calls of an answer that makes several have one id.",
    share("content", "id", "tool_use"),
    breaks={"anthropic.tools.id", "anthropic.tools.parallel"},
)
several_results_refused = fault(
    MESSAGE,
    "The results of several calls are refused.",
    refuse(),
    when=both(served, asked(lambda call: len(results(call)) > 1)),
    breaks={"anthropic.tools.parallel"},
)
parallel_use_not_disabled = request_fault(
    MESSAGE,
    "`disable_parallel_tool_use` is dropped.",
    drop("tool_choice.disable_parallel_tool_use"),
    breaks={"anthropic.tools.parallel.off"},
)

start_without_input = fault(
    MESSAGE,
    "The start of a streamed call has no `input`.",
    in_chunks(drop("content_block.input")),
    breaks=_STREAM_START,
)
start_without_tool_id = fault(
    MESSAGE,
    "The start of a streamed call has no id.",
    in_chunks(change("content_block.id", lambda _: "")),
    breaks=_STREAM_START,
)
streamed_input_lost = fault(
    MESSAGE, "A streamed call has a start, a stop, and no input in between.", skip_events(parts), breaks=_STREAM_INPUT
)


@fault(MESSAGE, breaks=_STREAM_INPUT)
def streamed_input_repeated(reply: Reply) -> None:
    """The last part of the input of a streamed call comes twice."""
    if reply.events and (last := parts(reply)[-1:]):
        reply.events.insert(reply.events.index(last[0]), last[0])


streamed_tool_use_ends_the_turn = fault(
    MESSAGE,
    "A stream with a call ends as if nothing were waited for.",
    in_chunks(swap("delta.stop_reason", "tool_use", "end_turn")),
    breaks={"anthropic.tools.stream.stop-reason"},
)
streamed_input_differs = fault(
    MESSAGE,
    "The input of a streamed call is about another city.",
    in_chunks(change("delta.partial_json", lambda part: part.replace('"Par', '"Tun'))),
    breaks={"anthropic.tools.stream.equals-whole"},
)
