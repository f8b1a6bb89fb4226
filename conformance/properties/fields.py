"""The fields of a request body, as its schema lists them."""

from __future__ import annotations

from typing import Any

from gateway_contract import Operation

Schema = dict[str, Any]


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
