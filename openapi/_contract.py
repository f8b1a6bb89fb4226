"""The contract of one gateway, ready for use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from openapi._operation import Operation
from openapi._schema import Schema

if TYPE_CHECKING:
    import jsonschema_rs

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


class Contract:
    """What one gateway documents.

    `name` is "openai" for the base contract. `document` is a self-contained OpenAPI document.
    """

    def __init__(self, name: str, document: dict[str, Any]) -> None:
        self.name = name
        self.document = document
        self._schemas: dict[str, Schema] = {}

    def __repr__(self) -> str:
        return f"<Contract {self.name}>"

    @property
    def gateway(self) -> dict[str, Any]:
        """What the gateway documents and no schema can state."""
        gateway: dict[str, Any] = self.document["x-gateway"]
        return gateway

    @cached_property
    def features(self) -> frozenset[str]:
        """The features that the gateway claims and that are judged."""
        return frozenset(self.gateway["features"])

    @cached_property
    def operations(self) -> Mapping[str, Operation]:
        """Every operation, by its id."""
        return MappingProxyType({operation.id: operation for operation in self._all_operations()})

    def find(self, method: str, path: str) -> Operation | None:
        """The operation for a method and a path relative to the server's base, such as "/chat/completions".

        A path parameter matches one segment or several, because model names contain slashes.
        """
        return self._routed(path).get(method.upper())

    def allowed(self, path: str) -> tuple[str, ...]:
        """The methods that a path knows, sorted; empty when there is no such path."""
        return tuple(sorted(self._routed(path)))

    def validator(self, schema: str | dict[str, Any]) -> jsonschema_rs.Validator:
        """The compiled validator of a schema, or of a reference such as "#/components/schemas/Error"."""
        return self._compile({"$ref": schema} if isinstance(schema, str) else schema).fast

    def _compile(self, schema: dict[str, Any]) -> Schema:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._schemas:
            self._schemas[key] = Schema(schema, self.document["components"])
        return self._schemas[key]

    def _resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """The component that `node` refers to, or `node` itself."""
        while "$ref" in node:
            _, section, name = node["$ref"].removeprefix("#/").split("/", 2)
            node = self.document["components"][section][name]
        return node

    def _routed(self, path: str) -> dict[str, Operation]:
        for pattern, operations in self._routes:
            if pattern.fullmatch(path):
                return operations
        return {}

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], dict[str, Operation]]]:
        """Patterns of the path templates with their operations by method; those without parameters come first."""
        routes: dict[str, dict[str, Operation]] = {}
        for operation in self.operations.values():
            routes.setdefault(operation.path, {})[operation.method] = operation
        return [(_pattern(path), routes[path]) for path in sorted(routes, key=lambda path: "{" in path)]

    def _all_operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method.upper(), item[method])

    def _operation(self, path: str, method: str, document: dict[str, Any]) -> Operation:
        security = document.get("security", self.document.get("security", []))
        auth_required = bool(security) and {} not in security
        name = document["operationId"]
        return Operation(name, method, path, document, auth_required, self._compile, self._resolve)


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^}]+\}", template)
    return re.compile(".+".join(re.escape(part) for part in parts))
