"""From the outcome of a check to a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from textwrap import indent
from typing import Any

import pytest

from conformance import register
from conformance.errors import (
    ConformanceError,
    Inconclusive,
    NotApplicable,
    NotEquipped,
    TargetError,
    Unsupported,
    UsageError,
)
from conformance.model import COMPARED, STRONGEST_FIRST, Evidence, Finding, Level, Verdict
from conformance.register import decisions
from conformance.report import scripts
from conformance.report.inert import encodable, inert
from conformance.report.view import citations
from conformance.run.carried import EXCHANGES, FATAL, FINDING, LEVEL, RUN, STATUS
from conformance.run.evidence import evidence
from conformance.run.excuse import excuse, page
from conformance.run.session import GATEWAY, RECORDER
from conformance.run.session import RUN as RUN_KEY
from conformance.wire.exchange import Exchange
from conformance.wire.record import to_record
from conformance.wire.secrets import safe
from conformance.words.check import is_failure, stated
from conformance.words.judged import judged
from conformance.words.received import legal_oddity

CARRIED = pytest.StashKey[list[int]]()


def begin(config: pytest.Config) -> None:
    """Forgets what the check before looked at and read."""
    if RECORDER in config.stash:
        config.stash[RECORDER].touched.clear()
    decisions.forget(config.stash.get(GATEWAY, {}))


def finding(item: pytest.Item, call: pytest.CallInfo[Any], name: str) -> Finding:
    """The finding of a check of the requirement `name` that has just run."""
    requirement = register.load().requirement(name)
    verdict, message = _verdict(call.excinfo)
    recorder = item.config.stash.get(RECORDER, None)
    touched = list(dict.fromkeys(recorder.touched[::-1]))[::-1] if recorder else []
    told: int = getattr(call.excinfo.value, "shown", 0) if call.excinfo else 0
    if recorder and verdict is Verdict.FAILED:
        looked_at = touched[-told:] if told else touched
        if reason := excuse(requirement, looked_at, recorder.target, recorder.unsteady):
            verdict, message = Verdict.INCONCLUSIVE, f"{reason} (seen as: {message:.160})"
    if verdict is Verdict.PASSED and (reason := page(requirement, touched)):
        verdict, message = Verdict.INCONCLUSIVE, reason
    shown = _shown(call.excinfo.value, touched, told) if call.excinfo else []
    known = {one.requirement: one for one in recorder.target.expected_failures} if recorder else {}
    expected = {name: one.reason for name, one in known.items() if not one.is_over}
    if verdict is Verdict.FAILED and requirement.id in known.keys() - expected.keys():
        message = f"{message}; it was expected to fail until {known[requirement.id].until}"
    if requirement.id in expected and verdict is Verdict.PASSED:
        verdict, message = Verdict.FAILED, f"expected to fail ({expected.pop(requirement.id)}), but it passed"
    level = requirement.level
    if requirement.area.startswith("sdk_") and verdict is Verdict.FAILED and (oddity := _oddity(touched)):
        level, message = max(level, Level.SHOULD, key=STRONGEST_FIRST.index), f"{message}; {oddity}"
    keep = recorder.secrets.text if recorder else safe
    return Finding(
        requirement=requirement.id,
        level=level,
        verdict=verdict,
        message=encodable(keep(message)),
        case=item.callspec.id if hasattr(item, "callspec") else None,
        expected=expected.get(requirement.id) if verdict is Verdict.FAILED else None,
        exchanges=tuple(exchange.number for exchange in dict.fromkeys([*touched, *shown])),
        evidence=_without_secrets(_evidence(shown, recorder.recorded, told), keep) if recorder else (),
        duration=round(call.duration, 6),
        decisions=decisions.rested_on(item.config.stash.get(GATEWAY, {})) if verdict is not Verdict.PASSED else {},
        applicable=not _ended_by(call, NotApplicable),
        equipped=not _ended_by(call, NotEquipped),
    )


def _ended_by(call: pytest.CallInfo[Any], kind: type[BaseException]) -> bool:
    return call.excinfo is not None and isinstance(call.excinfo.value, kind)


def _oddity(touched: list[Exchange]) -> str:
    """What is legal in the answers of which a client made a failure: the consequence is no violation then."""
    return next(filter(None, map(legal_oddity, touched)), "")


def _shown(error: BaseException, touched: list[Exchange], told: int) -> list[Exchange]:
    """What a failing demand has judged, else what the check looked at last; all that is `told` as a history."""
    exchanges = judged(error, touched)
    if told:
        return list(dict.fromkeys([*exchanges, *touched[: -told - 1 : -1]]))
    return (exchanges or touched[::-1])[:COMPARED]


def _evidence(shown: list[Exchange], recorded: list[Exchange], told: int) -> tuple[Evidence, ...]:
    """The first one of a history repeats all of it."""
    if told:
        first, *others = shown
        before = sorted((one for one in others if one.number < first.number), key=lambda one: one.number)
        return (evidence(first, before, before), *map(evidence, others))
    return tuple(evidence(exchange, recorded) for exchange in shown)


def _without_secrets(shown: tuple[Evidence, ...], keep: Callable[[str], str]) -> tuple[Evidence, ...]:
    return tuple(
        replace(one, curl=keep(one.curl), request=keep(one.request), response=keep(one.response)) for one in shown
    )


def _verdict(excinfo: pytest.ExceptionInfo[BaseException] | None) -> tuple[Verdict, str]:
    if excinfo is None:
        return Verdict.PASSED, ""
    error = excinfo.value
    if isinstance(error, Unsupported):
        return Verdict.UNSUPPORTED, str(error)
    if isinstance(error, Inconclusive):
        return Verdict.INCONCLUSIVE, str(error)
    if isinstance(error, AssertionError) and is_failure(error):
        return Verdict.FAILED, stated(error) or str(excinfo.traceback[-1].statement).strip()
    hint = f" ({error.hint})" if isinstance(error, ConformanceError) and error.hint else ""
    said = str(error) or str(excinfo.traceback[-1].statement).strip()
    return Verdict.ERRORED, f"{type(error).__name__}: {said}{hint}"


def stop_if_hopeless(item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> bool:
    """Ends the run when the target cannot be judged, or no further; that is no finding. Whether it ends."""
    error = call.excinfo.value if call.excinfo else None
    if not isinstance(error, (TargetError, UsageError)):
        return False
    if item.session.shouldstop:
        return True
    kind = "usage" if isinstance(error, UsageError) else "target"
    message, hint = safe(str(error)), safe(error.hint)
    report.user_properties.append((FATAL, [kind, message, hint, getattr(error, "first", None)]))
    report.longrepr = inert(f"{message}\nhint: {hint}")
    item.session.shouldstop = inert(message)
    return True


def attach(item: pytest.Item, report: pytest.TestReport, finding: Finding) -> None:
    """Lets the report carry the finding, counts it as pytest counts, and shows it as a reader wants it."""
    word = finding.status
    report.user_properties += [(FINDING, finding.to_plain()), (STATUS, word), (LEVEL, finding.level.value)]
    if word in ("passed", "failed", "errored"):
        report.outcome = "passed" if word == "passed" else "failed"
        gateway = item.config.stash.get(RUN_KEY, {}).get("gateway", "")
        report.longrepr = None if word == "passed" else explain(finding, gateway)
    else:
        report.outcome = "skipped"
        report.wasxfail = inert(f"{word}: {finding.message}")
        report.longrepr = None


def explain(finding: Finding, gateway: str) -> str:
    """What a terminal shows under a failure."""
    requirement = register.load().requirement(finding.requirement)
    case = f" [{finding.case}]" if finding.case else ""
    lines = [f"{requirement.id}{case}: {finding.message}", "", f"  {requirement.level}  {requirement.text}"]
    cited = citations(gateway, requirement, register.load())
    lines += [f"  {one.id}  {one.words}  {one.address}" for one in cited]
    for shown in finding.evidence[:1]:
        lines += ["", *(f"  > {line}" for line in shown.request.splitlines())]
        lines += ["", *(f"  < {line}" for line in shown.response.splitlines())]
    lines += [line for curl in finding.curls for line in ("", indent(scripts.named(curl), "  "))]
    return inert("\n".join(lines))


class Records:
    """The records of some exchanges, each made when it is looked at: together they may not fit in memory."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        self._exchanges = exchanges

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return map(to_record, self._exchanges)


def carry_exchanges(item: pytest.Item, report: pytest.TestReport) -> None:
    """Lets the report carry what was recorded since the last one, so that it reaches whoever writes the report."""
    recorder = item.config.stash.get(RECORDER, None)
    if recorder is None:
        return
    carried = item.config.stash.setdefault(CARRIED, [0])
    fresh = recorder.recorded[carried[0] :]
    carried[0] = len(recorder.recorded)
    if fresh:
        spread = hasattr(item.config, "workerinput")
        report.user_properties.append((EXCHANGES, list(Records(fresh)) if spread else Records(fresh)))
        run = item.config.stash.get(RUN_KEY, {})
        report.user_properties.append((RUN, run | {"routes": run.get("routes", {}) | recorder.moved}))
