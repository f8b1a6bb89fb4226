"""A search with hypothesis that ends when the target gives no verdict, and that tells the smallest failure it saw."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from conformance.errors import Inconclusive

if TYPE_CHECKING:
    import hypothesis

Result = TypeVar("Result")
LOST = 3
"""The most examples of a check that may end without a verdict."""
SMALLER = 10
"""A failure is made small with at most so many times the examples of the search."""


class _Over(BaseException):
    """Leaves hypothesis at once: nothing more is tried, and nothing is made small."""


@dataclass
class Patience:
    """Why examples had no verdict. Searches of one check share it."""

    reasons: list[str] = field(default_factory=list)

    @property
    def spent(self) -> bool:
        """Whether further requests would teach nothing."""
        return len(self.reasons) >= LOST


@contextmanager
def _nothing_local() -> Iterator[None]:
    """Keeps hypothesis from drawing constants of the modules that are loaded, so that a seed is the same everywhere.

    Hypothesis has no option for that. A version of it that keeps them elsewhere draws as it likes.
    """
    try:
        from hypothesis.internal.conjecture import providers
        from hypothesis.internal.constants_ast import Constants

        original = providers._get_local_constants
    except (ImportError, AttributeError):
        yield
        return
    providers._get_local_constants = Constants
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = original
        providers.CONSTANTS_CACHE.cache.clear()


class Search:
    """One search. What its examples do, they do in `step`.

    `touched` is the recorder's list of what was looked at; the exchanges of the smallest failure come last in it. A
    search that does not shrink ends with its first failure.
    """

    def __init__(
        self,
        seed: int,
        examples: int,
        *,
        touched: list[Any] | None = None,
        patience: Patience | None = None,
        shrinks: bool = True,
    ) -> None:
        self.seed = seed
        self.examples = examples
        self.shrinks = shrinks
        self.touched = [] if touched is None else touched
        self.patience = patience or Patience()
        self.failure: AssertionError | None = None
        self.evidence: list[Any] = []
        self._error: Exception | None = None
        self._begun = self._without_verdict = self._since_failure = 0
        self._start = 0
        self._lost = self._over = False

    def settings(self, **more: Any) -> hypothesis.settings:
        """The settings of hypothesis: no database, no clock, nothing printed."""
        from hypothesis import HealthCheck, Phase, Verbosity, settings

        return settings(
            max_examples=self.examples,
            database=None,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
            verbosity=Verbosity.quiet,
            **more,
        )

    @property
    def failed(self) -> bool:
        """The search has come to an end, or makes a failure small."""
        return self._over or self.failure is not None

    def begin(self) -> None:
        """Another example begins."""
        if self.failure is not None:
            self._since_failure += 1
        if self._since_failure > SMALLER * self.examples:
            self._leave()
        self._begun += 1
        self._start = len(self.touched)
        self._lost = False

    def step(self, act: Callable[[], Result]) -> Result | None:
        """Acts, unless the example has lost its verdict; None then."""
        if self._lost:
            return None
        try:
            return act()
        except AssertionError as failure:
            self.failure, self.evidence = failure, self.touched[self._start :]
            if not self.shrinks:
                self._leave()
            raise
        except Inconclusive as reason:
            self._lose(str(reason))
        except Exception as error:
            self._error = error
            self._leave()
        return None

    def _lose(self, reason: str) -> None:
        self._lost = True
        self._without_verdict += 1
        self.patience.reasons.append(reason)
        if self.failure is not None or self.patience.spent:
            self._leave()

    def _leave(self) -> NoReturn:
        """Ends the search. Hypothesis wonders why the example ends here, and says that it is flaky."""
        self._over = True
        raise _Over

    def run(self, test: Callable[[], object]) -> None:
        """Runs what hypothesis has made of the examples.

        Raises the smallest failure; `Inconclusive` when too many examples had no verdict, or when a failure was seen
        once and not again; and at once whatever else an example raises.
        """
        from hypothesis.errors import Flaky

        try:
            if not self.patience.spent:
                with warnings.catch_warnings(), _nothing_local():
                    warnings.simplefilter("ignore")
                    test()
        except _Over:
            pass
        except Flaky:
            if not self._over:
                raise Inconclusive(f"seen once, and not again: {self.failure}") from None
        except AssertionError:
            if self.failure is None:
                raise
        self._end()

    def _end(self) -> None:
        if self._error is not None:
            raise self._error
        if self.failure is not None:
            self.touched += self.evidence
            raise self.failure
        if self.patience.spent or self._begun == self._without_verdict:
            raise Inconclusive(self.patience.reasons[-1] if self.patience.reasons else "there was no example")
