"""Wrong values of query parameters, and odd ids in paths, of the operations without a body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from conformance.errors import Unsupported
from conformance.properties.native import credentials, first_of_versions
from conformance.register.select import EXPENSIVE
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.ask import Ask
from gateway_contract import Contract, Operation

VALUES = ("-1", "many", "", "99999999999999999999", "%00", "1&{name}=2", "%FF%FE", "1e999", "%F0%9F%A6%8A")
"""What stands for the value of a query parameter: none is of any use for a limit, an order, a purpose or a date."""
NOBODYS = ("x" * 3000, "%F0%9F%A6%8A", "%25s%25n")
"""What stands for an id where something is done to it: no server takes it for another path."""
IDS = ("%00", "..%2F..", "%FF%FE", "x" * 3000, "%20", "%F0%9F%A6%8A", "-1", "%25s%25n")
"""What stands for an id: nothing has it."""
LIMIT = "limit"
"""What a list is asked for as well, where it documents no parameter."""


@dataclass(frozen=True)
class Odd:
    """An operation that is asked with an odd value of one parameter."""

    operation: Operation
    name: str
    path: str

    @property
    def label(self) -> str:
        """`listFiles: limit in /files?limit=-1`."""
        return f"{self.operation.id}: {self.name} in {self.path:.80}"

    def send(self, ask: Ask, contract: Contract) -> Exchange:
        """The answer to it."""
        operation, headers = self.operation, credentials(contract, self.operation)
        return ask.send(operation.method, self.path, protocol=operation.protocol, headers=headers)


def of_target(contract: Contract, ask: Ask, seed: int = 0) -> list[Odd]:
    """One odd value of every parameter that the target has: with another seed another one."""
    return [
        Odd(operation, name, paths[(crc32(f"{operation.id} {name}".encode()) + seed) % len(paths)])
        for operation in _of_target(contract, ask)
        for name, paths in odd(operation)
    ]


def _of_target(contract: Contract, ask: Ask) -> Iterator[Operation]:
    for operation in first_of_versions(contract.operations.values()):
        area = operation.document["tags"][0].lower()
        if operation.request_types or area in EXPENSIVE - ask.recorder.target.include:
            continue
        try:
            discovery.demand(ask, [operation], contract)
        except Unsupported:
            continue
        yield operation


def odd(operation: Operation) -> Iterator[tuple[str, list[str]]]:
    """Each parameter of an operation without a body, with the paths that have an odd value of it."""
    plain = discovery.blank_path(operation)
    ids = IDS if operation.method == "GET" else NOBODYS
    names = [step.partition("}")[0] for step in operation.path.split("{")[1:]]
    for name in names:
        start, _, end = operation.path.partition(f"{{{name}}}")
        yield name, [discovery.filled(start) + value + discovery.filled(end) for value in ids]
    for name in [*operation.query] or ([] if names else [LIMIT]):
        yield name, [f"{plain}?{name}={value.format(name=name)}" for value in VALUES]
