"""Turns a validated request body into a prompt, and refuses what no schema can."""

from __future__ import annotations

from typing import Any

from reference_server.content import Files
from reference_server.errors import Refusal
from reference_server.model.prompt import Message, Output, Part, Prompt, Tool, ToolCall, ToolChoice
from reference_server.protocols.openai.parts import parts_of
from reference_server.unbuilt import not_built

Body = dict[str, Any]


def prompt_of(body: Body, files: Files) -> Prompt:
    """The prompt of a request. Raises Refusal, naming the field, when its fields contradict each other."""
    tools = _tools(body)
    return Prompt(
        model=body["model"],
        messages=_messages(body["messages"], files),
        tools=tools,
        choice=_tool_choice(body.get("tool_choice"), tools),
        parallel=body.get("parallel_tool_calls") is not False,
        output=_output(body.get("response_format")),
        stop=_stop(body.get("stop")),
        max_tokens=_max_tokens(body),
        choices=int(body.get("n") or 1),
        logprobs=int(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
    )


def _messages(messages: list[Body], files: Files) -> tuple[Message, ...]:
    return tuple(_message(message, files, f"messages[{place}]") for place, message in enumerate(messages))


def _message(message: Body, files: Files, at: str) -> Message:
    answers = message.get("tool_call_id") if message["role"] == "tool" else None
    speaks = message["role"] == "assistant"
    calls = tuple(_call(call) for call in (speaks and message.get("tool_calls")) or ())
    if speaks and message.get("audio"):
        raise not_built(f"{at}.audio")
    if speaks and not _says_something(message):
        raise Refusal("invalid_value", "An assistant message needs `content` or `tool_calls`.", f"{at}.content")
    parts = parts_of(message.get("content"), files, f"{at}.content")
    if speaks and message.get("refusal"):
        parts = (*parts, Part("text", message["refusal"], at=f"{at}.refusal"))
    return Message(message["role"], parts, (*calls, *_earlier_form(message)), answers)


def _says_something(message: Body) -> bool:
    return any(message.get(name) is not None for name in ("content", "tool_calls", "function_call", "refusal", "audio"))


def _earlier_form(message: Body) -> tuple[ToolCall, ...]:
    """A call in the form that was there before tools. Nothing answers it by an id."""
    call = message.get("function_call")
    if message["role"] != "assistant" or not isinstance(call, dict):
        return ()
    return (ToolCall("", str(call.get("name", "")), str(call.get("arguments", ""))),)


def _call(call: Body) -> ToolCall:
    if call["type"] == "custom":
        return ToolCall(call["id"], call["custom"]["name"], call["custom"]["input"], free=True)
    return ToolCall(call["id"], call["function"]["name"], call["function"]["arguments"])


def _tools(body: Body) -> tuple[Tool, ...]:
    return tuple(_tool(tool, f"tools[{place}]") for place, tool in enumerate(body.get("tools") or ()))


def _tool(tool: Body, at: str) -> Tool:
    kind = tool["type"]
    described = tool[kind]
    if kind == "custom" and (described.get("format") or {}).get("type") not in (None, "text"):
        raise not_built(f"{at}.custom.format")
    parameters = described.get("parameters") or {}
    description = described.get("description") or ""
    return Tool(described["name"], parameters, f"{at}.function.parameters", description, kind == "custom")


def _tool_choice(choice: Any, tools: tuple[Tool, ...]) -> ToolChoice:
    if not isinstance(choice, dict):
        return ToolChoice(choice or "auto")
    if choice["type"] == "allowed_tools":
        allowed = choice["allowed_tools"]
        names = [_reference(tool) for tool in allowed["tools"]]
        return allowed_choice(names, allowed["mode"], tools, "tool_choice.allowed_tools.tools")
    return ToolChoice("required", frozenset([_reference(choice)]))


def _reference(choice: Body) -> str:
    """The name in `{"type": "function", "function": {"name": ...}}`; empty when it has none."""
    named = choice.get(str(choice.get("type")))
    return str(named.get("name", "")) if isinstance(named, dict) else ""


def allowed_choice(names: list[str], mode: Any, tools: tuple[Tool, ...], at: str) -> ToolChoice:
    """The choice among the tools of these names. Raises Refusal when one of them is not offered."""
    unknown = set(names) - {tool.name for tool in tools}
    if unknown:
        raise Refusal("invalid_value", f"`tools` has no tool named {sorted(unknown)[0]!r}.", at)
    return ToolChoice(mode, frozenset(names))


def _output(form: Body | None) -> Output:
    if form is None or form["type"] == "text":
        return Output()
    if form["type"] == "json_object":
        return Output("json")
    return Output("schema", form["json_schema"].get("schema"), "response_format.json_schema.schema")


def _stop(stop: str | list[str] | None) -> tuple[str, ...]:
    return (stop,) if isinstance(stop, str) else tuple(stop or ())


def _max_tokens(body: Body) -> int | None:
    """The smaller limit when both are given."""
    limits = [int(body[name]) for name in ("max_tokens", "max_completion_tokens") if body.get(name) is not None]
    return min(limits, default=None)
