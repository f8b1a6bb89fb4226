"""A JSON Schema that a message spells out, as clients write it for models without structured output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from reference_server.errors import UnsatisfiableSchema
from reference_server.model.instance import instance
from reference_server.model.instructions import last_user_message, repeated, skimmed
from reference_server.model.prompt import Prompt

_BLOCK = "```json"
_TRIES = 20
"""The most braces of a message at which a schema is looked for."""
_raw_decode = json.JSONDecoder().raw_decode


def block(prompt: Prompt) -> str | None:
    """A block of JSON that satisfies the schema, where the user asks for one; None otherwise."""
    request = last_user_message(prompt).text
    if _BLOCK not in request or repeated(request) is not None:
        return None
    text = document(prompt)
    return text and f"{_BLOCK}\n{text}\n```"


def document(prompt: Prompt) -> str | None:
    """JSON that satisfies the schema of a message; None when no message has one."""
    asking = (message.text for message in prompt.messages if message.role in ("system", "developer", "user"))
    for schema in (schema for text in asking for schema in _schemas(skimmed(text))):
        try:
            return msgspec.json.encode(instance(schema)).decode()
        except UnsatisfiableSchema:
            continue
    return None


def _schemas(text: str) -> Iterator[dict[str, Any]]:
    """The objects of a text that describe an object with members."""
    place = text.find("{")
    for _ in range(_TRIES):
        if place < 0:
            return
        try:
            value, end = _raw_decode(text, place)
        except (ValueError, RecursionError):
            end = place + 1
        else:
            if isinstance(value.get("properties"), dict) and value.get("type") == "object":
                yield value
        place = text.find("{", end)
