"""The official client for Node: a process that runs it, and asks through a recording."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any

from conformance.errors import ConformanceError, NotEquipped
from conformance.sdk.recorded_client import PLACEHOLDER, ClientRecording, plain_headers
from conformance.wire.exchange import Exchange

SCRIPT = Path(__file__).parent / "client.mjs"
LONGEST = 60.0
"""The longest that one command may take, in seconds."""
HINT = "npm install openai, and name its folder node_modules with --node-modules unless it is found from here"


class NodeFailed(ConformanceError):
    """The process of the client ended, or did not answer."""


@dataclass(frozen=True)
class Raised:
    """What the client raised: the name of its class, and the fields that it has of an error."""

    name: str
    message: str = ""
    status: int | None = None
    code: Any = None
    type: Any = None
    param: Any = None


def find(node_modules: str | None = None) -> Path | None:
    """The folder that holds the package: the named one, else one of NODE_PATH, the working directory, or above it."""
    places = [Path(place) for place in os.environ.get("NODE_PATH", "").split(os.pathsep) if place]
    places += [folder / "node_modules" for folder in (Path.cwd(), *Path.cwd().parents)]
    places = [Path(node_modules)] if node_modules else places
    return next((place.absolute() for place in places if (place / "openai" / "package.json").is_file()), None)


class Node:
    """A running client. Raises `NotEquipped` when Node or the package is not there."""

    def __init__(self, node_modules: str | None = None) -> None:
        program, place = shutil.which("node"), find(node_modules)
        if program is None:
            raise NotEquipped("node is not on the path")
        if place is None:
            raise NotEquipped(f"the official client for Node is not found: {HINT}")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
        self._process = subprocess.Popen(
            [program, str(SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=environment | {"NODE_PATH": str(place)},
        )
        if "missing" in (first := self._read()):
            self.close()
            raise NotEquipped(f"the official client for Node cannot be loaded: {first['missing']:.160}")

    def run(
        self,
        action: str,
        recording: ClientRecording,
        body: dict[str, Any] | None = None,
        *,
        environment: bool = False,
    ) -> dict[str, Any] | Raised:
        """What the client gives, or what it raised. With `environment`, key and base URL are given there alone."""
        options = {} if environment else {"apiKey": PLACEHOLDER, "baseURL": recording.base_url}
        variables = {"OPENAI_API_KEY": PLACEHOLDER, "OPENAI_BASE_URL": recording.base_url} if environment else {}
        self._write({"action": action, "body": body, "options": options, "environment": variables})
        while "fetch" in (message := self._read()):
            self._write(_answer(recording, message["fetch"]))
        if recording.failure:
            raise recording.failure
        return Raised(**message["raised"]) if "raised" in message else dict(message["result"])

    def close(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()

    def _write(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        alarm = Timer(LONGEST, self._process.kill)
        alarm.start()
        try:
            text = self._process.stdout.readline()
        finally:
            alarm.cancel()
        if not text:
            raise NodeFailed("the process of the client for Node ended", "try: node conformance/sdk/client.mjs")
        return dict(json.loads(text))


def _answer(recording: ClientRecording, asked: dict[str, Any]) -> dict[str, Any]:
    """A recorded answer as the process takes it; no status when there is none."""
    body = asked["body"].encode() if asked["body"] is not None else None
    try:
        exchange = recording.ask(asked["method"], asked["url"], asked["headers"], body)
    except Exception:  # kept in recording.failure, and raised when the client has come back
        return {"status": 0, "broken": "no answer"}
    return _plain(exchange)


def _plain(exchange: Exchange) -> dict[str, Any]:
    return {
        "status": exchange.status,
        "headers": plain_headers(exchange),
        "chunks": [base64.b64encode(data).decode() for _, data in exchange.chunks],
        "broken": exchange.broken,
    }
