"""Measures the CPU time of the reference server per request, beside the least that its HTTP server takes.

Starts the servers as processes and sends bursts of requests to one after the other, over a few connections that stay
open, each request with another prompt. What counts is the CPU time of the process, the 25th percentile of all bursts,
and the median of the ratios of bursts that followed each other. Needs Linux. Exits with 1 when a whole answer costs
more than the limit.

aimock joins where `tox -e gateway-aimock` has installed it: as it is, and with pieces of 4 characters in its streams,
which makes them as many events as ours. Any other server joins with `--beside "NAME=COMMAND {port}"`; its models and
keys are those of OpenAI.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import shlex
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles

WORDS = " ".join(f"word{number}" for number in range(60))
PREFIX = "Say"
"""What each prompt begins with, for the rules of the other server."""
HERE = Path(__file__).parent
OURS = {
    "ours": f"{sys.executable} -P -m reference_server --port {{port}}",
    "bare": f"{sys.executable} {HERE / 'bare.py'} {{port}}",
}
LLMOCK = HERE.parent / ".tox/gateways/aimock/node_modules/.bin/llmock"
AIMOCK = {
    "aimock": f"node {LLMOCK} -p {{port}} -f {HERE / 'aimock.json'}",
    "aimock -c 4": f"node {LLMOCK} -p {{port}} -f {HERE / 'aimock.json'} -c 4",
}
_numbers = itertools.count()


def _chat(**fields) -> tuple[str, dict]:
    turn = {"role": "user", "content": f"{PREFIX} {next(_numbers)} {WORDS}"}
    return "/chat/completions", {"model": "gpt-4o", "messages": [turn], **fields}


def _embedding(**fields) -> tuple[str, dict]:
    return "/embeddings", {"model": "text-embedding-3-small", "input": f"text {next(_numbers)}", **fields}


ROWS = {
    "chat of 60 words": _chat,
    "the same as a stream": lambda: _chat(stream=True),
    "embedding, 1536 numbers": _embedding,
    "the same in base64": lambda: _embedding(encoding_format="base64"),
    "list of models": lambda: ("/models", None),
    "refusal of wrong messages": lambda: _chat(messages=f"wrong {next(_numbers)}"),
}


def main() -> int:
    """Measure each kind of request. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=400, help="requests of a burst (default: %(default)s)")
    parser.add_argument("--bursts", type=int, default=12, help="bursts to each server (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=8, help="open connections (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=200.0, help="microseconds for a chat (default: %(default)s)")
    parser.add_argument("--beside", metavar="NAME=COMMAND", action="append", default=[], help="starts one at {port}")
    options = parser.parse_args()
    others = (AIMOCK if LLMOCK.exists() else {}) | dict(one.split("=", 1) for one in options.beside)
    commands = OURS | others
    with ExitStack() as stack:
        servers = [_Server(command, stack) for command in commands.values()]
        names = [*commands, *(f"{name} / ours" for name in others)]
        print(f"{'µs of CPU per request':26}" + "".join(f"{name:>{_width(name)}}" for name in names))
        costs = [_row(name, servers, names, options) for name in ROWS]
    return 0 if costs[0] <= options.limit else 1


class _Server:
    """A process that listens on a free port until the block ends."""

    def __init__(self, command: str, stack: ExitStack) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        words = shlex.split(command.replace("{port}", str(self.port)))
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(self._process.wait)
        stack.callback(self._process.terminate)
        for _ in range(200):
            if self._process.poll() is not None:
                sys.exit(f"{words[0]} ended with {self._process.returncode}")
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        sys.exit(f"{words[0]} does not listen")

    @property
    def cpu(self) -> float:
        """Microseconds so far, of all threads."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1000


def _width(name: str) -> int:
    return max(9, len(name) + 2)


def _row(name: str, servers: list[_Server], names: list[str], options: argparse.Namespace) -> float:
    """Print what each server takes for a kind of request. Returns what ours takes."""
    costs = [[_burst(name, server, options) for server in servers] for _ in range(options.bursts + 1)][1:]
    usual = [quantiles(column, n=4)[0] for column in zip(*costs, strict=True)]
    ratios = [median(row[place] / row[0] for row in costs) for place in range(len(OURS), len(servers))]
    shown = [*(f"{cost:.0f}" for cost in usual), *(f"{ratio:.2f}" for ratio in ratios)]
    cells = [f"{cell:>{_width(column)}}" for column, cell in zip(names, shown, strict=True)]
    print(f"{name:26}" + "".join(cells), flush=True)
    return usual[0]


def _burst(name: str, server: _Server, options: argparse.Namespace) -> float:
    share = options.requests // options.connections
    payloads = [[_request(server.port, *ROWS[name]()) for _ in range(share)] for _ in range(options.connections)]
    before = server.cpu
    asyncio.run(_load(server.port, payloads))
    return (server.cpu - before) / (share * options.connections)


def _request(port: int, path: str, body: dict | None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    head = (
        f"{'GET' if body is None else 'POST'} /v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Authorization: Bearer sk-ok\r\nContent-Type: application/json\r\nAccept: */*\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _load(port: int, payloads: list[list[bytes]]) -> None:
    await asyncio.gather(*(_connection(port, requests) for requests in payloads))


async def _connection(port: int, requests: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    for request in requests:
        writer.write(request)
        await _read(reader, (await reader.readuntil(b"\r\n\r\n")).lower())
    writer.close()
    await writer.wait_closed()


async def _read(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" not in head:
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


if __name__ == "__main__":
    sys.exit(main())
