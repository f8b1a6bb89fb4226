"""Ways to break tool calls."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Members, change, drop, each, put, refuse, swap
from reference_server.faults.words.openai import CALLS, CHAT, FINISH, roles, turns
from reference_server.faults.words.situations import asked, asks, both, sent, served
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk

_CALLS, _ARGUMENTS = "choices[].message.tool_calls", f"{CALLS}.function.arguments"
_COUNTED = {"tools.result.counted", "tools.parallel.counted"}
_strict = both(served, asks("celsius"))


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


tools_refused = fault(
    CHAT,
    "Tools are refused unless the choice of one is forced, although the documents promise them.",
    refuse(),
    when=both(served, asked(_tools_alone)),
    breaks={"tools.accepted"},
    gateway="foxora",
)
tool_choice_ignored = request_fault(
    CHAT,
    "`tool_choice` is dropped, and the model asked about nothing that needs a tool.",
    drop("tool_choice") | put("messages", [{"role": "user", "content": "Hello."}]),
    when=lambda call: sent(call).get("tool_choice") == "required" or _names_offered(call),
    breaks={"tools.required", "tools.named"},
)
named_choice_taken_as_required = request_fault(
    CHAT,
    "A named `tool_choice` is treated as required: the first tool is called.",
    put("tool_choice", "required"),
    when=_names_offered,
    breaks={"tools.named"},
)
none_taken_as_auto = request_fault(
    CHAT, "`tool_choice: none` is dropped.", swap("tool_choice", "none", "auto"), breaks={"tools.none"}
)
call_without_id = fault(CHAT, "Calls of a tool have no id.", put(f"{CALLS}.id", None), breaks={"tools.call.id"})
call_type_is_tool_use = fault(
    CHAT, "The type of a lone call is `tool_use`.", each(_CALLS, _name_type), breaks={"tools.call.type"}
)
call_name_prefixed = fault(
    CHAT,
    "The name of the function carries a namespace that was not in the request.",
    swap(f"{CALLS}.function.name", "get_weather", "functions.get_weather"),
    breaks={"tools.call.name"},
)
arguments_as_object = fault(
    CHAT,
    "The arguments are an object.",
    change(_ARGUMENTS, json.loads),
    breaks={"tools.call.arguments", "tools.no-parameters"},
)
arguments_in_question_marks = fault(
    CHAT,
    "Letters outside ASCII in arguments are question marks.",
    change(_ARGUMENTS, lambda text: text.encode("ascii", "replace").decode()),
    breaks={"tools.call.unicode"},
)
arguments_read_as_latin_1 = fault(
    CHAT,
    "The arguments are UTF-8 that was read as Latin-1.",
    change(_ARGUMENTS, lambda text: text.encode().decode("latin-1")),
    breaks={"tools.call.unicode"},
)
arguments_in_replacement_characters = fault(
    CHAT,
    "Every byte of the arguments outside ASCII is a replacement character.",
    change(_ARGUMENTS, lambda text: text.encode().decode("ascii", "replace")),
    breaks={"tools.call.unicode"},
)
content_beside_calls_is_array = fault(
    CHAT,
    "The content beside tool calls is an empty array.",
    each("choices[].message", lambda message: message.get("tool_calls") and message.update(content=[])),
    breaks={"tools.call.content"},
)
calls_end_with_stop = fault(
    CHAT, "An answer with calls ends with stop.", swap(FINISH, "tool_calls", "stop"), breaks={"tools.finish-reason"}
)
strict_dropped = fault(
    CHAT,
    "A strict function is called with a value outside its enum.",
    _called_with('{"city":"Paris","unit":"kelvin","days":1}'),
    when=_strict,
    breaks={"tools.strict"},
)
strict_argument_invented = fault(
    CHAT,
    "A strict function is called with an argument that its schema forbids.",
    _called_with('{"city":"Paris","unit":"celsius","days":1,"note":"none"}'),
    when=_strict,
    breaks={"tools.strict"},
)
strict_numbers_as_text = fault(
    CHAT,
    "A strict function is called with a number in a text.",
    _called_with('{"city":"Paris","unit":"celsius","days":"1"}'),
    when=_strict,
    breaks={"tools.strict"},
)
no_arguments_is_empty_text = fault(
    CHAT, "A call without arguments has an empty text.", swap(_ARGUMENTS, "{}", ""), breaks={"tools.no-parameters"}
)
null_content_in_history_refused = fault(
    CHAT,
    "A turn with tool calls is refused when its content is null and its results are text.",
    refuse(),
    when=both(served, asked(_calls(None)), asked(_results_are_text)),
    breaks={"tools.result", "tools.parallel"},
)
result_without_answer = fault(
    CHAT,
    "The result of a call is answered by no choice.",
    put("choices", []),
    when=asked(lambda call: "tool" in roles(call)),
    breaks={"tools.result"},
)
empty_content_in_history_refused = fault(
    CHAT,
    "A turn with tool calls is refused when its content is an empty string.",
    refuse(),
    when=both(served, asked(_calls(""))),
    breaks={"tools.result.content-forms"},
)


@request_fault(CHAT, breaks=_COUNTED)
def results_dropped(call: Call) -> None:
    """Tool calls and their results do not reach the model."""
    if any(turn.get("tool_calls") for turn in turns(call)):
        call.body["messages"] = [turn for turn in turns(call) if turn["role"] != "tool" and "tool_calls" not in turn]


result_texts_emptied = request_fault(
    CHAT,
    "The model sees that there was a result, and not what it was.",
    each("messages[]", lambda turn: turn["role"] == "tool" and turn.update(content="")),
    breaks=_COUNTED,
)


@request_fault(CHAT, breaks={"tools.parallel.counted"})
def last_result_only(call: Call) -> None:
    """Of several results the last one reaches the model."""
    results = [turn for turn in turns(call) if turn["role"] == "tool"]
    call.body["messages"] = [turn for turn in turns(call) if turn not in results[:-1]]


orphan_accepted = request_fault(
    CHAT,
    "A tool message without a call is taken as the user's.",
    swap("messages[].role", "tool", "user"),
    when=lambda call: not any(isinstance(turn, dict) and turn.get("tool_calls") for turn in turns(call)),
    breaks={"tools.result.orphan"},
    before="validation",
)
unknown_name_ignored = request_fault(
    CHAT,
    "A `tool_choice` that names an unknown function is dropped.",
    drop("tool_choice"),
    when=lambda call: "get_tides" in str(sent(call).get("tool_choice")),
    breaks={"tools.named.unknown"},
    before="validation",
)
nameless_function_accepted = request_fault(
    CHAT,
    "A function without a name is given one.",
    each("tools[].function", lambda function: isinstance(function, dict) and function.setdefault("name", "function")),
    breaks={"tools.definition.name"},
    before="validation",
)
parallel_calls_share_an_id = fault(
    CHAT, "All calls of an answer have one id.", each(_CALLS, _share_id), breaks={"tools.parallel"}
)
parallel_off_ignored = request_fault(
    CHAT, "`parallel_tool_calls` is dropped.", drop("parallel_tool_calls"), breaks={"tools.parallel.off"}
)
tools_dropped = request_fault(
    CHAT,
    "Tools are dropped, and `tool_choice` with them.",
    drop("tools", "tool_choice", "parallel_tool_calls"),
    when=lambda call: len(turns(call)) == 1 and "get_tides" not in str(sent(call).get("tool_choice")),
    breaks={"tools.required", "tools.named"},
)
