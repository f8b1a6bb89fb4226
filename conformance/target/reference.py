"""The reference server as a target: a process on a free port, killed when the run ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from conformance.errors import TargetError
from conformance.target import Target, from_file

FIXTURES = Path(__file__).parent / "reference.toml"


@contextmanager
def serving(gateway: str | None = None, fault: str | None = None) -> Iterator[Target]:
    """Starts the reference server and yields it as a target. The server also stops when its standard input closes."""
    words = [sys.executable, "-P", "-m", "reference_server", "--port", "0", "--until-stdin-closes"]
    words += ["--gateway", gateway] if gateway and gateway != "openai" else []
    words += ["--fault", fault] if fault else []
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            base_url = process.stdout.readline().strip()
            if not base_url.startswith("http"):
                raise TargetError("the reference server did not start", "try: reference-server")
            yield at(base_url, gateway)
        finally:
            process.kill()


def at(base_url: str, gateway: str | None = None) -> Target:
    """A running reference server as a target, with its fixtures."""
    return replace(from_file(FIXTURES, base_url), gateway=gateway or "openai")
