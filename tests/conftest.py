"""Shared fixtures: running reference servers, and plain clients for them."""

from __future__ import annotations

import gc
import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest

import gateway_contract
from reference_server.running import ReferenceServer, serving

Body = dict[str, Any]
collect_ignore = [] if find_spec("playwright") else ["browser"]
"""What needs a browser belongs to an environment of its own, `tox -e browser`."""
LONG = 200
"""So long is no name of a test."""
gc.set_threshold(100_000, 50, 50)  # by default a fifth of the proof's time goes into looking for garbage


def pytest_collection_finish() -> None:
    """What is loaded by now stays, and need not be looked through for garbage."""
    gc.freeze()


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A value is named by its length where it is long: names are sent between processes again and again."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > LONG else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Slow tests cost seconds each; what they show is shown by quicker ones in part."""
    parser.addoption("--slow", action="store_true", help="run the slow tests as well")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out the slow tests unless they are asked for."""
    if not config.getoption("--slow"):
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@contextmanager
def _serving(gateway: str | None) -> Iterator[str]:
    words = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes"]
    words += ["--gateway", gateway] if gateway else []
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(timeout=10)


@pytest.fixture(scope="session")
def server() -> Iterator[Callable[..., str]]:
    """`server(gateway=None)`: the base URL of a reference server that plays the gateway. Each is started once."""
    started: dict[str | None, str] = {}
    with ExitStack() as stack:

        def start(gateway: str | None = None) -> str:
            if gateway not in started:
                started[gateway] = stack.enter_context(_serving(gateway))
            return started[gateway]

        yield start


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """A client without a credential."""
    with httpx.Client(timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def chat(server: Callable[..., str], http: httpx.Client) -> Callable[..., httpx.Response]:
    """`chat("Hello", key="sk-ok", gateway=None, via="", **fields)`: the response to one chat request.

    A text becomes the user's message, a list the messages. `via` is a prefix of the path such as "fault/<name>".
    """

    def send(
        content: str | list[Body] = "Hello there",
        *,
        key: str = "sk-ok",
        gateway: str | None = None,
        via: str = "",
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> httpx.Response:
        messages = content if isinstance(content, list) else [{"role": "user", "content": content}]
        body = {"model": "echo", "messages": messages, **fields}
        base = server(gateway).replace("/v1", f"/{via}/v1" if via else "/v1")
        return http.post(
            f"{base}/chat/completions", json=body, headers={"authorization": f"Bearer {key}", **(headers or {})}
        )

    return send


@pytest.fixture(scope="session")
def message(server: Callable[..., str], http: httpx.Client) -> Callable[..., httpx.Response]:
    """`message("Hello", gateway=None, headers=None, path="", **fields)`: the response to one Anthropic request.

    A text becomes the user's turn, a list the turns. `...` leaves a field out. `path` follows that of messages, and
    `raw` takes the place of the body.
    """

    def send(
        content: str | list[Body] = "Hello there",
        *,
        gateway: str | None = None,
        headers: dict[str, str] | None = None,
        path: str = "",
        raw: bytes | None = None,
        **fields: Any,
    ) -> httpx.Response:
        root = server(gateway).removesuffix("/v1") + gateway_contract.load(gateway).bases["anthropic"]
        turns = content if isinstance(content, list) else [{"role": "user", "content": content}]
        body = {"model": "echo", "max_tokens": 100, "messages": turns, **fields}
        data = raw if raw is not None else json.dumps({k: v for k, v in body.items() if v is not ...}).encode()
        usual = {"x-api-key": "sk-ok", "anthropic-version": "2023-06-01", "content-type": "application/json"}
        sent = {name: value for name, value in {**usual, **(headers or {})}.items() if value}
        return http.post(f"{root}/v1/messages{path}", content=data, headers=sent)

    return send


@pytest.fixture(scope="session")
def events() -> Callable[[bytes], list[Any]]:
    """`events(content)`: the data of each server-sent event, JSON decoded, read as the HTML standard says."""
    return _events


def _events(content: bytes) -> list[Any]:
    text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    blocks = [_data(block.split("\n")) for block in text.split("\n\n")]
    return [data if data == "[DONE]" else json.loads(data) for data in blocks if data is not None]


def _data(lines: list[str]) -> str | None:
    data = [line[5:].removeprefix(" ") for line in lines if line.startswith("data:")]
    return "\n".join(data) if data else None


@pytest.fixture(scope="module")
def running() -> Iterator[ReferenceServer]:
    """A reference server of the module's own, which plays scenarios."""
    with serving() as server:
        yield server


@pytest.fixture
def play(running: ReferenceServer) -> Iterator[Callable[..., None]]:
    """`play(rule, ...)` sets the scenario of a server that has forgotten everything."""
    running.reset()
    yield running.script
    running.reset()


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder for the path, with the two commands of this environment."""
    folder = tmp_path / "commands"
    folder.mkdir()
    for name, module in {"gateway-conformance": "conformance", "reference-server": "reference_server"}.items():
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
        path.chmod(0o755)
    return folder
