"""Requests that a contract allows, and what is done to them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from gateway_contract import FORM, Contract, Operation
from tests.fuzz.values import drawn, odd

_BOUNDARY = "limit"
_MODELS = {
    "embeddings": "embedding",
    "images": "image",
    "speech": "speech",
    "transcriptions": "transcription",
    "videos": "film",
    "music": "melody",
}
_PATH = {"file_id": "file-reference"}
"""A model stands for every other parameter: there is no job by its name."""
_METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "QUERY", "get", "")
_HEADERS = (
    *("authorization", "x-api-key", "x-goog-api-key", "content-type", "content-encoding", "anthropic-version"),
    *("idempotency-key", "host", "x-disable-fallback", "accept", "origin", "x-test-id"),
)
_TYPES = (
    *("application/json", "application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded"),
    *("multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={_BOUNDARY}", "", ";"),
)
_POOL = 60


class Request(NamedTuple):
    """What is sent. `intact` is whether method and path are those of the operation."""

    operation: Operation
    method: str
    path: str
    query: str
    headers: dict[str, str]
    raw: bytes
    intact: bool = True

    @property
    def scope(self) -> dict[str, Any]:
        """The request as ASGI has it."""
        return {
            "type": "http",
            "method": self.method,
            "path": self.path.encode("utf-8", "replace").decode(),
            "query_string": self.query.encode("latin-1", "replace"),
            "headers": [(name.encode(), _plain(value)) for name, value in self.headers.items()],
        }


class Source:
    """Requests to one operation."""

    def __init__(self, contract: Contract, operation: Operation, random: Random) -> None:
        self._base = contract.bases[operation.protocol]
        self._operation = operation
        self._random = random
        self._model = _MODELS.get(operation.document.get("x-model", ""), "echo")
        if "mbed" in operation.id:
            self._model = "embedding"
        self._type = random.choice(operation.request_types) if operation.request_types else ""
        self._bodies = [body for body in self._drawn() if isinstance(body, dict)] if self._type else [{}]

    def _drawn(self) -> Iterator[Any]:
        """The documented examples, and bodies drawn from the schema around them."""
        operation = self._operation
        examples = [
            operation.resolve(one)["value"]
            for one in operation.resolve(operation.document["requestBody"])["content"][self._type]["examples"].values()
        ]
        schema = operation.request_schema(self._type)
        for place in range(_POOL):
            body = drawn(schema, operation.resolve, self._random) if place % 2 else {}
            whole = {**self._random.choice(examples), **(body if isinstance(body, dict) else {})}
            yield {**whole, "model": self._model} if "model" in whole else whole

    def request(self) -> Request:
        """A request with one to three things wrong."""
        random, operation = self._random, self._operation
        body = json.loads(json.dumps(random.choice(self._bodies))) if self._type else None
        parts = {name: _PATH.get(name, self._model) for name in _names(operation.path)}
        query: list[tuple[str, str]] = []
        headers = {"authorization": "Bearer sk-ok", "host": "127.0.0.1:1", "anthropic-version": "2023-06-01"}
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            part = random.random()
            if body is not None and part < 0.8:
                body = _changed(body, random)
            elif part < 0.87 and parts:
                parts[random.choice(list(parts))] = _text(random)
            elif part < 0.94 or body is None:
                query.append((random.choice([*operation.query, "key", "limit", "x"]), _text(random)))
            else:
                headers[random.choice(_HEADERS)] = random.choice((_text(random), random.choice(_TYPES)))
        return self._written(parts, query, headers, body)

    def _written(
        self, parts: dict[str, str], query: list[tuple[str, str]], headers: dict[str, str], body: Any
    ) -> Request:
        random, operation = self._random, self._operation
        method, path = operation.method, self._base + operation.path
        for name, value in parts.items():
            path = path.replace(f"{{{name}}}", value)
        intact = "/" not in "".join(parts.values())
        if random.random() < 0.02:
            method, path, intact = *self._astray(path), False
        raw = b"" if body is None and random.random() < 0.9 else _encoded(self._type, body, headers)
        if random.random() < 0.03:
            raw = _torn(raw, random)
        return Request(operation, method, path, urlencode(query, errors="replace"), headers, raw, intact)

    def _astray(self, path: str) -> tuple[str, str]:
        """A method and a path of which one at least is wrong."""
        paths = (path, f"{path}/", path[:-2], f"{self._base}{_text(self._random)}")
        return self._random.choice(_METHODS), self._random.choice(paths)


def _plain(value: str) -> bytes:
    """The value as an HTTP server lets it pass."""
    return value.replace("\n", "").replace("\0", "").strip().encode("utf-8", "replace")


def _names(path: str) -> list[str]:
    return [piece.partition("}")[0] for piece in path.split("{")[1:]]


def _text(random: Random) -> str:
    value = odd(random)
    return value if isinstance(value, str) else json.dumps(value)


def _places(value: Any, at: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every member of a value, each as its parent and its key."""
    for key, part in list(value.items() if isinstance(value, dict) else enumerate(value)):
        at.append((value, key))
        if isinstance(part, (dict, list)):
            _places(part, at)
    return at


def _changed(body: Any, random: Random) -> Any:
    """The body with one thing wrong at any depth: a value, a name, a member too few, too many or in a wrong place."""
    places = _places(body, []) if isinstance(body, (dict, list)) else []
    if not places or random.random() < 0.01:
        return odd(random)
    parent, key = random.choice(places)
    kind = random.random()
    if kind < 0.6:
        parent[key] = odd(random)
    elif kind < 0.7:
        del parent[key]
    elif kind < 0.8:
        other, name = random.choice(places)
        parent[key] = json.loads(json.dumps(other[name])) if _has(other, name) else None
    elif kind < 0.9 and isinstance(parent, list):
        parent.extend(parent[key : key + 1] * 3)
    elif isinstance(parent, dict):
        parent[random.choice([name for _, name in places if isinstance(name, str)])] = odd(random)
    return body


def _has(parent: Any, key: Any) -> bool:
    return key in parent if isinstance(parent, dict) else key < len(parent)


def _encoded(media_type: str, body: Any, headers: dict[str, str]) -> bytes:
    """The body on the wire, in the media type that its headers then name."""
    if media_type != FORM or not isinstance(body, dict):
        headers.setdefault("content-type", media_type or "application/json")
        return json.dumps(body).encode()
    headers.setdefault("content-type", f"{FORM}; boundary={_BOUNDARY}")
    fields = [(name, one) for name, value in body.items() for one in (value if isinstance(value, list) else [value])]
    return b"".join(_field(name, value) for name, value in fields) + f"--{_BOUNDARY}--\r\n".encode()


def _field(name: str, value: Any) -> bytes:
    file = '; filename="a.txt"\r\ncontent-type: text/plain' if name in ("file", "image", "mask") else ""
    text = value if isinstance(value, str) else json.dumps(value)
    head = f'--{_BOUNDARY}\r\ncontent-disposition: form-data; name="{name}"{file}\r\n\r\n{text}\r\n'
    return head.encode("utf-8", "surrogatepass")


def _torn(raw: bytes, random: Random) -> bytes:
    """Bytes that are cut, or in which some are replaced."""
    place = random.randrange(len(raw) + 1)
    return random.choice(
        (raw[:place], raw[:place] + bytes([random.randrange(256)]) + raw[place + 1 :], raw * 2, b"[" * 5000)
    )
