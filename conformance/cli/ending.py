"""How `run` and `merge` end: what they print, what the pipeline reads, and the exit code."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from conformance.cli import fail_on
from conformance.cli.options import as_json
from gateway_contract.commandline import complain, names, option, path, together, unread

if TYPE_CHECKING:
    from conformance.cli.baseline import Baseline
    from conformance.model import Report
    from conformance.report.view import View
    from conformance.run.agenda import Plan
    from conformance.run.runner import Outcome

RESULT = "Result"
NO_VERDICT = 3
DETAILS = ("requirements", "findings")
"""What of `report.json` is too much for one look."""

_option = partial(option, section=RESULT)
declared = together(
    _option("--report", metavar="DIR", type=path, default=Path("report"), help="default: report"),
    _option("--baseline", metavar="REPORT", type=path, help="fail only on what did not fail in this earlier report"),
    _option(
        "--fail-on",
        metavar="WHAT",
        type=fail_on.fail_on,
        default=fail_on.MUST,
        shell_complete=names(fail_on.known),
        help=fail_on.HELP,
    ),
)
"""The options about the result."""


def end(outcome: Outcome, args: SimpleNamespace, known: Baseline | None, plan: Plan | None = None) -> int:
    """Prints the verdicts, and returns the exit code. What is printed tells what the baseline knows."""
    from conformance import register
    from conformance.cli import baseline
    from conformance.report.view import view

    report = outcome.report
    rest = None if known is None else baseline.without(report, known)
    code = fail_on.exit_code(outcome, args.fail_on, rest)
    if rest is not None:
        baseline.mark(args.report, view(rest, register.load()))
    with unread():
        seen = view(report if rest is None else rest, register.load())
        told = [] if known is None else list(baseline.told(report, known))
        if args.json:
            print(as_json(_document(seen, args.report, code, told, plan)))
        else:
            _show(seen, args, told)
    _explain(outcome)
    return code


def _document(view: View, directory: Path, code: int, told: list[str], plan: Plan | None) -> dict[str, Any]:
    """The result for programs."""
    from conformance.report import json

    headline = view.headline
    return {
        "exit_code": code,
        "verdict": headline.title,
        "detail": headline.detail,
        **{name: value for name, value in json.document(view).items() if name not in DETAILS},
        "expected_cost": plan and {"requests": plan.requests, "tokens": plan.tokens, "requirements": plan.checks},
        "baseline": told,
        "files": [str(one) for one in _files(directory)],
    }


def _show(view: View, args: SimpleNamespace, told: list[str]) -> None:
    from conformance.cli import verdicts
    from conformance.report.inert import inert

    if args.quiet:
        verdicts.show_briefly(view, sys.stdout)
    else:
        print()
        verdicts.show(view, sys.stdout)
    if told:
        print(inert("\n".join(told)))
    if not args.quiet:
        _point_at(args.report, view.report)


def _point_at(directory: Path, report: Report) -> None:
    counts = report.counts
    tokens = f"{counts.prompt_tokens} prompt and {counts.completion_tokens} completion tokens"
    print(f"{counts.requests} requests, {tokens}, {report.wall_time:.1f} s")
    for one in _files(directory):
        print(f"  {one}")


def _files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.*"))


def _explain(outcome: Outcome) -> None:
    """Says why there is no verdict, when there is none."""
    from conformance.report.inert import inert

    report = outcome.report
    if report.partial:
        hint = outcome.trouble.hint if outcome.trouble else "what was learned is in the report"
        complain(inert(f"the run ended early: {report.partial}"), inert(hint))
    elif outcome.exit_code == NO_VERDICT and not any(one.verdict == "errored" for one in report.findings):
        complain("nothing that was asked for came to a verdict", "the report says why each requirement was not judged")
