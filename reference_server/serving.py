"""The server process: a socket, a ready line, and a way to stop."""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
import threading
from collections.abc import Callable, Collection, Mapping
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

import gateway_contract
from reference_server import faults, fixtures, welcome
from reference_server.app import Application
from reference_server.errors import CannotListen, UnusableState
from reference_server.journal import Journal
from reference_server.service import Service
from reference_server.settings import Settings
from reference_server.state.frozen import FrozenClock, SeededIds
from reference_server.state.store import Store
from reference_server.wire.asgi import telling
from reference_server.wire.joining import JoiningProtocol

if TYPE_CHECKING:
    from reference_server.recording import Recorder
    from reference_server.scenario.stage import Stage

_BACKLOG = 1024
STRICT = ("strict-openai",)
"""The gateways that refuse unknown parameters."""


def application(settings: Settings) -> Application:
    """The ASGI application of a gateway. Raises UnknownGateway, UnknownName, UnusableState or WrongScenario."""
    played = tuple(faults.find(name) for name in settings.faults)
    names = fixtures.load().with_names(settings.models, settings.keys, settings.any_model, settings.any_key)
    strict = settings.strict or settings.gateway in STRICT
    service = Service(gateway_contract.load(settings.gateway), names, _store(settings), strict)
    if settings.scenario or settings.control:
        service.stage = _stage(settings, service.contract.operations)
    return Application(service, played, Journal() if settings.control else None, settings.seed or 0)


def _recorder(settings: Settings) -> Recorder:
    from reference_server.recording import Recorder

    if not settings.scenario:
        raise UnusableState("a recording needs a file to write", "name one with --scenario")
    if settings.scenario.exists():
        raise UnusableState(f"{settings.scenario} exists already, and a recording begins anew", "name another file")
    return Recorder(gateway_contract.load(settings.gateway), settings.record or "", settings.scenario)


def _stage(settings: Settings, operations: Collection[str]) -> Stage:
    from reference_server.scenario.stage import Stage  # only then: it costs the start a tenth of its time

    return Stage(settings.scenario, operations)


def _store(settings: Settings) -> Store:
    if settings.seed is not None:
        clock = FrozenClock()
        return Store(clock, SeededIds(settings.seed), advance=clock.advance)
    try:
        return Store(state=settings.state)
    except sqlite3.Error as error:
        message = f"cannot keep state in {settings.state}: {error}"
        raise UnusableState(message, "give a file that may be written") from error


def serve(settings: Settings, host: str, port: int, until_stdin_closes: bool) -> None:
    """Serve until a signal, or until standard input ends. Prints the base URL and how to begin when ready.

    Raises UnknownGateway, UnknownName, UnusableState, WrongScenario, or CannotListen when the address cannot be used.
    """
    app = _recorder(settings) if settings.record else application(settings)
    listening = listen(host, port)
    until = sys.stdin.fileno() if until_stdin_closes else None
    run(app, settings, listening, lambda: announce(settings, app.bases, host, listening.getsockname()[1]), until)


def run(
    app: Application | Recorder,
    settings: Settings,
    listening: socket.socket,
    ready: Callable[[], None],
    until: int | None,
) -> None:
    """Answer what comes in, until a signal, or until the file of that descriptor ends. Calls `ready` once."""
    config = uvicorn.Config(
        telling(app) if settings.verbose else app,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=settings.seed is None,
        lifespan="off",
        ws="none",
        http=JoiningProtocol,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config, ready)
    if until is not None:
        threading.Thread(target=server.stop_with, args=[until], daemon=True).start()
    server.run(sockets=[listening])
    app.close()


def announce(settings: Settings, bases: Mapping[str, str], host: str, port: int) -> None:
    """Print where the server is."""
    shown = {"json": welcome.document, "quiet": welcome.line}.get(settings.output, welcome.screen)
    print(shown(f"http://{_in_url(host)}:{port}", bases), flush=True)


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def stop_with(self, descriptor: int) -> None:
        """Stop once a file has ended."""
        wait_for_end(descriptor)
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop at the first signal, at once at the second. It is not raised again: the process ends with 0."""
        self.force_exit = self.should_exit
        self.should_exit = True


def wait_for_end(descriptor: int) -> None:
    """Return when a file has ended."""
    while _read(descriptor):
        pass


def _read(descriptor: int) -> bytes:
    """What comes in; nothing at the end. A buffered reader would hold a lock that the interpreter needs to exit."""
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""


def listen(host: str, port: int, shared: bool = False) -> socket.socket:
    """A socket at that address. Several `shared` ones take turns. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        hint = "choose another --port, or 0 for a free one" if port else "choose an address of this host"
        raise CannotListen(f"cannot listen on {host}:{port}: {error.strerror}", hint) from error
    return listening


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
