"""What an operation needs besides its path item, and in which file each of it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import register
from conformance.register import profiles
from conformance.register.tables import Register
from conformance.target import Target, from_file, reference
from conformance.words.ask import MODELS
from gateway_contract import Contract, Operation
from gateway_contract._sources import ROOT, read_yaml
from reference_server import faults
from reference_server.routes import handlers

REQUIREMENTS = "conformance/register/requirements"


@dataclass(frozen=True)
class Place:
    """An operation in the documents of one gateway. `stem` is the name that its files have everywhere."""

    operation: Operation
    contract: Contract
    stem: str

    @property
    def overlay(self) -> str:
        """The file that says what the gateway claims."""
        return (
            "openapi/openapi.yaml" if self.contract.name == "openai" else f"openapi/gateways/{self.contract.name}.yaml"
        )


def missing(contract: Contract) -> dict[str, list[str]]:
    """All that each operation lacks, by its id; those that lack nothing are left out."""
    sources = read_yaml(ROOT)["paths"]
    lists = {}
    for operation in contract.operations.values():
        file = sources.get(operation.template, {}).get("$ref", "").partition("#")[0]
        stem = Path(file).stem or operation.document.get("tags", ["<area>"])[0].lower()
        place = Place(operation, contract, stem)
        lists[operation.id] = [*_server(place), *_document(place), *_model(place), *_register(place)]
    return {name: lacks for name, lacks in lists.items() if lacks}


def _server(place: Place) -> Iterator[str]:
    name = place.operation.id
    if name not in handlers():
        yield f'no handler: a function under @route("{name}") in reference_server/routes/{place.stem}.py'


def _document(place: Place) -> Iterator[str]:
    operation, path = place.operation, f"openapi/paths/{place.stem}.yaml"
    tags = operation.document.get("tags")
    if not tags:
        yield f"no tag: tags in {path}, and its description under tags in openapi/openapi.yaml"
    elif unknown := set(tags) - {tag["name"] for tag in place.contract.document["tags"]}:
        yield f"no description of its tag {unknown.pop()}: tags in openapi/openapi.yaml"
    for body, content in _contents(operation):
        for media_type, described in content.items():
            if described and not described.get("examples"):
                where = f"openapi/schemas/{place.stem}_examples.yaml, and a $ref to it under examples in {path}"
                yield f"no example of {body} as {media_type}: {where}"
    if lost := _statuses(operation) - set(operation.document["responses"]):
        names = ", ".join(sorted(lost))
        yield f"no answer {names}: responses in {path}, each a $ref to a response of openapi/schemas/errors.yaml"


def _statuses(operation: Operation) -> set[str]:
    """The statuses of errors that any operation can be answered with."""
    return {"401", "429", "5XX"} if operation.auth_required else {"429", "5XX"}


def _contents(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the bodies of an operation are called, with their media types."""
    if "requestBody" in operation.document:
        yield "its request", operation.resolve(operation.document["requestBody"]).get("content", {})
    for status, response in operation.document["responses"].items():
        yield f"its answer {status}", operation.resolve(response).get("content", {})


def _model(place: Place) -> Iterator[str]:
    """A request with a `model` has to say which kind, so that a check knows whom to ask."""
    operation = place.operation
    kind = operation.document.get("x-model")
    takes = any("model" in operation.request_schema(one).get("properties", {}) for one in operation.request_types)
    if takes and "x-model" not in operation.document and operation.protocol == "openai":
        where = "chat or a kind of MODELS in conformance/words/ask.py, or null where no kind fits"
        yield f"no model name: x-model in openapi/paths/{place.stem}.yaml, {where}"
    if kind is None or kind == "chat":
        return
    if kind not in MODELS:
        yield f"no pattern for names of its models: {kind} in MODELS of conformance/words/ask.py"
    if kind not in _reference().models:
        where = "conformance/target/reference.toml, the name of a model of reference_server/fixtures.toml"
        yield f"no model of the reference server: {kind} under [models] in {where}"


def _reference() -> Target:
    return from_file(reference.FIXTURES, "http://127.0.0.1:1/v1")


def _register(place: Place) -> Iterator[str]:
    """Requirements, of features that the gateway claims, each with a check, a fault and a profile."""
    known, table = register.load(), f"{REQUIREMENTS}/{place.stem}.toml"
    judged = {place.operation.id, *_makers(place)}
    own = [one for one in known.requirements.values() if judged & set(one.operations)]
    if not own:
        yield f'no requirement: a table with operations = ["{place.operation.id}"] in {table}'
        yield "no feature: feature in that table, and under x-gateway/features in the file of each gateway that has it"
    elif not {one.feature for one in own} & place.contract.features:
        names = ", ".join(sorted({one.feature for one in own}))
        where = f"under x-gateway/features in {place.overlay}"
        yield f"no feature that {place.contract.name} claims: {names} {where}, or x-gateways in openapi/openapi.yaml"
    if place.contract.name == "openai":
        yield from _proof(known, place, {one.id: one.feature for one in own})


def _makers(place: Place) -> set[str]:
    """The operations that make the jobs of which this one tells the status: they are judged together."""
    paths = (place.contract.gateway["async"] or {}).get("status_paths", {})
    kinds = {kind for kind, path in paths.items() if re.sub(r"{\w+}", "{id}", place.operation.path) == path}
    return {one.id for one in place.contract.operations.values() if one.document.get("x-model") in kinds}


def _proof(known: Register, place: Place, own: dict[str, str]) -> Iterator[str]:
    broken = {name for fault in faults.load().values() for name in fault.breaks}
    for name in sorted(own.keys() - known.checks().keys()):
        yield f'no check: a function under @requirement("{name}") in conformance/checks/test_{place.stem}.py'
    for name in sorted(own.keys() - broken):
        yield f"no fault: a row with breaks={{{name!r}}} in reference_server/faults/{place.stem}.py"
    for feature in sorted({feature for feature in own.values() if not profiles.of(feature)}):
        yield f"no profile: {feature} under features in conformance/register/profiles.toml"
