"""A recording is the same after a HAR file is written and read, and holds no credential."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import InvalidRecording
from conformance.report.har import har, load, save


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def record(**fields: Any) -> dict[str, Any]:
    return {
        "id": 3,
        "started": "2026-02-03T04:05:06.789+00:00",
        "method": "POST",
        "url": "https://gateway.test/v1/chat/completions?a=1&b=",
        "path": "/chat/completions?a=1&b=",
        "protocol": "openai",
        "key": "default",
        "own_headers": [["X-Twice", "1"], ["X-Twice", "2"]],
        "request_headers": [["authorization", "Bearer ***"], ["content-type", "application/json"]],
        "request_body": '{"model": "größer"}',
        "request_binary": False,
        "status": 200,
        "http_version": "HTTP/1.1",
        "response_headers": [["content-type", "text/event-stream"], ["x-a", "1"], ["x-a", "2"]],
        "chunks": [[0.123456789, encoded(b"data: \xf0\x9f")], [0.2, encoded(b"\x98\x80\n\n")], [0.2, encoded(b"")]],
        "elapsed": 0.34567891234,
        "error": None,
        "leaks": ["a key of another service in its body"],
        **fields,
    }


RECORDS = [
    record(),
    record(id=4, method="GET", request_body=None, chunks=[]),
    record(id=5, request_body=""),
    record(id=6, request_body=encoded(b"\xff\x00"), request_binary=True),
    record(id=7, chunks=[[0.1, encoded(b"\xff\xfe\x00")]]),
    record(id=8, status=0, response_headers=[], chunks=[], error="ReadTimeout: no byte"),
    record(id=9, status=599, chunks=[[0.1, encoded(b"data: 1")]], error="RemoteProtocolError: cut"),
]


def test_recording_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "exchanges.har"
    save(RECORDS, path)

    assert load(path) == RECORDS


def test_document_is_har_1_2() -> None:
    log = har(RECORDS)["log"]
    entry = log["entries"][0]

    assert log["version"] == "1.2"
    assert set(log["creator"]) == {"name", "version"}
    assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
    assert entry["time"] == pytest.approx(345.679)
    assert entry["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": ""}]
    assert entry["response"]["content"]["text"] == "data: 😀\n\n"
    assert entry["response"]["content"]["mimeType"] == "text/event-stream"
    assert all(
        name.startswith("_")
        for name in set(entry) - {"startedDateTime", "time", *("request", "response", "cache", "timings")}
    )


def test_chunks_keep_their_arrival_times() -> None:
    assert har(RECORDS)["log"]["entries"][0]["_chunks"] == [[0.123456789, 8], [0.2, 4], [0.2, 0]]


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "X-Goog-Api-Key", "Cookie", "set-cookie"])
@pytest.mark.parametrize("side", ["request_headers", "response_headers"])
def test_value_of_a_credential_header_is_never_written(name: str, side: str) -> None:
    text = json.dumps(har([record(**{side: [[name, "Bearer sk-very-secret"], [name, "sk-very-secret"]]})]))

    assert "sk-very-secret" not in text
    assert "Bearer ***" in text


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"log": {"entries": [{"request": {}}]}}'])
def test_what_is_no_recording_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "other.har"
    path.write_text(content)

    with pytest.raises(InvalidRecording) as caught:
        load(path)
    assert caught.value.hint


def test_recording_of_another_tool_is_refused(tmp_path: Path) -> None:
    document = har(RECORDS)
    del document["log"]["entries"][0]["_chunks"]
    path = tmp_path / "other.har"
    path.write_text(json.dumps(document))

    with pytest.raises(InvalidRecording, match="_chunks"):
        load(path)


def test_recording_that_was_cut_is_refused(tmp_path: Path) -> None:
    document = har(RECORDS)
    document["log"]["entries"][0]["response"]["content"]["text"] += "more"
    path = tmp_path / "cut.har"
    path.write_text(json.dumps(document))

    with pytest.raises(InvalidRecording, match="add up"):
        load(path)


def test_missing_recording_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRecording, match="cannot read"):
        load(tmp_path / "none.har")
