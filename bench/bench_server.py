"""Measures the CPU time of the reference server per chat request.

Starts the server as a process, sends requests over a few connections that stay open, and reads the process's CPU time
before and after. Needs Linux. Exits with 1 when a request costs more than the limit.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

SHORT = {"model": "echo", "messages": [{"role": "user", "content": "Say hello to the world, please."}]}
LONG = {"role": "system", "content": "You answer briefly and to the point. " * 40}
BODIES = {
    "chat": SHORT,
    "chat, stream": {**SHORT, "stream": True, "stream_options": {"include_usage": True}},
    "chat, long prompt": {**SHORT, "messages": [LONG, *SHORT["messages"]], "temperature": 0.2, "max_tokens": 64},
}


def main() -> int:
    """Measure each kind of request. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=4000, help="requests of each kind (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=8, help="open connections (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=150.0, help="microseconds for `chat` (default: %(default)s)")
    options = parser.parse_args()
    command = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        address = urlsplit(server.stdout.readline().strip())
        costs = {name: _measured(server.pid, address, body, options) for name, body in BODIES.items()}
        server.stdin.close()
    return 0 if costs["chat"] <= options.limit else 1


def _measured(pid: int, address, body: dict, options: argparse.Namespace) -> float:
    """Microseconds of CPU per request of one kind."""
    payload = _request(address, body)
    asyncio.run(_load(address, payload, options.connections * 20, options.connections))
    cpu, wall = _cpu_seconds(pid), time.perf_counter()
    asyncio.run(_load(address, payload, options.requests, options.connections))
    cpu, wall = _cpu_seconds(pid) - cpu, time.perf_counter() - wall
    cost = cpu / options.requests * 1e6
    name = next(name for name, known in BODIES.items() if known is body)
    print(f"{name:20} {cost:7.1f} µs CPU per request, {options.requests / wall:7.0f} requests/s")
    return cost


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _request(address, body: dict) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {address.path}/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer sk-ok\r\n"
        f"Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _load(address, payload: bytes, requests: int, connections: int) -> None:
    share = requests // connections
    await asyncio.gather(*(_connection(address, payload, share) for _ in range(connections)))


async def _connection(address, payload: bytes, requests: int) -> None:
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**20)
    for _ in range(requests):
        writer.write(payload)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await _read_body(reader, head.lower())
    writer.close()
    await writer.wait_closed()


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" in head:
        await reader.readuntil(b"0\r\n\r\n")
    else:
        size = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(size))


if __name__ == "__main__":
    sys.exit(main())
