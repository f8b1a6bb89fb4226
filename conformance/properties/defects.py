"""Requests with one defect each, found by trying values on a body that is right and asking the schema.

Each field is wrong in few ways of those that it can be: another seed sees others. What is wrong is of every kind.
"""

from __future__ import annotations

import copy
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.properties.bodies import Subject
from conformance.properties.fields import properties_of, required_of
from conformance.words.ask import encoded
from gateway_contract import Contract

VALUES: tuple[Any, ...] = (7, "perhaps", True, [], {"odd": 1})
"""One of each type of JSON; of these the first that the schema refuses is a wrong type."""
SPREAD = 3
"""Over how many operations odd forms of JSON are spread: most servers read all bodies in one way."""
CHAT = "createChatCompletion"
DEFAULT = "openai"

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Defect:
    """A wrong body, with the path of the field at fault. `cause` is the contract's name for it, if it is wrong."""

    kind: str
    body: bytes
    path: Path = ()
    cause: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """`messages[0].role missing`."""
        return f"{_dotted(self.path)} {self.kind}".lstrip()

    @property
    def at(self) -> str:
        """The name of the field at fault."""
        return str(next((step for step in reversed(self.path) if isinstance(step, str)), ""))


def of_fields(subject: Subject, contract: Contract, seed: int = 0) -> list[Defect]:
    """For each field one body in which it is wrong, and one in which something within it is.

    The seed 0 chooses, of the defects that a field can have, one of the kind that was had least.
    """
    chosen, used = list[Defect](), Counter[str]()
    due = [some for place, some in by_field(subject, contract).items() if _is_due(subject, *place)]
    for number, some in enumerate(due):
        first = min(range(len(some)), key=lambda one: (used[some[one].kind], (one - number) % len(some)))
        used[some[first].kind] += 1
        chosen.append(some[(first + seed) % len(some)])
    return chosen


def _is_due(subject: Subject, name: str | int, within: bool) -> bool:
    """Of a native protocol only what is required is wrong within as well; after its first operation, the plainest."""
    if subject.operation.protocol == DEFAULT:
        return True
    required = name in required_of(subject.operation)
    return name in subject.bodies[0] and not within if subject.second else required or not within


def by_field(subject: Subject, contract: Contract) -> dict[tuple[str | int, bool], list[Defect]]:
    """All bodies with one wrong field, by that field, and by whether it is wrong itself or something within it."""
    fields: dict[tuple[str | int, bool], dict[str, Defect]] = defaultdict(dict)
    for body in subject.bodies:
        for defect in (*_missing(subject, body), *_options(subject, contract, body), *_wrong(subject, body)):
            fields[defect.path[0], len(defect.path) > 1].setdefault(defect.name, defect)
    return {field: list(some.values()) for field, some in fields.items()}


def of_bytes(subject: Subject, number: int) -> list[Defect]:
    """Bodies that are no JSON, or that are JSON in a form that a server may refuse or take.

    Chat is asked with all of them. Of the latter another operation is asked with every `SPREAD`-th, by its `number`;
    the first one of a native protocol with one of them, and a further one with half a body.
    """
    if not subject.bodies:
        return []
    if subject.second:
        return [] if subject.twin else _broken(subject)[:1]
    odd, operation = _odd(subject), subject.operation
    some = odd if operation.id == CHAT else odd[number % SPREAD :: SPREAD]
    return [*_broken(subject), *(some if operation.protocol == DEFAULT else some[:1])]


def _broken(subject: Subject) -> list[Defect]:
    plain = encoded(subject.capped(subject.bodies[0]))
    return [
        Defect("half of it", plain[: len(plain) // 2], cause="malformed_body"),
        Defect("in an array", b"[" + plain + b"]", cause="malformed_body"),
    ]


def _odd(subject: Subject) -> list[Defect]:
    plain = encoded(subject.capped(subject.bodies[0]))
    name = next(iter(subject.bodies[0]))
    twice = b"{" + encoded(name) + b":null," + plain[1:]
    return [
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
            yield from _refused(subject, "missing", _without(body, path), path, "missing_field")


def _wrong(subject: Subject, body: dict[str, Any]) -> Iterator[Defect]:
    for path in _paths(body):
        old = _at(body, path)
        for value in VALUES:
            if type(value) is not type(old):
                wrong = list(_refused(subject, "of a wrong type", _with(body, path, value), path))
                yield from wrong
                if wrong:
                    break


def _options(subject: Subject, contract: Contract, body: dict[str, Any]) -> Iterator[Defect]:
    """Wrong values of the optional fields that the gateway claims."""
    for name, schema in properties_of(subject.operation).items():
        if schema.get("x-feature", "") in contract.features:
            for kind, value in _beyond(schema):
                yield from _refused(subject, kind, {**body, name: value}, (name,))


def _beyond(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    step = 1 if "integer" in schema.get("type", ()) else 0.1
    if "minimum" in schema:
        yield "below its minimum", schema["minimum"] - step
    if "maximum" in schema:
        yield "above its maximum", schema["maximum"] + step
    if "enum" in schema:
        yield "an unknown word", "no-such-word"
    yield "of a wrong type", {"odd": [1]}


def _refused(
    subject: Subject, kind: str, body: dict[str, Any], path: Path, cause: str = "invalid_value"
) -> Iterator[Defect]:
    """The defect, when the schema refuses the body."""
    if not subject.operation.accepts(body):
        yield Defect(kind, encoded(subject.capped(body)), path, cause)


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
