"""The contract of one gateway, ready for use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gateway_contract._operation import PATH, Operation
from gateway_contract._schema import Schema, needed

if TYPE_CHECKING:
    import jsonschema_rs

DEFAULT = "openai"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


class Contract:
    """The documented behaviour of one gateway.

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
        """The part of the documents that no schema can express."""
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

    def find(self, method: str, path: str, protocol: str = DEFAULT) -> Operation | None:
        """The operation for a method and a path relative to the base of a protocol, such as "/chat/completions".

        `{model}` matches one segment or several, because model names contain slashes.
        """
        return self._routed(path, protocol).get(method.upper())

    def allowed(self, path: str, protocol: str = DEFAULT) -> tuple[str, ...]:
        """The documented methods of a path, sorted; empty when there is no such path."""
        return tuple(sorted(self._routed(path, protocol)))

    def documents(self, path: str, protocol: str = DEFAULT) -> bool:
        """Whether there is such a path."""
        return bool(self._routed(path, protocol))

    @cached_property
    def bases(self) -> dict[str, str]:
        """The path under which each protocol is served, such as {"openai": "/v1", "anthropic": "/anthropic"}."""
        return {name: urlsplit(one["base_url"]).path for name, one in self.gateway["protocols"].items()}

    def validator(self, schema: str | dict[str, Any]) -> jsonschema_rs.Validator:
        """The compiled validator of a schema, or of a reference such as "#/components/schemas/Error"."""
        return self._compile({"$ref": schema} if isinstance(schema, str) else schema).fast

    def schema(self, name: str) -> dict[str, Any]:
        """A schema of the document by its name, with the components that it refers to."""
        components = self.document["components"]
        schema = components["schemas"].get(name, {})
        return {**schema, "components": needed(schema, components)}

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

    def _routed(self, path: str, protocol: str) -> dict[str, Operation]:
        operations = self._fixed_routes.get((protocol, path))
        if operations is not None:
            return operations
        for pattern, operations in self._routes.get(protocol, ()):
            if pattern.fullmatch(path):
                return operations
        return {}

    @cached_property
    def _fixed_routes(self) -> dict[tuple[str, str], dict[str, Operation]]:
        """By protocol and path, the operations by method: of paths without parameters."""
        routes: dict[tuple[str, str], dict[str, Operation]] = {}
        for operation in self.operations.values():
            if "{" not in operation.path:
                routes.setdefault((operation.protocol, operation.path), {})[operation.method] = operation
        return routes

    @cached_property
    def _routes(self) -> dict[str, list[tuple[re.Pattern[str], dict[str, Operation]]]]:
        """By protocol, the patterns of paths with parameters and their operations by method, the most exact first."""
        routes: dict[str, dict[str, dict[str, Operation]]] = {}
        for operation in self.operations.values():
            if "{" in operation.path:
                routes.setdefault(operation.protocol, {}).setdefault(operation.path, {})[operation.method] = operation
        return {
            protocol: [(pattern(path), paths[path]) for path in sorted(paths, key=_vagueness)]
            for protocol, paths in routes.items()
        }

    def _all_operations(self) -> Iterator[Operation]:
        for template, item in self.document["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._operation(template, method.upper(), item)

    def _operation(self, template: str, method: str, item: dict[str, Any]) -> Operation:
        document = item[method.lower()]
        document = {**document, "parameters": [*item.get("parameters", ()), *document.get("parameters", ())]}
        security = document.get("security", self.document.get("security", []))
        auth_required = bool(security) and {} not in security
        protocol = item.get("x-protocol", DEFAULT)
        return Operation(
            document["operationId"],
            method,
            item.get(PATH, template),
            template,
            protocol,
            document,
            auth_required,
            self._compile,
            self._resolve,
        )


@cache
def pattern(template: str) -> re.Pattern[str]:
    """The pattern of the paths that a template stands for, with a group for each parameter."""
    steps = re.split(r"\{(\w+)\}", template)
    steps[::2] = map(re.escape, steps[::2])
    steps[1::2] = (f"(?P<{name}>{'.+' if name == 'model' else '[^/]+'})" for name in steps[1::2])
    return re.compile("".join(steps))


def _vagueness(template: str) -> int:
    """Long templates come first."""
    return -len(template)
