"""What the answers of all protocols have in common, and what checks demand of any answer.

Reading what is not there is `Inconclusive`: the requirement that demands it has a check of its own.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from conformance.wire import sse
from conformance.wire.exchange import REPORTED, VALID, Exchange, decoded
from conformance.words.check import Inconclusive, inconclusive, pick

LIMITS = frozenset({402, 429})
"""The statuses of a limit of the account: of what it may spend, or how often it may ask."""
CREDENTIAL = frozenset({401, 407})
"""The statuses of a key that does not open the gateway."""
DAY = 86_400
CREDITS = re.compile(r"[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""A cost in credits."""


@dataclass(frozen=True)
class Answer:
    """An answer. `SERVED` are the statuses of a request that was done."""

    SERVED: ClassVar[Collection[int]] = (200,)
    exchange: Exchange

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.exchange.status

    @property
    def served(self) -> bool:
        """The request was done."""
        return self.status in self.SERVED

    @property
    def readable(self) -> bool:
        """What came is of the kind that was asked for, right or wrong."""
        return True

    @property
    def taken(self) -> Exchange:
        """The exchange of a valid request, marked as such; inconclusive when the request was not done."""
        self.exchange.marks.add(VALID)
        if not self.served:
            inconclusive(f"the request was answered {self.status}: {self.exchange.text:.120}")
        return self.exchange


class JsonAnswer(Answer):
    """An answer that is a JSON object. `USAGE` is the name of its token counts."""

    USAGE: ClassVar[str] = "usage"

    @property
    def readable(self) -> bool:
        """It is JSON."""
        return self.exchange.json is not None

    @cached_property
    def body(self) -> dict[str, Any]:
        """The decoded body of a request that was done."""
        return pick(self.taken.json, kind=dict)

    @property
    def usage(self) -> dict[str, Any]:
        """The token counts."""
        return pick(self.body, self.USAGE, kind=dict)

    def tokens(self, name: str) -> int:
        """One of the token counts."""
        return pick(self.body, self.USAGE, name, kind=int)


class StreamedAnswer(Answer):
    """An answer in server-sent events."""

    @property
    def readable(self) -> bool:
        """There is an event, or JSON in its place."""
        reader = self.exchange.stream
        return bool(reader.events or reader.leftover) or self.exchange.json is not None

    @cached_property
    def events(self) -> list[sse.Event]:
        """All events, and what no blank line closed, unless the connection broke there."""
        reader = self.taken.stream
        unclosed = [sse.Event(reader.leftover)] if reader.leftover and not self.exchange.broken else []
        return [*reader.events, *unclosed] or inconclusive("cannot be judged: the answer holds no event")

    @cached_property
    def objects(self) -> list[dict[str, Any]]:
        """The data of the events that are JSON objects."""
        unclosed = [decoded(event.data) for event in self.events[len(self.taken.values) :]]
        return [value for value in [*self.taken.values, *unclosed] if isinstance(value, dict)]

    @property
    def errors(self) -> list[Any]:
        """What the stream reports under `error`."""
        return [one["error"] for one in self.objects if one.get("error")]


AnyAnswer = TypeVar("AnyAnswer", bound=Answer)


def leave_at_limit(exchange: Exchange) -> None:
    """Leaves the check, as inconclusive, when a limit of the account came first."""
    if exchange.status in LIMITS:
        inconclusive(f"the request was answered {exchange.status}: {exchange.text:.120}")


def is_refusal(exchange: Exchange) -> bool:
    """The request is clearly refused: as the caller's matter, in JSON that says more than the status does.

    A limit, or a key that does not open the gateway, refuses no feature. Nor does a route that is not found.
    """
    status = exchange.status
    if not 400 <= status < 500 or status in LIMITS | CREDENTIAL or not isinstance(exchange.json, dict):
        return False
    name = HTTPStatus(status).phrase.lower() if status in set(HTTPStatus) else ""
    return any(text.strip(" .").lower() not in ("", name) for text in texts_of(exchange.json))


def texts_of(value: Any) -> Iterator[str]:
    """The texts within a JSON value, without the names of members."""
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_of(one)


def demand_served(answer: AnyAnswer) -> AnyAnswer:
    """Demands that a request is done; inconclusive at a limit of the account, and where what came is no answer."""
    exchange = answer.exchange
    leave_at_limit(exchange)
    if not answer.served:
        exchange.marks.add(REPORTED)
    assert answer.served, f"expected 200, got {exchange.status or exchange.broken}: {exchange.text:.200}"
    if not answer.readable and not exchange.broken:
        kind = exchange.media_type or "without a media type"
        inconclusive(f"cannot be judged: what came is no answer, but {kind}: {exchange.text:.120}")
    return answer


def demand_not_refused(answer: AnyAnswer) -> AnyAnswer:
    """Demands that a request is done; inconclusive where the target fails at it, which other requirements tell."""
    if answer.status >= 500:
        inconclusive(f"the request was answered {answer.status}: {answer.exchange.text:.120}")
    return demand_served(answer)


def leave_without_tools(called: bool, with_tools: int, without: int) -> None:
    """Leaves the check where the model calls no tool at all: neither unforced (`called`) nor when it has to.

    That is the model's way only where the tools reached it: the prompt costs more tokens with them.
    """
    if not called and with_tools > without:
        inconclusive(f"the model calls no tool at all, although {with_tools - without} tokens of tools reach it")


def first_that_calls(answers: Iterable[AnyAnswer], calls: Callable[[AnyAnswer], object]) -> AnyAnswer:
    """The first answer that calls a tool, else the first that is served, else the first of all.

    Those after it are not asked for. A limit of the account ends the search, and so does what cannot be read.
    """
    others = []
    for answer in answers:
        if answer.status in LIMITS or (answer.served and _may_call(answer, calls)):
            return answer
        others.append(answer)
    return next((one for one in others if one.served), others[0])


def _may_call(answer: AnyAnswer, calls: Callable[[AnyAnswer], object]) -> bool:
    try:
        return bool(calls(answer))
    except Inconclusive:
        return True


def offered(answer: Answer) -> dict[str, Any]:
    """How tools were offered in the request that has this answer."""
    body = answer.exchange.asked
    return {name: body[name] for name in ("tools", "tool_choice") if name in body}


def demand_status(exchange: Exchange, allowed: Collection[int]) -> None:
    """Demands one of these statuses; inconclusive when a limit of the account came first."""
    if exchange.status not in allowed:
        leave_at_limit(exchange)
    seen = f"{exchange.status or exchange.broken}: {exchange.text:.160}"
    assert exchange.status in allowed, f"expected {_spelled(allowed)}, got {seen}"


def _spelled(allowed: Collection[int]) -> str:
    """The statuses as a list; all of a hundred as `a 4xx`."""
    if set(range(400, 500)) <= set(allowed):
        rest = sorted(set(allowed) - set(range(400, 500)))
        return f"{rest} or a 4xx" if rest else "a 4xx"
    return str(sorted(allowed))


def demand_refused(answer: Answer | Exchange, gateway: Mapping[str, Any], *causes: str) -> None:
    """Demands that a request is refused with a status that the contract has for one of the causes."""
    demand_status(_exchange_of(answer), allowed_for(gateway, *causes))


def leave_at_default(answer: Answer | Exchange, promised: bool, name: str = "model") -> None:
    """Leaves the check, as inconclusive, when a request without a field is served as if it had a default.

    Where the gateway's own documents promise the refusal, it is judged.
    """
    if 200 <= _exchange_of(answer).status < 300 and not promised:
        inconclusive(f"the target answers without {name}, as if there was a default")


def demand_client_error(answer: Answer | Exchange) -> None:
    """Demands that a request is refused as the caller's fault; inconclusive at a limit of the account."""
    exchange = _exchange_of(answer)
    leave_at_limit(exchange)
    assert 400 <= exchange.status < 500, f"expected a 4xx, got {exchange.status}: {exchange.text:.160}"


def demand_json(exchange: Exchange, kind: type | tuple[type, ...] = dict) -> Any:
    """Demands a body of JSON that says so, of that kind, and gives it decoded."""
    assert exchange.media_type == "application/json", f"Content-Type is {exchange.media_type!r}"
    assert isinstance(exchange.json, kind), f"the body is not the JSON that is documented: {exchange.text:.120}"
    return exchange.json


def demand_error_body(answer: Answer | Exchange, labelled: bool = True) -> None:
    """Demands that an error is JSON, with an error object that has a message.

    Where another check judges the Content-Type, the body need not be `labelled` as JSON.
    """
    exchange = _exchange_of(answer)
    body = demand_json(exchange) if labelled else demand_kind(exchange.json, "the body", dict)
    error = demand_kind(body.get("error"), "error", dict)
    demand_text(error.get("message"), "message")


def _exchange_of(answer: Answer | Exchange) -> Exchange:
    return answer.exchange if isinstance(answer, Answer) else answer


def demand_kind(value: Any, name: str, kind: type | tuple[type, ...]) -> Any:
    """Demands that the member of that name is of that kind, and gives it. A boolean is no number."""
    is_kind = isinstance(value, kind) and not isinstance(value, bool)
    assert is_kind, f"{name} is {value!r:.80}"
    return value


def demand_text(value: Any, name: str) -> str:
    """Demands that the member of that name is a text with more than space in it, and gives it."""
    assert demand_kind(value, name, str).strip(), f"{name} is empty"
    return str(value)


def demand_count(value: Any, name: str, least: int = 0) -> int:
    """Demands that the member of that name is an integer, and not below the least one; gives it."""
    assert demand_kind(value, name, int) >= least, f"{name} is {value}"
    return int(value)


def demand_objects(value: Any, name: str) -> list[dict[str, Any]]:
    """Demands that the member of that name is a list of objects, with one at least, and gives it."""
    assert demand_kind(value, name, list), f"{name} is empty"
    return [demand_kind(one, f"an entry of {name}", dict) for one in value]


def demand_now(value: Any, name: str) -> None:
    """Demands that the member of that name is now, within a day, in whole Unix seconds."""
    assert demand_kind(value, name, (int, float)) % 1 == 0, f"{name} is not whole: {value}"
    assert abs(value - time.time()) < DAY, f"{name} is {value}, which is not within a day of now"


def allowed_for(gateway: Mapping[str, Any], *causes: str) -> list[int]:
    """The statuses that the contract allows where a request is wrong for one of these causes."""
    return list(dict.fromkeys(status for cause in causes for status in gateway["errors"]["status"][cause]))


def demand_credits(exchange: Exchange, gateway: Mapping[str, Any]) -> None:
    """Demands that the answer to a served request reports its cost in the documented header."""
    name = gateway["headers"]["credits"]
    value = exchange.headers.get(name) or ""

    assert CREDITS.fullmatch(value), f"{name} is {value!r:.80}"
