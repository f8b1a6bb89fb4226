"""The reference server in a test: a context manager for any framework, and a fixture for pytest.

    pytest_plugins = ["reference_server.testing"]

    def test_greeting(reference_server):
        client = OpenAI(base_url=reference_server.base_url, api_key="sk-ok")
        ...
        assert reference_server.requests[-1]["body"]["model"] == "gpt-5.5"

It imports nothing but the standard library and pytest; the server runs as a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import Request, urlopen

import pytest

_CONTROL = "/_control/requests"
_TIMEOUT = 10


class ReferenceServer:
    """A running server. `base_url` is that of the OpenAI protocol, `root` that of the server."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.root = base_url.removesuffix("/v1")
        self.key = "sk-ok"

    @property
    def env(self) -> dict[str, str]:
        """The variables with which the official clients find the server."""
        return {
            "OPENAI_BASE_URL": self.base_url,
            "OPENAI_API_KEY": self.key,
            "ANTHROPIC_BASE_URL": f"{self.root}/anthropic",
            "ANTHROPIC_API_KEY": self.key,
            "GOOGLE_GEMINI_BASE_URL": f"{self.root}/gemini",
            "GEMINI_API_KEY": self.key,
        }

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was sent, the oldest first: method, path, query, headers, body, and the status of the answer."""
        entries: list[dict[str, Any]] = self._control("GET")["requests"]
        return entries

    def reset(self) -> None:
        """Forget what was sent."""
        self._control("DELETE")

    def _control(self, method: str) -> dict[str, Any]:
        with urlopen(Request(self.root + _CONTROL, method=method), timeout=_TIMEOUT) as response:
            answer: dict[str, Any] = json.load(response)
            return answer


@contextmanager
def serving(*options: str) -> Iterator[ReferenceServer]:
    """A server on a free port, with these options of the command; it ends with the block."""
    words = [sys.executable, "-P", "-m", "reference_server", "--port", "0", "--until-stdin-closes"]
    words += ["--journal", *options]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            base_url = process.stdout.readline().strip()
            if not base_url:
                raise RuntimeError(f"the reference server did not start: {' '.join(words)}")
            yield ReferenceServer(base_url)
        finally:
            process.stdin.close()


@pytest.fixture(scope="session")
def reference_server_options() -> tuple[str, ...]:
    """The options of the command; override it to play a gateway, or to give models and keys names."""
    return ()


@pytest.fixture(scope="session")
def _running(reference_server_options: tuple[str, ...]) -> Iterator[ReferenceServer]:
    with serving(*reference_server_options) as server:
        yield server


@pytest.fixture
def reference_server(_running: ReferenceServer) -> ReferenceServer:
    """The server of the session, which has forgotten what other tests have sent."""
    _running.reset()
    return _running
