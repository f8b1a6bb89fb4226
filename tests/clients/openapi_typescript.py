"""The types that openapi-typescript makes of the contract, and a client that is held to them. It needs Node."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.clients.generating import NAMES, contract, run

CALLS = Path(__file__).with_name("calls.mts")
MODULES = Path(os.environ.get("CLIENTS_NODE", "node_modules"))
"""Where the generator, the compiler and openapi-fetch are installed: a folder of the name node_modules."""


def generate(name: str, folder: Path) -> Path:
    """The types of a contract, written beside a link to the installed modules."""
    (folder / "node_modules").symlink_to(MODULES.resolve())
    types = folder / "contract.d.ts"
    run(
        "node",
        MODULES / "openapi-typescript" / "bin" / "cli.js",
        contract(name),
        "--output",
        types,
        "--default-non-nullable=false",
    )
    return types


def compile_(folder: Path, *files: Path) -> None:
    """The compiler, as strict as it can be, has nothing to say of the files."""
    words = ("--strict", "--target", "es2022", "--module", "nodenext", "--outDir", folder / "compiled")
    run("node", MODULES / "typescript" / "bin" / "tsc", *words, *files, folder=folder)


@pytest.mark.parametrize("name", NAMES)
def test_types_compile(name: str, tmp_path: Path) -> None:
    """The types of every contract are right."""
    compile_(tmp_path, generate(name, tmp_path))


def test_calls(server: Callable[..., str], tmp_path: Path) -> None:
    """The calls of `calls.mts` compile, and the server answers each as its types say."""
    generate("openai", tmp_path)
    calls = tmp_path / CALLS.name
    calls.write_text(CALLS.read_text(encoding="utf-8"), encoding="utf-8")
    compile_(tmp_path, calls)

    said = run("node", tmp_path / "compiled" / "calls.mjs", server())

    assert said.split() == ["models", "chat", "stream", "embeddings", "refused", "anthropic", "gemini"]
