"""An HTTP client for an official Python client, of the library that it needs: what it reads was recorded."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from functools import cache, partial
from importlib import import_module
from typing import Any

from conformance.errors import NotEquipped
from conformance.sdk.recorded_client import ClientRecording, plain_headers
from conformance.wire.exchange import Exchange
from conformance.wire.recorder import Recorder

_modules: dict[str, Any] = {}
"""The official clients that are imported."""


def _imported(name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(name)


def package(recorder: Recorder, name: str, project: str | None = None) -> Any:
    """The module of an official client, imported when it is first needed, while other checks wait for their answers.

    `NotEquipped` when it is not there.
    """
    try:
        if name not in _modules:
            _modules[name] = recorder.meanwhile(("import", name), partial(_imported, name))
        return _modules[name]
    except ImportError:
        raise NotEquipped(f"the official client is not installed: pip install {project or name}") from None


def library_of(sdk: Any) -> Any:
    """The HTTP library that a client is written for: httpx, or a successor with the same interface."""
    classes = inspect.getmro(sdk.DefaultHttpxClient)
    name = next(one.__module__.partition(".")[0] for one in classes if one.__module__.startswith("httpx"))
    return import_module(name)


def http_client(library: Any, recording: ClientRecording) -> Any:
    """A client of `library` that asks through `recording`."""
    return library.Client(transport=_transport(library)(recording), trust_env=False)


@cache
def _transport(library: Any) -> Any:
    class Body(library.SyncByteStream):  # type: ignore[misc]
        """The recorded bytes, one recorded read at a time."""

        def __init__(self, exchange: Exchange, patience: float | None) -> None:
            self.exchange, self.patience = exchange, patience

        def __iter__(self) -> Iterator[bytes]:
            before = 0.0
            for when, data in self.exchange.chunks:
                if self.patience is not None and when - before > self.patience:
                    raise library.ReadTimeout(f"nothing was read for {when - before:.1f} s")
                before = when
                yield data
            if self.exchange.broken:
                raise _broken(library, self.exchange)

    class Transport(library.BaseTransport):  # type: ignore[misc]
        """Asks through a recording. It never connects to anything."""

        def __init__(self, recording: ClientRecording) -> None:
            self.recording = recording

        def handle_request(self, request: Any) -> Any:
            exchange = self.recording.ask(request.method, str(request.url), request.headers, request.read() or None)
            if not exchange.status:
                raise _broken(library, exchange)
            patience = request.extensions.get("timeout", {}).get("read")
            body = Body(exchange, patience)
            return library.Response(exchange.status, headers=plain_headers(exchange), stream=body)

    return Transport


def _broken(library: Any, exchange: Exchange) -> Exception:
    """The error of the library for how a connection ended."""
    name, _, text = exchange.broken.partition(": ")
    kind = getattr(library, name, library.ReadError)
    return kind(text)
