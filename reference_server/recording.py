"""Passes requests on to an upstream, and writes a scenario that answers them as it did.

A rule stands for an operation, its model and its last message. Equal requests have their answers one after another.
No header of a request is written, and the key is left out of bodies. An answer that is no text is not written.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import MutableMapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import yaml

from gateway_contract import Contract
from reference_server.scenario.matching import exactly
from reference_server.scenario.turns import turns
from reference_server.state.access import HEADERS
from reference_server.wire.asgi import Receive, Send, body_of, write
from reference_server.wire.reply import Reply

_TIMEOUT = 600
_DROPPED = frozenset({"host", "connection", "content-length", "accept-encoding", "transfer-encoding"})
_LEFT_OUT = "[left out]"
_LONGEST = 500
"""Characters of a last message that a rule repeats."""
Body = dict[str, Any]


class Recorder:
    """An application that answers by an upstream, such as "https://api.openai.com", and writes a file."""

    def __init__(self, contract: Contract, upstream: str, file: Path) -> None:
        self.bases = contract.bases
        self._contract = contract
        self._upstream = urlsplit(upstream.rstrip("/"))
        self._file = file
        self._rules: dict[bytes, Body] = {}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        raw = await body_of(receive) or b""
        try:
            reply = await asyncio.to_thread(self._ask, scope, raw)
        except (OSError, HTTPException) as error:
            reply = Reply.json({"error": {"message": f"The upstream cannot be asked: {error}."}}, 502)
        else:
            self._record(scope, raw, reply)
        await write(reply, receive, send)

    def close(self) -> None:
        """Nothing is pending: the file is written after each answer."""

    def _ask(self, scope: MutableMapping[str, Any], raw: bytes) -> Reply:
        """The upstream's answer. A stream comes when it has ended."""
        secure = self._upstream.scheme == "https"
        connection = (HTTPSConnection if secure else HTTPConnection)(self._upstream.netloc, timeout=_TIMEOUT)
        sent = {name: value for name, value in _headers(scope).items() if name not in _DROPPED}
        query = scope["query_string"].decode("latin-1")
        try:
            path = self._path(scope["path"]) + (f"?{query}" if query else "")
            connection.request(scope["method"], path, raw or None, sent)
            answer = connection.getresponse()
            media_type = answer.headers.get("content-type", "application/octet-stream")
            return Reply(answer.status, {"content-type": media_type}, answer.read())
        finally:
            connection.close()

    def _path(self, path: str) -> str:
        """The path at the upstream: without the base of a native protocol, and with the upstream's own only once."""
        own, native = self._upstream.path, [base for name, base in self.bases.items() if name != "openai"]
        path = next((path.removeprefix(base) for base in native if path.startswith(f"{base}/")), path)
        return path if own and path.startswith(f"{own}/") else own + path

    def _record(self, scope: MutableMapping[str, Any], raw: bytes, reply: Reply) -> None:
        try:
            text = reply.encoded().decode()
        except UnicodeDecodeError:
            print(f"reference-server: {scope['path']} is answered by no text: not recorded", file=sys.stderr)
            return
        when = self._when(scope, _json(raw.decode("utf-8", "replace")))
        rule = self._rules.setdefault(msgspec.json.encode(when), {"when": when, "answer": []})
        for secret in _secrets(_headers(scope)):
            text = text.replace(secret, _LEFT_OUT)
        decoded = _json(text)
        body = text if decoded is None else decoded
        rule["answer"].append({"status": reply.status, "headers": reply.headers, "body": body})
        scenario = {"rules": list(self._rules.values())}
        self._file.write_text(yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True, width=120), "utf-8")

    def _when(self, scope: MutableMapping[str, Any], body: Any) -> Body:
        """The rule for a request, as closely as a scenario can say it."""
        when: Body = {"path": scope["path"]}
        bases = [(name, base) for name, base in self.bases.items() if scope["path"].startswith(f"{base}/")]
        found = (self._contract.find(scope["method"], scope["path"][len(base) :], name) for name, base in bases)
        if operation := next(filter(None, found), None):
            when["operation"] = operation.id
        if not isinstance(body, dict):
            return when
        if body.get("model"):
            when["model"] = body["model"]
        if spoken := turns(body):
            when["stream"] = bool(body.get("stream")) or when.get("operation", "").startswith("stream")
            text = spoken[-1].text
            when["last"] = {"pattern": exactly(text)} if len(text) <= _LONGEST else text[:_LONGEST]
        return when


def _headers(scope: MutableMapping[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _secrets(headers: dict[str, str]) -> list[str]:
    """The keys of a request, without the scheme before them."""
    return [headers[name].rpartition(" ")[2] for name in HEADERS.values() if headers.get(name)]


def _json(text: str) -> Any:
    """The object or the list that a text is; None when it is neither."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None
