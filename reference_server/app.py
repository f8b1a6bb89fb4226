"""The ASGI application: paths, bodies and the routes that belong to no contract.

Every path may be prefixed by `/fault/<name>` or `/variation/<name>`, also several times, and headers name some as well
(`by_header.py`): the request is then answered with those faults. `/healthz`, `/openapi.json`, `/openapi-3.1.json`, the
page `/docs` and the files that answers point at, below `/media`, need no credential, and neither does the preflight of
a browser.
"""

from __future__ import annotations

import sqlite3
from collections.abc import MutableMapping
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

from gateway_contract import earlier
from reference_server import by_header, journal, media, metrics, protocols
from reference_server.by_header import ByHeader
from reference_server.errors import Refusal, UnknownFault
from reference_server.faults import Fault, find
from reference_server.journal import Journal
from reference_server.located import located
from reference_server.metrics import Metrics
from reference_server.service import Service
from reference_server.wire import cors
from reference_server.wire.asgi import Receive, Send, body_of, write
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

HEALTH, DOCUMENT, EARLIER, PAGE = "/healthz", "/openapi.json", "/openapi-3.1.json", "/docs"


class Application:
    """Serves one gateway. `faults` are played for every request, `journal` remembers what was sent.

    With a journal, `/_control` shows it, and sets the scenario of a service that has a stage; `/metrics` counts.
    """

    def __init__(
        self, service: Service, faults: tuple[Fault, ...] = (), journal: Journal | None = None, seed: int = 0
    ) -> None:
        self._service = service
        self._journal = journal
        self._metrics = Metrics()
        self._faults = faults
        self._by_header = ByHeader(seed)
        self.bases = service.contract.bases
        self.base = self.bases[protocols.DEFAULT]
        self._bases = sorted(((f"{base}/", name) for name, base in self.bases.items()), key=lambda pair: -len(pair[0]))

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            raw = await body_of(receive)
            if self._journal is None:
                await write(self._readable(scope, raw), receive, send)
                return
            await self._journal.wait(scope)
            start, reply = monotonic(), self.reply(scope, raw)
            stayed = await write(reply, receive, send)
            if self._journal.has(scope):
                self._journal.end(scope, stayed)
                self._metrics.add(self._operation(scope), reply.status, monotonic() - start, stayed)

    def reply(self, scope: MutableMapping[str, Any], raw: bytes | None) -> Reply:
        """The reply to a request with that scope and body; a body of None was too large."""
        if self._journal is None:
            return self._readable(scope, raw)
        if scope["path"].startswith(journal.PREFIX):
            if scope["method"] == "DELETE":
                self._by_header.reset()
            return self._journal.answer(scope)
        if scope["path"] == metrics.PATH:
            return self._metrics.reply()
        if self._service.stage and scope["path"] == self._service.stage.path:
            return self._service.stage.answer(scope["method"], raw)
        reply = self._readable(scope, raw)
        self._journal.add(scope, raw, reply)
        return reply

    def _readable(self, scope: MutableMapping[str, Any], raw: bytes | None) -> Reply:
        """The reply, which a web page may read when it comes from one."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if "origin" in headers:
            return cors.preflight(scope["method"], headers) or cors.readable(self._reply(scope, headers, raw))
        return self._reply(scope, headers, raw)

    def _reply(self, scope: MutableMapping[str, Any], headers: dict[str, str], raw: bytes | None) -> Reply:
        play = None
        try:
            faults, path = _without_prefixes(scope["path"])
            if by_header.NAMES & headers.keys():
                faults += self._by_header.faults(scope["headers"])
                play = self._by_header.play(scope["headers"])
        except UnknownFault as error:
            return self._service.envelope.reply(Refusal("unknown_route", f"{error.message}; {error.hint}"))
        except Refusal as error:
            return self._service.envelope.reply(error)
        if path in (HEALTH, DOCUMENT, EARLIER):
            return Reply.json(self._open(path, scope))
        if path == PAGE:
            from reference_server import documentation  # most servers are never looked at

            text = documentation.page(self._service.contract, self._root(scope))
            return Reply(200, {"content-type": "text/html; charset=utf-8"}, text.encode())
        if path.startswith(media.PREFIX):
            return media.reply(path)
        faults = self._faults + faults
        call = self._call(scope, path, headers, raw)
        call.play = play
        call.at_once = not (faults or play or self._service.stage)
        return self._service.respond(call, faults)

    def _open(self, path: str, scope: MutableMapping[str, Any]) -> dict[str, Any]:
        if path == HEALTH:
            return {"status": "ok"}
        document = self._document(scope)
        return earlier(document) if path == EARLIER else document

    def _document(self, scope: MutableMapping[str, Any]) -> dict[str, Any]:
        """The contract, whose servers are this one."""
        return located(self._service.contract, self._root(scope))

    def _root(self, scope: MutableMapping[str, Any]) -> str:
        """The address of this server as the client reaches it; empty when it does not say."""
        headers = dict(scope["headers"])
        scheme = "https" if headers.get(b"x-forwarded-proto") == b"https" else scope.get("scheme", "http")
        host = headers.get(b"host", b"").decode("latin-1")
        return f"{scheme}://{host}" if host else ""

    def close(self) -> None:
        """Write what is pending. A state that cannot be written is left as it is."""
        with suppress(sqlite3.Error):
            self._service.store.close()

    def _call(self, scope: MutableMapping[str, Any], path: str, headers: dict[str, str], raw: bytes | None) -> Call:
        protocol, relative = self._routed(path)
        call = Call(
            self._service.store.ids(), scope["method"], relative, headers, raw, self._service.contract, protocol
        )
        call.address = path
        if scope["query_string"]:
            call.sent = call.query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        return call

    def _operation(self, scope: MutableMapping[str, Any]) -> str:
        """The operation that a request asks for, whatever became of it."""
        with suppress(UnknownFault):
            protocol, path = self._routed(_without_prefixes(scope["path"])[1])
            if operation := self._service.contract.find(scope["method"], path, protocol):
                return operation.id
        return "none"

    def _routed(self, path: str) -> tuple[str, str]:
        """The protocol that documents a path, else that of the longest matching base; and the path below the base."""
        for base, protocol in self._bases:
            if path.startswith(base) and self._service.contract.documents(path[len(base) - 1 :], protocol):
                return protocol, path[len(base) - 1 :]
        under = (protocol for base, protocol in self._bases if base != "/" and path.startswith(base))
        return next(under, protocols.DEFAULT), ""


def _without_prefixes(path: str) -> tuple[tuple[Fault, ...], str]:
    """The faults that a path asks for, and the rest of the path."""
    faults: tuple[Fault, ...] = ()
    while path.startswith(("/fault/", "/variation/")):
        _, _, name, *rest = path.split("/", 3)
        faults = (*faults, find(name))
        path = "/" + "".join(rest)
    return faults, path


async def _live(receive: Receive, send: Send) -> None:
    """Answer the lifespan protocol: there is nothing to start or to stop."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
