"""All answers of a run, for what documents say of every one of them: recorded anyway, they cost no further request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from conformance.errors import Inconclusive, Unsupported
from conformance.properties.bodies import Subject, subjects
from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask, encoded
from conformance.words.check import NotApplicable, every, is_failure, stated
from gateway_contract import Contract, Operation

FRONT = range(400, 600)
"""Statuses with which whatever stands in front of a gateway may answer in its place; no JSON, then."""


@dataclass(frozen=True)
class Group:
    """The answers to one operation with one status."""

    operation: Operation
    status: int
    exchanges: tuple[Exchange, ...]

    @property
    def label(self) -> str:
        """`createImageEdit 200`."""
        return f"{self.operation.id} {self.status}"


Demand = Callable[[Operation, Exchange], None]


class WholeRun:
    """What a run has recorded so far, by operation and status. A worker of several knows what it recorded itself.

    `judged` are the operations that the run is about.
    """

    def __init__(self, ask: Ask, contract: Contract, judged: Collection[str] = ()) -> None:
        self._asking = ask
        self._contract = contract
        self.judged = judged

    @property
    def exchanges(self) -> list[Exchange]:
        """All exchanges so far; of a recording that is judged again, all that it holds."""
        self._asking.recorder.take_rest()
        return self._asking.recorder.recorded

    def groups(self, about: Callable[[Operation, Exchange], bool] = lambda *_: True) -> list[Group]:
        """Such answers as the gateway itself gave to documented operations."""
        groups: dict[tuple[str, int], list[Exchange]] = defaultdict(list)
        for operation, exchange in self._own():
            if not about(operation, exchange):
                continue
            groups[operation.id, exchange.status].append(exchange)
        return [
            Group(self._contract.operations[name], status, tuple(groups[name, status]))
            for name, status in sorted(groups)
        ]

    def _own(self) -> Iterator[tuple[Operation, Exchange]]:
        bases = self._asking.recorder.bases
        for exchange in self.exchanges:
            request = exchange.request
            base = bases[request.protocol]
            path = request.path.partition("?")[0].removeprefix(base)
            operation = self._contract.find(request.method, path, request.protocol)
            in_front = exchange.status in FRONT and not isinstance(exchange.json, dict)
            elsewhere = not exchange.url.startswith(base + path)
            if not operation or elsewhere or self._is_absent(operation):
                continue
            if exchange.status and not exchange.broken and not in_front:
                yield operation, exchange

    def _is_absent(self, operation: Operation) -> bool:
        """Whether it was found that the target lacks the operation: what answers there instead has its own form."""
        place = self._asking.place(operation.method, operation.path, operation.protocol)
        return operation.protocol in self._asking.absent or bool(self._asking.routes.get(place))

    def demand(self, demand: Demand, about: Callable[[Operation, Exchange], bool]) -> None:
        """Demands it of every answer that it is about; the message names the operations that fail.

        The first answer that fails of each is evidence. Not applicable where nothing is concerned.
        """
        touched = self._asking.recorder.touched
        chosen = self.groups(about)
        if not chosen:
            raise NotApplicable("the run met no answer of which the documents say this")
        every(chosen, lambda group: _demand_of_group(demand, group, touched), touched, attrgetter("label"))

    def demand_headers(
        self,
        names: Collection[str],
        valid: Callable[[str], Any] = bool,
        *,
        about: Callable[[Exchange], bool] = lambda _: True,
        asking: Callable[[], None] | None = None,
    ) -> None:
        """Demands these headers, with values that are `valid`, of every answer that the contract promises them for.

        `asking` asks what the run may not have asked. Answers that the promise is not `about` are left out.
        """
        if not any(_due(one, status, names) for one in self._contract.operations.values() for status in (200, 429)):
            raise NotApplicable(f"no document promises {' or '.join(names)} on every answer")
        (asking or self.ask_once)()

        def demand(operation: Operation, exchange: Exchange) -> None:
            _demand_valid(exchange, _due(operation, exchange.status, names), valid)

        self.demand(demand, lambda operation, one: about(one) and bool(_due(operation, one.status, names)))

    def ask_once(self) -> None:
        """Asks the operations that the run has not asked: the others too, when one requirement is judged alone."""
        served = {group.operation.id for group in self.groups() if group.status < 300}
        self._ask(lambda subject: subject.operation.id not in served)

    def ask_with(self, key: str) -> None:
        """Asks the operations with another key."""
        self._ask(lambda _: True, key=key, patient=False)

    def _ask(self, chosen: Callable[[Subject], bool], **options: Any) -> None:
        for subject in filter(chosen, self._subjects()):
            body = encoded(subject.capped(subject.bodies[0])) if subject.bodies else None
            askable = body is not None or not subject.operation.request_types
            if askable and "{" not in subject.operation.path and subject.operation.method != "DELETE":
                with suppress(Inconclusive, Unsupported):
                    subject.send(self._asking, body, **options)

    def _subjects(self) -> list[Subject]:
        try:
            return subjects(self._contract, self._asking)
        except Inconclusive:
            return []


def _due(operation: Operation, status: int, names: Collection[str]) -> list[str]:
    """Those of the headers that the contract promises for that status."""
    return [name for name in operation.sent_always(status) if name in names]


def _demand_valid(exchange: Exchange, names: Collection[str], valid: Callable[[str], Any]) -> None:
    missing = [name for name in names if not exchange.headers.get(name)]
    assert not missing, f"no {' and no '.join(missing)}"
    for name in names:
        assert valid(exchange.headers[name]), f"{name} is {exchange.headers[name]!r:.60}"


def _demand_of_group(demand: Demand, group: Group, touched: list[Exchange]) -> None:
    """Raises the first failure of a group, and says how many there are."""
    failures: list[tuple[Exchange, str]] = []
    for exchange in group.exchanges:
        try:
            demand(group.operation, exchange)
        except AssertionError as error:
            if not is_failure(error):
                raise
            failures.append((exchange, stated(error)))
    touched += [exchange for exchange, _ in failures[:1]]
    number = f" ({len(failures)} of {len(group.exchanges)} answers)" if len(group.exchanges) > 1 else ""
    assert not failures, f"{failures[0][1]}{number}"
