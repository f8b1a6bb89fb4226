"""The reference server as a process of its own: a context manager for any framework.

    with serving() as server:
        server.script(answer={"text": "Good morning."})
        client = OpenAI(base_url=server.base_url, api_key=server.key)

It imports nothing but the standard library, and little of that.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_REQUESTS, _SCENARIO = "/_control/requests", "/_control/scenario"
_TIMEOUT = 10


class ScenarioRefused(ValueError):
    """The server does not take a scenario; the message says where it is wrong, and what is expected."""


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
        entries: list[dict[str, Any]] = self._control("GET", _REQUESTS)["requests"]
        return entries

    def script(self, *rules: dict[str, Any], **words: Any) -> None:
        """Play these rules from now on, instead of those before: dictionaries with the words of a scenario file.

        One rule may be given by its words, `script(when={...}, answer={...})`; `models` and `seed` are those of the
        scenario. Raises ScenarioRefused.
        """
        scenario = {name: words.pop(name) for name in ("models", "seed") if name in words}
        self._control("POST", _SCENARIO, {**scenario, "rules": [*rules, *([words] if words else [])]})

    def wait(self, count: int = 1, timeout: float = 5.0) -> list[dict[str, Any]]:
        """What was sent, as soon as there are so many requests. Raises TimeoutError after so many seconds."""
        answer = self._control("GET", f"{_REQUESTS}/wait?count={count}&timeout={timeout}", patience=timeout)
        if answer["count"] < count:
            raise TimeoutError(f"{answer['count']} of {count} requests within {timeout} s")
        entries: list[dict[str, Any]] = answer["requests"]
        return entries

    def reset(self) -> None:
        """Forget what was sent, and what was scripted."""
        self._control("DELETE", _REQUESTS)
        self._control("DELETE", _SCENARIO)

    def _control(self, method: str, path: str, body: Any = None, patience: float = 0.0) -> dict[str, Any]:
        from http.client import HTTPConnection  # where it is needed: it takes 20 ms

        connection = HTTPConnection(self.root.removeprefix("http://"), timeout=_TIMEOUT + patience)
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body))
            response = connection.getresponse()
            answer: dict[str, Any] = json.load(response)
        finally:
            connection.close()
        if response.status == 400:
            raise ScenarioRefused(answer["error"]["message"])
        return answer


@contextmanager
def serving(*options: str) -> Iterator[ReferenceServer]:
    """A server on a free port, with these options of the command; it ends with the block."""
    words = [sys.executable, "-P", "-m", "reference_server", "--port", "0", "--until-stdin-closes"]
    words += ["--control", *options]
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
