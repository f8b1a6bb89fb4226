"""The order in which the checks of a run are judged, and how many of them wait for answers at the same time.

A check is left when an answer that it needs is on its way, and run again when the answer is there. Checks of one lane,
which change what the others of it read, keep their order. Checks that measure time, or need the target to themselves,
are judged alone, after the others; those that judge the whole run come last.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import chain, count
from queue import PriorityQueue

import pytest
from _pytest.nodes import Node
from _pytest.runner import runtestprotocol

from conformance import register
from conformance.errors import UsageError
from conformance.register.select import OF_THE_RUN
from conformance.wire.ahead import Ahead, Pending, when_done

CONCURRENCY, MOST = 8, 16
"""How many requests may be in flight at a time, unless the caller says: at first, and while the target keeps up."""
LAST = {"whole_run", "met"}
"""The fixtures of checks that judge what the whole run has recorded."""
TOGETHER, ALONE, AT_THE_END = range(3)
"""The places that a check may have in a run."""
LANES = {
    **dict.fromkeys(("uploadFile", "listFiles", "retrieveFile", "deleteFile", "downloadFile"), "files"),
    **dict.fromkeys(("uploadGeminiFile", "uploadGeminiFileV1"), "files of Gemini"),
}
"""The operations that change what others of the same lane read."""
AHEAD = pytest.StashKey[Ahead | None]()
OPERATIONS = pytest.StashKey[frozenset[str]]()
RUNNING = pytest.StashKey["Schedule | None"]()


def demand_number(text: str | None) -> None:
    """Raises `UsageError` for a number of requests in flight that no run has."""
    if text is not None and not (text.isdecimal() and 1 <= int(text) <= MOST):
        raise UsageError(f"{text} requests cannot be in flight", f"give a number from 1 to {MOST}")


def requirement_of(item: pytest.Item) -> str | None:
    """The requirement that a test judges, if it is a check."""
    return getattr(getattr(item, "function", None), "requirement_id", None)


def operations_of(session: pytest.Session) -> frozenset[str]:
    """The operations that the checks of a session judge; none where they judge only what holds for every answer."""
    if OPERATIONS not in session.stash:
        names = set(filter(None, map(requirement_of, session.items)))
        judged = [register.load().requirement(name) for name in names]
        operations = (one.operations for one in judged if one.area not in OF_THE_RUN)
        session.stash[OPERATIONS] = frozenset(chain.from_iterable(operations))
    return session.stash[OPERATIONS]


def order(item: pytest.Item) -> tuple[int, int]:
    """By this the checks of a run are sorted. What takes long begins first: a lane, and what has to be imported."""
    name = requirement_of(item)
    imports = name is not None and register.load().requirement(name).feature.startswith("sdk.")
    return place(item), 0 if lane_of(item) else 1 if imports else 2


def place(item: pytest.Item) -> int:
    """Whether a check waits together with others, is judged alone, or comes at the end."""
    if not LAST.isdisjoint(getattr(item, "fixturenames", ())):
        return AT_THE_END
    return ALONE if item.get_closest_marker("alone") else TOGETHER


def lane_of(item: pytest.Item) -> str:
    """The lane of a check: what its operations change; nothing where they change nothing that others read."""
    name = requirement_of(item)
    operations = register.load().requirement(name).operations if name else ()
    return next((LANES[operation] for operation in operations if operation in LANES), "")


def shared(items: Sequence[pytest.Item]) -> Node | None:
    """The innermost node that holds all of the tests, and is none itself: it is set up once, whatever comes next."""
    levels = zip(*(item.listchain()[:-1] for item in items), strict=False)
    return next(reversed([nodes[0] for nodes in levels if len(set(nodes)) == 1]), None)


class Schedule:
    """Runs the checks of a session. `ordered` tells of them in the order in which they were collected."""

    def __init__(self, session: pytest.Session, ahead: Ahead, ordered: bool) -> None:
        self._session = session
        self._shared = shared(session.items)
        self._ahead = ahead
        self._ordered = ordered
        self._untold = deque(session.items)
        self._reports: dict[pytest.Item, list[pytest.TestReport]] = {}
        self._ready: PriorityQueue[tuple[bool, int, pytest.Item]] = PriorityQueue()
        self._turns = count()
        self._parked: set[pytest.Item] = set()
        self._lanes: dict[str, deque[pytest.Item]] = {}
        self._pending: Pending | None = None

    @property
    def waiting(self) -> int:
        """How many checks wait for answers."""
        return len(self._parked)

    def run(self) -> None:
        """Runs all of them. Raises what ends a session early."""
        groups: dict[int, list[pytest.Item]] = defaultdict(list)
        for item in self._session.items:
            groups[place(item)].append(item)
        try:
            for number in sorted(groups):
                self._run_group(deque(groups[number]))
        finally:
            self._tell(all_of_them=True)

    def _run_group(self, fresh: deque[pytest.Item]) -> None:
        while fresh or self._parked or not self._ready.empty():
            item = self._next(fresh)
            if item is None:
                continue
            self._parked.discard(item)
            self._attempt(item)
            if self._pending is None:
                self._leave_lane(item)
                self._tell()
                self._stop_if_told()
            else:
                self._parked.add(item)
                when_done(self._pending.answers, partial(self._get_ready, item))

    def _next(self, fresh: deque[pytest.Item]) -> pytest.Item | None:
        """One whose answers are there, else one that was not begun; waits where neither is."""
        if self._ready.empty() and fresh and not self._ahead.busy:
            return self._entered(fresh.popleft())
        return self._ready.get()[-1]

    def _get_ready(self, item: pytest.Item) -> None:
        """Puts a check in the queue of those that can go on; of a lane, the longest way through a run, at its head."""
        self._ready.put((not lane_of(item), next(self._turns), item))

    def _entered(self, item: pytest.Item) -> pytest.Item | None:
        """The check, unless another one of its lane is under way."""
        lane = lane_of(item)
        if lane in self._lanes:
            self._lanes[lane].append(item)
            self._parked.add(item)
            return None
        if lane:
            self._lanes[lane] = deque()
        return item

    def _leave_lane(self, item: pytest.Item) -> None:
        if lane := lane_of(item):
            if waiting := self._lanes[lane]:
                self._get_ready(waiting.popleft())
            else:
                del self._lanes[lane]

    def _attempt(self, item: pytest.Item) -> None:
        self._pending = None
        with self._ahead.in_place() if place(item) == ALONE else nullcontext():
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=self._shared)

    def protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """Runs a check; keeps its reports unless it has to wait."""
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        if self._pending is None:
            self._reports[item] = reports

    def leave(self, pending: Pending) -> None:
        """The check that runs has to wait."""
        self._pending = pending

    def _tell(self, all_of_them: bool = False) -> None:
        for item in self._due(all_of_them):
            hook = item.ihook
            hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
            for report in self._reports.pop(item):
                hook.pytest_runtest_logreport(report=report)
            hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _due(self, all_of_them: bool) -> Iterable[pytest.Item]:
        if all_of_them or not self._ordered:
            return list(self._reports)
        due = []
        while self._untold and self._untold[0] in self._reports:
            due.append(self._untold.popleft())
        return due

    def _stop_if_told(self) -> None:
        if self._session.shouldfail:
            raise self._session.Failed(self._session.shouldfail)
        if self._session.shouldstop:
            self._judge_what_is_there()
            raise self._session.Interrupted(self._session.shouldstop)

    def _judge_what_is_there(self) -> None:
        """Judges what was paid for before the run ends."""
        while not self._ready.empty():
            self._attempt(self._ready.get()[-1])


def waiting(config: pytest.Config) -> int:
    """How many checks of a session wait for answers that are on their way."""
    running = config.stash.get(RUNNING, None)
    return running.waiting if running else 0


def takes_over(session: pytest.Session) -> bool:
    """Whether the session is one of checks only, in one process, that are to be run now."""
    config = session.config
    spread = hasattr(config, "workerinput") or config.pluginmanager.has_plugin("dsession")
    stopped = session.testsfailed and not config.option.continue_on_collection_errors
    return not (spread or stopped or config.option.collectonly) and all(map(requirement_of, session.items))
