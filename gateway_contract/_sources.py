"""Reads the YAML sources strictly, and detects changes to them by a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway_contract.errors import DuplicateKey, UnreadableSource

if TYPE_CHECKING:
    import yaml

PACKAGE = Path(__file__).parent
HERE = next(place for place in (PACKAGE / "openapi", PACKAGE.parent / "openapi") if place.is_dir())
"""The folder of the documents: within an installed package, or beside it in a clone."""
ROOT = HERE / "openapi.yaml"
SCHEMAS = HERE / "schemas"
GATEWAYS = HERE / "gateways"
BUILT = HERE / "built"
EARLIER = BUILT / "3.1"
GATEWAY_SCHEMA = HERE / "x-gateway.schema.json"
BASE = "openai"


def gateway_names() -> tuple[str, ...]:
    """The names of all gateways that have an overlay, sorted."""
    return tuple(sorted(path.stem for path in GATEWAYS.glob("*.yaml")))


def component_files() -> list[Path]:
    """Every file of components, sorted by name."""
    return sorted(SCHEMAS.glob("*.yaml"))


def digest(name: str) -> str:
    """The SHA-256 digest of all files that the document of `name` is built from."""
    total = hashlib.sha256()
    for path in _sources_of(name):
        total.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _sources_of(name: str) -> Iterator[Path]:
    yield ROOT
    yield GATEWAY_SCHEMA
    yield from sorted((HERE / "paths").glob("*.yaml"))
    yield from component_files()
    if name != BASE:
        yield GATEWAYS / f"{name}.yaml"


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Dates stay text.

    Raises:
        DuplicateKey: a mapping names a key twice.
        UnreadableSource: the file is missing, not YAML, or not a mapping.
    """
    import yaml

    try:
        with path.open(encoding="utf-8") as source:
            content = yaml.load(source, Loader=_loader())
    except OSError as error:
        raise UnreadableSource(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UnreadableSource(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise UnreadableSource(f"{path}: expected a mapping")
    return content


@cache
def _loader() -> type[yaml.SafeLoader]:
    """The safe loader, without dates, that refuses a repeated key; in C where there is one, ten times as fast."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class StrictLoader(base):  # type: ignore[misc]
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys: set[Any] = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                if key in keys:
                    mark = key_node.start_mark
                    raise DuplicateKey(f"{mark.name}, line {mark.line + 1}: the key {key!r} is repeated")
                keys.add(key)
            return super().construct_mapping(node, deep)

    StrictLoader.add_constructor("tag:yaml.org,2002:timestamp", _text)
    return StrictLoader


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    return loader.construct_scalar(node)
