"""How long a live run takes: the command, behind a proxy that holds every request back for as long as a network would.

Prints for each run what the user waits, the requests, the checks, and the CPU time of the command. Where Node is on the
path, llmprobe, another suite for such APIs, is run on the same server.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from conformance.target import reference

RUNS = {"default": [], "--profile core": ["--profile", "core"], "--quick": ["--quick"]}
PEER = "llmprobe@0.6.12"
LONGEST = 900
"""Seconds after which a run is given up."""


class Proxy:
    """Listens on a free port of this machine, and sends each request on after some seconds."""

    def __init__(self, upstream: int, latency: float) -> None:
        self.requests = 0
        self._upstream, self._latency = upstream, latency
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        above, below = await asyncio.open_connection("127.0.0.1", self._upstream)
        answered = asyncio.Event()
        answered.set()
        up = asyncio.create_task(self._send(reader, below, answered))
        with contextlib.suppress(ConnectionError):
            while data := await above.read(65536):
                answered.set()
                writer.write(data)
                await writer.drain()
        up.cancel()
        below.close()
        writer.close()

    async def _send(self, reader: asyncio.StreamReader, below: asyncio.StreamWriter, answered: asyncio.Event) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if answered.is_set():
                    answered.clear()
                    self.requests += 1
                    await asyncio.sleep(self._latency)
                below.write(data)
                await below.drain()
            below.write_eof()


def main() -> int:
    """Measure each kind of run. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--latency", type=float, default=0.3, help="seconds for each request (default: %(default)s)")
    options = parser.parse_args()
    with reference.serving() as target:
        proxy = Proxy(urlsplit(target.base_url).port or 80, options.latency)
        for name, words in RUNS.items():
            print(f"{name:14} behind {1000 * options.latency:.0f} ms: {_judged(proxy, words)}", flush=True)
        if npx := shutil.which("npx"):
            print(f"{PEER:14} behind {1000 * options.latency:.0f} ms: {_peer(proxy, npx)}", flush=True)
    return 0


def _judged(proxy: Proxy, words: list[str]) -> str:
    command = [sys.executable, "-m", "conformance", "run", "--base-url", f"http://127.0.0.1:{proxy.port}/v1", *words]
    with tempfile.TemporaryDirectory() as folder:
        figures = _timed(proxy, [*command, "--report", folder], {"GATEWAY_API_KEY": "sk-ok"})
        findings = json.loads((Path(folder) / "report.json").read_bytes())["findings"]
    return f"{figures}, {sum(one['verdict'] in ('passed', 'failed') for one in findings)} verdicts"


def _peer(proxy: Proxy, npx: str) -> str:
    """What the other suite takes without its benchmark, which measures the model."""
    with tempfile.TemporaryDirectory() as folder:
        command = [npx, "--yes", PEER, f"http://127.0.0.1:{proxy.port}/v1", "-k", "sk-ok", "-m", "gpt-4o-mini"]
        subprocess.run([npx, "--yes", PEER, "--version"], check=True, stdout=subprocess.DEVNULL, timeout=LONGEST)
        return _timed(proxy, [*command, "--no-bench"], {"HOME": folder, "npm_config_cache": str(Path.home() / ".npm")})


def _timed(proxy: Proxy, command: list[str], environment: dict[str, str]) -> str:
    before, start, used = proxy.requests, time.perf_counter(), os.times()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run(command, env=os.environ | environment, check=False, timeout=LONGEST, **quiet)
    seconds, now = time.perf_counter() - start, os.times()
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    return f"{seconds:5.1f} s, {proxy.requests - before} requests, {cpu:.1f} s of CPU"


if __name__ == "__main__":
    sys.exit(main())
