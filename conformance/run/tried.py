"""Which fields of requests a run has tried: with a value that the contract allows, and with one that it refuses."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from conformance.wire.exchange import decoded
from gateway_contract import FORM, JSON, Contract, Operation

Body = tuple[str, str]
"""An operation, and the media type of what it takes."""
DEEPEST = 30
"""How deep the fields of requests are looked at."""
PART = re.compile(r'form-data; name="([^"]+)')
"""The name of a field in a form: `image`, `image[]`, `expires_after[seconds]`."""


class Tried:
    """The fields of the requests to a gateway, at every depth, as its contract names them."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._sent: dict[Body, set[str]] = defaultdict(set)
        self._wrong: dict[Body, set[str]] = defaultdict(set)

    def add(self, record: Mapping[str, Any]) -> None:
        """Takes a request that was sent, as it is recorded."""
        operation = self._contract.find(record["method"], record["path"].partition("?")[0], record["protocol"])
        text = record["request_body"]
        if operation is None or not text:
            return
        if record["request_binary"]:
            text = b64decode(text).decode("latin-1")
        if FORM in operation.request_types and (names := PART.findall(text)):
            self._sent[operation.id, FORM].update(chain.from_iterable(map(_in_json, names)))
        elif JSON in operation.request_types and (value := decoded(text)) is not None:
            self._add_json(operation, value)

    def _add_json(self, operation: Operation, body: Any) -> None:
        try:
            problem = operation.request_problem(body)
        except ValueError:  # deeper than the validator goes
            return
        if problem:
            self._wrong[operation.id, JSON].add(_name(problem.path))
        else:
            self._sent[operation.id, JSON].update(members(body))

    def fields(self) -> dict[str, dict[str, list[str]]]:
        """By operation that was asked: the fields that were `sent` right, those that were `wrong`, and the others.

        What one operation was asked is not untried for another one that takes the same fields.
        """
        from conformance.properties.fields import Claimed

        asked = sorted(self._sent.keys() | self._wrong.keys())
        operations = {body: self._contract.operations[body[0]] for body in asked}
        claimed = {body: Claimed(one, one.request_schema(body[1]), self._contract) for body, one in operations.items()}
        tried = {
            body: [{of.name(name) for name in names[body]} & of.names for names in (self._sent, self._wrong)]
            for body, of in claimed.items()
        }
        alike: dict[frozenset[str], set[str]] = defaultdict(set)
        for body, some in tried.items():
            alike[claimed[body].names].update(*some)
        return {
            name if kind == JSON else f"{name} as a form": {
                "sent": sorted(sent),
                "wrong": sorted(wrong),
                "untried": sorted(claimed[name, kind].names - alike[claimed[name, kind].names]),
            }
            for (name, kind), (sent, wrong) in tried.items()
        }


def members(value: Any, name: str = "", deep: int = DEEPEST) -> Iterator[str]:
    """The names of all members of a value, such as `messages`, `messages[].content`; so deep as documents go."""
    if isinstance(value, dict) and deep:
        for key, one in value.items():
            yield (inner := f"{name}.{key}".lstrip("."))
            yield from members(one, inner, deep - 1)
    elif isinstance(value, list) and deep:
        for one in value:
            yield from members(one, f"{name}[]", deep - 1)


def _in_json(name: str) -> Iterator[str]:
    """The names that JSON would have for a field of a form: `expires_after`, `expires_after.seconds`."""
    whole, _, member = name.replace("[]", "").partition("[")
    yield whole
    if member:
        yield f"{whole}.{member.rstrip(']')}"


def _name(path: tuple[str | int, ...]) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
