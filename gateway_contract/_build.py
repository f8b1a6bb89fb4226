"""Builds the document of a gateway from its sources, and reads and writes the built files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gateway_contract._bundle import bundle, prune
from gateway_contract._earlier import earlier
from gateway_contract._operation import server_of
from gateway_contract._overlay import apply_overlay
from gateway_contract._sources import (
    BASE,
    BUILT,
    EARLIER,
    GATEWAY_SCHEMA,
    GATEWAYS,
    HERE,
    digest,
    gateway_names,
    read_yaml,
)
from gateway_contract.errors import InvalidGateway, StaleDocument, UnknownGateway

Document = dict[str, Any]
DIGEST = "x-source-digest"


def all_names() -> tuple[str, ...]:
    """The base contract's name, then every gateway's."""
    return (BASE, *gateway_names())


def demand_known(name: str) -> None:
    """Raise UnknownGateway unless the base contract or an overlay has this name."""
    if name not in all_names():
        raise UnknownGateway(name, all_names())


def build(name: str) -> Document:
    """The complete document of `name`, made from the sources."""
    demand_known(name)
    document = bundle(name)
    if name != BASE:
        document = apply_overlay(document, read_yaml(GATEWAYS / f"{name}.yaml"), name)
    prune(document)
    _demand_valid_gateway(document["x-gateway"], name)
    _add_servers(document)
    document[DIGEST] = digest(name)
    return document


def _add_servers(document: Document) -> None:
    """Gives each path of another protocol a server of its own, with the base URL of that protocol."""
    for template, item in document["paths"].items():
        if protocol := item.get("x-protocol"):
            base = document["x-gateway"]["protocols"][protocol]["base_url"]
            item["servers"] = [{"url": server_of(base, template, item)}]


def _demand_valid_gateway(gateway: Document, name: str) -> None:
    import jsonschema_rs

    schema = json.loads(GATEWAY_SCHEMA.read_text(encoding="utf-8"))
    for error in jsonschema_rs.validator_for(schema).iter_errors(gateway):
        place = "/".join(str(step) for step in error.instance_path)
        raise InvalidGateway(f"{name}: x-gateway/{place}: {error.message}")
    if gateway["name"] != name:
        raise InvalidGateway(f"{name}: x-gateway/name is {gateway['name']!r}", "The name is the stem of the file.")


def read(name: str) -> Document:
    """The document of `name`: the built file when it is current, else a fresh build."""
    demand_known(name)
    built = read_built(name)
    return built if built is not None and built.get(DIGEST) == digest(name) else build(name)


def read_built(name: str, folder: Path = BUILT) -> Document | None:
    """The built file's content, or None when there is none."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    document = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def write(name: str) -> None:
    """Build `name` and write its files: the document, and the one in OpenAPI 3.1."""
    document = build(name)
    for folder, one in ((BUILT, document), (EARLIER, earlier(document))):
        folder.mkdir(exist_ok=True)
        text = json.dumps(one, indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def demand_current(name: str) -> None:
    """Raise StaleDocument unless the built files equal a fresh build."""
    document = build(name)
    for folder, one in ((BUILT, document), (EARLIER, earlier(document))):
        if read_built(name, folder) != one:
            raise StaleDocument(f"openapi/{folder.relative_to(HERE)}/{name}.json is not what its sources give")
