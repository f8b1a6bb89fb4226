"""Explains, by differences between the documents, why one gateway fails when it is judged as another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from conformance.register.decisions import value

if TYPE_CHECKING:
    from conformance.model import Finding
    from gateway_contract import Contract, Operation


@dataclass(frozen=True, slots=True)
class Difference:
    """A requirement that fails on the server of another gateway.

    `documented` is whether that gateway documents the feature, too. `reasons` are then the places where the two
    documents differ; if there is none, the suite or the server has a defect.
    """

    requirement: str
    level: str
    message: str
    documented: bool
    reasons: tuple[str, ...]


def between(finding: Finding, suite: Contract, server: Contract) -> Difference:
    """The difference that a failed finding of `suite` shows of `server`."""
    from conformance import register

    requirement = register.load().requirement(finding.requirement)
    documented = requirement.feature in server.features and set(requirement.operations) <= set(server.operations)
    operations = _operations(finding, requirement.operations, suite)
    decided = (*_decisions(finding, server), *_protocols(operations, suite, server))
    reasons = decided or tuple(_described(operations, server))
    return Difference(finding.requirement, str(finding.level), finding.message, documented, reasons)


def _decisions(finding: Finding, server: Contract) -> Iterator[str]:
    for name, decided in finding.decisions.items():
        other = value(server.gateway, name)
        if _unordered(other) != _unordered(decided):
            yield f"{name} is {_short(decided)} and {_short(other)}"


def _protocols(operations: Iterable[Operation], suite: Contract, server: Contract) -> Iterator[str]:
    """The protocols with another base path, or with other credentials."""
    for protocol in dict.fromkeys(operation.protocol for operation in operations):
        if suite.bases[protocol] != server.bases.get(protocol):
            yield f"{protocol} is served below {suite.bases[protocol]} and {server.bases.get(protocol)}"
        own, other = (value(one.gateway, f"protocols.{protocol}.credentials") for one in (suite, server))
        if _unordered(own) != _unordered(other):
            yield f"{protocol} takes {_short(own)} and {_short(other)}"


def _described(operations: Iterable[Operation], server: Contract) -> Iterator[str]:
    for operation in operations:
        other = server.operations.get(operation.id)
        if other is None:
            yield f"{operation.id} is documented by one of them only"
        elif operation.described != other.described:
            yield f"{operation.id} is described differently"


def _operations(finding: Finding, named: Iterable[str], suite: Contract) -> list[Operation]:
    """The operations that the requirement names, and those in the evidence."""
    requests = (evidence.request.partition("\n")[0].split(" ", 1) for evidence in finding.evidence)
    evident = (_operation(method, unquote(urlsplit(url).path), suite) for method, url in requests)
    operations = [*(suite.operations[name] for name in named), *(one for one in evident if one)]
    return list({operation.id: operation for operation in operations}.values())


def _operation(method: str, path: str, suite: Contract) -> Operation | None:
    for protocol, base in suite.bases.items():
        if path.startswith(f"{base}/") and (operation := suite.find(method, path.removeprefix(base), protocol)):
            return operation
    return None


def _unordered(decided: Any) -> Any:
    """A decision in a form that ignores the order of a list."""
    return sorted(map(str, decided)) if isinstance(decided, list) else decided


def _short(decided: Any) -> str:
    words = str(decided)
    return words if len(words) <= 80 else f"{words[:77]}..."
