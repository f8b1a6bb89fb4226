"""What a fault changes, found by playing a recorded session again with it.

A check judges the answers that it looks at. When they are the same with a fault as without it, so is its verdict.
"""

from __future__ import annotations

import fcntl
import itertools
import pickle
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn

import gateway_contract
from conformance import register
from conformance.register import select
from conformance.report import har
from conformance.run import runner
from conformance.target import reference
from reference_server import fixtures
from reference_server.app import Application
from reference_server.faults import Fault
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

USUAL = {
    name: one
    for name, one in register.load().requirements.items()
    if one.area != "properties" and not one.area.startswith("sdk_")
}
"""What looks at answers itself. The rest restates it, for every operation or through an SDK."""
FORGETFUL = {"Chat", "Embeddings", "Audio", "Images", "Models", "Anthropic Messages", "Gemini"}
"""The tags of operations that keep nothing for another one but what they cost."""


class Heard(NamedTuple):
    """A request as the service heard it: the number that its id is, and when it came, in Unix seconds."""

    number: int
    at: float
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes | None
    protocol: str
    query: dict[str, Any]


class Listening(Service):
    """The service of a gateway, which remembers what it heard. Its ids count."""

    def __init__(self, gateway: str | None) -> None:
        self._ids = itertools.count(1)
        self._now: float | None = None
        store = Store(self._clock, lambda: f"{next(self._ids):032x}")
        super().__init__(gateway_contract.load(gateway), fixtures.load(), store)
        self.heard: list[Heard] = []

    def respond(self, call: Call, faults: Sequence[Fault] = ()) -> Reply:
        """The reply, as without listening."""
        told = call.method, call.path, dict(call.headers), call.raw, call.protocol, dict(call.query)
        self.heard.append(Heard(int(call.id, 16), time.time(), *told))
        return super().respond(call, faults)

    def hear(self, heard: Heard, faults: Sequence[Fault] = ()) -> tuple[Call, Reply]:
        """What was heard once and the reply to it, as if it were then."""
        number, self._now, method, path, headers, raw, protocol, query = heard
        self._ids = itertools.count(number)
        call = Call(self.store.ids(), method, path, dict(headers), raw, self.contract, protocol, dict(query))
        return call, super().respond(call, faults)

    def _clock(self) -> float:
        return time.time() if self._now is None else self._now


@dataclass(frozen=True)
class Session:
    """What the checks of a gateway asked, in order, and which of it each requirement looked at."""

    gateway: str | None
    heard: list[Heard]
    looked_at: dict[str, set[int]]

    def changed_by(self, fault: Fault) -> set[str]:
        """The requirements whose checks look at an answer that the fault changes.

        A fault that plays now and then, as two plays show, may change any answer that it is meant for.
        """
        changed = self._changed(fault)
        if changed != self._changed(fault):
            changed = {place for place, (call, _) in enumerate(self.plain) if fault.applies_to(call)}
        return {name for name, places in self.looked_at.items() if places & changed}

    def _changed(self, fault: Fault) -> set[int]:
        replies = self._edited(fault) if fault.stage == "reply" else self._served(fault)
        return {place for place, reply in replies if reply != self.plain[place][1]}

    @cached_property
    def plain(self) -> list[tuple[Call, Reply]]:
        """Each call and its reply, without a fault."""
        service = Listening(self.gateway)
        return [service.hear(heard) for heard in self.heard]

    def _edited(self, fault: Fault) -> Iterator[tuple[int, Reply]]:
        """The replies that a fault of replies is meant for. No other can change: nothing is remembered of a reply."""
        for place, (call, reply) in enumerate(self.plain):
            if fault.applies_to(call):
                yield place, fault.change_reply(deepcopy(reply), call)

    def _served(self, fault: Fault) -> Iterator[tuple[int, Reply]]:
        """The replies to every call that a fault can reach: of its operation, or of all where something is kept."""
        service = Listening(self.gateway)
        operation = service.contract.operations.get(fault.operation)
        far = operation is None or operation.document["tags"][0] not in FORGETFUL
        for place, (call, _) in enumerate(self.plain):
            if far or (call.operation and call.operation.id == fault.operation):
                yield place, service.hear(self.heard[place], [fault])[1]


def record(gateway: str | None, requirements: Iterable[str], place: Path) -> Session:
    """The session of a run that judges those requirements on a server without faults."""
    service = Listening(gateway)
    with serving(service) as base_url:
        report = runner.judge(
            base_url=base_url,
            gateway=gateway,
            target=reference.FIXTURES,
            report_dir=place,
            requirement=sorted(requirements),
            include=sorted(select.EXPENSIVE),
        ).report
    numbers = {record["id"]: _number(record) for record in har.load(place / har.FILENAME)}
    places = {heard.number: place for place, heard in enumerate(service.heard)}
    looked_at: dict[str, set[int]] = {}
    for finding in report.findings:
        known = {places[number] for one in finding.exchanges if (number := numbers[one]) is not None}
        looked_at.setdefault(finding.requirement, set()).update(known)
    return Session(gateway, service.heard, looked_at)


def shared(path: Path, make: Callable[[], Session]) -> Session:
    """The session that a file keeps. The first of several processes makes it, and the others wait."""
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            path.write_bytes(pickle.dumps(make()))
        session: Session = pickle.loads(path.read_bytes())
        return session


def _number(record: dict[str, Any]) -> int | None:
    """The number of the request that an exchange was; None when it did not reach the service."""
    headers = {name.lower(): value for name, value in record["response_headers"]}
    name = headers.get("x-request-id", headers.get("request-id"))
    return int(name.replace("-", ""), 16) if name else None


@contextmanager
def serving(service: Service) -> Iterator[str]:
    application = Application(service)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(application, log_level="critical", access_log=False, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}{application.base}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
