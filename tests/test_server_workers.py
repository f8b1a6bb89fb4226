"""`reference-server --workers N`: several processes, one address, one state."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from reference_server.__main__ import main

AUTHORIZED = {"authorization": "Bearer sk-ok"}

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has one process only")


@contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server of two workers, and its base URL."""
    words = [sys.executable, "-P", "-m", "reference_server", "--port", "0", "--until-stdin-closes", "--workers", "2"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([*words, *options], text=True, **pipes) as process:
        try:
            assert process.stdout
            assert process.stdin
            yield process, process.stdout.readline().strip()
            process.stdin.close()
            assert process.wait(10) == 0
        finally:
            process.kill()


def workers(process: subprocess.Popen[str]) -> list[int]:
    """The processes that answer."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, check=False)
    return [int(number) for number in children.stdout.split()]


def gone(numbers: list[int]) -> bool:
    """Whether these processes end soon."""
    for _ in range(50):
        if not any(os.path.exists(f"/proc/{number}") for number in numbers):
            return True
        time.sleep(0.1)
    return False


def test_files_are_seen_by_every_worker() -> None:
    """Requests of connections of their own reach either process, which tell the same."""
    with serving() as (_, base):
        form = {"files": {"file": ("a.txt", b"hello")}, "data": {"purpose": "user_data"}, "headers": AUTHORIZED}
        name = httpx.post(f"{base}/files", **form).json()["id"]
        statuses = {httpx.get(f"{base}/files/{name}", headers=AUTHORIZED).status_code for _ in range(20)}

    assert statuses == {200}


def test_limits_are_kept_together() -> None:
    """A key has as many requests as with one process, however many connections ask."""
    with serving("--gateway", "foxora", "--key", "narrow=rate-limited") as (_, base):
        answers = [httpx.get(f"{base}/models", headers={"authorization": "Bearer narrow"}) for _ in range(6)]

    assert answers[-1].status_code == 429


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_the_first_process(number: signal.Signals) -> None:
    """Also when it is killed."""
    words = [sys.executable, "-P", "-m", "reference_server", "--port", "0", "--workers", "2"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        children = workers(process)
        process.send_signal(number)
        status = process.wait(10)

    assert len(children) == 2
    assert gone(children)
    assert status == (-number if number == signal.SIGKILL else 0)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="processes are looked up in /proc")
def test_one_worker_ends_with_the_other() -> None:
    """A server that lost a worker does not go on with half of them."""
    with serving() as (process, _):
        first, second = workers(process)
        os.kill(first, signal.SIGKILL)

        assert gone([second])


@pytest.mark.parametrize(
    "option", [["--control"], ["--scenario", "a.yaml"], ["--record", "http://127.0.0.1"], ["--deterministic"]]
)
def test_what_one_process_remembers_is_refused(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """By the name of the option."""
    assert main(["--workers", "2", *option]) == 2

    assert f"--workers cannot be combined with {option[0]}" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "65", "two", "-1"])
def test_wrong_number_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With what may be given."""
    assert main(["--workers", number]) == 2

    assert "--workers" in capsys.readouterr().err


def test_wrong_settings_are_told_before_workers_start(capsys: pytest.CaptureFixture[str]) -> None:
    """Once."""
    assert main(["--workers", "2", "--fault", "no_such_fault"]) == 2
    assert capsys.readouterr().err.count("no_such_fault") == 1


def test_port_in_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Although sockets of workers may share a port with each other."""
    with serving() as (_, base):
        assert main(["--workers", "2", "--port", str(httpx.URL(base).port)]) == 2

    assert "cannot listen" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere one socket may have all connections")
def test_workers_take_turns() -> None:
    """Connections that are opened at once do not all wait for one process."""
    with serving() as (process, base), ExitStack() as stack:
        for _ in range(40):
            client = stack.enter_context(httpx.Client())
            assert client.get(f"{base.removesuffix('/v1')}/healthz").status_code == 200
        counts = [len(os.listdir(f"/proc/{number}/fd")) for number in workers(process)]

    assert min(counts) > 15
