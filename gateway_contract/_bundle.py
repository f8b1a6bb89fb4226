"""Bundles the split sources into one self-contained document.

Every file in schemas/ is a part of the Components Object: `<section>: {<name>: ...}`. A reference to
`<file>#/<section>/<name>` becomes `#/components/<section>/<name>`. A path item that is a reference is
replaced by its target.
A path item that only some gateways document lists them under `x-gateways`, beside its reference or in itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from os.path import normpath
from pathlib import Path
from typing import Any

from gateway_contract._sources import BASE, ROOT, SCHEMAS, component_files, gateway_names, read_yaml
from gateway_contract.errors import BrokenReference, DuplicateComponent, UnknownGateway

Document = dict[str, Any]
ONLY = "x-gateways"


def bundle(name: str = BASE) -> Document:
    """The document that the overlay of `name` applies to, with local references only.

    It has the path items that list `name` under `x-gateways`, and those without such a list.

    Raises:
        UnreadableSource: a source is not a YAML mapping, or repeats a key.
        BrokenReference: a reference points at nothing.
        UnknownGateway: a path item lists a gateway that no overlay describes.
        DuplicateComponent: two files define the same component.
    """
    document = read_yaml(ROOT)
    components: Document = document.setdefault("components", {})
    for path in component_files():
        _add_components(components, path)
    items = {template: _path_item(item) for template, item in document["paths"].items()}
    document["paths"] = {template: item for template, item in items.items() if name in documented_by(item)}
    for item in document["paths"].values():
        item.pop(ONLY, None)
    _demand_targets(document)
    return document


def documented_by(item: Document) -> tuple[str, ...]:
    """The names of the documents that have this path item: those it lists, or all of them."""
    known = (BASE, *gateway_names())
    names = item.get(ONLY, known)
    for name in names:
        if name not in known:
            raise UnknownGateway(name, known)
    return tuple(names)


def _add_components(components: Document, path: Path) -> None:
    for section, named in read_yaml(path).items():
        known = components.setdefault(section, {})
        for name, component in named.items():
            if name in known:
                raise DuplicateComponent(f"{path.name}: {section}/{name} is defined twice")
            known[name] = _localized(component, path)


def _path_item(item: Document) -> Document:
    file, _, pointer = item["$ref"].partition("#/")
    path = ROOT.parent / file
    items = read_yaml(path)
    if pointer not in items:
        raise BrokenReference(f"{path.name} has no path item {pointer!r}")
    resolved = _localized(items[pointer], path)
    assert isinstance(resolved, dict)
    return resolved | {key: value for key, value in item.items() if key != "$ref"}


def _localized(node: Any, path: Path) -> Any:
    """A copy of `node` in which every reference and every discriminator mapping is local."""
    if isinstance(node, list):
        return [_localized(item, path) for item in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _localized(value, path) for key, value in node.items()}
    if isinstance(copy.get("$ref"), str):
        copy["$ref"] = _local_pointer(copy["$ref"], path)
    if "propertyName" in copy and "mapping" in copy:
        copy["mapping"] = {value: _local_pointer(ref, path) for value, ref in copy["mapping"].items()}
    return copy


def _local_pointer(reference: str, path: Path) -> str:
    file, separator, pointer = reference.partition("#/")
    target = Path(normpath(path.parent / file)) if file else path
    if not separator or target.parent != SCHEMAS or not target.is_file():
        raise BrokenReference(f"{path.name}: no file of components for {reference!r}")
    return f"#/components/{pointer}"


def _demand_targets(document: Document) -> None:
    for reference in references(document):
        _, section, name = reference.removeprefix("#/").split("/", 2)
        if name not in document["components"].get(section, {}):
            raise BrokenReference(f"nothing is defined at {reference!r}")


def references(node: Any) -> Iterator[str]:
    """Every local reference below `node`, also those of discriminator mappings."""
    if isinstance(node, list):
        for item in node:
            yield from references(item)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        if "propertyName" in node and "mapping" in node:
            yield from node["mapping"].values()
        for value in node.values():
            yield from references(value)


def prune(document: Document) -> None:
    """Remove the tags that no operation has, the links to operations that are not there, and the components that
    nothing refers to, directly or through another.
    """
    _prune_links(document)
    tags = {tag for item in document["paths"].values() for part in item.values() for tag in _tags(part)}
    document["tags"] = [tag for tag in document["tags"] if tag["name"] in tags]
    used = set(_reachable(document)) | {f"#/components/securitySchemes/{name}" for name in _credentials(document)}
    for section, named in document["components"].items():
        document["components"][section] = {k: v for k, v in named.items() if f"#/components/{section}/{k}" in used}
    document["components"] = {section: named for section, named in document["components"].items() if named}


def _prune_links(document: Document) -> None:
    parts = [part for item in document["paths"].values() for part in item.values() if "operationId" in part]
    known = {part["operationId"] for part in parts}
    holders = [*(part["responses"] for part in parts), document["components"].get("responses", {})]
    for response in (one for holder in holders for one in holder.values() if "links" in one):
        links = {name: link for name, link in response.pop("links").items() if link["operationId"] in known}
        response.update({"links": links} if links else {})


def _credentials(document: Document) -> set[str]:
    """The security schemes that the document or one of its operations names."""
    parts = [document, *(part for item in document["paths"].values() for part in item.values())]
    named = [one for part in parts if isinstance(part, dict) for one in part.get("security", [])]
    return {name for one in named for name in one}


def _tags(part: Any) -> list[str]:
    """The tags of an operation; none of any other part of a path item."""
    return part.get("tags", []) if isinstance(part, dict) else []


def _reachable(document: Document) -> Iterator[str]:
    visited: set[str] = set()
    waiting = list(references(document["paths"]))
    while waiting:
        reference = waiting.pop()
        if reference in visited:
            continue
        visited.add(reference)
        yield reference
        _, section, name = reference.removeprefix("#/").split("/", 2)
        waiting.extend(references(document["components"][section][name]))
