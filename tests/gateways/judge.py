"""Judges a gateway that others wrote, started here in front of the reference server, and publishes the report.

    python -m tests.gateways.judge litellm [--report DIR]
    python -m tests.gateways.judge all

The exit code is 0 when there is a verdict, whatever it is: the report is what counts. Its failures have then to be
read, see `verified.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from conformance.target import reference
from tests.gateways import catalogue, publish, table, verified
from tests.gateways.catalogue import Gateway, filled
from tests.gateways.install import install

UPSTREAM = 18100
"""A port that stays the same, since reports show it."""
PATIENCE = 120
"""Seconds that a gateway may take to start."""
LONGEST = 450
"""Seconds that a run may take."""
JUDGED = (0, 1)
"""The exit codes of a run that came to a verdict."""


@contextlib.contextmanager
def running(words: list[str], port: int, folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Runs a server, and whatever it starts, until the block ends; the block begins once it answers."""
    _demand_free(port)
    log = folder / f"{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=folder, env=os.environ | environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _wait_for(port, process, log)
            yield
        finally:
            _stop(process)


def _demand_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"port {port} is taken: end what listens there")


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.25)
        else:
            return
    sys.exit(f"{process.args!r} did not start; its log ends:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the whole group: some gateways leave workers behind, which keep the port."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)


@contextlib.contextmanager
def serving(gateway: Gateway, folder: Path) -> Iterator[str]:
    """Runs the gateway in front of the reference server; yields its key."""
    origin = f"http://127.0.0.1:{UPSTREAM}"
    words = {
        "PORT": str(gateway.port),
        "ORIGIN": origin,
        "UPSTREAM": f"{origin}/v1",
        "HERE": str(folder),
        "SOURCES": str(catalogue.HERE),
        "INSTALLED": str(gateway.installed),
        "KEY": gateway.key,
        "VERSION": gateway.version,
        "PATH": os.environ["PATH"],
    }
    for name, text in gateway.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(filled(text, words))
    start = filled(dict(gateway.start), words)
    upstream = [sys.executable, "-P", "-m", "reference_server", "--port", str(UPSTREAM)]
    with (
        running(upstream, UPSTREAM, folder, {}),
        running(start["command"], gateway.port, folder, start.get("environment", {})),
    ):
        yield _minted(gateway) if gateway.mint else gateway.key


def _minted(gateway: Gateway) -> str:
    """A key that the gateway makes."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{gateway.port}{gateway.mint['path']}",
        data=json.dumps(gateway.mint["body"]).encode(),
        headers={"Content-Type": "application/json", **gateway.mint["headers"]},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)[gateway.mint["member"]])


def run(gateway: Gateway, report: Path) -> int:
    """Judges the gateway and publishes the report; returns the exit code of the run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        target = reference.FIXTURES if gateway.fixtures == "reference" else folder / "target.toml"
        with serving(gateway, folder) as key:
            words = ["--base-url", f"http://127.0.0.1:{gateway.port}/v1", "--target", str(target)]
            words += ["--name", f"{gateway.title} {gateway.release}", "--report", str(folder / "report")]
            code = subprocess.run(
                [sys.executable, "-m", "conformance", "run", *words, "--max-time", str(LONGEST)],
                env=os.environ | {"GATEWAY_API_KEY": key},
                check=False,
            ).returncode
        if code in JUDGED:
            publish.publish(gateway, folder / "report", report)
    return code


def main() -> int:
    """Installs, starts, judges, publishes, and says what is left to read."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("gateway", nargs="+", type=lambda name: name.removeprefix("gateway-"), help="or all")
    parser.add_argument("--report", type=Path, help="where the report is published, default: reports/NAME")
    options = parser.parse_args()
    names = catalogue.names() if options.gateway == ["all"] else options.gateway
    if unknown := set(names) - set(catalogue.names()):
        parser.error(f"unknown: {', '.join(unknown)}; known: all, {', '.join(catalogue.names())}")
    codes = [_judge(catalogue.load(name), options.report) for name in names]
    return 0 if set(codes) <= set(JUDGED) else max(codes)


def _judge(gateway: Gateway, report: Path | None) -> int:
    """Judges one; a report that is published elsewhere is nobody's to read."""
    install(gateway)
    code = run(gateway, report or gateway.reports)
    if code not in JUDGED:
        print(f"{gateway.title}: no verdict, its report is left as it was")
    elif not report:
        table.write()
        print(*verified.problems(gateway), sep="\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
