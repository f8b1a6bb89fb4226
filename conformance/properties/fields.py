"""The fields of a request body, as its schema lists them, and as a gateway claims them."""

from __future__ import annotations

import re
from typing import Any

from gateway_contract import Contract, Operation

Schema = dict[str, Any]
STEP = re.compile(r"\.|\[\]")
"""Where the name of a field goes on."""
DEEPEST = 8
"""How often a field may stand within its own kind, to be told apart."""


def properties_of(operation: Operation, schema: Schema | None = None) -> dict[str, Schema]:
    """The members that an object may have, by name, those of `allOf` among them; of the body, unless told otherwise."""
    whole = resolved(operation, operation.request_schema() if schema is None else schema)
    inherited = (properties_of(operation, part) for part in whole.get("allOf", ()))
    members = {name: one for some in inherited for name, one in some.items()}
    return members | {name: resolved(operation, one) for name, one in whole.get("properties", {}).items()}


def required_of(operation: Operation, schema: Schema | None = None) -> frozenset[str]:
    """The members that an object must have."""
    whole = resolved(operation, operation.request_schema() if schema is None else schema)
    inherited = (required_of(operation, part) for part in whole.get("allOf", ()))
    return frozenset(whole.get("required", ())).union(*inherited)


def resolved(operation: Operation, schema: Schema) -> Schema:
    """A schema with what it refers to, and with what it says beside the reference."""
    if "$ref" not in schema:
        return schema
    target = resolved(operation, operation.resolve({"$ref": schema["$ref"]}))
    return {**target, **{name: value for name, value in schema.items() if name != "$ref"}}


def is_claimed(schema: Schema, contract: Contract) -> bool:
    """Whether a field is of no feature, or of one that the gateway claims."""
    return schema.get("x-feature") in {None, *contract.features}


class Claimed:
    """The fields that a gateway claims, at every depth, each with its schema: `messages[].content`.

    A schema that stands at several places is listed once, under the first of its names.
    """

    def __init__(self, operation: Operation, schema: Schema, contract: Contract) -> None:
        self.fields: list[tuple[str, Schema]] = []
        self._operation = operation
        self._contract = contract
        self._first: dict[int, str] = {}
        self._elsewhere: dict[str, str] = {}
        self._add("", schema)
        self.names = frozenset(name for name, _ in self.fields)

    def name(self, name: str) -> str:
        """The name under which a field is listed, if it is."""
        for _ in range(DEEPEST):
            if name in self.names:
                break
            name = self._elsewhere.get(name) or self._moved(name)
        return name

    def _moved(self, name: str) -> str:
        """The name with its beginning as it is listed, where that is listed elsewhere."""
        for step in STEP.finditer(name):
            begin, end = name[: step.start()], name[step.start() :]
            if self._elsewhere.get(begin, begin) != begin:
                return self._elsewhere[begin] + end
        return name

    def _add(self, name: str, schema: Schema) -> None:
        if id(schema) in self._first:
            self._elsewhere.setdefault(name, self._first[id(schema)])
            return
        self._first[id(schema)] = name
        if "$ref" in schema:
            self._add(name, self._operation.resolve({"$ref": schema["$ref"]}))
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(keyword, ()):
                self._add(name, part)
        if isinstance(schema.get("items"), dict):
            self._add(f"{name}[]", schema["items"])
        for member, one in schema.get("properties", {}).items():
            self._add_member(f"{name}.{member}".lstrip("."), one)

    def _add_member(self, name: str, schema: Schema) -> None:
        if id(schema) in self._first:
            self._elsewhere.setdefault(name, self._first[id(schema)])
        elif is_claimed(resolved(self._operation, schema), self._contract):
            self.fields.append((name, schema))
            self._add(name, schema)
