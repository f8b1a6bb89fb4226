"""The entry point for pytest: the options of the suite, and a letter for each verdict.

pytest loads it in every project of an environment that has the suite installed, so it imports nothing of the suite
until an option of the suite is given. When a check is collected, `conformance/conftest.py` loads the rest.
"""

from __future__ import annotations

import glob
from pathlib import Path

import pytest

CHECKS = [Path(__file__).parent / "conformance" / folder for folder in ("checks", "sdk")]

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
STATUS = "conformance-status"
LETTERS = {"inconclusive": "I", "unsupported": "u", "warned": "W", "known": "k"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of a run. `--base-url` is pytest-base-url's."""
    group = parser.getgroup("conformance", "gateway conformance")
    for name, text in OPTIONS.items():
        group.addoption(f"--conformance-{name}", dest=_variable(name), help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker and the file names of checks, and loads the plugin when an option of the suite is given."""
    config.addinivalue_line("markers", "requirement(id): the requirement that a check judges")
    for folder in CHECKS:
        config.addinivalue_line("python_files", f"{glob.escape(str(folder))}/test_*.py")
    if any(config.getoption(_variable(name)) is not None for name in OPTIONS):
        from gateway_contract.launch import demand_ours

        demand_ours("conformance")
        from conformance.run import plugin

        if not config.pluginmanager.is_registered(plugin):
            config.pluginmanager.register(plugin)


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    """The letter and the word of each verdict that pytest does not know."""
    properties = getattr(report, "user_properties", ())
    word = next((str(entry[1]) for entry in properties if len(entry) == 2 and entry[0] == STATUS), "passed")
    if word in ("passed", "failed") or report.when == "teardown":
        return None
    if word == "errored":
        return "error", "E", ("ERROR", {"red": True})
    return word, LETTERS[word], (word.upper(), {"yellow": True})


def _variable(name: str) -> str:
    return f"conformance_{name.replace('-', '_')}"
