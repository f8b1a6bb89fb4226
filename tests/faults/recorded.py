"""What a fault changes, found by playing a recorded session again with it.

A check judges the answers that it looks at. When they are the same with a fault as without it, so is its verdict.
"""

from __future__ import annotations

import fcntl
import itertools
import marshal
import pickle
import re
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import gateway_contract
from conformance import register
from conformance.model import Verdict
from conformance.wire.exchange import Exchange
from conformance.wire.recorder import FAILURE, UPSTREAM
from gateway_contract import Contract
from reference_server import fixtures
from reference_server.app import Application
from reference_server.faults import Fault
from reference_server.service import Service
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply
from tests.faults.bench import Bench, Case
from tests.faults.inside import ADDRESS, Inside
from tests.faults.noting import LEDGER, SPENT, NotingStore

WHOLE = {name for name, one in register.load().requirements.items() if one.area in ("every_answer", "valid")}
"""What judges all that a run has recorded, whatever was looked at."""
AGAIN = {429, FAILURE, *UPSTREAM}
"""The answers after which a request is sent again."""
LATER = 1 << 30
"""The number of the first request of a server that is judged: no answer of a session has it, or a higher one."""
WITHOUT_REFERENCES = 2
"""The version of marshal's format that writes equal values as equal bytes, whatever objects they share."""
HEARD = re.compile(r"[0-9a-f]{8}")
"""How the id of a request begins: with its number."""
USUAL = {
    name: one
    for name, one in register.load().requirements.items()
    if one.area != "properties" and not one.area.startswith("sdk_")
}
"""What looks at answers itself. The rest restates it, for every operation or through an SDK."""


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


class Answered(NamedTuple):
    """A call, the reply to it as bytes, whether it was cut, and what it read and wrote of what the server keeps."""

    call: Call
    packed: bytes
    cut: bool
    touched: frozenset[str]

    def reply(self) -> Reply:
        """The reply, to be changed: a new one each time."""
        return Reply(*marshal.loads(self.packed))


class Change(NamedTuple):
    """What a fault changes: the requirements whose checks look at it, and whether it is about the connection.

    `known` are the answers that are the same as without it, whatever else is asked.
    """

    requirements: set[str]
    connection: bool
    known: dict[Hashable, Exchange]


class Listening(Service):
    """The service of a gateway, which remembers what it heard. Its ids count; each begins and ends like no other."""

    def __init__(self, gateway: str | None, first: int = 1, contract: Contract | None = None) -> None:
        self._ids = itertools.count(first)
        self._now: float | None = None
        self.notes = NotingStore(self._clock, lambda: f"{next(self._ids):08x}" * 4)
        super().__init__(contract or gateway_contract.load(gateway), fixtures.load(), self.notes)
        self.heard: list[Heard] = []

    def respond(self, call: Call, faults: Sequence[Fault] = ()) -> Reply:
        """The reply, as without listening."""
        request = call.method, call.path, dict(call.headers), call.raw, call.protocol, dict(call.query)
        self.heard.append(Heard(int(call.id[:8], 16), time.time(), *request))
        return super().respond(call, faults)

    def hear(self, heard: Heard, faults: Sequence[Fault] = ()) -> Answered:
        """What was heard once and the reply to it, as if it were then."""
        number, self._now, method, path, headers, raw, protocol, query = heard
        self._ids = itertools.count(number)
        call = Call(self.store.ids(), method, path, dict(headers), raw, self.contract, protocol, dict(query))
        self.notes.touched.clear()
        reply = super().respond(call, faults)
        return Answered(call, _packed(reply), reply.cut, frozenset(self.notes.touched))

    def _clock(self) -> float:
        return time.time() if self._now is None else self._now


@dataclass(frozen=True)
class Session:
    """What the checks of a gateway asked, in order, and which of it each requirement looked at.

    `exchanges` are what they were answered, by what was asked; each with its place in the order.
    """

    gateway: str | None
    heard: list[Heard]
    looked_at: dict[str, set[int]]
    exchanges: dict[Hashable, tuple[int, Exchange]]

    def changed_by(self, fault: Fault, contract: Contract | None = None) -> Change:
        """What is different with the fault, and with another contract where the fault is that the server has one.

        One that remembers is played again, with what it remembers. Where that shows that it plays now and then, it may
        change any answer that it is meant for.
        """
        memory: dict[str, Any] = {}
        changed = self._changed(fault, memory, contract)
        if memory and changed.keys() != self._changed(fault, memory).keys():
            changed |= {place: one.cut for place, one in enumerate(self.plain) if fault.applies_to(one.call)}
        requirements = {name for name, places in self.looked_at.items() if places & changed.keys()}
        connection = any(cut != self.plain[place].cut for place, cut in changed.items())
        known = {} if memory else self._unchanged(changed.keys(), requirements)
        return Change(requirements | WHOLE if changed else requirements, connection, known)

    def _unchanged(self, changed: Set[int], requirements: set[str]) -> dict[Hashable, Exchange]:
        """What is answered the same, and neither changes nor tells what the server keeps."""
        told = any(LEDGER in self.plain[place].touched for name in requirements for place in self.looked_at[name])
        free = set() if told else {SPENT}
        return {
            asked: exchange
            for asked, (place, exchange) in self.exchanges.items()
            if place not in changed and self.plain[place].touched <= free
        }

    def statuses(self, fault: Fault, contract: Contract) -> set[tuple[int, int]]:
        """Of each reply that is different with another contract, the status without and with it."""
        replies = self._served(fault, {}, contract)
        changed = [(place, packed) for place, packed, _ in replies if packed != self.plain[place].packed]
        return {(self.plain[place].reply().status, Reply(*marshal.loads(packed)).status) for place, packed in changed}

    def answered_otherwise(self, fault: Fault) -> set[int]:
        """The numbers of the requests of the session that a fault of calls answers otherwise."""
        return {self.heard[place].number for place in self._changed(fault, {})}

    def _changed(self, fault: Fault, memory: dict[str, Any], contract: Contract | None = None) -> dict[int, bool]:
        """The places of the replies that are different, and whether each is cut."""
        replies = self._edited(fault, memory) if fault.stage == "reply" else self._served(fault, memory, contract)
        return {place: cut for place, packed, cut in replies if packed != self.plain[place].packed}

    @cached_property
    def plain(self) -> list[Answered]:
        """Each call and its reply, without a fault."""
        service = Listening(self.gateway)
        return [service.hear(heard) for heard in self.heard]

    @cached_property
    def touching(self) -> Mapping[str, set[str]]:
        """What the calls of each operation read and wrote. What they cost is nothing where nobody tells it."""
        touching: dict[str, set[str]] = defaultdict(set)
        for call, *_, touched in self.plain:
            if call.operation:
                touching[call.operation.id] |= touched
        told = any(LEDGER in touched for touched in touching.values())
        return touching if told else {name: touched - {SPENT} for name, touched in touching.items()}

    def _edited(self, fault: Fault, memory: dict[str, Any]) -> Iterator[tuple[int, bytes, bool]]:
        """The replies that a fault of replies is meant for. No other can change: nothing is remembered of a reply."""
        for place, answered in enumerate(self.plain):
            if fault.applies_to(answered.call):
                answered.call.memory = memory
                reply = fault.change_reply(answered.reply(), answered.call)
                yield place, _packed(reply), reply.cut

    def _served(
        self, fault: Fault, memory: dict[str, Any], contract: Contract | None
    ) -> Iterator[tuple[int, bytes, bool]]:
        """The replies to every call that a fault can reach."""
        service = Listening(self.gateway, contract=contract)
        service.memory = memory
        for place in self._reached_by(fault):
            answered = service.hear(self.heard[place], [fault])
            yield place, answered.packed, answered.cut

    def _reached_by(self, fault: Fault) -> list[int]:
        """The calls of the fault's operation, and of those that share with it what the server keeps."""
        kinds: set[str] = set()
        wider = set(self.touching.get(fault.operation, ()))
        while wider - kinds:
            kinds |= wider
            wider = set().union(*(one for one in self.touching.values() if one & kinds))
        names = {name for name, touched in self.touching.items() if touched & kinds} | {fault.operation}
        return [
            place
            for place, (call, *_) in enumerate(self.plain)
            if fault.operation == "*" or (call.operation and call.operation.id in names)
        ]


def _packed(reply: Reply) -> bytes:
    """All that a reply says. Replies that nobody could tell apart are the same bytes; 1 is not written as true is."""
    return marshal.dumps([getattr(reply, name) for name in reply.__struct_fields__], WITHOUT_REFERENCES)


def watched(fault: Fault, changed: set[int]) -> Fault:
    """The fault of replies, which notes the numbers of the requests that it answers otherwise."""

    def change(reply: Reply, call: Call) -> Reply:
        before = _packed(reply)
        after: Reply = fault.function(reply, call) or reply
        if _packed(after) != before:
            changed.add(int(call.id[:8], 16))
        return after

    return replace(fault, function=change)


def record(bench: Bench, gateway: str | None, requirements: Iterable[str]) -> Session:
    """The session of a run that judges those requirements on a server without faults."""
    service = Listening(gateway)
    application = Application(service)
    answers: dict[Hashable, Any] = {}
    case = Case(ADDRESS + application.base, gateway, Inside(application), answers=answers)
    judged = bench.judge(case, set(requirements))
    wrong = [one for one in judged.findings if one.verdict in (Verdict.FAILED, Verdict.ERRORED)]
    assert not wrong, f"without a fault: {[(one.requirement, one.message) for one in wrong]}"
    places = {heard.number: place for place, heard in enumerate(service.heard)}
    exchanges = numbers(judged.exchanges)
    looked_at: dict[str, set[int]] = defaultdict(set)
    for finding in judged.findings:
        looked_at[finding.requirement] |= {places[exchanges[one]] for one in finding.exchanges if one in exchanges}
    by_number = {exchanges[one.number]: (asked, one) for asked, one in answers.items() if _settled(one, exchanges)}
    known = {asked: (places[heard], replace(one, number=LATER + heard)) for heard, (asked, one) in by_number.items()}
    return Session(gateway, service.heard, dict(looked_at), known)


class Library:
    """The sessions of gateways, in files that several processes share."""

    def __init__(self, place: Path, make: Callable[[str | None], Session]) -> None:
        self._place = place
        self._make = make
        self._read: dict[str | None, Session] = {}

    def prepare(self, gateways: Iterable[str | None]) -> None:
        """Makes the sessions that nobody else makes, so that processes share the work."""
        for gateway in gateways:
            self._written(gateway, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def session(self, gateway: str | None) -> Session:
        """The session of a gateway; waits for the process that makes it."""
        if gateway not in self._read:
            self._written(gateway, fcntl.LOCK_EX)
            self._read[gateway] = pickle.loads(self._path(gateway).read_bytes())
        return self._read[gateway]

    def _written(self, gateway: str | None, how: int) -> None:
        path = self._path(gateway)
        with path.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, how)
            except BlockingIOError:
                return
            if not path.exists():
                path.write_bytes(pickle.dumps(self._make(gateway)))

    def _path(self, gateway: str | None) -> Path:
        return self._place / f"{gateway}.session"


def _settled(answer: Any, numbers: Mapping[int, int]) -> bool:
    """Whether it is an exchange that came at the first try, and is known to the service."""
    return isinstance(answer, Exchange) and answer.number in numbers and answer.status not in AGAIN


def numbers(exchanges: Iterable[Exchange]) -> dict[int, int]:
    """By the number of an exchange, that of the request that the service heard; without those that name none."""
    named = {one.number: one.headers.get("x-request-id", one.headers.get("request-id", "")) for one in exchanges}
    return {number: int(name[:8], 16) for number, name in named.items() if HEARD.match(name)}
