"""What a check is written with: the decorator that ties it to its requirement, and the words for its verdicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import pytest

from conformance import register
from conformance.errors import Inconclusive, Unsupported

Check = TypeVar("Check", bound=Callable[..., None])

__all__ = ["Inconclusive", "Unsupported", "inconclusive", "pick", "requirement"]


def requirement(name: str) -> Callable[[Check], Check]:
    """Declares which requirement a check judges. An unknown id stops the collection."""
    register.load().requirement(name)

    def tie(function: Check) -> Check:
        function.requirement_id = name  # type: ignore[attr-defined]
        function.__test__ = True  # type: ignore[attr-defined] # found whatever python_functions says
        return pytest.mark.requirement(name)(function)

    return tie


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


def _dotted(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".") or "body"
