"""Requests with one defect each, found by trying values on a body that is right and asking the schema."""

from __future__ import annotations

import copy
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.properties.bodies import Subject
from conformance.words.ask import encoded
from gateway_contract import Contract

VALUES: tuple[Any, ...] = (7, "perhaps", True, [], {"odd": 1})
"""One of each type of JSON; of these the first that the schema refuses is a wrong type."""
MOST = 80
"""The most defects that one operation is asked with."""

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Defect:
    """A wrong body. `at` is the field at fault; `cause` is the contract's name for what is wrong, if it is wrong."""

    name: str
    body: bytes
    at: str = ""
    cause: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


def of_fields(subject: Subject, contract: Contract) -> list[Defect]:
    """Bodies in which one field is missing, of a wrong type, out of range, or not among the known words."""
    defects: dict[str, Defect] = {}
    for body in subject.bodies:
        for defect in (*_missing(subject, body), *_wrong(subject, body), *_options(subject, contract, body)):
            defects.setdefault(defect.name, defect)
    return list(defects.values())[:MOST]


def of_bytes(subject: Subject) -> list[Defect]:
    """Bodies that are no JSON, or that are JSON in a form that a server may refuse or take."""
    if not subject.bodies:
        return []
    plain = encoded(subject.capped(subject.bodies[0]))
    name = next(iter(subject.bodies[0]))
    twice = b"{" + encoded(name) + b":null," + plain[1:]
    return [
        Defect("half of it", plain[: len(plain) // 2], cause="malformed_body"),
        Defect("in an array", b"[" + plain + b"]", cause="malformed_body"),
        Defect("a key given twice", twice),
        Defect("a byte order mark", b"\xef\xbb\xbf" + plain),
        Defect("compressed", gzip.compress(plain, mtime=0), headers={"content-encoding": "gzip"}),
        Defect("NaN", plain[:-1] + b',"x_odd":NaN}'),
        Defect("a huge number", plain[:-1] + b',"x_odd":1e999}'),
        Defect("a lone surrogate", plain[:-1] + b',"x_odd":"\\ud800"}'),
        Defect("under another media type", plain, headers={"content-type": "application/xml"}),
    ]


def _missing(subject: Subject, body: dict[str, Any]) -> Iterator[Defect]:
    for path in _paths(body):
        if isinstance(path[-1], str):
            yield from _refused(subject, f"{_dotted(path)} missing", _without(body, path), path, "missing_field")


def _wrong(subject: Subject, body: dict[str, Any]) -> Iterator[Defect]:
    for path in _paths(body):
        old = _at(body, path)
        for value in VALUES:
            if type(value) is not type(old):
                wrong = list(_refused(subject, f"{_dotted(path)} of a wrong type", _with(body, path, value), path))
                yield from wrong
                if wrong:
                    break


def _options(subject: Subject, contract: Contract, body: dict[str, Any]) -> Iterator[Defect]:
    """Wrong values of the optional fields that the gateway claims."""
    for name, schema in subject.operation.request_schema().get("properties", {}).items():
        if schema.get("x-feature", "") in contract.features:
            for kind, value in _beyond(schema):
                yield from _refused(subject, f"{name} {kind}", {**body, name: value}, (name,))


def _beyond(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if "minimum" in schema:
        yield "below its minimum", schema["minimum"] - 1
    if "maximum" in schema:
        yield "above its maximum", schema["maximum"] + 1
    if "enum" in schema:
        yield "an unknown word", "no-such-word"
    yield "of a wrong type", {"odd": [1]}


def _refused(
    subject: Subject, name: str, body: dict[str, Any], path: Path, cause: str = "invalid_value"
) -> Iterator[Defect]:
    """The defect, when the schema refuses the body."""
    if not subject.operation.accepts(body):
        yield Defect(
            name,
            encoded(subject.capped(body)),
            str(next(step for step in reversed(path) if isinstance(step, str))),
            cause,
        )


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of everything in a body; of an array, of its first item only."""
    if path:
        yield path
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _paths(member, (*path, name))
    elif isinstance(value, list) and value:
        yield from _paths(value[0], (*path, 0))


def _at(body: Any, path: Path) -> Any:
    for step in path:
        body = body[step]
    return body


def _with(body: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _without(body: dict[str, Any], path: Path) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    del _at(changed, path[:-1])[path[-1]]
    return changed


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
