"""Judges a gateway that others wrote, started here in front of the reference server.

    python tests/gateways/judge.py litellm|nginx [--report DIR]

LiteLLM is installed into a virtual environment of its own below `.tox`, because its dependencies are its own business.
The exit code is the one of `gateway-conformance run`, so a defect of the gateway is a 1; the report is what counts.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import socket
import string
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from pathlib import Path

from conformance.target import reference

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
LITELLM = ROOT / ".tox" / "litellm"
PATIENCE = 120
"""Seconds that a gateway may take to start."""


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def install_litellm() -> Path:
    """The LiteLLM command, installed once."""
    command = LITELLM / "bin" / "litellm"
    if not command.exists():
        venv.create(LITELLM, with_pip=True)
        unconstrained = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
        words = [str(LITELLM / "bin" / "pip"), "install", "--quiet", "-r", str(HERE / "litellm-requirements.txt")]
        subprocess.run(words, check=True, env=unconstrained)
    return command


@contextlib.contextmanager
def running(words: list[str], port: int, folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Runs a gateway until the block ends; yields its base URL once it answers."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, env=os.environ | environment, stdout=log, stderr=log)
        try:
            wait_for(port, process, folder / "log")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Returns when something answers HTTP on the port."""
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
    sys.exit(f"the gateway did not start; its log ends:\n{log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def litellm(upstream: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The LiteLLM proxy and its target file."""
    port = free_port()
    environment = {
        "UPSTREAM": upstream,
        "UPSTREAM_KEY": "sk-ok",
        "ANTHROPIC_API_BASE": upstream.removesuffix("/v1") + "/anthropic",
        "ANTHROPIC_API_KEY": "sk-ok",
        "GEMINI_API_BASE": upstream.removesuffix("/v1") + "/gemini",
        "GEMINI_API_KEY": "sk-ok",
        "GATEWAY_API_KEY": os.environ.setdefault("GATEWAY_API_KEY", "sk-litellm-1234"),
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "PATH": f"{LITELLM / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }
    words = [str(install_litellm()), "--config", str(HERE / "litellm.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    with running(words, port, folder, environment) as base_url:
        yield base_url, HERE / "litellm-target.toml"


@contextlib.contextmanager
def nginx(upstream: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """nginx and the reference server's own target file."""
    port = free_port()
    template = string.Template((HERE / "nginx.conf").read_text())
    (folder / "nginx.conf").write_text(template.substitute(PORT=port, UPSTREAM=upstream.removesuffix("/v1")))
    with running(["nginx", "-p", str(folder), "-c", "nginx.conf"], port, folder, {}) as base_url:
        yield base_url, reference.FIXTURES


def main() -> int:
    """Starts both servers, judges, and stops them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("gateway", choices=["litellm", "nginx"])
    parser.add_argument("--report", type=Path)
    options = parser.parse_args()
    start = {"litellm": litellm, "nginx": nginx}[options.gateway]
    report = options.report or ROOT / "reports" / options.gateway
    with (
        tempfile.TemporaryDirectory() as folder,
        reference.serving() as upstream,
        start(upstream.base_url, Path(folder)) as (base_url, target),
    ):
        words = ["run", "--base-url", base_url, "--target", str(target), "--report", str(report)]
        return subprocess.run([sys.executable, "-m", "conformance", *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
