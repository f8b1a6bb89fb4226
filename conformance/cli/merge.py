"""`merge`: one report out of those of the shards of a run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conformance.cli import ending
from conformance.errors import UsageError
from gateway_contract import commandline
from gateway_contract.commandline import ARGUMENTS, argument, output, path


@commandline.command(
    "merge",
    help="Puts the reports of `run --shard` together. Recordings stay where they are.",
    epilog="Exit codes are those of run; 3 as well where a shard is missing.",
    examples={
        ARGUMENTS: "gateway-conformance merge shard-1 shard-2 --report whole",
        ending.RESULT: "gateway-conformance merge shard-* --baseline baseline.json",
    },
)
@argument("reports", metavar="REPORT...", nargs=-1, required=True, type=path, help="a report.json, or its folder")
@ending.declared
@output(quiet="only the verdict, and a line for each cause", json="print the result as JSON")
def command(reports: tuple[Path, ...], **given: Any) -> int:
    """Writes the report, prints the verdicts and returns the exit code that the whole run asks for."""
    from conformance import report
    from conformance.cli import baseline
    from conformance.report.merged import merged
    from conformance.run.runner import Outcome, exit_code

    args = SimpleNamespace(**given)
    if shard := next((one for one in reports if _folder(one) == args.report.resolve()), None):
        reason = f"--report {args.report} is the folder of {shard}: the shard would be lost"
        raise UsageError(reason, "name another folder")
    whole = merged([report.read(one) for one in reports])
    known = baseline.of(args, whole.gateway, whole.settings)
    try:
        report.write(whole, args.report, None)
    except OSError as error:
        raise UsageError(f"cannot write to {args.report}: {error.strerror}", "give --report a folder") from None
    return ending.end(Outcome(whole, exit_code(whole)), args, known)


def _folder(path: Path) -> Path:
    """The folder of a report, which may be named by its file."""
    return (path if path.is_dir() else path.parent).resolve()
