"""A success that cannot be read is told from a fault of the network, and from what is legal."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest

import gateway_contract
from conformance.errors import Inconclusive
from conformance.target import Target
from conformance.wire.exchange import Exchange, Request
from conformance.wire.recorder import Recorder
from conformance.words.received import charset, demand_whole, fault_of, is_cut

CONTRACT = gateway_contract.load()
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
WHOLE = OK + b"content-length: 2\r\n\r\n{}"
CUT = {
    "length": OK + b"content-length: 9\r\n\r\n{}",
    "chunked": OK + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "coding": OK + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
}
RESET = b"reset"


def _quietly(serve: Callable[[], None]) -> None:
    """Serves until the client or the test closes a connection."""
    with suppress(OSError):
        serve()


@contextmanager
def answering(*answers: bytes) -> Iterator[Recorder]:
    """A recorder whose target writes one of these bytes for each request, and hangs up; the last of them again."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for place in range(3):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    answer = answers[min(place, len(answers) - 1)]
                    connection.sendall(CUT["length"] if answer == RESET else answer)
                    if answer == RESET:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        threading.Thread(target=_quietly, args=[serve], daemon=True).start()
        recorder = Recorder(Target(f"http://127.0.0.1:{server.getsockname()[1]}/v1"))
        try:
            yield recorder
        finally:
            recorder.close()


@pytest.mark.parametrize("kind", CUT)
def test_cut_off_twice_fails(kind: str) -> None:
    """A body that its own framing shows as incomplete fails when it is so again."""
    with answering(CUT[kind]) as recorder:
        first = recorder.ask(Request("GET", "/models"))

        assert is_cut(first)
        with pytest.raises(AssertionError):
            demand_whole(recorder, [first])


def test_cut_off_once_is_inconclusive() -> None:
    """What is whole when it is asked for again may have been the network."""
    with answering(CUT["chunked"], WHOLE) as recorder:
        first = recorder.ask(Request("GET", "/models"))

        with pytest.raises(Inconclusive):
            demand_whole(recorder, [first])


def test_reset_is_no_failure() -> None:
    """A connection that is reset says nothing about the gateway."""
    with answering(RESET) as recorder:
        first = recorder.ask(Request("GET", "/models"))

        assert first.broken
        assert not is_cut(first)
        with pytest.raises(Inconclusive):
            demand_whole(recorder, [first])


def test_whole_passes() -> None:
    """A body of the announced length is whole."""
    with answering(WHOLE) as recorder:
        demand_whole(recorder, [recorder.ask(Request("GET", "/models"))])


def exchange(body: bytes, label: str | None = "application/json", status: int = 200, method: str = "POST") -> Exchange:
    """A success with that body and Content-Type."""
    headers = httpx.Headers({} if label is None else {"content-type": label})
    return Exchange(1, Request(method, "/x"), "", "", status=status, headers=headers, chunks=((0.0, body),))


@pytest.mark.parametrize(
    ("body", "label"),
    [
        (b'{"id": "\xe9"}', "application/json"),
        ('{"id": 1}'.encode("utf-16"), "application/json"),
        (b'{"id": 1', "application/json; charset=utf-8"),
        (b"", "application/json"),
        (b'{"n": NaN}', "application/json"),
        (b'{"id": 1}', "text/plain"),
        (b'{"id": 1}', None),
        (b'{"id": 1}', "text/event-stream"),
        (b"data: \xe9\n\n", "text/event-stream"),
        (b'data: {"id": 1}\n\n', "application/json"),
    ],
)
def test_not_what_the_label_says(body: bytes, label: str | None) -> None:
    """JSON that is none or is not UTF-8, a stream without an event, and JSON under another name are faults."""
    assert fault_of(exchange(body, label), CONTRACT.operations["createChatCompletion"])


@pytest.mark.parametrize(
    ("answer", "operation"),
    [
        (exchange(b'{"id": "\\u00e9"}', "Application/JSON; charset=utf-8"), "createChatCompletion"),
        (exchange(b"\xef\xbb\xbf{}"), "createChatCompletion"),
        (exchange(b"null"), "createChatCompletion"),
        (exchange(b"{}", "application/vnd.api+json"), "createChatCompletion"),
        (exchange(b"\xef\xbb\xbf: hello\r\n\r\ndata: {}\r\n\r\n", "text/event-stream"), "createChatCompletion"),
        (exchange(b"data: [DONE]", "text/event-stream"), "createChatCompletion"),
        (exchange(b"", status=204), "deleteFile"),
        (exchange(b"", method="HEAD"), "listModels"),
        (exchange(b"", None), "deleteFile"),
        (exchange(b"\xff\x00{", "application/json"), "downloadFile"),
        (exchange(b'{"id": 1}', "application/octet-stream"), "downloadFile"),
        (exchange(b"\xff\xfb\x90", "audio/mpeg"), "createSpeech"),
        (exchange(b'{"a": 1}', "text/plain"), "createTranscription"),
        (exchange(b"<html>", "text/html", status=502), "createChatCompletion"),
    ],
)
def test_legal(answer: Exchange, operation: str) -> None:
    """No body where there is none, a mark at the beginning, any bytes of a file, and sound are right."""
    assert not fault_of(answer, CONTRACT.operations[operation])


@pytest.mark.parametrize(
    ("label", "name"),
    [("text/event-stream", ""), ('text/event-stream; Charset="UTF-8"', "utf-8"), ("a/b;x=1; charset=latin1", "latin1")],
)
def test_charset(label: str, name: Any) -> None:
    """The charset is read with and without quotes, in any case."""
    assert charset(exchange(b"", label)) == name
