"""Ways in which a server may read the schema of a request otherwise than it is documented, one keyword at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from gateway_contract import FORM, JSON, Contract, Operation
from gateway_contract._bundle import references

Schema = dict[str, Any]
Edit = Callable[[Schema], Any]
Steps = tuple[str | int, ...]
SHARED = "*"
STRICTER_CHANGE = re.compile(
    r".* is (demanded, and )?refused|.* is required|(exclusive)?(minimum|maximum) .*, not .*|m(in|ax)[A-Z].* .*, not .*"
    r"|(enum|anyOf|oneOf) without .*|type without (?!null).*",
    re.IGNORECASE,
)
"""Changes that only refuse something. Whether there is a value at all depends on no model, so null is left out."""
NEVER: Schema = {"not": {}}
LOWER = {"minimum": 1, "exclusiveMinimum": 1, "minLength": 1, "minItems": 1, "minProperties": 1}
UPPER = {"maximum": -1, "exclusiveMaximum": -1, "maxLength": -1, "maxItems": -1, "maxProperties": -1}
STRICTER = LOWER | UPPER
"""By keyword, the direction in which a limit allows less."""
TEXTS = {"string", "array"}
"""The types that every field of a form fits."""
GUARDED = {"enum", "const", "anyOf", "oneOf"}
"""Keywords that refuse what a `type` beside them refuses."""


@dataclass(frozen=True)
class RequestMutant:
    """One keyword of the requests that the server reads otherwise.

    `operation` is "*" for a keyword of a shared schema, which every operation has that uses it. `steps` lead to the
    schema, from the operation or from the schemas of the document.
    """

    operation: str
    steps: Steps
    change: str
    edit: Edit = field(repr=False, compare=False)

    @property
    def may_be(self) -> bool:
        """A field, a form, a word or a bound is refused, which the documents leave to the model where that is clear."""
        return bool(STRICTER_CHANGE.fullmatch(self.change))

    @property
    def of_parameter(self) -> bool:
        """A parameter of the query or a header: a wrong one may be ignored."""
        return self.steps[0] == "parameters"

    def __str__(self) -> str:
        return f"{self.operation} request {place(self.steps)}: {self.change}"

    def contract(self, contract: Contract) -> Contract:
        """The contract as the server reads it."""
        if self.operation == SHARED:
            components = contract.document["components"]
            schemas = self._edited(components["schemas"])
            return Contract(contract.name, {**contract.document, "components": {**components, "schemas": schemas}})
        operation, paths = contract.operations[self.operation], contract.document["paths"]
        item = {name: one for name, one in paths[operation.path].items() if name != "parameters"}
        item[operation.method.lower()] = self._edited(operation.described)
        return Contract(contract.name, {**contract.document, "paths": {**paths, operation.path: item}})

    def _edited(self, whole: Schema) -> Schema:
        copy = deepcopy(whole)
        node: Any = copy
        for step in self.steps:
            node = node[step]
        self.edit(node)
        return copy


def place(steps: Steps) -> str:
    """The steps without those that every schema has."""
    dull = {"requestBody", "content", "schema", "properties", "application/json"}
    return ".".join(str(step) for step in steps if step not in dull) or "body"


def shared_mutants(contract: Contract) -> Iterator[RequestMutant]:
    """Every way to read a schema otherwise that requests are made of, for all operations at once."""
    for name in sorted(schemas_of(contract, contract.operations.values())):
        yield from _mutants(SHARED, (name,), contract.document["components"]["schemas"][name])


def bodies_of(contract: Contract, media_type: str) -> set[str]:
    """The names of the schemas of whole requests of a media type."""
    requests = [one.resolve(one.document.get("requestBody", {})) for one in contract.operations.values()]
    return {name for one in requests for name in _references(one.get("content", {}).get(media_type, {}))}


def unsaid(mutant: RequestMutant, contract: Contract) -> bool:
    """Whether only what no request can say is read otherwise.

    A body that is no object is malformed before its schema is asked. A form has no null, each of its texts is a text,
    and each field that may be repeated is a list.
    """
    if mutant.operation != SHARED:
        return False
    dropped, of_form = mutant.change == "type dropped", mutant.steps[0] in bodies_of(contract, FORM)
    if len(mutant.steps) == 1:
        return dropped and (of_form or mutant.steps[0] in bodies_of(contract, JSON))
    node: Any = contract.document["components"]["schemas"]
    for step in mutant.steps:
        node = node[step]
    return of_form and (mutant.change == "type without null" or (dropped and bool(TEXTS & {*_listed(node["type"])})))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def schemas_of(contract: Contract, operations: Iterable[Operation]) -> set[str]:
    """The names of the schemas that the requests of operations are made of."""
    schemas, used = contract.document["components"]["schemas"], set[str]()
    waiting = [one for operation in operations for one in _references(_request(operation))]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting.extend(_references(schemas[name]))
    return used


def request_mutants(operation: Operation) -> Iterator[RequestMutant]:
    """Every way to read the body, the query and the headers of one operation otherwise."""
    for steps, node in _schemas(operation):
        yield from _mutants(operation.id, steps, node)


def _request(operation: Operation) -> Any:
    return [operation.resolve(operation.document.get("requestBody", {})), operation.document.get("parameters", [])]


def _references(node: Any) -> Iterator[str]:
    return (one.rpartition("/")[2] for one in references(node) if one.startswith("#/components/schemas/"))


def _mutants(operation: str, steps: Steps, node: Schema) -> Iterator[RequestMutant]:
    for below, change, edit in _changes(node):
        yield RequestMutant(operation, (*steps, *below), change, edit)


def _schemas(operation: Operation) -> Iterator[tuple[Steps, Schema]]:
    described = operation.described
    for media_type, one in described.get("requestBody", {}).get("content", {}).items():
        yield ("requestBody", "content", media_type, "schema"), one["schema"]
    for number, one in enumerate(described.get("parameters", ())):
        if one["in"] in ("query", "header"):
            yield ("parameters", number, "schema"), one["schema"]


def _changes(node: Schema) -> Iterator[tuple[Steps, str, Edit]]:
    for keyword in node:
        for change, edit in _KEYWORDS.get(keyword, _none)(node):
            yield (), change, edit
    for name, one in node.get("properties", {}).items():
        yield from _within(("properties", name), one)
    if isinstance(node.get("items"), dict):
        yield from _within(("items",), node["items"])
    for keyword in ("anyOf", "oneOf", "allOf"):
        for number, one in enumerate(node.get(keyword, ())):
            yield from _within((keyword, number), one)


def _within(steps: Steps, node: Schema) -> Iterator[tuple[Steps, str, Edit]]:
    yield from (((*steps, *below), change, edit) for below, change, edit in _changes(node))


def _none(_: Schema) -> Iterator[tuple[str, Edit]]:
    yield from ()


def _without(keyword: str) -> tuple[str, Edit]:
    return f"{keyword} dropped", lambda node: node.pop(keyword)


def _gone(keyword: str) -> Callable[[Schema], Iterator[tuple[str, Edit]]]:
    return lambda _: iter([_without(keyword)])


def _limit(keyword: str) -> Callable[[Schema], Iterator[tuple[str, Edit]]]:
    def changes(node: Schema) -> Iterator[tuple[str, Edit]]:
        yield _without(keyword)
        limit, by = node[keyword], STRICTER[keyword] * (1 if isinstance(node[keyword], int) else 0.5)
        yield f"{keyword} {limit + by}, not {limit}", lambda node: node.update({keyword: limit + by})

    return changes


def _type(node: Schema) -> Iterator[tuple[str, Edit]]:
    if not GUARDED & node.keys():
        yield _without("type")
    for one in node["type"] if isinstance(node["type"], list) else ():
        rest = [other for other in node["type"] if other != one]
        yield f"type without {one}", lambda node, rest=rest: node.update({"type": rest})


def _words(node: Schema) -> Iterator[tuple[str, Edit]]:
    yield _without("enum")
    for word in node["enum"] if len(node["enum"]) > 1 else ():
        rest = [other for other in node["enum"] if other != word]
        yield f"enum without {word}", lambda node, rest=rest: node.update({"enum": rest})


def _required(node: Schema) -> Iterator[tuple[str, Edit]]:
    for name in node["required"]:
        rest = [other for other in node["required"] if other != name]
        yield f"{name} is optional", lambda node, rest=rest: node.update({"required": rest})


def _properties(node: Schema) -> Iterator[tuple[str, Edit]]:
    required = node.get("required", [])
    for name in node["properties"]:
        yield f"{name} is unknown", lambda node, name=name: node["properties"].pop(name)
        refused = "demanded, and refused" if name in required else "refused"
        yield f"{name} is {refused}", lambda node, name=name: node["properties"].update({name: NEVER})
        if name not in required:
            yield f"{name} is required", lambda node, name=name: node.update({"required": [*required, name]})


def _branches(keyword: str) -> Callable[[Schema], Iterator[tuple[str, Edit]]]:
    def changes(node: Schema) -> Iterator[tuple[str, Edit]]:
        yield _without(keyword)
        for number in range(len(node[keyword])) if len(node[keyword]) > 1 and keyword != "allOf" else ():
            yield f"{keyword} without {number}", lambda node, number=number: node[keyword].pop(number)

    return changes


_KEYWORDS: dict[str, Callable[[Schema], Iterator[tuple[str, Edit]]]] = {
    "type": _type,
    "enum": _words,
    "required": _required,
    "properties": _properties,
    **{name: _limit(name) for name in STRICTER},
    **{name: _branches(name) for name in ("anyOf", "oneOf", "allOf")},
    **{name: _gone(name) for name in ("const", "pattern", "items", "not", "dependentRequired", "uniqueItems", "if")},
}
