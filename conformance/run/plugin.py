"""The pytest side of a run: what is collected, and the turning of a check's outcome into a finding."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from traceback import clear_frames, walk_tb
from types import TracebackType
from typing import Any

import pytest

from conformance.errors import UsageError
from conformance.register import select
from conformance.report.folder import claimed
from conformance.run import outcome, schedule
from conformance.run.collector import Collector
from conformance.run.schedule import requirement_of
from conformance.run.session import demand_values, option
from conformance.wire.ahead import Ahead, Pending

WANTED = pytest.StashKey[Callable[[str], bool] | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Knows what is asked for, and gathers findings where a report is. Raises `pytest.UsageError`."""
    names = ("feature", "level", "requirement", "profile", "shard")
    others = ("report", "concurrency", "max_requests", "seed", "examples", "node_modules")
    try:
        demand_values(**{f"conformance_{name}": option(config, name) for name in (*names, *others)})
        schedule.demand_number(option(config, "concurrency"))
        config.stash[WANTED] = select.wanted(*(config.getoption(f"conformance_{name}") for name in names))
    except UsageError as error:
        raise pytest.UsageError(f"{error}\nhint: {error.hint}") from None
    asked = config.getoption("conformance_report") and not hasattr(config, "workerinput")
    if asked and not config.pluginmanager.has_plugin(Collector.NAME):
        _claim(config, Path(config.getoption("conformance_report")))
        config.pluginmanager.register(Collector.from_config(config), Collector.NAME)


def _claim(config: pytest.Config, directory: Path) -> None:
    """Keeps other runs out of the folder of the report until the session has ended."""
    stack = ExitStack()
    try:
        stack.enter_context(claimed(directory))
    except UsageError as error:
        raise pytest.UsageError(f"{error}\nhint: {error.hint}") from None
    config.add_cleanup(stack.close)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drops the checks that nobody asks for, and puts those last that are judged alone, or judge the whole run."""
    items.sort(key=schedule.order)
    wanted = config.stash[WANTED]
    selected = [item for item in items if wanted is None or (name := requirement_of(item)) is None or wanted(name)]
    if dropped := [item for item in items if item not in selected] if len(selected) < len(items) else []:
        config.hook.pytest_deselected(items=dropped)
        items[:] = selected


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Lets checks wait for their answers together, where a session has nothing but checks."""
    config = session.config
    wanted = config.getoption("conformance_concurrency")
    most = int(wanted or schedule.MOST)
    if most < 2 or not schedule.takes_over(session):
        return None
    ahead = config.stash[schedule.AHEAD] = Ahead(most, None if wanted else schedule.CONCURRENCY)
    running = schedule.Schedule(session, ahead, ordered=config.pluginmanager.has_plugin("terminalreporter"))
    config.stash[schedule.RUNNING] = running
    running.run()
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Runs a check of a schedule: its reports are told when it has not to wait."""
    running = item.config.stash.get(schedule.RUNNING, None)
    if running is None:
        return None
    running.protocol(item, nextitem)
    return True


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Evidence is what the check itself looks at, and a verdict rests on what it reads."""
    if requirement_of(item):
        outcome.begin(item.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Attaches the finding, and the new exchanges, to the report of a check."""
    report = yield
    running = item.config.stash.get(schedule.RUNNING, None)
    if running and call.excinfo and isinstance(call.excinfo.value, Pending):
        running.leave(call.excinfo.value)
        return report
    name = requirement_of(item)
    if name is not None and (call.when == "call" or (call.when == "setup" and call.excinfo is not None)):
        if not outcome.stop_if_hopeless(item, call, report):
            outcome.attach(item, report, outcome.finding(item, call, name))
        outcome.carry_exchanges(item, report)
        if call.excinfo:
            _forget(call.excinfo.tb)
    return report


def _forget(trace: TracebackType) -> None:
    """Lets go of what a failing check has read: its frames would keep large bodies."""
    clear_frames(trace)
    for frame, _ in walk_tb(trace):
        _ = frame.f_locals  # Python 3.11 and 3.12 renew what they have shown of the variables
