"""The links of a contract: which operation takes what an answer of another one names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway_contract.errors import BrokenReference

EXPRESSION = re.compile(
    r"\$(?:response\.body#(?P<pointer>/[^#]*)|response\.header\.(?P<header>[^#]+)|request\.path\.(?P<parameter>\w+))"
    r"(?:#regex:(?P<regex>.+))?"
)
"""A runtime expression of OpenAPI. The group of what follows `#regex:` is the value."""


@dataclass(frozen=True)
class Link:
    """A link of an answer to an operation. `parameters` and `body` hold the expressions for what it names."""

    name: str
    operation: str
    parameters: Mapping[str, str]
    body: Mapping[str, Any]

    def values(
        self, headers: Mapping[str, str], body: Any, entry: int = 0, path: Mapping[str, str] | None = None
    ) -> dict[str, str] | None:
        """The parameters as an answer names them; None when it lacks one. `path` are those of the path that was asked.

        Where an expression speaks of the first entry of a list, this entry is taken, counted over again from its end.
        """
        values = {name: named(one, headers, body, entry, path) for name, one in self.parameters.items()}
        return {name: one for name, one in values.items() if one} if all(values.values()) else None

    def filled(self, headers: Mapping[str, str], body: Any) -> dict[str, Any]:
        """The members of a body with what an answer names."""
        return {name: _filled(one, headers, body) for name, one in self.body.items()}


def links_of(document: Mapping[str, Any]) -> tuple[Link, ...]:
    """The links of a Response Object."""
    links = document.get("links", {})
    return tuple(
        Link(name, one["operationId"], one.get("parameters", {}), one.get("requestBody", {}))
        for name, one in links.items()
    )


def named(
    expression: str, headers: Mapping[str, str], body: Any, entry: int = 0, path: Mapping[str, str] | None = None
) -> str | None:
    """The text that an expression finds in an answer, or in the path that was asked; None where there is none."""
    match = EXPRESSION.fullmatch(expression)
    if match is None:
        raise BrokenReference(f"no runtime expression: {expression!r}")
    if match["parameter"]:
        value = (path or {}).get(match["parameter"])
    else:
        value = headers.get(match["header"]) if match["header"] else _at(body, match["pointer"], entry)
    if not isinstance(value, str) or not match["regex"]:
        return value if isinstance(value, str) else None
    inner = re.search(match["regex"], value)
    return inner[1] if inner else None


def _at(body: Any, pointer: str, entry: int) -> Any:
    for step in pointer.split("/")[1:]:
        if isinstance(body, list) and body:
            body = body[(int(step) + entry) % len(body)]
        else:
            body = body.get(step) if isinstance(body, dict) else None
    return body


def _filled(node: Any, headers: Mapping[str, str], body: Any) -> Any:
    if isinstance(node, dict):
        return {name: _filled(one, headers, body) for name, one in node.items()}
    if isinstance(node, list):
        return [_filled(one, headers, body) for one in node]
    return named(node, headers, body) if isinstance(node, str) and node.startswith("$response.") else node
