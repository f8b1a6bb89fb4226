"""Valid values of query parameters and headers: each that the contract names, the bounds, and what an answer names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from conformance.errors import Inconclusive, NotEquipped, Unsupported
from conformance.properties import linked, native
from conformance.properties.bodies import Subject, native_subjects, subjects
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.ask import Ask
from gateway_contract import JSON, NEEDS, Contract, Link, Operation

PLACES = ("query", "header")


@dataclass(frozen=True)
class _Request:
    """How an operation is asked, with or without a body."""

    operation: Operation
    path: str
    headers: Mapping[str, str]
    subject: Subject | None = None

    def send(self, ask: Ask) -> Exchange:
        """The answer."""
        operation = self.operation
        if self.subject is None:
            return ask.send(operation.method, self.path, protocol=operation.protocol, headers=dict(self.headers))
        body = self.subject.encoded(self.subject.capped(self.subject.bodies[0]))
        return self.subject.send(ask, body, headers=self.headers)

    def with_value(self, parameter: Mapping[str, Any], value: str) -> _Request:
        """The request with one more parameter, and those that it needs."""
        if parameter["in"] == "header":
            return _Request(self.operation, self.path, {**self.headers, parameter["name"]: value}, self.subject)
        query = {parameter["name"]: value, **parameter["schema"].get(NEEDS, {})}
        path = f"{self.path}{'&' if '?' in self.path else '?'}{urlencode(query)}"
        return _Request(self.operation, path, self.headers, self.subject)


@dataclass(frozen=True)
class Valued:
    """A request with one parameter at a value that the contract allows, and `plain` one without it.

    A value that is `named` is one that an answer named: what it means may be gone by now.
    """

    operation: Operation
    name: str
    value: str
    plain: _Request
    request: _Request
    named: bool

    @property
    def label(self) -> str:
        """`listFiles: limit=10000`."""
        return f"{self.operation.id}: {self.name}={self.value:.60}"


def documented(contract: Contract, operation: Operation) -> dict[str, bool]:
    """The query parameters and headers of an operation, and whether requests are made with valid values of each.

    Those of uploads are not: what is uploaded stays, and their checks and histories know what they mean.
    """
    turned = {name for link in _own(operation) for name in link.parameters}
    known = "{" not in operation.path or operation.id in linked.operations(contract)
    asked = JSON in operation.request_types or (operation.method == "GET" and known)
    return {
        one["name"]: asked and (bool(values_of(one)) or one["name"] in turned)
        for one in operation.parameters
        if one["in"] in PLACES
    }


def values_of(parameter: Mapping[str, Any]) -> list[str]:
    """What the contract says of the values of a parameter: words, bounds, the default, an example."""
    schema = parameter["schema"]
    if "enum" in schema:
        return [str(one) for one in schema["enum"]]
    if "boolean" in schema.get("type", ()):
        return ["true", "false"]
    bounds = [schema[name] for name in ("minimum", "maximum", "default") if name in schema]
    return list(dict.fromkeys(map(str, bounds or [one for one in [parameter.get("example")] if one])))


def of_target(contract: Contract, ask: Ask) -> list[Valued]:
    """Every valid value of every parameter that the target has."""
    return [one for request in _requests(contract, ask) for one in _valued(request, ask)]


def _own(operation: Operation) -> Iterator[Link]:
    """The links by which pages of a list are turned."""
    return (link for link in operation.links if link.operation == operation.id and link.parameters)


def _valued(plain: _Request, ask: Ask) -> Iterator[Valued]:
    operation = plain.operation
    for parameter in (one for one in operation.parameters if one["in"] in PLACES):
        name, some = parameter["name"], values_of(parameter)
        named, base = not some, plain if some else _smallest(plain)
        for value in some or _named(base, name, ask):
            yield Valued(operation, name, value, base, base.with_value(parameter, value), named)


def _smallest(plain: _Request) -> _Request:
    """The request for a page of one entry, where a list says how many a page has."""
    sizes = (one for one in plain.operation.parameters if "integer" in one["schema"].get("type", ()))
    return next((plain.with_value(one, "1") for one in sizes), plain)


def _named(plain: _Request, name: str, ask: Ask) -> list[str]:
    """The value that an answer names for a parameter, if it does."""
    links = [link for link in _own(plain.operation) if name in link.parameters]
    answer = plain.send(ask) if links else None
    if answer is None or answer.status != 200:
        return []
    path = {one["name"]: "-" for one in plain.operation.parameters if one["in"] == "path"}
    values = (link.values(answer.headers, answer.json, path=path) for link in links)
    return [one[name] for one in values if one]


def _requests(contract: Contract, ask: Ask) -> Iterator[_Request]:
    """The plain request of each operation that has such parameters: with a body, or without one."""
    for subject in (*subjects(contract, ask), *native_subjects(contract, ask)):
        if subject.bodies and documented(contract, subject.operation):
            yield _Request(subject.operation, subject.path.partition("?")[0], subject.headers, subject)
    for operation in native.first_of_versions(contract.operations.values()):
        if (
            operation.method == "GET"
            and any(documented(contract, operation).values())
            and (path := _path(contract, ask, operation))
        ):
            yield _Request(operation, path, native.headers(contract, operation))


def _path(contract: Contract, ask: Ask, operation: Operation) -> str | None:
    """The path of an operation that the target has, with what a history would ask for."""
    try:
        discovery.demand(ask, [operation], contract)
        if "{" not in operation.path:
            return operation.path
        for kind in linked.kinds(contract, ask):
            for link, target in kind.links:
                answer = kind.make(contract, ask, 0) if target.id == operation.id else None
                values = link.values(answer.headers, answer.json) if answer else None
                if values:
                    return operation.path.format(**{name: quote(one, safe="") for name, one in values.items()})
    except (Unsupported, NotEquipped, Inconclusive):
        return None
    return None
