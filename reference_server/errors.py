"""What this package raises.

    ReferenceServerError
    ├── Refusal                 the request is answered with an error
    ├── UnsatisfiableSchema     no JSON value can be built for a schema
    ├── Undecodable             a file holds no sound that can be read
    ├── InvalidFault            a fault is declared wrongly
    │   └── DuplicateFault      two faults share one name
    ├── UnknownName             no model or key has that name
    │   └── UnknownFault        no fault has that name
    ├── CannotListen            the address is in use, or not one of this host
    ├── UnusableState           the file of the state cannot be used
    └── WrongScenario           a scenario cannot be read

Each carries a message, which says what happened, and a `hint`, which says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


class ReferenceServerError(Exception):
    """The root of the tree."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Refusal(ReferenceServerError):
    """The request is answered with an error. `cause` picks status, type and code from the contract."""

    def __init__(
        self,
        cause: str,
        message: str,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.param = param
        self.code = code
        self.headers = headers or {}


class UnsatisfiableSchema(ReferenceServerError):
    """No JSON value can be built for a schema."""


class Undecodable(ReferenceServerError):
    """A file holds no sound that can be read."""


class InvalidFault(ReferenceServerError):
    """A fault is declared wrongly."""


class DuplicateFault(InvalidFault):
    """Two faults share one name."""


class UnknownName(ReferenceServerError):
    """No model or key has that name."""

    def __init__(self, kind: str, name: str, known: Iterable[str], option: str = "--list") -> None:
        near = get_close_matches(name, list(known), n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"list them with `reference-server {option}`"
        super().__init__(f"there is no {kind} named {name!r}", hint)


class UnknownFault(UnknownName):
    """No fault has that name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__("fault", name, known, "--list-faults")


class CannotListen(ReferenceServerError):
    """The address is in use, or not one of this host."""


class UnusableState(ReferenceServerError):
    """The file of the state cannot be used."""


class WrongScenario(ReferenceServerError):
    """A scenario cannot be read, or says what cannot be played."""
