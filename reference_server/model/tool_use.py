"""When a model calls tools, which ones, and with what arguments."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from reference_server.errors import Refusal, UnsatisfiableSchema
from reference_server.model import quoting
from reference_server.model.instance import instance, satisfies
from reference_server.model.instructions import last_user_message, skimmed
from reference_server.model.prompt import Prompt, Tool

_COMMON = frozenset(
    {"get", "set", "do", "run", "call", "use", "make", "is", "the", "of", "for", "and", "an", "to", "in", "by", "tool"}
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_WORD_OF_NAME = r"[^\W\d_a-z][\w'-]*"
_NAME = rf"{_WORD_OF_NAME}(?: {_WORD_OF_NAME})*"
_NAMED = re.compile(rf"\b(?:in|for|of|at)\s+({_NAME}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_NAME})*)")
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")

PlannedCall = tuple[Tool, str]
"""A tool and the text of its arguments."""


def planned_calls(prompt: Prompt) -> list[PlannedCall]:
    """The calls that the answer makes; none when it is text.

    With choice `auto` a tool is called when the last message is the user's and contains a word of the tool's name; with
    `required` the first tool is called when no name matches. Several tools, or one tool for several places ("in Paris
    and London"), are called together unless parallel calls are off. What the user states is an argument.
    """
    tools = [tool for tool in prompt.tools if prompt.choice.names is None or tool.name in prompt.choice.names]
    if not tools or prompt.choice.mode == "none":
        return []
    text = skimmed(last_user_message(prompt).text)
    matching = [] if prompt.messages[-1].role == "tool" else _mentioned(tools, text)
    if not matching and prompt.choice.mode == "required":
        matching = tools[:1]
    calls = [call for tool in matching for call in _calls(tool, text)]
    return calls if prompt.parallel else calls[:1]


def _mentioned(tools: list[Tool], text: str) -> list[Tool]:
    words = set(re.findall(r"\w+", text.lower()))
    return [tool for tool in tools if _named_in(text, tool.name) or words & _keywords(tool.name)]


def _named_in(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def _keywords(name: str) -> set[str]:
    words = {word.lower() for word in _WORD.findall(name) if len(word) > 1} - _COMMON
    return words | {f"{word}s" for word in words}


def _calls(tool: Tool, text: str) -> list[PlannedCall]:
    if tool.free:
        return [(tool, f"The user said: {text}")]
    arguments = _arguments(tool)
    properties = tool.parameters.get("properties", {})
    values = quoting.stated(tool.name, properties, text)
    arguments = _with_stated(tool, arguments, values)
    subject = _subject(properties)
    match = _NAMED.search(text)
    if subject is None or match is None or subject in values:
        return [(tool, _encoded(arguments))]
    return [(tool, _encoded({**arguments, subject: name})) for name in _names(match[1])]


def _names(listed: str) -> list[str]:
    """The names in "Paris, Rome and Bern"; "San Francisco, CA" is one."""
    return _BETWEEN.split(listed) if " and " in listed else [listed]


def _with_stated(tool: Tool, arguments: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The arguments with those values that the schema allows."""
    for name, value in values.items():
        changed = {**arguments, name: value}
        if satisfies(changed, {"type": "object", **tool.parameters}):
            arguments = changed
    return arguments


def _subject(properties: dict[str, Any]) -> str | None:
    """The first property that any text satisfies."""
    for name, schema in properties.items():
        if (
            isinstance(schema, dict)
            and schema.get("type") == "string"
            and schema.keys() <= {"type", "description", "title"}
        ):
            return str(name)
    return None


def _arguments(tool: Tool) -> dict[str, Any]:
    try:
        arguments = instance({"type": "object", **tool.parameters})
    except UnsatisfiableSchema as error:
        raise Refusal("invalid_value", f"The parameters of {tool.name!r}: {error.message}.", tool.at) from error
    if not isinstance(arguments, dict):
        raise Refusal("invalid_value", f"The parameters of {tool.name!r} do not describe an object.", tool.at)
    return arguments


def _encoded(arguments: dict[str, Any]) -> str:
    return msgspec.json.encode(arguments).decode()
