"""Ways in which the answers of a server may differ from the documented ones, one member at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway_contract import Operation
from reference_server.faults import Fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply
from tests.odd_values.members import EACH, GONE, Path, bodies, put

CHANGES = ("left out", "renamed", "of another type")
DEEP = 8
"""How many steps into an answer are changed: some schemas hold themselves."""


@dataclass(frozen=True)
class AnswerMutant:
    """One member of an operation's answers, of its chunks or of its errors, that is not as documented."""

    operation: str
    kind: str
    path: Path
    change: str

    def __str__(self) -> str:
        return f"{self.operation} {self.kind} {'.'.join(self.path)}: {self.change}"

    def fault(self) -> Fault:
        """The fault of a server that answers so."""

        def change(reply: Reply, _: Call) -> None:
            for kind, body in bodies(reply):
                if kind == self.kind:
                    self.apply(body)

        return Fault("contract_mutant", str(self), self.operation, frozenset({"contract"}), change)

    def apply(self, body: Any) -> None:
        """Changes a body in place."""
        if self.change == "renamed":
            _rename(body, self.path)
        else:
            put(body, self.path, GONE) if self.change == "left out" else _retype(body, self.path)


def answer_mutants(operation: Operation) -> Iterator[AnswerMutant]:
    """Every member that the documents name."""
    for kind, schema in _documented(operation):
        for path in dict.fromkeys(_paths(schema, DEEP)):
            yield from (AnswerMutant(operation.id, kind, path, change) for change in CHANGES)


def _documented(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    responses = operation.described["responses"]
    for kind, status in (("answer", "200"), ("error", "400")):
        content = responses.get(status, {}).get("content", {})
        if "schema" in content.get("application/json", {}):
            yield kind, content["application/json"]["schema"]
        if "itemSchema" in content.get("text/event-stream", {}):
            yield "chunk", content["text/event-stream"]["itemSchema"]["properties"]["data"]


def _paths(schema: Any, depth: int, path: Path = ()) -> Iterator[Path]:
    if not isinstance(schema, dict) or depth == 0:
        return
    for name, one in schema.get("properties", {}).items():
        yield (*path, name)
        yield from _paths(one, depth - 1, (*path, name))
    yield from _paths(schema.get("items"), depth - 1, (*path, EACH))
    yield from _paths(schema.get("contentSchema"), depth, path)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(keyword, ()):
            yield from _paths(one, depth, path)


def _holders(value: Any, path: Path) -> Iterator[dict[str, Any]]:
    """The objects that have the last member of the path."""
    step, *rest = path
    if step == EACH:
        for one in value if isinstance(value, list) else ():
            yield from _holders(one, tuple(rest)) if rest else ()
    elif isinstance(value, dict) and step in value:
        yield from _holders(value[step], tuple(rest)) if rest else [value]


def _rename(body: Any, path: Path) -> None:
    for holder in _holders(body, path):
        holder[f"{path[-1]}_"] = holder.pop(path[-1])


def _retype(body: Any, path: Path) -> None:
    """A text becomes a number; everything else becomes a text."""
    for holder in _holders(body, path):
        holder[path[-1]] = 7 if isinstance(holder[path[-1]], str) else "odd"
