"""Which fields of requests a run has tried: with a value that the contract allows, and with one that it refuses."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl

from conformance.wire.exchange import decoded
from gateway_contract import FORM, JSON, Contract, Operation

Body = tuple[str, str]
"""An operation, and the media type of what it takes."""
DEEPEST = 30
"""How deep the fields of requests are looked at."""
NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
PART = re.compile(r'form-data; name="([^"]+)')
"""The name of a field in a form: `image`, `image[]`, `expires_after[seconds]`."""


class Tried:
    """The fields of the requests to a gateway, at every depth, and the query parameters, as its contract names them."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._sent: dict[Body, set[str]] = defaultdict(set)
        self._wrong: dict[Body, set[str]] = defaultdict(set)
        self._queries: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))

    def add(self, record: Mapping[str, Any]) -> None:
        """Takes a request that was sent, as it is recorded."""
        path, _, query = record["path"].partition("?")
        operation = self._contract.find(record["method"], path, record["protocol"])
        text = record["request_body"]
        if operation is None:
            return
        self._add_query(operation, query)
        if not text:
            return
        if record["request_binary"]:
            text = b64decode(text).decode("latin-1")
        if FORM in operation.request_types and (names := PART.findall(text)):
            self._sent[operation.id, FORM].update(chain.from_iterable(map(_in_json, names)))
        elif JSON in operation.request_types and (value := decoded(text)) is not None:
            self._add_json(operation, value)

    def _add_query(self, operation: Operation, query: str) -> None:
        if operation.query:
            sent, wrong = self._queries[operation.id]
            for name, text in parse_qsl(query, keep_blank_values=True, errors="replace"):
                if name in operation.query:
                    value = _typed(text, operation.query[name])
                    (wrong if operation.query_problem({name: value}) else sent).add(f"?{name}")

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
        found = {
            name if kind == JSON else f"{name} as a form": {
                "sent": sorted(sent),
                "wrong": sorted(wrong),
                "untried": sorted(claimed[name, kind].names - alike[claimed[name, kind].names]),
            }
            for (name, kind), (sent, wrong) in tried.items()
        }
        self._put_queries(found)
        return found

    def _put_queries(self, found: dict[str, dict[str, list[str]]]) -> None:
        """Puts the query parameters among the fields. Two versions of a path take the same."""
        alike: dict[str, set[str]] = defaultdict(set)
        for name, some in self._queries.items():
            alike[name.removesuffix("V1")].update(*some)
        for name, (sent, wrong) in sorted(self._queries.items()):
            entry = found.setdefault(name, {"sent": [], "wrong": [], "untried": []})
            every = {f"?{one}" for one in self._contract.operations[name].query}
            untried = every - alike[name.removesuffix("V1")]
            for kind, names in (("sent", sent), ("wrong", wrong), ("untried", untried)):
                entry[kind] += sorted(names)


def _typed(text: str, schema: Mapping[str, Any]) -> Any:
    """The value of a parameter, as its schema reads a text; the text itself where it cannot."""
    types = schema.get("type", ())
    if "boolean" in types:
        return {"true": True, "false": False}.get(text, text)
    return int(text) if "integer" in types and NUMBER.fullmatch(text) else text


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
