"""The errors that are not defects of the gateway.

ConformanceError
├── UsageError            the caller asked for something that does not exist (exit code 2)
│   ├── UnknownRequirement
│   ├── InvalidTarget
│   ├── UnknownFormat
│   ├── InvalidReport
│   └── InvalidRecording
├── TargetError           the target cannot be judged (exit code 3)
│   ├── CannotConnect
│   ├── NotTheApi
│   ├── KeyRefused
│   ├── BudgetSpent
│   ├── GaveUp
│   ├── TimeSpent
│   └── NoModel
├── UnwritableReport      the report cannot be written (exit code 3)
├── NoCatalogue           the reference server lists no faults (exit code 3)
└── RegisterError         the suite's own tables are wrong (exit code 3)
"""

from __future__ import annotations


class ConformanceError(Exception):
    """The root of the tree. `hint` tells the reader what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ConformanceError):
    """The caller asked for something that does not exist."""


class UnknownRequirement(UsageError):
    """No requirement has this id."""


class InvalidTarget(UsageError):
    """The target file, or an option that describes the target, is wrong."""


class UnknownFormat(UsageError):
    """No module under `report/` renders this format."""


class InvalidReport(UsageError):
    """The file is not a report, or breaks `report/schema.json`."""


class InvalidRecording(UsageError):
    """The file is not a HAR file that the suite wrote."""


class TargetError(ConformanceError):
    """The target cannot be judged."""


class CannotConnect(TargetError):
    """No server answers at the base URL."""


class NotTheApi(TargetError):
    """Something else answers at the base URL. `elsewhere`: the hint names another one, at which the API was found."""

    def __init__(self, message: str, hint: str, elsewhere: bool = False) -> None:
        super().__init__(message, hint)
        self.elsewhere = elsewhere


class KeyRefused(TargetError):
    """The key does not open the target."""


class BudgetSpent(TargetError):
    """The run reached its limit of requests."""


class GaveUp(TargetError):
    """Nothing but faults comes from the target, from the exchange with the number `first` on."""

    def __init__(self, message: str, hint: str = "", first: int = 0) -> None:
        super().__init__(message, hint)
        self.first = first


class TimeSpent(TargetError):
    """The run reached its limit of time."""


class NoModel(TargetError):
    """The target names no model and none could be found."""


class UnwritableReport(ConformanceError):
    """The folder of the report takes no more."""


class Terminated(KeyboardInterrupt):
    """The process was asked to end. Exit code 143."""


class NoCatalogue(ConformanceError):
    """The reference server does not list its faults."""


class RegisterError(ConformanceError):
    """A duplicate, an unknown claim or source, or a claim that no requirement covers."""


class Inconclusive(Exception):
    """Raised by a check when the situation that it judges was never reached."""


class Unsupported(Exception):
    """Raised by a check when the target clearly refuses a feature that the documents leave to the model."""


class NotEquipped(Unsupported):
    """Raised when the run was not given what judging takes: a fixture, a key, a client, or the wish to pay for it."""


class NotApplicable(Unsupported):
    """Raised by a check when the documents of the gateway do not demand what it judges."""
