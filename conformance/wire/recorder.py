"""The recording client: sends a request once, records every byte with its arrival time, and never records a secret.

The same request asked twice is answered from the recording, so that many checks judge one exchange. `take=1` asks for
a second, independent answer.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import httpx

from conformance.errors import BudgetSpent, Inconclusive, TimeSpent
from conformance.target import Credential, Secret, Target
from conformance.wire import body
from conformance.wire.breaker import Breaker
from conformance.wire.client import client_for
from conformance.wire.connection import cannot_connect
from conformance.wire.exchange import KEY_HERE, Exchange, Request, headers_of
from conformance.wire.limit import seconds_to_wait
from conformance.wire.network import Network
from conformance.wire.record import by_request, from_record, identity, request_of
from conformance.wire.secrets import Secrets, secrets_of
from conformance.wire.spill import Spill

if TYPE_CHECKING:
    from conformance.wire.ahead import Ahead

logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses, which may contain a key
ANSWERS = logging.getLogger("conformance.answers")
"""Told each request with its answer, when it is on level DEBUG."""
Value = TypeVar("Value")
Asked = tuple[str, Request, int]
"""The base URL, the request, and which of several answers to it is meant."""
PATIENCE = 30.0
"""The longest Retry-After, in seconds, that the client waits for."""
AT_MOST = 3.0
"""The most that an answer may take, as a multiple of the longest pause within it."""
LEFT = "the client left"
"""How a connection ended that the suite itself closed early."""


FAILURE = 500
UPSTREAM = frozenset({502, 503, 504, *range(520, 531)})
"""What says that an upstream is away or overloaded, as proxies in front of it number that, too."""
COSTLY = ("/videos", "/music", "/tasks")
"""Where a request that fails is not sent again: it may be done after all, and costs much."""
HOPS = 5
"""The most redirects that are followed for one request."""


class Recorder:
    """Sends requests to a target and remembers them. `touched` holds the exchanges that the running check has read."""

    def __init__(
        self,
        target: Target,
        replay: Iterable[Mapping[str, Any]] | None = None,
        first: int = 0,
        bases: Mapping[str, str] | None = None,
        pace: int | None = None,
        transport: httpx.BaseTransport | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        """`transport` takes the place of the network. What is asked is sent by `ahead`, where there is one."""
        self._interval = 60 / pace if pace else 0.0
        self._next = 0.0
        self.target = target
        self._usual = {name: _plain(value) for name, value in target.headers.items()}
        self._query = "&".join(f"{quote(n, safe='')}={quote(_plain(v), safe='')}" for n, v in target.query.items())
        self.bases = dict(bases or {"openai": target.base_url})
        self.first = first
        self.touched: list[Exchange] = []
        self.recorded: list[Exchange] = []
        self.moved: dict[str, str] = {}
        """What the reader of a report should know of redirects, said of the first one."""
        self.unsteady = False
        """Whether a request without an answer had one when it was sent again: the network's fault."""
        self._known: dict[Asked, Exchange] = {}
        self._rest = {id(record): record for record in replay or ()}
        self._replay = None if replay is None else by_request(self._rest.values())
        self._ahead = ahead if replay is None else None
        self._lock = threading.Lock()
        self._sent = 0
        self._http = client_for(target, self.bases.values(), transport)
        self._network = Network()
        self._network.carry(self._http)
        if target.max_time is not None:
            self._network.ends = time.monotonic() + target.max_time
        self._breaker = Breaker()
        self._spill = Spill()
        self._passing: Counter[int] = Counter()

    def close(self) -> None:
        """Closes the connections, and waits for no answer."""
        if self._ahead:
            self._ahead.stop()
        self._network.close()
        if self._ahead:
            self._ahead.close()
        self._http.close()

    def ask(self, request: Request, take: int = 0, patient: bool = True, after: float = 0.0) -> Exchange:
        """The answer to a request, from the recording if it is there.

        Raises `CannotConnect` when no server listens, `BudgetSpent` at the limit of requests, `TimeSpent` at that of
        time, and `GaveUp` when nothing but faults comes. `patient` waits for a
        rate limit to pass and tries again when an upstream is unavailable. A request that has to be sent is sent
        `after` so many seconds. Raises `Pending` while the answer is on its way, unless it is asked `in_place`.
        """
        key = self.bases[request.protocol], request, take
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._answer(key, patient, after)
        self.touched.append(known)
        return known

    def _answer(self, key: Asked, patient: bool, after: float) -> Exchange:
        request = key[1]

        def send() -> Exchange:
            return self._patiently(request) if patient else self.send(request)

        if self._ahead:
            return self._ahead.answer(key, send, after)
        if after and not self.replays:
            self._network.pause(after)
        return send()

    @property
    def replays(self) -> bool:
        """Whether a recording answers, so that there is nothing to wait for."""
        return self._replay is not None

    def in_place(self) -> AbstractContextManager[None]:
        """Lets whoever asks wait for each answer, as long as this lasts."""
        return self._ahead.in_place() if self._ahead else nullcontext()

    def meanwhile(self, name: Hashable, work: Callable[[], Value]) -> Value:
        """What some work gives that is done while others wait for answers. Raises `Pending` as `ask` does."""
        return self._ahead.answer(name, work) if self._ahead else work()

    def adopt(self, other: Recorder) -> None:
        """Takes over what another one of the same target was answered, so that it is not asked again."""
        self._known |= other._known
        self.recorded += other.recorded
        self._breaker.answered = True
        self._sent = other._sent

    def take_rest(self) -> None:
        """Takes from a recording what nobody has asked for, as if it had been asked now."""
        for record in list(self._rest.values()):
            self._take(record, request_of(record))

    def move(self, protocol: str, base: str) -> None:
        """Asks a protocol at another base URL from now on."""
        self.bases[protocol] = base

    def send(self, request: Request, until: Callable[[bytes], bool] | None = None) -> Exchange:
        """Sends a request now. The connection is closed as soon as `until` is true of the bytes received."""
        if self._replay is not None:
            return self._replayed(request)
        self._demand_time()
        self._breaker.demand()
        number = self.first + self._spend()
        self._breaker.demand()
        exchange = self._send(request, number, until)
        self._demand_time()
        if request.key == "default" and not _elsewhere(request):
            self._breaker.note(exchange)
        self.recorded.append(exchange)
        result = exchange.status or exchange.broken
        ANSWERS.debug("%s %s: %s, %.2f s", request.method, exchange.url, result, exchange.elapsed)
        return exchange

    def hurry(self, seconds: float) -> None:
        """Leaves so much time for what is still to be done."""
        self._network.ends = time.monotonic() + seconds

    def _demand_time(self) -> None:
        if self._network.over:
            limit = "its end" if self.target.max_time is None else f"its limit of {self.target.max_time:g} s"
            raise TimeSpent(f"the run reached {limit}", "raise --max-time")

    def _spend(self) -> int:
        """The number of the next request, if the budget allows one."""
        with self._lock:
            if self.target.max_requests is not None and self._sent >= self.target.max_requests:
                raise BudgetSpent(f"{self._sent} requests were sent, which is the limit", "raise --max-requests")
            self._sent += 1
            self._wait_for_turn()
            return self._sent - 1

    def _wait_for_turn(self) -> None:
        """Keeps the pace, in requests per minute."""
        now = time.monotonic()
        if self._next > now:
            self._network.pause(self._next - now)
        self._next = max(now, self._next) + self._interval

    def _patiently(self, request: Request) -> Exchange:
        first = exchange = self.send(request)
        for _ in range(2):
            pause = _pause(exchange)
            if pause is None or self._replay is not None:
                break
            self._hold(exchange.status, pause)
            before, exchange = exchange, self.send(request)
            self.unsteady |= bool(exchange.status and not before.status)
        if first.status >= FAILURE > exchange.status > 0:
            self._note_passing(first.status)
        return exchange

    def _note_passing(self, status: int) -> None:
        """A failure that is gone when the same is asked again accuses nobody, and is told."""
        with self._lock:
            self._passing[status] += 1
            counts = ", ".join(f"{count} times {known}" for known, count in sorted(self._passing.items()))
            self.moved["failures that passed"] = f"answered {counts}, and otherwise when the same was asked again"

    def _hold(self, status: int, pause: float) -> None:
        """Waits; at a limit nobody else sends meanwhile, and fewer do afterwards."""
        if status != 429:
            self._network.pause(pause)
            return
        until = time.monotonic() + pause  # before the lock, which whoever waits for a turn holds
        with self._lock:
            self._next = max(self._next, until)
        if self._ahead:
            self._ahead.slow_down()

    def _send(self, request: Request, number: int, until: Callable[[bytes], bool] | None) -> Exchange:
        message = self._message(request)
        record: dict[str, Any] = {
            "number": number,
            "request": replace(request, headers=self.secrets.sent(request.headers)),
            "url": self.secrets.text(str(message.url)),
            "started": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "sent": self.secrets.sent(message.headers.items()),
        }
        with closing(body.Incoming()) as incoming:
            self._fill(record, incoming, message, until)
            return Exchange(**self._kept(record, incoming))

    def _fill(
        self,
        record: dict[str, Any],
        incoming: body.Incoming,
        message: httpx.Request,
        until: Callable[[bytes], bool] | None,
    ) -> None:
        """Receives the answer to a message, as far as there is one."""
        request, start = record["request"], time.perf_counter()
        try:
            with self._network.within(AT_MOST * self.target.timeout):
                self._receive(message, record, incoming, start, until, _elsewhere(request))
        except httpx.RequestError as error:
            unreached = not record.get("status") and isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))
            if unreached and not _elsewhere(request):
                self._breaker.unreached(cannot_connect(self.target.base_url, error))
            record["broken"] = f"{type(error).__name__}: {self.secrets.text(str(error))}"
        record["elapsed"] = time.perf_counter() - start

    def _kept(self, record: dict[str, Any], incoming: body.Incoming) -> dict[str, Any]:
        """The record of an answer with what is kept of it; large ones are looked at one by one, for memory's sake."""
        pairs = body.bounded(record, record.pop("headers", httpx.Headers()).multi_items())
        with self._spill.looking if incoming.size > body.SMALL else nullcontext():
            body.demand_decodable(record, incoming)
            headers, masked, leaks = self.secrets.received(record.get("status", 0), pairs, incoming.whole)
            chunks = self._spill.kept(incoming.cuts, masked)
        return {**record, "headers": headers_of(headers), "chunks": chunks, "leaks": leaks}

    def _message(self, request: Request) -> httpx.Request:
        """What is sent. An answer may name an id, or a value, that no request can carry."""
        url, headers = self._url(request), self._headers(request)
        try:
            return self._http.build_request(request.method, url, content=request.body, headers=headers)
        except (httpx.InvalidURL, UnicodeEncodeError):
            raise Inconclusive("cannot be judged: no request can carry what the gateway answered") from None

    def _receive(
        self,
        message: httpx.Request,
        record: dict[str, Any],
        incoming: body.Incoming,
        start: float,
        until: Callable[[bytes], bool] | None,
        redirected: bool,
    ) -> None:
        response = self._http.send(message, stream=True, follow_redirects=redirected)
        for _ in range(HOPS):
            following = None if redirected else _moved_within(response)
            if following is None:
                break
            response.close()
            self._note_move(response, following)
            record["url"] = self.secrets.text(str(following.url))
            response = self._http.send(following, stream=True)
        try:
            record["status"] = response.status_code
            record["http_version"] = response.http_version
            record["headers"] = response.headers
            most = body.limit(record["request"].path)
            for chunk in body.read(response, min(most, body.SMALL) if self._spill.is_full(most) else most):
                incoming.add(time.perf_counter() - start, chunk)
                if until and until(incoming.whole):
                    record["broken"] = LEFT
                    break
        finally:
            response.close()

    def _note_move(self, response: httpx.Response, following: httpx.Request) -> None:
        moved = f"{response.request.method} {response.request.url.path} is answered {response.status_code}"
        place = self.secrets.text(str(following.url.path))
        self.moved.setdefault("redirects", f"{moved}, see {place}: such redirects are followed, as the SDKs do")

    def _url(self, request: Request) -> str:
        if _elsewhere(request):
            return request.path
        path = request.path.replace(KEY_HERE, quote(self._token(request), safe=""))
        mark = "&" if "?" in path else "?"
        return self.bases[request.protocol] + path + (mark + self._query if self._query else "")

    def _key(self, request: Request) -> Secret | None:
        key = self.target.keys.get(request.key) if isinstance(request.key, str) else request.key
        return None if _elsewhere(request) else key

    def _token(self, request: Request) -> str:
        key = self._key(request)
        return key.reveal() if key else ""

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {"user-agent": "gateway-conformance", "accept": "*/*", "accept-encoding": body.CODINGS}
        if not _elsewhere(request):
            headers |= self._usual
        if request.body is not None:
            headers["content-type"] = "application/json"
        credential = self.target.credential if request.protocol == "openai" else Credential()
        token = self._token(request)
        own = {name: value.replace(KEY_HERE, token) for name, value in request.headers}
        headers |= credential.placed(own, token if self._key(request) else None)
        return {name: value for name, value in headers.items() if value}

    @cached_property
    def secrets(self) -> Secrets:
        """What keeps the keys of the target out of whatever leaves."""
        return secrets_of(self.target.secrets())

    def _replayed(self, request: Request) -> Exchange:
        scrubbed = replace(request, headers=self.secrets.sent(request.headers))
        record = (self._replay or {}).get(identity(scrubbed), [])
        if not record:
            raise Inconclusive("the recording holds no answer to this request")
        return self._take(record.pop(0) if len(record) > 1 else record[0], request)

    def _take(self, record: Mapping[str, Any], request: Request) -> Exchange:
        self._rest.pop(id(record), None)
        exchange = from_record(record, request, len(self.recorded))
        self.recorded.append(exchange)
        return exchange


def _plain(value: str | Secret) -> str:
    return value if isinstance(value, str) else value.reveal()


def _elsewhere(request: Request) -> bool:
    """Whether the request is for an address in an answer, which may be on another host."""
    return request.path.startswith(("http://", "https://"))


def _moved_within(response: httpx.Response) -> httpx.Request | None:
    """The same request at the place where it is now, within its own origin and with method and body; None elsewhere."""
    following = response.next_request if response.status_code in {307, 308} else None
    if following is None or _origin(following.url) != _origin(response.request.url):
        return None
    return following


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _pause(exchange: Exchange) -> float | None:
    """How long to wait before a further try, in seconds; None when there is no reason to try again."""
    if exchange.status == 429:
        seconds = seconds_to_wait(exchange.headers, time.time())
        return seconds if seconds <= PATIENCE else None
    if exchange.broken.startswith("Connect"):
        return 1.0
    if exchange.status == FAILURE:
        return None if exchange.request.path.startswith(COSTLY) and exchange.request.method == "POST" else 0.2
    return 0.2 if exchange.status in UPSTREAM or (exchange.broken and not exchange.status) else None
