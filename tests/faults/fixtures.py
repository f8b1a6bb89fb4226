"""The fixtures of the suite while one server after another is judged.

What pytest does for a fixture takes longer than most checks do, and there are tens of thousands of both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from inspect import isgeneratorfunction
from typing import Any

import pytest


class Fixtures:
    """The values of the fixtures of one server: those of the session once, the others once for each check."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._errors: dict[str, BaseException] = {}
        self._ends = ExitStack()

    def close(self) -> None:
        """Ends the fixtures of the session, the last one first."""
        self._ends.close()

    def run(self, item: pytest.Function, ends: ExitStack) -> None:
        """Runs a check. Its own fixtures end with `ends`."""
        request = Request(item, self, ends)
        for name in item.fixturenames:
            request.getfixturevalue(name)
        item.obj(**{name: request.getfixturevalue(name) for name in item._fixtureinfo.argnames})

    def of_session(self, name: str, request: Request) -> Any:
        """The value of a fixture of the session, or the error that it ended in, as often as it is asked for."""
        if name in self._errors:
            raise self._errors[name]
        if name not in self._values:
            try:
                self._values[name] = request.made(name, self._ends)
            except BaseException as error:
                self._errors[name] = error
                raise
        return self._values[name]


class Request:
    """What a fixture may ask of the check that it is made for, by the names of pytest's own request."""

    def __init__(self, item: pytest.Function, fixtures: Fixtures, ends: ExitStack) -> None:
        self.node = item
        self.function = item.function
        self.session = item.session
        self.config = item.config
        self._fixtures = fixtures
        self._ends = ends
        self._values: dict[str, Any] = {"request": self, "pytestconfig": item.config}
        if hasattr(item, "callspec"):
            self._values |= item.callspec.params

    def getfixturevalue(self, name: str) -> Any:
        """The value of a fixture."""
        if name in self._values:
            return self._values[name]
        if self._definition(name).scope == "session":
            value = self._fixtures.of_session(name, self)
        else:
            value = self.made(name, self._ends)
        self._values[name] = value
        return value

    def made(self, name: str, ends: ExitStack) -> Any:
        """A new value of a fixture, which ends with `ends`."""
        definition = self._definition(name)
        values = {needed: self.getfixturevalue(needed) for needed in definition.argnames}
        if not isgeneratorfunction(definition.func):
            return definition.func(**values)
        steps = definition.func(**values)
        ends.callback(_finish, steps)
        return next(steps)

    def _definition(self, name: str) -> pytest.FixtureDef[Any]:
        known = self.node._fixtureinfo.name2fixturedefs.get(name)
        definitions = known or self.session._fixturemanager.getfixturedefs(name, self.node)
        assert definitions, f"there is no fixture {name}"
        return definitions[-1]


def _finish(steps: Iterator[Any]) -> None:
    for _ in steps:
        raise RuntimeError("a fixture yields twice")
