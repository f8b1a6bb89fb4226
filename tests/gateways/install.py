"""Installs a gateway into a folder of its own below `.tox`: its dependencies are its own business."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import venv
from pathlib import Path
from typing import Any

from tests.gateways.catalogue import Gateway, filled

STAMP = "installed.json"
"""What was installed: an entry that changed is installed anew."""


def install(gateway: Gateway) -> None:
    """Installs what the entry names, unless it is there."""
    wanted = filled(dict(gateway.install), {"VERSION": gateway.version})
    stamp = gateway.installed / STAMP
    if not wanted or (stamp.exists() and json.loads(stamp.read_text()) == wanted):
        return
    shutil.rmtree(gateway.installed, ignore_errors=True)
    if "pip" in wanted:
        _from_pip(gateway.installed, wanted["pip"])
    if "npm" in wanted:
        _from_npm(gateway.installed, wanted)
    stamp.write_text(json.dumps(wanted))


def _from_pip(folder: Path, requirements: list[str]) -> None:
    venv.create(folder, with_pip=True)
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    words = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *requirements]
    subprocess.run(words, check=True, env=environment)


def _from_npm(folder: Path, wanted: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    package = {"private": True, "dependencies": wanted["npm"], "overrides": wanted.get("overrides", {})}
    (folder / "package.json").write_text(json.dumps(package))
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
