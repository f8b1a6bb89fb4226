"""Turns a validated request body into a prompt, and refuses what no schema can."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import msgspec

from reference_server.content import Files
from reference_server.errors import Refusal
from reference_server.model.prompt import Message, Mode, Output, Part, Prompt, Tool, ToolCall, ToolChoice
from reference_server.protocols.anthropic.blocks import parts_of, placed

Body = dict[str, Any]
_MODES: dict[str, Mode] = {"auto": "auto", "any": "required", "tool": "required", "none": "none"}


def prompt_of(body: Body, files: Files) -> Prompt:
    """The prompt of a request. Raises Refusal, naming the field, when its fields contradict each other."""
    tools = tuple(_tool(tool, f"tools[{place}]") for place, tool in enumerate(body.get("tools") or ()))
    choice = body.get("tool_choice") or {"type": "auto"}
    return Prompt(
        model=body["model"],
        messages=(*_system(body, files), *_messages(body["messages"], files)),
        tools=tools,
        choice=_choice(choice),
        parallel=not choice.get("disable_parallel_tool_use"),
        output=_output(body),
        stop=tuple(body.get("stop_sequences") or ()),
        max_tokens=int(body["max_tokens"]) if "max_tokens" in body else None,
        thinking=_thinking(body),
    )


def _system(body: Body, files: Files) -> Iterator[Message]:
    if body.get("system"):
        yield Message("system", parts_of(placed(body["system"], "system"), files))


def _messages(turns: list[Body], files: Files) -> Iterator[Message]:
    """The messages; consecutive turns of one role are combined into one, as the Messages reference says."""
    open_calls: set[str] = set()
    for role, numbered in groupby(enumerate(turns), lambda pair: pair[1]["role"]):
        contents = [(f"messages[{number}].content", turn["content"]) for number, turn in numbered]
        at = contents[-1][0]
        blocks = [block for where, content in contents for block in placed(content, where)]
        results = [(where, block) for where, block in blocks if block["type"] == "tool_result"]
        _refuse_unanswered(results, open_calls, at)
        for where, block in results:
            failed = (Part("text", "Error: "),) if block.get("is_error") else ()
            parts = parts_of(placed(block.get("content"), f"{where}.content"), files)
            yield Message("tool", (*failed, *parts), answers=block["tool_use_id"])
        calls = tuple(_call(block) for _, block in blocks if block["type"] == "tool_use")
        open_calls = {call.id for call in calls}
        if len(results) < len(blocks) or not blocks:
            yield Message(role, parts_of(blocks, files), calls)


def _refuse_unanswered(results: list[tuple[str, Body]], open_calls: set[str], at: str) -> None:
    """The results of a message are the answers to the calls of the message before: all of them and no others."""
    for where, block in results:
        if block["tool_use_id"] not in open_calls:
            message = f"No tool_use {block['tool_use_id']!r} is in the message before."
            raise Refusal("invalid_value", message, f"{where}.tool_use_id")
    missing = open_calls - {block["tool_use_id"] for _, block in results}
    if missing:
        raise Refusal("invalid_value", f"The tool_use {min(missing)!r} has no tool_result right after it.", at)


def _call(block: Body) -> ToolCall:
    return ToolCall(block["id"], block["name"], msgspec.json.encode(block["input"]).decode())


def _tool(tool: Body, at: str) -> Tool:
    """A tool. A null in its schema is a keyword that is left out."""
    schema = {name: value for name, value in tool["input_schema"].items() if value is not None}
    return Tool(tool["name"], schema, f"{at}.input_schema", tool.get("description") or "")


def _choice(choice: Body) -> ToolChoice:
    kind = choice["type"]
    if kind != "tool":
        return ToolChoice(_MODES[kind])
    if "name" not in choice:
        raise Refusal("invalid_value", "`tool_choice` has to name a tool.", "tool_choice.name")
    return ToolChoice("required", frozenset([choice["name"]]))


def _output(body: Body) -> Output:
    """The form of the answer; `output_format` is its name in the beta."""
    for form, at in (
        ((body.get("output_config") or {}).get("format"), "output_config.format"),
        (body.get("output_format"), "output_format"),
    ):
        if form:
            return Output("schema", _schema(form, at), f"{at}.schema")
    return Output()


def _schema(form: Any, at: str) -> Body:
    schema = form.get("schema", {}) if isinstance(form, dict) and form.get("type") == "json_schema" else None
    if not isinstance(schema, dict):
        raise Refusal("invalid_value", f"`{at}` is an object with the type `json_schema` and a `schema`.", at)
    return schema


def _thinking(body: Body) -> bool:
    thinking = body.get("thinking") or {"type": "disabled"}
    if thinking["type"] != "enabled":
        return False
    if "max_tokens" in body and thinking["budget_tokens"] >= body["max_tokens"]:
        raise Refusal("invalid_value", "`max_tokens` must be greater than `budget_tokens`.", "thinking.budget_tokens")
    return True
