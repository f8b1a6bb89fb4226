"""The pytest side: options, marks, and the turning of a check's outcome into a finding.

Inert until a check of this suite is collected. Imports nothing heavy until then.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

OPTIONS = {
    "gateway": "whose documented contract is judged (default: openai)",
    "model": "the model to ask (default: a cheap one that GET /models lists)",
    "target": "a target file: keys, models, expected failures",
    "report": "the folder to write the report to",
    "feature": "judge these features only, comma separated; a prefix takes all below it",
    "requirement": "judge these requirements only, comma separated",
    "include": "judge these as well, although they cost: images, audio, videos, music, tasks, generated; by commas",
    "level": "judge this level and those above: MUST, SHOULD or MAY",
    "replay": "judge this HAR file of an earlier run instead of a live target",
    "seed": "of generated requests (default: 0)",
    "examples": "how many requests are generated for each operation (default: 40)",
    "timeout": "seconds to wait for an answer (default: 60)",
    "max-requests": "the most requests a worker may send",
    "node-modules": "the folder node_modules that holds the official client for Node",
}
FINDING = "conformance-finding"
EXCHANGES = "conformance-exchanges"
RUN = "conformance-run"
FATAL = "conformance-fatal"
LETTERS = {"inconclusive": "I", "unsupported": "u", "warned": "W", "known": "k"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run. `--base-url` is pytest-base-url's."""
    group = parser.getgroup("conformance", "gateway conformance")
    for name, text in OPTIONS.items():
        group.addoption(f"--conformance-{name}", dest=f"conformance_{name.replace('-', '_')}", help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark, and lets checks be found whatever the project's own naming is."""
    config.addinivalue_line("markers", "requirement(id): the requirement that a check judges")
    for folder in ("checks", "sdk"):
        config.addinivalue_line("python_files", f"conformance/{folder}/test_*.py")
    if config.getoption("conformance_report") and not hasattr(config, "workerinput"):
        from conformance.collector import Collector

        if not config.pluginmanager.has_plugin(Collector.NAME):
            config.pluginmanager.register(Collector.from_config(config), Collector.NAME)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drops the checks that `--conformance-feature` and `--conformance-level` do not ask for."""
    from conformance import select

    wanted = select.wanted(*(config.getoption(f"conformance_{name}") for name in ("feature", "level", "requirement")))
    kept = [item for item in items if wanted is None or (name := _requirement(item)) is None or wanted(name)]
    if dropped := [item for item in items if item not in kept] if len(kept) < len(items) else []:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Evidence is what the check itself looks at, and a verdict rests on what it reads."""
    if _requirement(item):
        from conformance import judge

        judge.begin(item.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attaches the finding, and the new exchanges, to the report of a check."""
    report = yield
    name = _requirement(item)
    if name is not None and (call.when == "call" or (call.when == "setup" and call.excinfo is not None)):
        from conformance import judge

        judge.attach(item, report, judge.finding(item, call, name))
        judge.carry_exchanges(item, report)
        judge.stop_if_hopeless(item, call, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """One letter for each verdict that pytest has no word for."""
    finding = dict(getattr(report, "user_properties", ())).get(FINDING)
    if not isinstance(finding, dict) or report.when == "teardown":
        return None
    word = status(finding)
    if word in ("passed", "failed"):
        return None
    if word == "errored":
        return "error", "E", ("ERROR", {"red": True})
    return word, LETTERS[word], (word.upper(), {"yellow": True})


def status(finding: dict[str, Any]) -> str:
    """The word for a finding: its verdict, but a failed SHOULD only warns and an expected failure is known."""
    if finding["verdict"] == "failed" and finding["expected"]:
        return "known"
    if finding["verdict"] == "failed" and finding["level"] != "MUST":
        return "warned"
    return str(finding["verdict"])


def _requirement(item: pytest.Item) -> str | None:
    return getattr(getattr(item, "function", None), "requirement_id", None)
