"""What a server is started with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """The gateway that is played, None for the base contract, and how.

    A `strict` server refuses parameters that no document describes, as the gateway `strict-openai` does.

    `scenario` is a file of rules for what is answered. With `record` the server answers as the one at that address
    does, and writes the file. With `control`, a client may set one, and read what was sent.

    With a `seed` the same requests in the same order are answered by the same bytes.

    `faults` are played for every request. `models` and `keys` are further names, each of a behaviour or a state that
    the fixtures have; with `any_model` and `any_key` every name is known. `state` is a file that outlives the process.
    """

    gateway: str | None = None
    faults: Sequence[str] = ()
    models: Mapping[str, str] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    any_model: bool = False
    any_key: bool = False
    state: Path | None = None
    seed: int | None = None
    strict: bool = False
    scenario: Path | None = None
    record: str | None = None
    control: bool = False
    output: str = ""
    """What is printed when the server is ready: `json`, only the base URL (`quiet`), or how to begin."""
    verbose: bool = False
    """Whether each request is told on standard error."""
