"""The gateways that others wrote: a TOML file for each says how it is installed, configured, started and reached.

In its texts `$PORT` is where it listens, `$UPSTREAM` the reference server as an OpenAI base URL, `$ORIGIN` the same
without `/v1`, `$HERE` the folder it runs in, `$INSTALLED` the folder it is installed in, `$SOURCES` this folder,
`$KEY` its key, and `$VERSION` its version.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from string import Template
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
REPORTS = ROOT / "reports"


@dataclass(frozen=True)
class Gateway:
    """One file of this folder."""

    name: str
    title: str
    homepage: str
    port: int
    start: Mapping[str, Any]
    files: Mapping[str, str]
    version: str = ""
    version_from: tuple[str, ...] = ()
    key: str = ""
    mock: bool = False
    fixtures: str = ""
    install: Mapping[str, Any] = field(default_factory=dict)
    mint: Mapping[str, Any] = field(default_factory=dict)

    @property
    def installed(self) -> Path:
        """The folder that it is installed in; two entries may share one."""
        return ROOT / ".tox" / "gateways" / self.install.get("folder", self.name)

    @property
    def reports(self) -> Path:
        """Where its report is published."""
        return REPORTS / self.name

    @property
    def environment(self) -> str:
        """The tox environment that judges it."""
        return f"gateway-{self.name}"

    @cached_property
    def release(self) -> str:
        """Its version: the pinned one, or the one that it names itself."""
        if self.version:
            return self.version
        answer = subprocess.run(self.version_from, capture_output=True, text=True, check=True)
        match = re.search(r"\d+(\.\d+)+", answer.stdout + answer.stderr)
        return match[0] if match else "?"


def load(name: str) -> Gateway:
    """The gateway of that name."""
    values = tomllib.loads((HERE / f"{name}.toml").read_text())
    return Gateway(name=name, **values | {"version_from": tuple(values.get("version_from", ()))})


def names() -> list[str]:
    """All of them: gateways first, then mocks."""
    stems = sorted(path.stem for path in HERE.glob("*.toml"))
    return sorted(stems, key=lambda stem: load(stem).mock)


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """The value with the words in its texts."""
    if isinstance(value, str):
        return Template(value).substitute(words)
    if isinstance(value, list):
        return [filled(one, words) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, words) for name, one in value.items()}
    return value
