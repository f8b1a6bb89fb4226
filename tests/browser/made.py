"""The pages that a browser looks at, made from the recorded runs and from reports made by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from conformance import register
from conformance.__main__ import main
from conformance.model import Counts, Evidence, Finding, Level, Report, Verdict
from conformance.report import render, write
from conformance.report.view import view
from tests import reporting

RUNS = sorted((Path(__file__).parent.parent / "recorded_runs").glob("*.json"))
REQUEST = 'POST http://gateway.test/v1/chat/completions\ncontent-type: application/json\n\n{"model": "m"}'
STREAM = 'HTTP/1.1 200\ncontent-type: text/event-stream\n\ndata: {"id": "a"}\n\ndata: {"id": "b"}\n\ndata: [DONE]\n\n'
CURL = 'curl http://gateway.test/v1/chat/completions -H "Authorization: Bearer $GATEWAY_API_KEY" -d \'{"model": "m"}\''
MANY = 2000
"""The findings of the largest report."""
GATEWAYS = 5
"""The reports that are compared."""
HISTORY = 6
"""From this one on, the reports are runs of one gateway."""


def pages(folder: Path) -> dict[str, Path]:
    """The pages by name, written into the folder."""
    reports = folder / "reports"
    for number, path in enumerate(RUNS, 1):
        name = f"Gateway {number}" if number < HISTORY else f"Gateway {HISTORY} 1.{number}"
        write(recorded(path, name, number), reports / path.stem)
    compared = [str(reports / path.stem) for path in RUNS[:GATEWAYS]]
    assert main(["compare", *compared, "--format", "html", "-o", str(folder / "compare.html")]) == 0
    assert main(["site", str(reports), "--output", str(folder / "site")]) == 0
    site = folder / "site"
    return {
        "report": reports / RUNS[2].stem / "report.html",
        "verdicts": _written(folder / "verdicts.html", render("html", reporting.shown())),
        "flawless": _written(folder / "flawless.html", render("html", reporting.clean())),
        "many": _written(folder / "many.html", render("html", view(many(), register.load()))),
        "compare": folder / "compare.html",
        "site": site / "index.html",
        "gateway": site / "gateways" / RUNS[1].stem / "index.html",
        "requirements": site / "requirements" / "index.html",
        "requirement": site / "requirements" / "chat.logprobs.present.html",
    }


def recorded(path: Path, name: str, day: int) -> Report:
    """A recorded run as a report; a stream with its times stands in for what the recording has left out."""
    run = json.loads(path.read_text(encoding="utf-8"))
    rest = {"expected": None, "exchanges": ()}
    failed = [Finding.from_plain({**rest, **plain}) for plain in run["findings"]]
    level = register.load().requirement
    passed = [Finding(one, level(one).level, Verdict.PASSED) for one in run["passed"]]
    return _report((*map(_with_stream, failed), *passed), name, day)


def _with_stream(finding: Finding) -> Finding:
    shown = (*finding.evidence, _evidence(900))[:2]
    return replace(finding, evidence=tuple(replace(one, curl=CURL) for one in shown))


def _evidence(exchange: int) -> Evidence:
    return Evidence(exchange, CURL, REQUEST, STREAM, (0.25, 0.5, 0.75))


def many() -> Report:
    """Half of its findings are failures, with 70 causes."""
    return _report(tuple(_made_up()), "Gateway of 2,000 findings", 1)


def _made_up() -> Iterator[Finding]:
    for number in range(MANY):
        name = f"area{number % 40}.requirement-{number}"
        if number % 2:
            yield Finding(name, Level.MUST, Verdict.PASSED)
        else:
            message = f"{'abcdefghij'[number // 2 % 10]} is wrong in {'klmnopq'[number // 20 % 7]}; it is {number}"
            yield Finding(name, Level.MUST, Verdict.FAILED, message, evidence=(_evidence(number),))


def _report(findings: tuple[Finding, ...], name: str, day: int) -> Report:
    return Report(
        "http://gateway.test/v1",
        "openai",
        "gpt-4o-mini",
        f"2026-11-{day:02}T10:00:00Z",
        61.5,
        0,
        {"gateway-conformance": "0.1.0", "python": "3.11.9"},
        Counts(1234, 50_000, 7_000, 0.25),
        findings,
        routes={"POST /rerank": "", "POST /moderations": "the target has no route for it"},
        name=name,
    )


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
