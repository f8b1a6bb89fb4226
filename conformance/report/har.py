"""Exchanges as HAR 1.2, and back.

Any HAR viewer shows the file. Whatever HAR has no field for is stored under names that start with an underscore, so
that a recording can be judged again without a gateway: `_chunks` lists `[seconds since the request, bytes]` for each
read from the network, in the order in which they make up the body.

A record is a dict of plain values: `id`, `started`, `method`, `url`, `path`, `key` (its name), `own_headers`,
`request_headers`, `request_body`, `request_binary` (the body is base64), `status`, `http_version`, `response_headers`,
`chunks` (seconds, base64), `elapsed` in seconds, `error`, and
`leaks` (where the answer showed a credential), and `cut` (length and hash of a body of which the recording has the
beginning only); recordings of earlier versions lack these two.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.errors import InvalidRecording
from conformance.wire.secrets import shown

FILENAME = "exchanges.har"
BESIDE = ("id", "path", "protocol", "key", "own_headers", "request_binary", "elapsed", "error")
"""The members of a record that HAR has no field for."""

Record = dict[str, Any]


def har(exchanges: Iterable[Mapping[str, Any]], target: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The HAR document of recorded exchanges. Values of credential headers are masked whatever they hold.

    `target` is what a replay has to know of the target: plain values, no secret.
    """
    creator = {"name": "gateway-conformance", "version": _version()}
    entries = [_entry(record) for record in exchanges]
    return {"log": {"version": "1.2", "creator": creator, "_target": dict(target or {}), "entries": entries}}


def save(exchanges: Iterable[Mapping[str, Any]], path: Path, target: Mapping[str, Any] | None = None) -> None:
    """Writes recorded exchanges as a HAR file."""
    writer = Writer(path)
    writer.add(exchanges)
    writer.close(target)


class Writer:
    """Writes a HAR file while a run goes, so that no exchange has to be kept. It is there once it is closed.

    Raises `OSError` when it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._first = True
        self._comma = ""

    def add(self, exchanges: Iterable[Mapping[str, Any]]) -> None:
        """Appends recorded exchanges."""
        if self._first:
            self._part.parent.mkdir(parents=True, exist_ok=True)
        with self._part.open("w" if self._first else "a", encoding="utf-8") as file:
            if self._first:
                creator = json.dumps({"name": "gateway-conformance", "version": _version()})
                file.write(f'{{"log": {{"version": "1.2", "creator": {creator}, "entries": [')
                self._first = False
            for record in exchanges:
                file.write(f"{self._comma}\n{json.dumps(_entry(record), ensure_ascii=False)}")
                self._comma = ","

    def close(self, target: Mapping[str, Any] | None = None) -> None:
        """Completes the file."""
        if self._first:
            self.add(())
        with self._part.open("a", encoding="utf-8") as file:
            file.write(f'\n], "_target": {json.dumps(dict(target or {}), ensure_ascii=False)}}}}}\n')
        self._part.replace(self._path)

    def drop(self) -> None:
        """Leaves nothing of a file that was not closed."""
        self._part.unlink(missing_ok=True)


def load(path: Path) -> list[Record]:
    """The records in a HAR file that `har` made; `InvalidRecording` when it is anything else."""
    try:
        if records := [_record(entry) for entry in _log(path)["entries"]]:
            return records
        raise InvalidRecording(f"{path} holds no exchange", f"give the {FILENAME} of a run")
    except (KeyError, TypeError, ValueError) as error:
        hint = "only recordings that this suite made can be judged again: they carry `_chunks`"
        raise InvalidRecording(f"{path} is not a recording: {type(error).__name__} {error}", hint) from None


def target_of(path: Path) -> dict[str, Any]:
    """What the recording knows of its target; `InvalidRecording` when it is not one of ours."""
    target = _log(path).get("_target")
    if not isinstance(target, dict) or not target.get("base_url"):
        raise InvalidRecording(f"{path} does not name its target", f"give the {FILENAME} of a run of this version")
    return target


def _log(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRecording(f"cannot read {path}: {error.strerror}", f"give the {FILENAME} of a run") from None
    except ValueError as error:
        raise InvalidRecording(f"{path} is not JSON: {error}", f"give the {FILENAME} of a run") from None
    log = document.get("log") if isinstance(document, dict) else None
    if not isinstance(log, dict):
        raise InvalidRecording(f"{path} is not a recording: it has no log", f"give the {FILENAME} of a run")
    return log


def _entry(record: Mapping[str, Any]) -> dict[str, Any]:
    first = record["chunks"][0][0] if record["chunks"] else record["elapsed"]
    return {
        "startedDateTime": record["started"],
        "time": _milliseconds(record["elapsed"]),
        "request": _request(record),
        "response": _response(record),
        "cache": {},
        "timings": {
            "send": 0,
            "wait": _milliseconds(first),
            "receive": _milliseconds(max(0.0, record["elapsed"] - first)),
        },
        **{f"_{name}": record[name] for name in BESIDE},
        "_leaks": record.get("leaks", []),
        **({"_cut": record["cut"]} if record.get("cut") else {}),
        "_chunks": [[seconds, len(base64.b64decode(data))] for seconds, data in record["chunks"]],
    }


def _request(record: Mapping[str, Any]) -> dict[str, Any]:
    body = record["request_body"]
    headers = _headers(record["request_headers"])
    query = parse_qsl(urlsplit(record["url"]).query, keep_blank_values=True)
    request = {
        "method": record["method"],
        "url": record["url"],
        "httpVersion": record["http_version"],
        "cookies": [],
        "headers": headers,
        "queryString": [{"name": name, "value": value} for name, value in query],
        "headersSize": -1,
        "bodySize": -1 if body is None else len(body.encode()),
    }
    return request if body is None else request | {"postData": {"mimeType": _media_type(headers), "text": body}}


def _response(record: Mapping[str, Any]) -> dict[str, Any]:
    headers = _headers(record["response_headers"])
    body = b"".join(base64.b64decode(data) for _, data in record["chunks"])
    return {
        "status": record["status"],
        "statusText": _phrase(record["status"]),
        "httpVersion": record["http_version"],
        "cookies": [],
        "headers": headers,
        "content": {"size": len(body), "mimeType": _media_type(headers), **_content(body)},
        "redirectURL": next((one["value"] for one in headers if one["name"].lower() == "location"), ""),
        "headersSize": -1,
        "bodySize": len(body),
    }


def _content(body: bytes) -> dict[str, str]:
    """The body as text, or as base64 when it is not UTF-8."""
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(body).decode(), "encoding": "base64"}


def _record(entry: Mapping[str, Any]) -> Record:
    request, response = entry["request"], entry["response"]
    content = response["content"]
    body = base64.b64decode(content["text"]) if content.get("encoding") else content["text"].encode()
    return {
        "started": entry["startedDateTime"],
        "method": request["method"],
        "url": request["url"],
        "request_headers": [[one["name"], one["value"]] for one in request["headers"]],
        "request_body": request["postData"]["text"] if "postData" in request else None,
        "status": response["status"],
        "http_version": response["httpVersion"],
        "response_headers": [[one["name"], one["value"]] for one in response["headers"]],
        "chunks": _chunks(entry["_chunks"], body),
        **{name: entry[f"_{name}"] for name in BESIDE},
        "leaks": entry.get("_leaks", []),
        **({"cut": entry["_cut"]} if entry.get("_cut") else {}),
    }


def _chunks(sizes: list[list[Any]], body: bytes) -> list[list[Any]]:
    chunks, start = [], 0
    for seconds, size in sizes:
        chunks.append([seconds, base64.b64encode(body[start : start + size]).decode()])
        start += size
    if start != len(body):
        raise ValueError(f"_chunks add up to {start} bytes, the body has {len(body)}")
    return chunks


def _headers(pairs: Iterable[Iterable[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": shown(name, value)} for name, value in pairs]


def _media_type(headers: Iterable[Mapping[str, str]]) -> str:
    return next((one["value"] for one in headers if one["name"].lower() == "content-type"), "application/octet-stream")


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _version() -> str:
    try:
        return version("gateway-conformance")
    except PackageNotFoundError:
        return "0"
