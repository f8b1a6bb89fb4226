"""Ways to break tool calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"


@fault(_CHAT, breaks={"tools.accepted"}, gateway="foxora")
def tools_refused(reply: Reply, call: Call) -> Reply:
    """Tools are refused unless the choice of one is forced, although the documents promise them."""
    free = reply.ok and call.body.get("tool_choice", "auto") == "auto" and len(call.body["messages"]) == 1
    return _refused() if free and call.body.get("tools") and "stream" not in call.body else reply


@request_fault(_CHAT, breaks={"tools.required", "tools.named"})
def tool_choice_ignored(call: Call) -> None:
    """`tool_choice` is dropped, and the model asked about nothing that needs a tool."""
    if call.body.get("tool_choice") == "required" or _names_offered(call):
        call.body.pop("tool_choice")
        call.body["messages"] = [{"role": "user", "content": "Hello."}]


@request_fault(_CHAT, breaks={"tools.named"})
def named_choice_taken_as_required(call: Call) -> None:
    """A named `tool_choice` is treated as required: the first tool is called."""
    if _names_offered(call):
        call.body["tool_choice"] = "required"


@request_fault(_CHAT, breaks={"tools.none"})
def none_taken_as_auto(call: Call) -> None:
    """`tool_choice: none` is dropped."""
    if call.body.get("tool_choice") == "none":
        call.body.pop("tool_choice")


@fault(_CHAT, breaks={"tools.call.id"})
def call_without_id(reply: Reply) -> Reply:
    """Calls of a single tool have no id."""
    return reply.edit(lambda body: _each_call(body, lambda call: call.update(id=None)))


@fault(_CHAT, breaks={"tools.call.type"})
def call_type_is_tool_use(reply: Reply) -> Reply:
    """The type of a call that comes alone is the word of another protocol."""

    def rename(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            calls = choice["message"].get("tool_calls") or [{}]
            calls[0].update({"type": "tool_use"} if len(calls) == 1 else {})

    return reply.edit(rename)


@fault(_CHAT, breaks={"tools.call.name"})
def call_name_prefixed(reply: Reply) -> Reply:
    """The name of the function carries a namespace that was not in the request."""

    def prefix(call: dict[str, Any]) -> None:
        if call["function"]["name"] == "get_weather":
            call["function"]["name"] = "functions.get_weather"

    return reply.edit(lambda body: _each_call(body, prefix))


@fault(_CHAT, breaks={"tools.call.arguments", "tools.no-parameters"})
def arguments_as_object(reply: Reply) -> Reply:
    """The arguments are a JSON object, not a string."""

    def decode(call: dict[str, Any]) -> None:
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])

    return reply.edit(lambda body: _each_call(body, decode))


@fault(_CHAT, breaks={"tools.call.unicode"})
def arguments_in_question_marks(reply: Reply) -> Reply:
    """Every letter of the arguments outside ASCII is a question mark."""
    return _in_arguments(reply, lambda text: text.encode("ascii", "replace").decode())


@fault(_CHAT, breaks={"tools.call.unicode"})
def arguments_read_as_latin_1(reply: Reply) -> Reply:
    """The arguments are UTF-8 that was read as Latin-1."""
    return _in_arguments(reply, lambda text: text.encode().decode("latin-1"))


@fault(_CHAT, breaks={"tools.call.unicode"})
def arguments_in_replacement_characters(reply: Reply) -> Reply:
    """Every byte of the arguments outside ASCII is a replacement character."""
    return _in_arguments(reply, lambda text: text.encode().decode("ascii", "replace"))


@fault(_CHAT, breaks={"tools.call.content"})
def content_beside_calls_is_array(reply: Reply) -> Reply:
    """The content beside tool calls is an empty array."""

    def empty(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            if choice["message"].get("tool_calls"):
                choice["message"]["content"] = []

    return reply.edit(empty)


@fault(_CHAT, breaks={"tools.finish-reason"})
def calls_end_with_stop(reply: Reply) -> Reply:
    """A whole answer with tool calls ends with stop."""

    def rename(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            if choice["finish_reason"] == "tool_calls":
                choice["finish_reason"] = "stop"

    return reply.edit(rename)


@fault(_CHAT, breaks={"tools.strict"})
def strict_dropped(reply: Reply, call: Call) -> Reply:
    """A strict function is called with a value outside its enum."""
    return _strict(reply, call, '{"city":"Paris","unit":"kelvin","days":1}')


@fault(_CHAT, breaks={"tools.strict"})
def strict_argument_invented(reply: Reply, call: Call) -> Reply:
    """A strict function is called with an argument that its schema forbids."""
    return _strict(reply, call, '{"city":"Paris","unit":"celsius","days":1,"note":"none"}')


@fault(_CHAT, breaks={"tools.strict"})
def strict_numbers_as_text(reply: Reply, call: Call) -> Reply:
    """A strict function is called with a number in a text."""
    return _strict(reply, call, '{"city":"Paris","unit":"celsius","days":"1"}')


@fault(_CHAT, breaks={"tools.no-parameters"})
def no_arguments_is_empty_text(reply: Reply) -> Reply:
    """A call without arguments has an empty string for them."""

    def blank(call: dict[str, Any]) -> None:
        if call["function"]["arguments"] == "{}":
            call["function"]["arguments"] = ""

    return reply.edit(lambda body: _each_call(body, blank))


@fault(_CHAT, breaks={"tools.result", "tools.parallel"})
def null_content_in_history_refused(reply: Reply, call: Call) -> Reply:
    """A turn with tool calls is refused when its content is null and its results are text."""
    turns = _turns(call) if reply.ok else []
    null = any("tool_calls" in turn and turn.get("content", "") is None for turn in turns)
    text = all(isinstance(turn["content"], str) for turn in turns if turn["role"] == "tool")
    return _refused() if null and text else reply


@fault(_CHAT, breaks={"tools.result"})
def result_without_answer(reply: Reply, call: Call) -> Reply:
    """The result of a call is answered by no choice."""
    returned = reply.ok and any(turn["role"] == "tool" for turn in _turns(call))
    return reply.edit(lambda body: body.update(choices=[])) if returned else reply


@fault(_CHAT, breaks={"tools.result.content-forms"})
def empty_content_in_history_refused(reply: Reply, call: Call) -> Reply:
    """A turn with tool calls is refused when its content is an empty string."""
    turns = _turns(call) if reply.ok else []
    return _refused() if any("tool_calls" in turn and turn.get("content") == "" for turn in turns) else reply


@request_fault(_CHAT, breaks={"tools.result.counted", "tools.parallel.counted"})
def results_dropped(call: Call) -> None:
    """Tool calls and their results do not reach the model."""
    if any(turn.get("tool_calls") for turn in _turns(call)):
        call.body["messages"] = [turn for turn in _turns(call) if turn["role"] != "tool" and "tool_calls" not in turn]


@request_fault(_CHAT, breaks={"tools.result.counted", "tools.parallel.counted"})
def result_texts_emptied(call: Call) -> None:
    """The model sees that there was a result, and not what it was."""
    for turn in _turns(call):
        if turn["role"] == "tool":
            turn["content"] = ""


@request_fault(_CHAT, breaks={"tools.parallel.counted"})
def last_result_only(call: Call) -> None:
    """Of several results the last one reaches the model."""
    results = [turn for turn in _turns(call) if turn["role"] == "tool"]
    call.body["messages"] = [turn for turn in _turns(call) if turn not in results[:-1]]


@request_fault(_CHAT, breaks={"tools.result.orphan"}, before="validation")
def orphan_accepted(call: Call) -> None:
    """A tool message without a call is taken as the user's."""
    turns = call.body.get("messages") if isinstance(call.body, dict) else None
    if isinstance(turns, list) and not any(isinstance(turn, dict) and turn.get("tool_calls") for turn in turns):
        for turn in turns:
            if isinstance(turn, dict) and turn.get("role") == "tool":
                turn["role"] = "user"


@request_fault(_CHAT, breaks={"tools.named.unknown"}, before="validation")
def unknown_name_ignored(call: Call) -> None:
    """A `tool_choice` that names an unknown function is dropped."""
    if isinstance(call.body, dict) and "get_tides" in str(call.body.get("tool_choice")):
        call.body.pop("tool_choice")


@request_fault(_CHAT, breaks={"tools.definition.name"}, before="validation")
def nameless_function_accepted(call: Call) -> None:
    """A function without a name is given one."""
    tools = call.body.get("tools") if isinstance(call.body, dict) else None
    for tool in tools if isinstance(tools, list) else ():
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict):
            tool["function"].setdefault("name", "function")


@fault(_CHAT, breaks={"tools.parallel"})
def parallel_calls_share_an_id(reply: Reply) -> Reply:
    """All calls of an answer that makes several have one id."""

    def share(body: dict[str, Any]) -> None:
        for choice in body["choices"]:
            calls = choice["message"].get("tool_calls") or []
            for call in calls[1:]:
                call["id"] = calls[0]["id"]

    return reply.edit(share)


@request_fault(_CHAT, breaks={"tools.parallel.off"})
def parallel_off_ignored(call: Call) -> None:
    """`parallel_tool_calls: false` is dropped."""
    call.body.pop("parallel_tool_calls", None)


def _each_call(body: dict[str, Any], change: Any) -> None:
    for choice in body["choices"]:
        for call in choice["message"].get("tool_calls") or ():
            change(call)


def _in_arguments(reply: Reply, change: Callable[[str], str]) -> Reply:
    def spell(call: dict[str, Any]) -> None:
        call["function"]["arguments"] = change(call["function"]["arguments"])

    return reply.edit(lambda body: _each_call(body, spell))


def _strict(reply: Reply, call: Call, arguments: str) -> Reply:
    """Other arguments for the call of a strict function."""
    strict = reply.ok and "celsius" in str(call.body.get("tools"))
    return _in_arguments(reply, lambda _: arguments) if strict else reply


def _names_offered(call: Call) -> bool:
    """The request names one of the functions that it offers."""
    choice = call.body.get("tool_choice")
    return isinstance(choice, dict) and choice["function"]["name"] in str(call.body.get("tools"))


def _turns(call: Call) -> list[dict[str, Any]]:
    return list(call.body["messages"])


def _refused() -> Reply:
    error = {"message": "This is not supported here.", "type": "invalid_request_error", "param": None, "code": None}
    return Reply.json({"error": error}, 400)
