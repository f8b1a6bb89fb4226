"""What a check is written with: the decorator that ties it to its requirement, and the words for its verdicts."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from types import NoneType
from typing import Any, NoReturn, Protocol, TypeVar

import pytest

from conformance import register
from conformance.errors import Inconclusive, NotApplicable, NotEquipped, Unsupported
from conformance.wire.ahead import Pending
from conformance.wire.exchange import Exchange
from conformance.words.judged import is_ours, judged

Check = Callable[..., None]
Case = TypeVar("Case")
Value = TypeVar("Value")

NAMED = 5
"""The most cases that the message of one finding names."""

alone = pytest.mark.alone
"""Marks a check that measures time, waits by itself, or needs the target to itself."""

__all__ = [
    "Failed",
    "Inconclusive",
    "NotApplicable",
    "NotEquipped",
    "Once",
    "Unsupported",
    "alone",
    "at_once",
    "each",
    "every",
    "inconclusive",
    "is_failure",
    "member",
    "pick",
    "requirement",
    "stated",
]


class Failed(AssertionError):
    """A demand that fails; `judged` are the exchanges that it has judged."""

    def __init__(self, message: str, judged: Iterable[Exchange]) -> None:
        super().__init__(message)
        self.judged = tuple(judged)


class Once(Protocol):
    """Computes a value the first time that its name is given, and gives the same one from then on."""

    def __call__(self, name: str, compute: Callable[[], Value], /) -> Value:
        """The value."""


def requirement(name: str) -> Callable[[Check], Check]:
    """Declares which requirement a check judges. An unknown id stops the collection."""
    register.load().requirement(name)

    def tie(function: Check) -> Check:
        vars(function).update(requirement_id=name, __test__=True)  # found whatever python_functions says
        return pytest.mark.requirement(name)(function)

    return tie


def each(argument: str, cases: Iterable[Any], label: Callable[[Any], str] = str) -> Callable[[Check], Check]:
    """Judges many cases in one check, given to it as `argument`; another argument is what asks, such as `ask`.

    It fails when a case fails, and else is inconclusive when a case is; the message names those cases. It is
    unsupported when all of them are. What they looked at comes last in the evidence. The check need not name `ask`.
    """
    all_cases = tuple(cases)

    def fold(function: Check) -> Check:
        signature = inspect.signature(function)

        @wraps(function)
        def demand_of_all(**fixtures: Any) -> None:
            touched = fixtures["ask"].recorder.touched
            named = {name: value for name, value in fixtures.items() if name in signature.parameters}
            every(all_cases, lambda case: function(**named, **{argument: case}), touched, label)

        parameters = [one for one in signature.parameters.values() if one.name != argument]
        if "ask" not in signature.parameters:
            parameters.append(inspect.Parameter("ask", inspect.Parameter.KEYWORD_ONLY))
        vars(demand_of_all)["__signature__"] = signature.replace(parameters=parameters)
        return demand_of_all

    return fold


def every(
    cases: Iterable[Case], demand: Callable[[Case], None], touched: list[Any], label: Callable[[Case], str] = str
) -> None:
    """As `each`, of cases that are known only while the check runs. `touched` is the recorder's list."""
    ended: dict[type, list[str]] = {}
    awaited: list[Any] = []
    failing: list[Exchange] = []
    for case in cases:
        start = len(touched)
        try:
            kind, message, exchanges = _ending(demand, case, touched)
        except Pending as pending:
            awaited += pending.answers
            continue
        ended.setdefault(kind, []).append(f"[{label(case)}] {message}")
        if kind is AssertionError:
            failing += exchanges or touched[start:][-1:]
        else:
            touched[:] = touched[start:] + touched[:start]
    if awaited:
        raise Pending(awaited)
    _settle(ended, failing)


def at_once(questions: Iterable[Callable[[], Value]]) -> list[Value]:
    """The answers to several questions, which are asked at the same time."""
    answers: list[Value] = []
    awaited: list[Any] = []
    for question in questions:
        try:
            answers.append(question())
        except Pending as pending:
            awaited += pending.answers
    if awaited:
        raise Pending(awaited)
    return answers


def _ending(demand: Callable[[Case], None], case: Case, touched: list[Exchange]) -> tuple[type, str, list[Exchange]]:
    """How one case ended, what it says, and what it judged if it failed; `NoneType` when it passed.

    Errors that are not the check's own go on.
    """
    try:
        demand(case)
    except (Inconclusive, Unsupported) as error:
        return type(error), str(error), []
    except AssertionError as error:
        if not is_failure(error):
            raise
        return AssertionError, stated(error), judged(error, touched)
    return NoneType, "", []


def is_failure(error: BaseException) -> bool:
    """Whether an error is an assertion of the suite: one that a library raises says nothing about the gateway."""
    step = error.__traceback__
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return isinstance(error, AssertionError) and step is not None and is_ours(step.tb_frame.f_code.co_filename)


def stated(error: AssertionError) -> str:
    """The message of an assertion, without the source that pytest adds."""
    return str(error).split("\nassert ")[0].strip()


def _settle(ended: dict[type, list[str]], failing: list[Exchange]) -> None:
    if not ended:
        raise NotApplicable("there is no case to judge")
    if AssertionError in ended:
        raise Failed(_joined(ended[AssertionError]), failing)
    if Inconclusive in ended:
        raise Inconclusive(_joined(ended[Inconclusive]))
    for reason in (Unsupported, NotEquipped, NotApplicable):
        if reason in ended and set(ended) <= {Unsupported, NotEquipped, NotApplicable}:
            raise reason(ended[reason][0])


def _joined(messages: list[str]) -> str:
    more = f"; and {len(messages) - NAMED} more" if len(messages) > NAMED else ""
    return "; ".join(messages[:NAMED]) + more


def inconclusive(reason: str) -> NoReturn:
    """Ends a check whose situation was never reached, for a reason that is not the gateway's."""
    raise Inconclusive(reason)


def pick(value: Any, *path: str | int, kind: type | tuple[type, ...] = object) -> Any:
    """The member of a JSON value at `path`.

    Inconclusive when it is absent or not of `kind`: another check judges that.
    """
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            raise Inconclusive(f"cannot be judged: the answer has no {_dotted(path)}") from None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise Inconclusive(f"cannot be judged: {_dotted(path)} is {value!r:.60}")
    return value


def member(value: Any, *path: str) -> Any:
    """The member of a JSON value at `path`; None where there is none, whatever stands in its place."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(value: Any, *path: str) -> list[dict[str, Any]]:
    """The objects of the list at `path`; none where no list stands there."""
    entries = member(value, *path)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "body"
