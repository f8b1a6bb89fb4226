"""Turns a validated request for a response into a prompt, and refuses what no schema can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from reference_server.content import Files
from reference_server.errors import Refusal
from reference_server.model.prompt import Message, Mode, Output, Prompt, Tool, ToolCall, ToolChoice
from reference_server.protocols.openai.request import allowed_choice
from reference_server.protocols.openai.responses_parts import item_parts

Body = dict[str, Any]
_MOST_ALTERNATIVES = 20


def input_items(body: Body) -> list[Body]:
    """The items of a request's input, where a plain text is one message of the user."""
    value = body.get("input")
    return [{"role": "user", "content": value}] if isinstance(value, str) else value or []


def includes(body: Body, name: str) -> bool:
    """Whether a request asks for something that an answer leaves out otherwise."""
    include = body.get("include")
    return isinstance(include, list) and name in include


def response_prompt(body: Body, before: list[Body], files: Files) -> Prompt:
    """The prompt of a request whose input follows the items `before`.

    Raises Refusal, naming the field, when its fields contradict each other.
    """
    tools = tuple(_tool(tool, f"tools[{place}]") for place, tool in enumerate(body.get("tools") or ()))
    placed = [(f"previous[{place}]", item) for place, item in enumerate(before)]
    placed += [(f"input[{place}]", item) for place, item in enumerate(input_items(body))]
    messages = (*_instructions(body), *_joined(_messages(placed, files)))
    return Prompt(
        model=body.get("model") or "",
        messages=messages,
        tools=tools,
        choice=_choice(body.get("tool_choice"), tools),
        parallel=body.get("parallel_tool_calls") is not False,
        output=_output((body.get("text") or {}).get("format")),
        max_tokens=None if body.get("max_output_tokens") is None else int(body["max_output_tokens"]),
        logprobs=_logprobs(body),
    )


def _logprobs(body: Body) -> int | None:
    """The number of alternatives to each token; None when no probabilities are asked for."""
    number, asked = body.get("top_logprobs"), includes(body, "message.output_text.logprobs")
    if number is not None and (type(number) is not int or not 0 <= number <= _MOST_ALTERNATIVES):
        message = f"`top_logprobs` is a number from 0 to {_MOST_ALTERNATIVES}."
        raise Refusal("invalid_value", message, "top_logprobs")
    return number or 0 if asked or number is not None else None


def _instructions(body: Body) -> Iterator[Message]:
    if body.get("instructions"):
        yield Message("system", item_parts(body["instructions"], _NO_FILES, "instructions"))


def _messages(placed: list[tuple[str, Body]], files: Files) -> Iterator[Message]:
    """One message for each item; reasoning is dropped."""
    known: set[str] = set()
    for at, item in placed:
        match item.get("type", "message"):
            case "function_call":
                known.add(item["call_id"])
                yield Message("assistant", calls=(ToolCall(item["call_id"], item["name"], item["arguments"]),))
            case "function_call_output":
                yield _result(item, known, files, at)
            case "message":
                yield Message(item["role"], item_parts(item["content"], files, f"{at}.content"))


def _result(item: Body, known: set[str], files: Files, at: str) -> Message:
    if item["call_id"] not in known:
        raise Refusal("invalid_value", f"No earlier item made the call {item['call_id']!r}.", f"{at}.call_id")
    return Message("tool", item_parts(item["output"], files, f"{at}.output"), answers=item["call_id"])


def _joined(messages: Iterator[Message]) -> Iterator[Message]:
    """The messages, with the calls of one turn of the assistant in one message."""
    turn: Message | None = None
    for message in messages:
        if turn and turn.role == "assistant" and message.calls:
            turn = Message("assistant", turn.parts, (*turn.calls, *message.calls))
            continue
        if turn:
            yield turn
        turn = message
    if turn:
        yield turn


def _tool(tool: Body, at: str) -> Tool:
    if tool["type"] != "function":
        raise Refusal("invalid_value", f"There is no tool of the type {tool['type']!r} here.", f"{at}.type")
    return Tool(tool["name"], tool.get("parameters") or {}, f"{at}.parameters", tool.get("description") or "")


def _choice(choice: Any, tools: tuple[Tool, ...]) -> ToolChoice:
    if choice is None or isinstance(choice, str):
        return ToolChoice(cast("Mode", choice or "auto"))
    if choice["type"] == "allowed_tools":
        names = [str(tool.get("name", "")) for tool in choice["tools"]]
        return allowed_choice(names, choice["mode"], tools, "tool_choice.tools")
    return ToolChoice("required", frozenset([choice["name"]]))


def _output(form: Body | None) -> Output:
    if form is None or form["type"] == "text":
        return Output()
    return Output("json") if form["type"] == "json_object" else Output("schema", form["schema"], "text.format.schema")


class _NoFiles:
    def get(self, name: str, /) -> None:
        """Instructions refer to no file."""


_NO_FILES = _NoFiles()
