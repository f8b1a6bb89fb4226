"""The server stops when it is asked to, whatever it is doing, and says nothing about it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import httpx
import pytest

COUNT = {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "Count from 1 to 1000"}]}


def _started(*options: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "reference_server", "--port", "0", *options]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(words, text=True, **pipes)


def _stream(address: str) -> tuple[httpx.Client, httpx.Response]:
    """A stream that would last for a minute, and has begun."""
    client = httpx.Client(timeout=20)
    request = client.build_request(
        "POST", f"{address}/chat/completions", json=COUNT, headers={"authorization": "Bearer sk-ok"}
    )
    response = client.send(request, stream=True)
    next(response.iter_bytes())
    return client, response


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("options", [[], ["--until-stdin-closes"]])
def test_signal_ends_a_stream_that_runs(sent, options):
    with _started(*options) as process:
        client, _ = _stream(process.stdout.readline().strip())
        started = time.monotonic()
        process.send_signal(sent)

        assert process.wait(timeout=10) == 0
        assert time.monotonic() - started < 5
        assert process.stderr.read() == ""
        client.close()


def test_end_of_standard_input_ends_a_stream_that_runs():
    with _started("--until-stdin-closes") as process:
        client, _ = _stream(process.stdout.readline().strip())
        process.stdin.close()

        assert process.wait(timeout=10) == 0
        assert process.stderr.read() == ""
        client.close()


def test_what_was_booked_is_in_the_state_after_a_stop(tmp_path):
    asked = {**COUNT, "model": "echo", "stream": False}
    head = {"authorization": "Bearer sk-ok"}
    for spent in (0, 1):
        with _started("--gateway", "foxora", "--state", str(tmp_path / "state")) as process:
            address = process.stdout.readline().strip()
            account = httpx.get(f"{address}/me", headers=head)
            httpx.post(f"{address}/chat/completions", json=asked, headers=head)
            process.send_signal(signal.SIGTERM)

            assert process.wait(timeout=10) == 0
            assert json.loads(account.text)["usage"]["requests_this_month"] == spent
