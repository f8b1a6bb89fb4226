"""Holds the scenario of a server: from a file, which is read again when it changes, or from `/_control/scenario`.

- `POST /_control/scenario`: play this one, in YAML or JSON; 400 says in which line it is wrong
- `GET /_control/scenario`: the scenario, its state, and how often each rule was played
- `DELETE /_control/scenario`: play none
"""

from __future__ import annotations

import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from reference_server.errors import WrongScenario
from reference_server.scenario.reading import read
from reference_server.scenario.script import Play, Script
from reference_server.scenario.words import Scenario
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply


class Stage:
    """The scenario that is played now, if there is one. Raises WrongScenario when the file cannot be read.

    `operations` are those of the gateway that is played.
    """

    path = "/_control/scenario"

    def __init__(self, file: Path | None = None, operations: Collection[str] | None = None) -> None:
        self._file, self._operations = file, operations
        self._stamp = self._now()
        self._script = Script(self._from(file)) if file else None
        self._error = ""

    @property
    def script(self) -> Script | None:
        """The scenario. A file that has changed is read again; while it is wrong, the last one goes on."""
        if self._file and (stamp := self._now()) != self._stamp:
            self._stamp = stamp
            self._reload(self._file)
        return self._script

    def play(self, call: Call, model: str) -> Play | None:
        """What is played for a request for this model."""
        script = self.script
        return script.play(call, model) if script else None

    def answer(self, method: str, raw: bytes | None) -> Reply:
        """The answer to a request for the scenario itself."""
        if method == "POST":
            return self._set(raw)
        if method == "DELETE":
            self._script = None
        return Reply.json(self._shown()) if method in ("GET", "DELETE") else _refused("Use GET, POST or DELETE.", 405)

    def _set(self, raw: bytes | None) -> Reply:
        try:
            self._script = Script(read((raw or b"").decode(), "the body", self._operations))
        except UnicodeDecodeError:
            return _refused("The scenario is not UTF-8.", 400)
        except WrongScenario as error:
            return _refused(f"{error.message}; {error.hint}", 400)
        return Reply.json(self._shown())

    def _shown(self) -> dict[str, Any]:
        script = self.script
        shown: dict[str, Any] = {"scenario": None, "error": self._error or None}
        if script:
            shown |= {"scenario": msgspec.to_builtins(script.scenario), **script.progress}
        return shown

    def _now(self) -> tuple[int, int] | None:
        """When the file was written, and its length; None when it is not there."""
        try:
            status = self._file.stat() if self._file else None
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size) if status else None

    def _reload(self, file: Path) -> None:
        try:
            self._script, self._error = Script(self._from(file)), ""
        except WrongScenario as error:
            self._error = f"{error.message}; {error.hint}"
            print(f"reference-server: {self._error}", file=sys.stderr, flush=True)

    def _from(self, file: Path) -> Scenario:
        try:
            return read(file.read_text(encoding="utf-8"), str(file), self._operations)
        except OSError as error:
            raise WrongScenario(f"cannot read {file}: {error.strerror}", "give a file that exists") from error
        except UnicodeDecodeError as error:
            raise WrongScenario(f"{file} is not UTF-8: {error.reason}", "write it in UTF-8") from error


def _refused(message: str, status: int) -> Reply:
    return Reply.json({"error": {"message": message}}, status)
