"""What the generators have in common: where the contract is, and how a generator is run."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from gateway_contract import names

CONTRACTS = Path(__file__).parents[2] / "openapi" / "built" / "3.1"
NAMES = ("openai", *names())
QUESTION = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}
ANSWER = "You said: Say hello."
PATIENCE = 180
"""Seconds for one generator; that of Java starts slowly."""


def contract(name: str) -> Path:
    """The file of a contract in OpenAPI 3.1."""
    return CONTRACTS / f"{name}.json"


def run(*words: str | Path, folder: Path | None = None) -> str:
    """What a command says, on either stream. It has to succeed."""
    done = subprocess.run([*map(str, words)], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def command(name: str) -> Path:
    """A command of the environment that the tests run in."""
    return Path(sys.executable).with_name(name)


def broken_modules(package: ModuleType) -> set[str]:
    """The names of those modules of a package, without its own, that cannot be imported."""
    names = [one.name for one in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    assert len(names) > 200
    return {name.removeprefix(f"{package.__name__}.") for name in names if not _imports(name)}


def _imports(name: str) -> bool:
    try:
        importlib.import_module(name)
    except Exception:
        return False
    return True
