"""Sends requests to an application in this process, and judges the answers."""

from __future__ import annotations

import logging
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import msgspec

import gateway_contract
from reference_server import fixtures
from reference_server.app import Application
from reference_server.journal import Journal
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.reply import Reply
from tests.fuzz.requests import Request, Source

BATCH = 500
"""Requests that one server answers, all of one gateway."""
SLOW = 0.5
"""Seconds of CPU that no request may take."""
_FAILING = [name for name, model in fixtures.load().models.items() if model.fails]


@dataclass
class Outcome:
    """What became of some requests. `examples` has one request for each kind of finding."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, other: Outcome) -> None:
        """Count the requests of another outcome as well."""
        self.requests += other.requests
        self.statuses += other.statuses
        self.findings += other.findings
        self.examples = {**other.examples, **self.examples}


class _Log(logging.Handler):
    """Remembers the place of the last exception that the server has logged."""

    place = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.place = _place(record.exc_info[1])


def _place(error: BaseException) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    name = "/".join(frame.filename.split("/")[-2:])
    return f"{type(error).__name__} at {name}:{frame.lineno} in {frame.name}: {str(error)[:80]}"


def batch(seed: int, number: int) -> Outcome:
    """The outcome of the batch of that number: the same requests for the same seed."""
    random = Random(f"{seed} {number}")
    gateways = [None, *gateway_contract.names()]
    contract = gateway_contract.load(gateways[number % len(gateways)])
    journal = Journal() if number % 8 == 0 else None
    application = Application(Service(contract, fixtures.load(), Store()), journal=journal)
    operations = random.sample(list(contract.operations.values()), min(6, len(contract.operations)))
    sources = [Source(contract, operation, random) for operation in operations]
    outcome, log = Outcome(), _Log()
    logger = logging.getLogger("reference_server")
    logger.addHandler(log)
    logger.propagate = False
    for place in range(BATCH):
        _judge(application, sources[place % len(sources)].request(), outcome, log)
    logger.removeHandler(log)
    return outcome


def _judge(application: Application, request: Request, outcome: Outcome, log: _Log) -> None:
    log.place, started = "", time.perf_counter()
    try:
        reply = application.reply(request.scope, request.raw)
        encoded = reply.encoded()
    except Exception as error:
        _find(outcome, f"raises {_place(error)}", request)
        return
    outcome.requests += 1
    outcome.statuses[reply.status] += 1
    if time.perf_counter() - started > SLOW / 2 and (spent := _spent(application, request)) > SLOW:
        _find(outcome, f"{request.operation.id} takes {spent:.0f} s of CPU", request)
    if reply.status >= 500 and not any(name in request.path or name.encode() in request.raw for name in _FAILING):
        _find(outcome, f"{reply.status} {log.place}", request)
    elif reply.status >= 400 and (wrong := _envelope(request, reply, encoded)):
        _find(outcome, f"{request.operation.protocol} {reply.status}: {wrong}", request)


def _spent(application: Application, request: Request) -> float:
    """Seconds of CPU that a request takes, which was slow although perhaps only because others worked as well."""
    started = time.process_time()
    application.reply(request.scope, request.raw).encoded()
    return time.process_time() - started


def _envelope(request: Request, reply: Reply, encoded: bytes) -> str:
    """What is wrong with the body of an error, by the documents of its operation; empty when nothing is."""
    try:
        body = msgspec.json.decode(encoded)
    except msgspec.DecodeError as error:
        return f"not JSON: {error}"
    problem = request.operation.response_problem(reply.status, body) if request.intact else None
    if problem is None or problem.keyword == "status":
        return "" if isinstance(body, dict) and "error" in body else "no error in it"
    return problem.message


def _find(outcome: Outcome, finding: str, request: Request) -> None:
    outcome.findings[finding] += 1
    shown = f"{request.method} {request.path}?{request.query} {request.headers} {request.raw[:2000]!r}"
    outcome.examples.setdefault(finding, shown)
