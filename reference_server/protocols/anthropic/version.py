"""The versions of the protocol, as the header `anthropic-version` names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_server.errors import Refusal

VERSION = "anthropic-version"
LATER = "2026-10-21"
_SAMPLING = ("temperature", "top_p", "top_k")


def refuse_removed(body: dict[str, Any], version: str | None) -> None:
    """Raise Refusal when a body contains what this version has removed."""
    if version != LATER:
        return
    for at in (*(name for name in _SAMPLING if name in body), *_removed_blocks(body["messages"])):
        raise Refusal("invalid_value", f"{at}: Extra inputs are not permitted in version {LATER}.", at)


def _removed_blocks(messages: list[dict[str, Any]]) -> Iterator[str]:
    for place, turn in enumerate(messages):
        blocks = turn["content"] if isinstance(turn["content"], list) else []
        for number, block in enumerate(blocks):
            if turn["role"] == "assistant" and block["type"] == "document":
                yield f"messages[{place}].content[{number}]"
            if turn["role"] == "user" and block["type"] == "text" and block.get("citations"):
                yield f"messages[{place}].content[{number}].citations"
