"""Ways to break tool calls."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Members, change, drop, each, in_objects, only, put, refuse, swap
from reference_server.faults.words.openai import CALLS, CHAT, FINISH, FRAGMENTS, roles, turns
from reference_server.faults.words.prompts import CELSIUS, NO_FUNCTION
from reference_server.faults.words.situations import asked, asks, both, sent, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk

chat = rows(CHAT)
request = rows(CHAT, request_fault)
unjudged = rows(CHAT, request_fault, before="validation")

_CALLS, _ARGUMENTS = "choices[].message.tool_calls", f"{CALLS}.function.arguments"
_COUNTED = "tools.result.counted tools.parallel.counted"
_strict = both(served, asks(CELSIUS))


def _tools_alone(call: Call) -> bool:
    """Tools are offered to a whole answer with one turn, and none is forced."""
    free = sent(call).get("tool_choice", "auto") == "auto" and len(turns(call)) == 1
    return free and bool(sent(call).get("tools")) and "stream" not in call.body


def _names_offered(call: Call) -> bool:
    """The request names one of the functions that it offers."""
    choice = sent(call).get("tool_choice")
    return isinstance(choice, dict) and choice["function"]["name"] in str(call.body.get("tools"))


def _calls(content: Any) -> Any:
    """A turn of the request has tool calls, and this content."""
    return lambda call: any("tool_calls" in turn and turn.get("content", ...) == content for turn in turns(call))


def _results_are_text(call: Call) -> bool:
    return all(isinstance(turn["content"], str) for turn in turns(call) if turn["role"] == "tool")


def _name_type(calls: list[Chunk]) -> None:
    if len(calls) == 1:
        calls[0]["type"] = "tool_use"


def _share_id(calls: list[Chunk]) -> None:
    for call in calls[1:]:
        call["id"] = calls[0]["id"]


def _called_with(arguments: str) -> Members:
    return put(_ARGUMENTS, arguments)


tools_refused = chat(
    "tools.accepted",
    "Tools are refused unless one of them is forced, although the documents promise them.",
    refuse(),
    when=both(served, asked(_tools_alone)),
    gateway="foxora",
)
tool_choice_ignored = request(
    "tools.required tools.named",
    "`tool_choice` is dropped, and the model is asked about nothing that needs a tool.",
    drop("tool_choice") | put("messages", [{"role": "user", "content": "Hello."}]),
    when=lambda call: sent(call).get("tool_choice") == "required" or _names_offered(call),
)
calls_without_id_where_required_is_refused = chat(
    "tools.required tools.call.id tools.stream.first-fragment",
    "`tool_choice: required` is refused, and the calls of a named function have no id.",
    only(both(served, asked(lambda call: sent(call).get("tool_choice") == "required")), refuse()),
    in_objects(put(f"{CALLS}.id", None) | swap(f"{FRAGMENTS}.type", "function", "tool_use")),
)
odd_calls_where_none_can_be_forced = chat(
    "tools.required tools.named tools.call.type",
    "No call can be forced, and a single one that the model makes by itself has the type `tool_use`.",
    only(both(served, asked(lambda call: sent(call).get("tool_choice", "auto") not in ("auto", "none"))), refuse()),
    each(_CALLS, _name_type),
)
named_choice_taken_as_required = request(
    "tools.named",
    "A named `tool_choice` is treated as required: the first tool is called.",
    put("tool_choice", "required"),
    when=_names_offered,
)
none_taken_as_auto = request("tools.none", "`tool_choice: none` is ignored.", swap("tool_choice", "none", "auto"))
call_without_id = chat("tools.call.id", "Calls of a single tool have no id.", put(f"{CALLS}.id", None))
call_type_is_tool_use = chat("tools.call.type", "The type of a single call is `tool_use`.", each(_CALLS, _name_type))
call_name_prefixed = chat(
    "tools.call.name",
    "The name of the function carries a namespace that was not in the request.",
    swap(f"{CALLS}.function.name", "get_weather", "functions.get_weather"),
)
arguments_as_object = chat(
    "tools.call.arguments tools.no-parameters", "The arguments are an object, not text.", change(_ARGUMENTS, json.loads)
)
arguments_in_question_marks = chat(
    "tools.call.unicode",
    "Letters outside ASCII become question marks in the arguments of a call.",
    change(_ARGUMENTS, lambda text: text.encode("ascii", "replace").decode()),
)
arguments_read_as_latin_1 = chat(
    "tools.call.unicode",
    "The arguments of a call are UTF-8 that was decoded as Latin-1.",
    change(_ARGUMENTS, lambda text: text.encode().decode("latin-1")),
)
arguments_in_replacement_characters = chat(
    "tools.call.unicode",
    "Every byte outside ASCII becomes a replacement character in the arguments of a call.",
    change(_ARGUMENTS, lambda text: text.encode().decode("ascii", "replace")),
)
content_beside_calls_is_array = chat(
    "tools.call.content",
    "The content beside tool calls is an empty array.",
    each("choices[].message", lambda message: message.get("tool_calls") and message.update(content=[])),
)
calls_end_with_stop = chat(
    "tools.finish-reason", "A whole answer with tool calls ends with `stop`.", swap(FINISH, "tool_calls", "stop")
)
strict_dropped = chat(
    "tools.strict",
    "A strict function is called with a value outside its enum.",
    _called_with('{"city":"Paris","unit":"kelvin","days":1}'),
    when=_strict,
)
strict_argument_invented = chat(
    "tools.strict",
    "A strict function is called with an argument that its schema forbids.",
    _called_with('{"city":"Paris","unit":"°C","days":1,"note":"none"}'),
    when=_strict,
)
strict_numbers_as_text = chat(
    "tools.strict",
    "A strict function is called with a number in a string.",
    _called_with('{"city":"Paris","unit":"°C","days":"1"}'),
    when=_strict,
)
no_arguments_is_empty_text = chat(
    "tools.no-parameters", "The arguments of a call without any are an empty string.", swap(_ARGUMENTS, "{}", "")
)
null_content_in_history_refused = chat(
    "tools.result tools.parallel",
    "A turn with tool calls is refused when its content is null and its results are text.",
    refuse(),
    when=both(served, asked(_calls(None)), asked(_results_are_text)),
)
result_without_answer = chat(
    "tools.result",
    "The answer to a tool result has no choices.",
    put("choices", []),
    when=asked(lambda call: "tool" in roles(call)),
)
empty_content_in_history_refused = chat(
    "tools.result.content-forms",
    "A turn with tool calls is refused when its content is an empty string.",
    refuse(),
    when=both(served, asked(_calls(""))),
)


@request(f"{_COUNTED} tools.result.parts tools.call.counted")
def results_dropped(call: Call) -> None:
    """Tool calls and their results do not reach the model."""
    if any(turn.get("tool_calls") for turn in turns(call)):
        call.body["messages"] = [turn for turn in turns(call) if turn["role"] != "tool" and "tool_calls" not in turn]


result_texts_emptied = request(
    f"{_COUNTED} tools.result.parts",
    "The model sees that there was a result, but not what it was.",
    each("messages[]", lambda turn: turn["role"] == "tool" and turn.update(content="")),
)


@request("tools.parallel.counted")
def last_result_only(call: Call) -> None:
    """Only the last of several tool results reaches the model."""
    results = [turn for turn in turns(call) if turn["role"] == "tool"]
    call.body["messages"] = [turn for turn in turns(call) if turn not in results[:-1]]


orphan_accepted = unjudged(
    "tools.result.orphan",
    "A tool message that answers no call is taken as a user message.",
    swap("messages[].role", "tool", "user"),
    when=lambda call: not any(isinstance(turn, dict) and turn.get("tool_calls") for turn in turns(call)),
)
unknown_name_ignored = unjudged(
    "tools.named.unknown",
    "A `tool_choice` that names an unknown function is ignored.",
    drop("tool_choice"),
    when=lambda call: NO_FUNCTION in str(sent(call).get("tool_choice")),
)
nameless_function_accepted = unjudged(
    "tools.definition.name",
    "A function without a name is accepted.",
    each("tools[].function", lambda function: isinstance(function, dict) and function.setdefault("name", "function")),
)
parallel_calls_share_an_id = chat("tools.parallel", "All calls of an answer have the same id.", each(_CALLS, _share_id))
parallel_off_ignored = request(
    "tools.parallel.off", "`parallel_tool_calls: false` is ignored.", drop("parallel_tool_calls")
)
tools_dropped = request_fault(
    CHAT,
    "Tools do not reach the model, nor does `tool_choice`.",
    drop("tools", "tool_choice", "parallel_tool_calls"),
    when=lambda call: len(turns(call)) == 1 and "get_tides" not in str(sent(call).get("tool_choice")),
    breaks={"tools.required", "tools.named"},
)
