"""What a fault changes, found by playing a recorded session again with it.

A check judges the answers that it looks at. When they are the same with a fault as without it, so is its verdict.
"""

from __future__ import annotations

import fcntl
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import gateway_contract
from conformance import register
from conformance.model import Verdict
from conformance.wire.exchange import Exchange
from gateway_contract import Contract
from reference_server.app import Application
from reference_server.faults import Fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply
from tests.faults.bench import Bench, Case
from tests.faults.heard import Answered, Heard, Listening, Untouched, from_bytes, number_of, packed, stopping, to_bytes
from tests.faults.inside import ADDRESS, Inside
from tests.faults.noting import COUNTED, LEDGER, SPENT

WHOLE = {name for name, one in register.load().requirements.items() if one.area in ("every_answer", "valid")}
"""What judges all that a run has recorded, whatever was looked at."""
LATER = 1 << 30
"""The number of the first request of a server that is judged: no answer of a session has it, or a higher one."""
HEARD = re.compile(r"[0-9a-f]{8}")
"""How the id of a request begins: with its number."""
NO_OBJECTS = {COUNTED, LEDGER, SPENT}
"""What may be touched besides objects."""
USUAL = {
    name: one
    for name, one in register.load().requirements.items()
    if one.area != "properties" and not one.area.startswith("sdk_")
}
"""What looks at answers itself. The rest restates it, for every operation or through an SDK."""


class Change(NamedTuple):
    """What a fault changes: the requirements whose checks look at it, and whether it is about the connection.

    `known` are the answers that are the same as without it, whatever else is asked; `free` those of them that cost
    nothing, which alone are known to the checks of `counting`, who compare what calls cost with what an account spent.
    """

    requirements: set[str]
    connection: bool
    known: dict[Hashable, Exchange]
    free: dict[Hashable, Exchange]
    counting: Set[str]

    def parts(self) -> Iterator[tuple[Set[str], dict[Hashable, Exchange]]]:
        """The requirements that are judged together, with what is known to their checks."""
        parts = (self.requirements - self.counting, self.known), (self.requirements & self.counting, self.free)
        return (part for part in parts if part[0])


@dataclass(frozen=True)
class Session:
    """What the checks of a gateway asked, in order, and which of it each requirement looked at.

    `plain` are the replies of the server without a fault, each with its call. `exchanges` are what the checks were
    answered, by what was asked; each with its place in the order.
    """

    gateway: str | None
    heard: list[Heard]
    plain: list[Answered]
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
        known = {} if memory else self._unchanged(changed.keys())
        free = {asked: one for asked, one in known.items() if SPENT not in self.plain[self.exchanges[asked][0]].touched}
        requirements |= WHOLE if changed else set()
        told = any(LEDGER in self.plain[one].touched and fault.applies_to(self.plain[one].call) for one in changed)
        return Change(requirements, connection, free if told else known, free, self._counting)

    def _unchanged(self, changed: Set[int]) -> dict[Hashable, Exchange]:
        """What is answered the same, and neither shares an object with what is not nor counts."""
        asked_anew, objects = set(changed), set()
        while more := {key for place in asked_anew for key in self._objects[place]} - objects:
            objects |= more
            asked_anew |= {place for place, keys in enumerate(self._objects) if keys & more}
        return {
            asked: exchange
            for asked, (place, exchange) in self.exchanges.items()
            if place not in asked_anew and self.plain[place].touched.isdisjoint((COUNTED, LEDGER))
        }

    @cached_property
    def _counting(self) -> Set[str]:
        """The requirements whose checks look at what an account has spent; those of the whole run look at no sums."""
        looked_at = self.looked_at.items()
        return {name for name, places in looked_at if any(LEDGER in self.plain[one].touched for one in places)} - WHOLE

    def statuses(self, fault: Fault, contract: Contract) -> set[tuple[int, int]]:
        """Of each reply that is different with another contract, the status without and with it."""
        served = self._served(fault, {}, contract).items()
        changed = [(self.plain[place], one) for place, one in served if one.packed != self.plain[place].packed]
        return {(before.reply().status, after.reply().status) for before, after in changed}

    def _changed(self, fault: Fault, memory: dict[str, Any], contract: Contract | None = None) -> dict[int, bool]:
        """The places of the replies that are different, and whether each is cut; who tells other costs is different."""
        if fault.stage == "reply":
            edited = self._edited(fault, memory)
            return {place: cut for place, after, cut in edited if after != self.plain[place].packed}
        served = self._served(fault, memory, contract).items()
        changed = {place: one.cut for place, one in served if one.packed != self.plain[place].packed}
        costs = any(one.booked != self.plain[place].booked for place, one in served)
        telling = (place for place, one in enumerate(self.plain) if costs and LEDGER in one.touched)
        return dict.fromkeys(telling, False) | changed

    def _edited(self, fault: Fault, memory: dict[str, Any]) -> Iterator[tuple[int, bytes, bool]]:
        """The replies that a fault of replies is meant for. No other can change: nothing is remembered of a reply."""
        for place, answered in enumerate(self.plain):
            if fault.applies_to(answered.call):
                answered.call.memory = memory
                reply = fault.change_reply(answered.reply(), answered.call)
                yield place, packed(reply), reply.cut

    def _served(self, fault: Fault, memory: dict[str, Any], contract: Contract | None) -> dict[int, Answered]:
        """The replies to the calls that a fault is meant for, and to those that share with them what the server keeps.

        What a call shares may be known only when it was served with the fault.
        """
        places, shared = set[int](), self._meant(fault, contract)
        while not shared <= places:
            places |= shared
            service = Listening(self.gateway, contract=contract)
            service.memory = deepcopy(memory)
            served = {place: self._served_once(service, place, fault, contract) for place in sorted(places)}
            shared = self._sharing(served)
        memory |= service.memory
        return served

    def _meant(self, fault: Fault, contract: Contract | None) -> set[int]:
        """The places of the calls that a fault may change; with another contract, those of an operation, or all."""
        calls = enumerate(one.call for one in self.plain)
        if contract is None:
            return {place for place, call in calls if fault.applies_to(call)}
        return {
            place
            for place, call in calls
            if fault.operation == "*" or (call.operation and call.operation.id == fault.operation)
        }

    def _served_once(self, service: Listening, place: int, fault: Fault, contract: Contract | None) -> Answered:
        """One reply; the known one where the fault leaves the call as it is, and nothing is kept of it."""
        free = contract is None and self.plain[place].touched <= {SPENT}
        try:
            return service.hear(self.heard[place], [stopping(fault) if free else fault])
        except Untouched:
            return self.plain[place]

    def _sharing(self, served: Mapping[int, Answered]) -> set[int]:
        """The places that share an object with calls as they were served."""
        touched = set().union(*(one.touched for one in served.values()))
        objects = {self._one(key) for key in touched - NO_OBJECTS}
        while more := {key for keys in self._objects if keys & objects for key in keys} - objects:
            objects |= more
        return {place for place, keys in enumerate(self._objects) if keys & objects}

    def _one(self, key: str) -> str:
        """The object that stands for one: of a kind that some call lists, all objects are one."""
        kind = key.partition("/")[0]
        return kind if kind in self._listed else key

    @cached_property
    def _listed(self) -> Set[str]:
        """The kinds of objects that some call lists."""
        return {key for answered in self.plain for key in answered.touched - NO_OBJECTS if "/" not in key}

    @cached_property
    def _objects(self) -> list[Set[str]]:
        """The objects that each call touches."""
        return [{self._one(key) for key in answered.touched - NO_OBJECTS} for answered in self.plain]


def answered_otherwise(service: Listening) -> set[int]:
    """The numbers of the requests that a service which plays a fault answered otherwise than without it."""
    plain = Listening(service.contract.name)
    answers = zip(service.heard, service.answers, strict=True)
    return {heard.number for heard, answered in answers if plain.hear(heard).packed != answered.packed}


def watched(fault: Fault, changed: set[int]) -> Fault:
    """The fault of replies, which notes the numbers of the requests that it answers otherwise."""

    def change(reply: Reply, call: Call) -> Reply:
        before = packed(reply)
        after: Reply = fault.function(reply, call) or reply
        if packed(after) != before:
            changed.add(number_of(call))
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
    sent = ((asked, one) for asked, one in answers.items() if isinstance(one, Exchange) and one.number in exchanges)
    by_number = {exchanges[one.number]: (asked, one) for asked, one in sent}
    known = {asked: (places[heard], replace(one, number=LATER + heard)) for heard, (asked, one) in by_number.items()}
    return Session(gateway, service.heard, service.answers, dict(looked_at), known)


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
            self._read[gateway] = from_bytes(self._path(gateway).read_bytes(), gateway_contract.load(gateway))
        return self._read[gateway]

    def _written(self, gateway: str | None, how: int) -> None:
        path = self._path(gateway)
        with path.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, how)
            except BlockingIOError:
                return
            if not path.exists():
                path.write_bytes(to_bytes(self._make(gateway)))

    def _path(self, gateway: str | None) -> Path:
        return self._place / f"{gateway}.session"


def numbers(exchanges: Iterable[Exchange]) -> dict[int, int]:
    """By the number of an exchange, that of the request that the service heard; without those that name none."""
    named = {one.number: one.headers.get("x-request-id", one.headers.get("request-id", "")) for one in exchanges}
    return {number: int(name[:8], 16) for number, name in named.items() if HEARD.match(name)}
