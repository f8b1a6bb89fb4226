"""Whatever answers show of a key, and wherever: no artefact of a run holds it, nor half of it.

`SECRETS_RUNS` is how many runs are made, 1,000 by `tox -e secrets`.
"""

from __future__ import annotations

import base64
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.__main__ import main
from tests.hostile.leaks import Leak, foreign_key, half, own_key, remains

RUNS = int(os.environ.get("SECRETS_RUNS", "24"))
SHARES = 4
CLIENT = httpx.Client
JUDGED = (
    "chat.answers",
    "auth.bearer",
    "auth.unknown",
    "errors.not-leaking",
    "chat.stream.answers",
    "every.credential",
    "models.list",
)


@pytest.mark.parametrize("share", range(SHARES))
def test_no_artefact_holds_a_key(
    share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Files, and what a terminal shows."""
    for number in range(share, RUNS, SHARES):
        draw = random.Random(number)
        key, foreign = own_key(draw), draw.random() < 0.25
        other = foreign_key(draw)
        leak = Leak(draw, other if foreign else half(draw, key), plainly=foreign)
        folder = tmp_path / str(number)
        _run(leak, key, draw, folder, monkeypatch)
        shown = capfd.readouterr()

        for name, text in [("terminal", shown.out + shown.err), *_artefacts(folder)]:
            part = other if foreign and other in text else "" if foreign else remains(text, key)
            assert not part, (
                f"run {number}: {name} holds {part!r} of {key!r}: {leak.place}, {leak.coding}, {leak.text!r}"
            )


def _run(leak: Leak, key: str, draw: random.Random, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run as a user starts it, in this process and without a network."""

    class Client(CLIENT):
        def __init__(self, **options: Any) -> None:
            super().__init__(**{**options, "transport": httpx.MockTransport(leak)})

    monkeypatch.setattr("conformance.wire.recorder.httpx.Client", Client)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("GATEWAY_API_KEY", key + draw.choice(("", "\n")))
    words = ["run", "--base-url", "http://gateway.test/v1", "--report", str(folder), "--concurrency", "1"]
    words += ["--model", "gpt-4o-mini"] if draw.random() < 0.7 else []
    for name in draw.sample(JUDGED, 2):
        words += ["--requirement", name]
    main(words)


def _artefacts(folder: Path) -> Iterator[tuple[str, str]]:
    """The files of a run, and each body of the recording."""
    for path in sorted(folder.glob("*")):
        yield path.name, path.read_text(encoding="utf-8")
    recording = folder / "exchanges.har"
    entries = json.loads(recording.read_text(encoding="utf-8"))["log"]["entries"] if recording.exists() else []
    for entry in entries:
        content = entry["response"]["content"]
        yield "a body", base64.b64decode(content["text"]).decode() if content.get("encoding") else content["text"]
