"""Publishes a report: what belongs into a repository, and how to reproduce it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.report import known, read_view, render
from tests.gateways.catalogue import ROOT, Gateway

FORMATS = ("markdown", "badge")
LONGEST = 8000
"""Characters of one text; a command that uploads a megabyte does not have to be published."""


def publish(gateway: Gateway, run: Path, folder: Path) -> None:
    """Writes report.json, summary.md and badge.svg."""
    folder.mkdir(parents=True, exist_ok=True)
    content = shortened(json.loads((run / "report.json").read_text()))
    (folder / "report.json").write_text(in_lines(content))
    view = read_view(folder)
    for name in FORMATS:
        (folder / known(name).FILENAME).write_text(_headed(gateway, name, render(name, view)))


def in_lines(content: dict[str, Any]) -> str:
    """A JSON object with a line for each member, and for each item of its arrays."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {_lines(value)}" for name, value in content.items()) + "\n}\n"


def _lines(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in value) + "\n]"


def _headed(gateway: Gateway, name: str, text: str) -> str:
    """The summary says whose it is and how to reproduce it."""
    if name != "markdown":
        return text
    title, _, rest = text.partition("\n")
    head = f"[{gateway.title}]({gateway.homepage}) {gateway.release}. Reproduce: `tox -e {gateway.environment}`"
    return f"{title}\n\n{head}\n{rest}"


def shortened(value: Any) -> Any:
    """The value with short texts, and no path of this machine: a stack trace shows where a gateway is installed."""
    if isinstance(value, str):
        text = value.replace(f"{ROOT}/", "")
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
    if isinstance(value, list):
        return [shortened(one) for one in value]
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    return value
