"""Whatever comes as an answer, reading it ends, in bounded memory."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from collections.abc import Callable

import pytest

from conformance.target import Target
from conformance.wire.exchange import Exchange, Request
from conformance.wire.network import ENDLESS
from conformance.wire.recorder import Recorder
from tests.hostile.gateway import Call, serving

BOMB = gzip.compress(bytes(64 << 20))


def received(behave: Callable[[Call], object], timeout: float = 0.3, path: str = "/chat/completions") -> Exchange:
    """What a recorder with a timeout of so many seconds is answered."""
    with serving(behave) as base:
        recorder = Recorder(Target(base, timeout=timeout))
        try:
            return recorder.send(Request("POST", path, b"{}"))
        finally:
            recorder.close()


def _pings(call: Call) -> None:
    call.begin()
    call.forever(b": ping\n\n", 0.05)


def _drips(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n")
    call.forever(b" ", 0.05)


def _head_drips(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\nx: ")
    call.forever(b"a", 0.05)


def _interim(call: Call) -> None:
    call.forever(b"HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n", 0.05)


@pytest.mark.parametrize("behave", [_pings, _drips, _head_drips, _interim])
def test_answer_without_end_is_left_in_time(behave: Callable[[Call], object]) -> None:
    start = time.monotonic()

    answer = received(behave)

    assert time.monotonic() - start < 3
    assert answer.broken == f"ReadTimeout: {ENDLESS} within 0.9 s"


def _endless(call: Call) -> None:
    call.begin()
    call.forever(b"data: " + b"x" * 60_000 + b"\n\n")


def _bomb(call: Call) -> None:
    call.answer(200, BOMB, "content-encoding: gzip")


def _twice_packed(call: Call) -> None:
    call.answer(200, gzip.compress(BOMB), "content-encoding: gzip, gzip")


@pytest.mark.parametrize("behave", [_endless, _bomb, _twice_packed])
def test_answer_that_is_too_large_takes_little_memory(behave: Callable[[Call], object]) -> None:
    tracemalloc.start()
    try:
        answer = received(behave, 10)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert answer.broken == f"TooLarge: {ENDLESS} within 8 MiB"
    assert len(answer.body) <= 8 << 20
    assert peak < 40 << 20


def test_media_may_be_larger() -> None:
    data = bytes(9 << 20)

    answer = received(lambda call: call.answer(200, data, kind="video/mp4"), 10, "/videos/v-1/content")

    assert answer.broken == ""
    assert answer.body == data


def _single_bytes(call: Call) -> None:
    call.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    call.send(b"1\r\nx\r\n" * 60_000 + b"0\r\n\r\n")


def test_single_bytes_become_few_chunks() -> None:
    answer = received(_single_bytes, 10)

    assert answer.body == b"x" * 60_000
    assert len(answer.chunks) < 12_000


def test_packed_answer_is_unpacked() -> None:
    text = b'{"a": 1}' * 100_000

    answer = received(lambda call: call.answer(200, gzip.compress(text), "content-encoding: gzip"), 10)

    assert answer.body == text
