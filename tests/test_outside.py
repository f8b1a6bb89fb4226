"""An answer keeps no session with the suite, and sends it to no machine that is none of its business."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from conformance.errors import Inconclusive
from conformance.target import Secret, Target
from conformance.wire.exchange import Request
from conformance.wire.recorder import Recorder

KEY = "sk-a1b2c3d4e5f6g7h8i9"


def recorder(base_url: str, answer: Callable[[httpx.Request], httpx.Response]) -> Recorder:
    """One whose network answers like that."""
    return Recorder(Target(base_url, keys={"default": Secret(KEY)}), transport=httpx.MockTransport(answer))


def test_no_cookie_is_sent_back() -> None:
    """A session that was opened with a key does not let in who has none."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        known = "cookie" in request.headers or "authorization" in request.headers
        headers = {"set-cookie": "session=a1b2c3d4; Path=/"}
        return httpx.Response(200 if known else 401, headers=headers, stream=httpx.ByteStream(b""))

    asking = recorder("http://gateway.test/v1", answer)
    first = asking.ask(Request("GET", "/models"))
    second = asking.ask(Request("GET", "/models", key=None))

    assert (first.status, second.status) == (200, 401)
    assert "cookie" not in sent[1].headers
    assert first.headers["set-cookie"] == "session=***; Path=***"


INWARD = {
    "http://127.0.0.1:6379/": "this machine",
    "http://localhost/admin": "this machine",
    "http://[::1]/": "this machine",
    "http://[::ffff:127.0.0.1]/": "this machine",
    "http://0.0.0.0/": "this machine",
    "http://2130706433/": "this machine",
    "http://10.1.2.3/image.png": "private network",
    "http://192.168.0.1/": "private network",
    "http://[fd00::1]/": "private network",
    "http://169.254.169.254/latest/meta-data/": "link",
}


@pytest.mark.parametrize("address", INWARD)
def test_address_within_is_not_fetched(address: str) -> None:
    """Nothing is sent there for a target that is in the world."""
    asking = recorder("http://93.184.216.34/v1", lambda request: pytest.fail(f"sent to {request.url}"))

    with pytest.raises(Inconclusive, match=INWARD[address]):
        asking.ask(Request("GET", address, key=None))


@pytest.mark.parametrize("address", INWARD)
def test_redirect_within_is_not_followed(address: str) -> None:
    """The first address is fetched, the second one is not."""
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.host)
        return httpx.Response(302, headers={"location": address}, stream=httpx.ByteStream(b""))

    with pytest.raises(Inconclusive, match="not fetched"):
        recorder("http://93.184.216.34/v1", answer).ask(Request("GET", "http://93.184.216.35/image.png", key=None))

    assert sent == ["93.184.216.35"]


@pytest.mark.parametrize(
    ("home", "address"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:9000/image.png"),
        ("http://localhost:8000/v1", "http://192.168.0.7/image.png"),
        ("http://10.0.0.1/v1", "http://10.0.0.2/image.png"),
        ("http://10.0.0.1/v1", "http://93.184.216.34/image.png"),
        ("http://gateway.test/v1", "http://93.184.216.34/image.png"),
        ("http://gateway.test/v1", "http://no-such-host.test/image.png"),
    ],
)
def test_address_beside_the_target_is_fetched(home: str, address: str) -> None:
    """Without the key."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b"image"))

    fetched = recorder(home, answer).ask(Request("GET", address))

    assert fetched.body == b"image"
    assert KEY not in str(sent[0].headers)


@pytest.mark.parametrize("place", ["http://127.0.0.1/", "http://169.254.169.254/"])
def test_target_within_one_is_kept_out_of_the_other(place: str) -> None:
    """A private network is neither this machine nor its metadata."""
    asking = recorder("http://10.0.0.1/v1", lambda request: pytest.fail(f"sent to {request.url}"))

    with pytest.raises(Inconclusive):
        asking.ask(Request("GET", place, key=None))
