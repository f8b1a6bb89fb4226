"""Jobs: work that is submitted, takes a while, and is polled until it ends.

The state of a job depends on nothing but its creation time and the clock, so every process that shares the store
reports the same, even after a restart. The products of a job are known at its start and reported at its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from zlib import crc32

import msgspec

from reference_server import media
from reference_server.errors import Refusal
from reference_server.fixtures import Model
from reference_server.model.prompt import Usage
from reference_server.wire.call import Call

if TYPE_CHECKING:
    from reference_server.service import Service

QUEUED = 0.1
"""Seconds until the work begins."""
RUNNING = 0.2
"""Seconds that the work takes."""
LOOK = 0.125
"""Seconds that pass between two looks at a job where the clock stands still."""
KIND = "job"
State = Literal["waiting", "running", "success", "failure"]


class Product(msgspec.Struct, frozen=True):
    """What a job makes: a file below `/media/<kind>/`, and the facts that are reported with its address."""

    kind: str
    recipe: str
    facts: dict[str, Any] = {}


class Job(msgspec.Struct, frozen=True):
    """One job. `created` is in Unix seconds, `cost` in credits. A `spoilt` one fails in the end."""

    id: str
    type: str
    model: str
    created: float
    products: list[Product]
    cost: float
    spoilt: bool


def submit(service: Service, call: Call, type_: str, name: str, products: list[Product], price: float) -> Job:
    """Submit a job of that type under that id. Its price in credits is booked unless it is going to fail.

    Raises Refusal when the model is unknown, cannot make this, or fails at once.
    """
    model = _model(service, call.body["model"], type_)
    cost = 0.0 if model.fails_late else service.metering.book(call, call.body["model"], Usage(0, 0), price)
    job = Job(name, type_, call.body["model"], service.store.clock(), products, cost, model.fails_late)
    service.store.put(KIND, job.id, _owner(call), msgspec.to_builtins(job))
    return job


def find(service: Service, call: Call, type_: str | None = None) -> Job:
    """The job that the path names, when it belongs to the caller and is of that type. Raises Refusal.

    Whoever asks has waited: a clock that stands still moves on.
    """
    service.store.advance(LOOK)
    name = next(iter(call.parameters.values()))
    stored = service.store.get(KIND, name, _owner(call))
    job = msgspec.convert(stored.fields, Job) if stored else None
    if job is None or type_ not in (None, job.type):
        raise Refusal("unknown_object", f"The job {name!r} does not exist.")
    return job


def state(job: Job, now: float) -> tuple[State, int]:
    """The state of a job, and its progress in percent."""
    worked = now - job.created - QUEUED
    if worked < 0:
        return "waiting", 0
    if worked < RUNNING:
        return "running", 1 + int(98 * worked / RUNNING)
    return ("failure", 99) if job.spoilt else ("success", 100)


def word(service: Service, state: State) -> str:
    """The contract's word for a state."""
    words: list[str] = service.contract.gateway["async"][state]
    return words[0]


def address(call: Call, product: Product) -> str:
    """Where a product can be fetched."""
    return media.url(call.headers.get("host", "127.0.0.1"), product.kind, product.recipe)


def digits(text: str) -> str:
    """Eight hexadecimal digits that stand for a text in a recipe."""
    return f"{crc32(text.encode()):08x}"


def _owner(call: Call) -> str:
    return call.key.account if call.key else ""


def _model(service: Service, name: str, type_: str) -> Model:
    model = service.model(name)
    if model.fails:
        raise Refusal(model.fails, f"The model {name!r} cannot answer now.")
    if type_ not in model.makes:
        raise Refusal("invalid_value", f"The model {name!r} does not make {type_}.", "model")
    return model
