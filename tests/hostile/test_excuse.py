"""What explains a failure without the gateway, and what does not."""

from __future__ import annotations

import pytest

from conformance import register
from conformance.run.excuse import excuse
from conformance.target import Target
from conformance.wire.exchange import REPORTED, Exchange, Request

TARGET = Target("http://host/v1", models={"midstream-error": "breaks"})


def exchange(status: int = 0, broken: str = "", key: str = "default", body: bytes = b"{}") -> Exchange:
    """An exchange that ended so."""
    return Exchange(1, Request("POST", "/chat/completions", body, key=key), "", "", status=status, broken=broken)


def reason(name: str, seen: Exchange, unsteady: bool = False) -> str:
    """The excuse of a requirement that looked at that and failed."""
    return excuse(register.load().requirement(name), [seen], TARGET, unsteady)


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("chat.answers", exchange(429)),
        ("chat.answers", exchange(402)),
        ("auth.unknown", exchange(429, key="expired")),
        ("chat.answers", exchange(0, "ReadError: reset")),
        ("chat.stream.done", exchange(200, "ReadTimeout: the answer does not end within 3 s")),
        ("chat.stream.done", exchange(200, "TooLarge: the answer does not end within 8 MiB")),
    ],
)
def test_explained(name: str, seen: Exchange) -> None:
    assert reason(name, seen).startswith("cannot be judged: ")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("chat.answers", exchange(500)),
        ("limits.rate", exchange(402)),
        ("chat.answers", exchange(429, key="rate-limited")),
        ("errors.never-5xx", exchange(0, "RemoteProtocolError: no answer")),
        ("chat.stream.done", exchange(200, "RemoteProtocolError: incomplete")),
        ("chat.stream.done", exchange(200, "the client left")),
        ("chat.stream.done", exchange(200, "ReadError: reset", body=b'{"model":"breaks"}')),
    ],
)
def test_not_explained(name: str, seen: Exchange) -> None:
    assert not reason(name, seen)


@pytest.mark.parametrize(
    "message",
    [
        "files_settings is not set, set it on your config.yaml file.",
        "Storage is not configured.",
        "Files are not enabled.",
    ],
)
def test_operator_has_to_set_it_up(message: str) -> None:
    """Where a valid request is refused for that, nobody is to blame; a wrong request is refused in any case."""
    request = Request("POST", "/files", b"")
    valid, other = (
        Exchange(1, request, "", "", status=500, chunks=((0.0, message.encode()),), marks=marks)
        for marks in ({REPORTED}, set())
    )

    assert reason("files.upload", valid).startswith("cannot be judged: ")
    assert not reason("files.upload", other)


def test_unsteady_network_explains_that_nothing_came() -> None:
    assert reason("errors.never-5xx", exchange(0, "ReadError: reset"), unsteady=True)
