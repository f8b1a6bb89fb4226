"""The reference server as a fixture for pytest. For other frameworks there is `reference_server.running`.

    pytest_plugins = ["reference_server.testing"]

    def test_greeting(reference_server):
        reference_server.script(answer={"text": "Good morning."})
        client = OpenAI(base_url=reference_server.base_url, api_key=reference_server.key)
        ...
        assert reference_server.requests[-1]["body"]["model"] == "gpt-5.5"

It imports nothing but the standard library and pytest; the server runs as a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reference_server.running import ReferenceServer, serving


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
    """The server of the session, which has forgotten what other tests have sent and scripted."""
    _running.reset()
    return _running
