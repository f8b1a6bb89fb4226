"""The messages of a request, in any protocol, as the rules of a scenario look at them: who speaks, and the words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

_FIELDS = {"messages": "content", "contents": "parts", "input": "content", "prompt": "content"}
_TEXTS = ("input", "prompt")
"""What other operations are told: embeddings, images, speech."""
_TOOL = ("tool", "function_call_output", "tool_result", "functionResponse")


class Turn(NamedTuple):
    """A message, and whether it brings the result of a tool."""

    text: str
    result: bool = False


def turns(body: Any) -> list[Turn]:
    """The messages of a request with this body, in order; the system's first where it stands apart."""
    if not isinstance(body, dict):
        return []
    name = next((name for name in _FIELDS if isinstance(body.get(name), list)), None)
    apart = [Turn(_text(body[one])) for one in ("system", "instructions", "systemInstruction") if body.get(one)]
    if name:
        return [*apart, *(_turn(item, _FIELDS[name]) for item in body[name])]
    return [*apart, *(Turn(body[one]) for one in _TEXTS if isinstance(body.get(one), str))]


def _turn(item: Any, field: str) -> Turn:
    if not isinstance(item, dict):
        return Turn(_text(item))
    content = item.get(field, item.get("output"))
    parts = content if isinstance(content, list) else []
    result = item.get("role") == "tool" or item.get("type") in _TOOL or any(map(_is_result, parts))
    return Turn(_text(content), result)


def _is_result(part: Any) -> bool:
    return isinstance(part, dict) and (part.get("type") in _TOOL or "functionResponse" in part)


def _text(value: Any) -> str:
    return "".join(_texts(value))


def _texts(value: Any) -> Iterator[str]:
    """The words of a content: its own, and those of its parts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, dict):
        for name in ("text", "content", "parts", "output", "functionResponse", "response", "result"):
            yield from _texts(value.get(name))
