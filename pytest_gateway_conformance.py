"""The entry point for pytest: the options of the suite, and a letter for each verdict.

pytest loads it in every project of an environment that has the suite installed, so it imports nothing of the suite
until an option of the suite is given. When a check is collected, `conformance/conftest.py` loads the rest.
"""

from __future__ import annotations

import glob
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

CONTRACT = find_spec("gateway_contract")
HOME = Path(CONTRACT.origin if CONTRACT and CONTRACT.origin else __file__).parents[1]
"""Where the packages of the suite stand. This module may lie elsewhere, as it does in an editable installation."""
CHECKS = [HOME / "conformance" / folder for folder in ("checks", "sdk")]

OPTIONS = {
    "gateway": "whose documented contract is judged (default: openai)",
    "model": "the model to ask (default: a cheap one that GET /models lists)",
    "target": "a target file: keys, models, expected failures",
    "header": "headers that every request carries, 'NAME: value', one a line",
    "report": "the folder to write the report to",
    "feature": "judge these features only, comma separated; a prefix takes all below it",
    "profile": "judge the requirements of these profiles only, comma separated",
    "requirement": "judge these requirements only, comma separated",
    "include": "judge these as well, although they cost: images, audio, videos, music, tasks, generated; by commas",
    "level": "judge this level and those above: MUST, SHOULD or MAY",
    "shard": "judge the second of four parts only: 2/4",
    "replay": "judge this HAR file of an earlier run instead of a live target",
    "seed": "of generated requests (default: 0)",
    "examples": "how many requests are generated for each operation (default: 40)",
    "timeout": "seconds without a byte of an answer (default: 60); thrice that for a whole one",
    "max-time": "end the run after so many seconds, with a report of what was learned",
    "max-requests": "the most requests a worker may send",
    "concurrency": "how many requests may be in flight at a time (default: 8, up to 16 while the target keeps up)",
    "node-modules": "the folder node_modules that holds the official client for Node",
}
FATAL = "conformance-fatal"
STATUS = "conformance-status"
LEVEL = "conformance-level"
VERDICTS = {"passed", "failed", "warned", "known"}
"""The words for a finding that is a verdict."""
NO_VERDICT = 3
EMPTY_URL = pytest.StashKey[bool]()
"""Whether `--base-url` is given, and empty."""
LETTERS = {"inconclusive": "I", "unsupported": "u", "warned": "W", "known": "k"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run. `--base-url` is pytest-base-url's."""
    group = parser.getgroup("conformance", "gateway conformance")
    for name, text in OPTIONS.items():
        group.addoption(f"--conformance-{name}", dest=_variable(name), help=text)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker and the file names of checks, and loads the plugin when an option of the suite is given.

    It comes before pytest-base-url, which makes an empty text of a base URL that is not given.
    """
    handed = getattr(config, "workerinput", {}).get("conformance_empty_url")
    config.stash[EMPTY_URL] = config.getoption("base_url", None) == "" if handed is None else bool(handed)
    tally = Tally()
    config.pluginmanager.register(tally)
    config.addinivalue_line("markers", "requirement(id): the requirement that a check judges")
    config.addinivalue_line("markers", "alone: the check needs the target to itself")
    for folder in CHECKS:
        config.addinivalue_line("python_files", f"{glob.escape(str(folder))}/test_*.py")
    if any(config.getoption(_variable(name)) is not None for name in OPTIONS):
        from gateway_contract.launch import demand_ours

        demand_ours("conformance")
        from conformance.run import plugin

        if not config.pluginmanager.is_registered(plugin):
            config.pluginmanager.register(plugin)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of pytest-xdist what only the controller can know."""
    node.workerinput["conformance_empty_url"] = node.config.stash[EMPTY_URL]


class Tally:
    """Counts verdicts, for a run without one must not look like a run in which all is well."""

    def __init__(self) -> None:
        self.checks = self.musts = 0
        self.judged = self.judged_musts = self.failed_musts = 0
        self.ended = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Counts the report of a check; that of any other test has no verdict."""
        carried = _carried(report)
        self.ended = self.ended or _end(report)
        if STATUS not in carried or report.when == "teardown":
            return
        must, judged = carried[LEVEL] == "MUST", carried[STATUS] in VERDICTS
        self.checks += 1
        self.musts += must
        self.judged += judged
        self.failed_musts += must and carried[STATUS] == "failed"
        self.judged_musts += must and judged

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Without a verdict pytest ends with 3, as the command does. A failed MUST is a verdict."""
        if hasattr(session.config, "workerinput"):
            return
        if self.ended:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR if self.ended == "usage" else NO_VERDICT
            session.exitstatus = pytest.ExitCode.TESTS_FAILED if self.failed_musts else session.exitstatus
        elif self.blank and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = NO_VERDICT

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Says so."""
        if self.blank:
            terminalreporter.write_line("no verdict: nothing that was asked for could be judged", red=True)

    @property
    def blank(self) -> bool:
        """Checks ran, and no MUST came to a verdict; where none was asked for, nothing did."""
        return bool(self.checks) and not (self.judged_musts if self.musts else self.judged)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """The letter and the word of each verdict that pytest does not know."""
    word = _carried(report).get(STATUS, "passed")
    if word in ("passed", "failed") or report.when == "teardown":
        return None
    if word == "errored":
        return "error", "E", ("ERROR", {"red": True})
    return word, LETTERS[word], (word.upper(), {"yellow": True})


def _carried(report: pytest.TestReport) -> dict[str, str]:
    """What a report carries of a check; other plugins put pairs of any kind beside it."""
    properties = getattr(report, "user_properties", ())
    pairs = (entry for entry in properties if len(entry) == 2 and entry[0] in (STATUS, LEVEL))
    return {name: str(value) for name, value in pairs}


def _end(report: pytest.TestReport) -> str:
    """What ended the run, "target" or "usage", where this report says so."""
    properties = getattr(report, "user_properties", ())
    values = (entry[1] for entry in properties if len(entry) == 2 and entry[0] == FATAL)
    return next((str(value[0]) for value in values if isinstance(value, list)), "")


def _variable(name: str) -> str:
    return f"conformance_{name.replace('-', '_')}"
