"""The pytest side of a run: what is collected, and the turning of a check's outcome into a finding."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.register import select
from conformance.run import outcome
from conformance.run.collector import Collector

LAST = {"whole_run", "received"}
"""The fixtures of checks that judge what the whole run has recorded."""
WANTED = pytest.StashKey[Callable[[str], bool] | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Knows what is asked for, and gathers findings where a report is. Raises `pytest.UsageError`."""
    names = ("feature", "level", "requirement")
    try:
        config.stash[WANTED] = select.wanted(*(config.getoption(f"conformance_{name}") for name in names))
    except UsageError as error:
        raise pytest.UsageError(f"{error}\nhint: {error.hint}") from None
    asked = config.getoption("conformance_report") and not hasattr(config, "workerinput")
    if asked and not config.pluginmanager.has_plugin(Collector.NAME):
        config.pluginmanager.register(Collector.from_config(config), Collector.NAME)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drops the checks that nobody asks for, and puts those last that judge what the whole run has recorded."""
    items.sort(key=lambda item: not LAST.isdisjoint(getattr(item, "fixturenames", ())))
    wanted = config.stash[WANTED]
    selected = [item for item in items if wanted is None or (name := _requirement(item)) is None or wanted(name)]
    if dropped := [item for item in items if item not in selected] if len(selected) < len(items) else []:
        config.hook.pytest_deselected(items=dropped)
        items[:] = selected


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Evidence is what the check itself looks at, and a verdict rests on what it reads."""
    if _requirement(item):
        outcome.begin(item.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attaches the finding, and the new exchanges, to the report of a check."""
    report = yield
    name = _requirement(item)
    if name is not None and (call.when == "call" or (call.when == "setup" and call.excinfo is not None)):
        if not outcome.stop_if_hopeless(item, call, report):
            outcome.attach(item, report, outcome.finding(item, call, name))
        outcome.carry_exchanges(item, report)
    return report


def _requirement(item: pytest.Item) -> str | None:
    return getattr(getattr(item, "function", None), "requirement_id", None)
