"""The service of a gateway that remembers what it heard and answered, and can answer it again as if it were then."""

from __future__ import annotations

import itertools
import marshal
import pickle
import time
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any, NamedTuple

import gateway_contract
from gateway_contract import Contract, Operation
from reference_server import fixtures
from reference_server.faults import Fault
from reference_server.service import Service
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply
from tests.faults.noting import NotingStore

WITHOUT_REFERENCES = 2
"""The version of marshal's format that writes equal values as equal bytes, whatever objects they share."""


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
    address: str


class Answered(NamedTuple):
    """A call, the reply to it as bytes, whether it was cut, and what it touched of what the server keeps.

    `booked` is what it cost.
    """

    call: Call
    packed: bytes
    cut: bool
    touched: frozenset[str]
    booked: tuple[Any, ...]

    def reply(self) -> Reply:
        """The reply, to be changed: a new one each time."""
        return Reply(*marshal.loads(self.packed))


class Untouched(BaseException):
    """A fault leaves a call as it is, so that the reply to it is known."""


class Listening(Service):
    """The service of a gateway, which remembers what it heard. Its ids count; each begins and ends like no other."""

    def __init__(self, gateway: str | None, first: int = 1, contract: Contract | None = None) -> None:
        self._ids = itertools.count(first)
        self._now: float | None = None
        self.notes = NotingStore(self._clock, lambda: f"{next(self._ids):08x}" * 4)
        super().__init__(contract or gateway_contract.load(gateway), fixtures.load(), self.notes)
        self.heard: list[Heard] = []
        self.answers: list[Answered] = []

    def respond(self, call: Call, faults: Sequence[Fault] = ()) -> Reply:
        """The reply, as without listening."""
        self._now = time.time()
        call.at_once = False  # what is compared later is a reply in its parts
        request = call.method, call.path, dict(call.headers), call.raw, call.protocol, dict(call.query), call.address
        self.heard.append(Heard(number_of(call), self._now, *request))
        reply, answered = self._answer(call, faults)
        self.answers.append(answered)
        return reply

    def hear(self, heard: Heard, faults: Sequence[Fault] = ()) -> Answered:
        """What was heard once and the reply to it, as if it were then."""
        number, self._now, method, path, headers, raw, protocol, query, address = heard
        self._ids = itertools.count(number)
        call = Call(self.store.ids(), method, path, dict(headers), raw, self.contract, protocol, dict(query))
        call.address = address
        return self._answer(call, faults)[1]

    def _answer(self, call: Call, faults: Sequence[Fault]) -> tuple[Reply, Answered]:
        self.notes.forget()
        reply = super().respond(call, faults)
        noted = frozenset(self.notes.touched), tuple(self.notes.costs)
        return reply, Answered(call, packed(reply), reply.cut, *noted)

    def _clock(self) -> float:
        return time.time() if self._now is None else self._now


def number_of(call: Call) -> int:
    """The number of a call: the id begins with it."""
    return int(call.id[:8], 16)


def packed(reply: Reply) -> bytes:
    """All that a reply says. Replies that nobody could tell apart are the same bytes; 1 is not written as true is."""
    return marshal.dumps([getattr(reply, name) for name in reply.__struct_fields__], WITHOUT_REFERENCES)


def stopping(fault: Fault) -> Fault:
    """The fault of calls, which raises `Untouched` where it changes nothing."""

    def change(call: Call) -> None:
        before = _state(call)
        fault.function(call)
        if _state(call) == before:
            raise Untouched

    return replace(fault, function=change)


def _state(call: Call) -> tuple[Any, ...]:
    """All that a fault may change of a call, but for what it remembers."""
    body = marshal.dumps([call.body, call.headers, call.query, call.parameters], WITHOUT_REFERENCES)
    uploads = [(name, list(files)) for name, files in call.uploads.items()]
    request = call.id, call.protocol, call.method, call.path, call.raw
    return body, uploads, request, call.key, call.contract, call.operation, call.at_once


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: object) -> str | None:
        if isinstance(value, Operation):
            return value.id
        return "" if isinstance(value, Contract) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BytesIO, contract: Contract) -> None:
        super().__init__(file)
        self._contract = contract

    def persistent_load(self, name: str) -> Operation | Contract:
        return self._contract.operations[name] if name else self._contract


def to_bytes(value: object) -> bytes:
    """A value that has calls in it, for another process that has the contract."""
    written = BytesIO()
    _Pickler(written).dump(value)
    return written.getvalue()


def from_bytes(written: bytes, contract: Contract) -> Any:
    """What `to_bytes` was given."""
    return _Unpickler(BytesIO(written), contract).load()
