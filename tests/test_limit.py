"""When to come again after a limit, and that nobody comes before."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from conformance.target import Target
from conformance.wire.ahead import Ahead, Pending
from conformance.wire.exchange import Request
from conformance.wire.limit import USUAL, seconds_to_wait
from conformance.wire.recorder import Recorder

NOW = 1_795_000_000.0
SPENT = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-remaining-tokens": "70"}
AT_ONCE = 4
REQUESTS = [Request("GET", f"/models/{number}") for number in range(AT_ONCE + 1)]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, USUAL),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "soon"}, USUAL),
        ({"retry-after": "Wed, 18 Nov 2026 11:06:45 GMT"}, 5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"x-ratelimit-reset-requests": "9s", "x-ratelimit-reset-tokens": "6m0s", **SPENT}, 9),
        ({"x-ratelimit-reset-tokens": "6m0s", **SPENT}, USUAL),
        ({"x-ratelimit-reset": "12", "x-ratelimit-remaining": "0"}, 12),
        ({"x-ratelimit-reset": "1795000003", "x-ratelimit-remaining": "0"}, 3),
        ({"x-ratelimit-reset": "1795000003500", "x-ratelimit-remaining": "0"}, 3.5),
        ({"x-ratelimit-reset": "2026-11-18T11:06:44Z", "x-ratelimit-remaining": "0"}, 4),
        ({"x-ratelimit-reset": "1m30.5s", "x-ratelimit-remaining": "0"}, 90.5),
        ({"x-ratelimit-reset": "20ms", "x-ratelimit-remaining": "0"}, 0.02),
        ({"x-ratelimit-reset": "1794999999", "x-ratelimit-remaining": "0"}, 0),
        ({"x-ratelimit-reset": "12"}, USUAL),
        ({"retry-after": "2", "x-ratelimit-reset": "12", "x-ratelimit-remaining": "0"}, 2),
    ],
)
def test_answer_says_when_to_come_again(headers: dict[str, str], seconds: float) -> None:
    assert seconds_to_wait(httpx.Headers(headers), NOW) == pytest.approx(seconds)


class Limiting(httpx.BaseTransport):
    """A gateway that refuses the first request, and remembers when each one came."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.came: dict[tuple[str, int], float] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer."""
        with self._lock:
            self.came[request.url.path, len(self.came)] = time.monotonic()
            first = len(self.came) == 1
        body = httpx.ByteStream(b"{}")
        return httpx.Response(429, headers=self.headers, stream=body) if first else httpx.Response(200, stream=body)


@pytest.mark.parametrize(
    "headers",
    [{"retry-after": "0.4"}, {"x-ratelimit-reset-requests": "400ms", "x-ratelimit-remaining-requests": "0"}],
    ids=["retry-after", "reset"],
)
def test_limit_holds_all_that_ask(headers: dict[str, str]) -> None:
    """After one request met a limit, none of the pool is sent until it has passed; then all are served."""
    gateway, ahead = Limiting(headers), Ahead(AT_ONCE)
    recorder = Recorder(Target("https://gateway.test/v1"), transport=gateway, ahead=ahead)
    try:
        _begin(recorder, REQUESTS[0])
        time.sleep(0.1)
        for request in REQUESTS[1:]:
            _begin(recorder, request)
        with recorder.in_place():
            answers = [recorder.ask(request) for request in REQUESTS]
    finally:
        recorder.close()

    first, *later = gateway.came.values()
    assert {answer.status for answer in answers} == {200}
    assert len(later) == len(REQUESTS)
    assert min(later) - first >= 0.39


def _begin(recorder: Recorder, request: Request) -> None:
    with pytest.raises(Pending):
        recorder.ask(request)
