"""The recording client records every exchange and no secret."""

from __future__ import annotations

import base64
import json
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pytest

from conformance.errors import BudgetSpent, CannotConnect
from conformance.run.evidence import curl, evidence
from conformance.target import Secret, Target
from conformance.wire.exchange import KEY_HERE, Request, decoded
from conformance.wire.record import from_record, reported_tokens, to_record
from conformance.wire.recorder import Recorder

KEY = "sk-very-secret-credential"


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Recorder]:
    """A recorder whose target answers every request with `answer`."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            answer(self)

        do_GET = do_POST  # noqa: N815 - the name that the standard library calls

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    target = Target(f"http://127.0.0.1:{server.server_port}/v1", keys={"default": Secret(KEY)}, max_requests=5)
    recorder = Recorder(target)
    try:
        yield recorder
    finally:
        recorder.close()
        server.shutdown()
        server.server_close()


def echo_the_key(handler: BaseHTTPRequestHandler) -> None:
    """Answers with the credential, cut in two."""
    handler.send_response(200)
    handler.send_header("x-echo", handler.headers["authorization"])
    handler.end_headers()
    for part in (f"you sent {KEY[:9]}", f"{KEY[9:]}, thank you"):
        handler.wfile.write(part.encode())
        handler.wfile.flush()


def test_no_secret_is_kept() -> None:
    """A credential that the gateway sends back, even across two reads, is masked in the recording."""
    with answering(echo_the_key) as recorder:
        exchange = recorder.ask(Request("POST", "/chat/completions", b"{}"))

    output = json.dumps(to_record(exchange)) + repr(exchange) + str(evidence(exchange)) + exchange.text
    assert KEY not in output
    assert exchange.text.startswith("you sent ***")
    assert exchange.text.endswith("*, thank you")


def test_own_header_hides_the_key() -> None:
    """A check that writes the Authorization header itself leaves no secret behind."""
    with answering(echo_the_key) as recorder:
        request = Request("GET", "/models", headers=(("authorization", f"bearer {KEY}"),))
        exchange = recorder.ask(request)

    assert KEY not in json.dumps(to_record(exchange)) + curl(exchange)
    assert 'authorization: bearer $GATEWAY_API_KEY"' in curl(exchange)


def repeat_the_path(handler: BaseHTTPRequestHandler) -> None:
    """Answers with the path and query of the request."""
    handler.send_response(200)
    handler.end_headers()
    handler.wfile.write(handler.path.encode())


@pytest.mark.parametrize("key", ["sk-very-secret-credential", "odd/key+with=signs"])
def test_key_in_the_address_is_hidden(key: str, caplog: pytest.LogCaptureFixture) -> None:
    """A key in the query is sent there, and shown nowhere."""
    caplog.set_level("DEBUG", logger="conformance")
    with answering(repeat_the_path) as recorder:
        recorder.target.keys["default"] = Secret(key)  # type: ignore[index]
        exchange = recorder.ask(Request("GET", f"/models?key={KEY_HERE}", headers=(("authorization", ""),)))

    output = json.dumps(to_record(exchange)) + repr(exchange) + str(evidence(exchange)) + exchange.text + caplog.text
    assert exchange.status == 200
    assert key not in output
    assert quote(key, safe="") not in output
    assert exchange.url.endswith("/models?key=***")
    assert '/models?key=$GATEWAY_API_KEY"' in curl(exchange)
    assert exchange.text.startswith("/v1/models?key=**")


def test_longer_key_is_hidden_whole() -> None:
    """A key that begins like another is masked completely."""
    with answering(repeat_the_path) as recorder:
        recorder.target.keys["second"] = Secret(f"{KEY}-2")  # type: ignore[index]
        exchange = recorder.ask(Request("GET", f"/models?key={KEY_HERE}", key="second"))

    assert exchange.url.endswith("?key=***")


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        (b'{"usage":{"prompt_tokens":3,"completion_tokens":4}}', (3, 4)),
        (b'{"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4}}', (3, 4)),
        (b'data: {"usageMetadata":{"promptTokenCount":3}}\n\n', (3, 0)),
        (b'{"usage":7}', (0, 0)),
        (b"usage", (0, 0)),
    ],
)
def test_tokens_are_read_in_every_protocol(body: bytes, tokens: tuple[int, int]) -> None:
    """The cost of a run is the sum of the tokens in the answers."""
    assert reported_tokens({"chunks": [[0.0, base64.b64encode(body).decode()]]}) == tokens


def test_same_request_is_sent_once() -> None:
    """A repeated request is sent once; another take is sent again."""
    with answering(echo_the_key) as recorder:
        request = Request("POST", "/chat/completions", b"{}")

        assert recorder.ask(request) is recorder.ask(request)
        assert recorder.ask(request, take=1) is not recorder.ask(request)
        assert len(recorder.recorded) == 2


def test_budget_is_kept() -> None:
    """The run stops at its limit of requests."""
    with answering(echo_the_key) as recorder:
        for take in range(5):
            recorder.ask(Request("GET", "/models"), take)

        with pytest.raises(BudgetSpent):
            recorder.ask(Request("GET", "/models"), 5)


def test_rate_limit_is_waited_for() -> None:
    """A request is repeated after a 429 with a short Retry-After."""
    statuses = iter([429, 200])

    def limit_once(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(next(statuses))
        handler.send_header("retry-after", "0.01")
        handler.end_headers()

    with answering(limit_once) as recorder:
        assert recorder.ask(Request("GET", "/models")).status == 200


def test_nobody_there() -> None:
    """A target that does not listen is distinguished from one that fails."""
    recorder = Recorder(Target("http://127.0.0.1:9/v1"))

    with pytest.raises(CannotConnect):
        recorder.ask(Request("GET", "/models"))


def test_dropped_connection_is_an_answer_of_status_0() -> None:
    """A connection that the server closes early is recorded, not raised."""
    with answering(lambda handler: handler.connection.close()) as recorder:
        exchange = recorder.ask(Request("GET", "/models"), patient=False)

    assert exchange.status == 0
    assert exchange.broken


def test_record_round_trip() -> None:
    """A record can be read back as the same exchange."""
    with answering(echo_the_key) as recorder:
        exchange = recorder.ask(Request("POST", "/chat/completions", b'\xff{"a"'))
    record = to_record(exchange)

    again = from_record(json.loads(json.dumps(record)), exchange.request, exchange.number)

    assert (again.body, again.status, again.chunks) == (exchange.body, exchange.status, exchange.chunks)
    assert to_record(again) == record


def test_replay_answers_from_the_record() -> None:
    """A recording replaces the gateway, and a missing answer is inconclusive."""
    with answering(echo_the_key) as recorder:
        request = Request("POST", "/chat/completions", b"{}")
        exchange = recorder.ask(request)

    replaying = Recorder(recorder.target, [to_record(exchange)])

    assert replaying.ask(request).body == exchange.body


def redirect_once(handler: BaseHTTPRequestHandler) -> None:
    """Redirects `/v1/file` to `/elsewhere`, which answers with the credential that it receives."""
    if handler.path == "/elsewhere":
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(str(handler.headers.get("authorization")).encode())
    else:
        handler.send_response(302)
        handler.send_header("location", "/elsewhere")
        handler.end_headers()


def test_address_that_the_gateway_gave_is_followed_without_the_key() -> None:
    """Redirections are followed for a file, not for an operation."""
    with answering(redirect_once) as recorder:
        file = recorder.ask(Request("GET", f"{recorder.target.base_url}/file"))
        operation = recorder.ask(Request("GET", "/file"))

    assert (file.status, file.text) == (200, "None")
    assert operation.status == 302


def move(status: int, place: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """Redirects every path of `/v1` to a place, which answers with the method, the length and the key it got."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        length = handler.headers.get("content-length")
        handler.send_response(200 if handler.path.startswith("/moved") else status)
        handler.send_header("location", place)
        handler.end_headers()
        handler.wfile.write(f"{handler.command} {length} {handler.headers.get('authorization')}".encode())

    return respond


@pytest.mark.parametrize("status", [307, 308])
def test_operation_is_followed_within_its_origin(status: int) -> None:
    """With method, body and key, as the official clients do; it is said once, and the evidence names the last place."""
    with answering(move(status, "/moved/here")) as recorder:
        exchange = recorder.ask(Request("POST", "/chat/completions", b"{}"))
        recorder.ask(Request("GET", "/models"))

    assert exchange.status == 200
    assert exchange.text == f"POST 2 Bearer {'*' * len(KEY)}"
    assert exchange.url.endswith("/moved/here")
    assert list(recorder.moved) == ["redirects"]
    assert f"POST /v1/chat/completions is answered {status}, see /moved/here" in recorder.moved["redirects"]


@pytest.mark.parametrize(("status", "place"), [(307, "http://127.0.0.1:9/moved"), (302, "/moved"), (308, "/v1/again")])
def test_other_redirects_of_operations_are_judged(status: int, place: str) -> None:
    """The key goes to no other origin, a 302 makes a GET of a POST, and a circle has no end."""
    with answering(move(status, place)) as recorder:
        exchange = recorder.ask(Request("POST", "/chat/completions", b"{}"))

    assert exchange.status == status


def test_unreachable_address_that_the_gateway_gave_ends_no_run() -> None:
    """An address in an answer that refuses connections is recorded, not raised."""
    with answering(redirect_once) as recorder:
        exchange = recorder.ask(Request("GET", "http://127.0.0.1:9/file"), patient=False)

    assert exchange.status == 0
    assert "ConnectError" in exchange.broken


@pytest.mark.parametrize(
    "text",
    [
        *(b"1e400", b"-0", b"0.1e-400", b'{"a":1,"a":2}', b'"\\ud83d"', b'"\\ud83d\\ude00"', b" [1] "),
        *(
            b"\xef\xbb\xbf1",
            b"9" * 299,
            b"12345678901234567890123",
            b"1.7976931348623157e308",
            b"[1e5, 1.0, 5e-324]",
            b'"\\u0000\\/"',
        ),
    ],
)
def test_json_is_decoded_as_the_standard_library_does(text: bytes) -> None:
    """Whatever decodes a text, the value is the same, and a number is of the same type."""
    assert repr(decoded(text)) == repr(json.loads(text))


@pytest.mark.parametrize("text", [b"NaN", b"[-Infinity]", b'"\x01"', b"", b"{", b"01", b"1 2", b"[" * 5000, b'"\xff"'])
def test_what_is_not_json_is_no_value(text: bytes) -> None:
    """What RFC 8259 does not allow is not decoded."""
    assert decoded(text) is None


@pytest.mark.parametrize("digits", [310, 4000, 5000])
def test_long_integer_is_infinite(digits: int) -> None:
    """An integer that no float can hold is infinite: it can be compared, and printed."""
    assert decoded(b'{"n": -' + b"7" * digits + b"}") == {"n": -math.inf}
