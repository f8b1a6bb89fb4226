"""`agenda`: counts what each requirement costs, so that a run can tell its cost before it is paid."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.errors import UsageError
from gateway_contract import commandline
from gateway_contract.commandline import OUTPUT, option, path

TOLERANCE = 0.05
"""By how much the number of requests may differ from the one that is kept."""


@commandline.command(
    "agenda",
    help="Judges the reference server as each gateway, and keeps which requests each requirement takes.",
    epilog="Exit codes: 0 written, or as it is kept; 1 with --check: it has changed.",
    examples={OUTPUT: "gateway-conformance agenda --check reports/reference"},
)
@option("--check", metavar="DIR", type=path, section=OUTPUT, help="compare the reports DIR/<gateway> with what is kept")
def command(check: Path | None) -> int:
    """Writes the agenda of each gateway, or compares it."""
    import gateway_contract
    from conformance.run import agenda

    names = ("openai", *gateway_contract.names())
    if check:
        return max(_compare(name, check / name) for name in names)
    for name in names:
        with TemporaryDirectory() as folder:
            _judge(name, Path(folder))
            text = agenda.text_of(_of(Path(folder)))
        (agenda.FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {text.count(': [') - 1} requirements")
    return 0


def _judge(gateway: str, folder: Path) -> None:
    from conformance.run import runner

    report = runner.entire(runner.judge(gateway=gateway, report_dir=folder))
    if trouble := [one.requirement for one in report.findings if one.status in ("failed", "errored")]:
        raise UsageError(f"the reference server fails as {gateway}: {trouble[0]}", "mend that first")


def _of(folder: Path) -> dict[str, Any]:
    from conformance.report import har, json
    from conformance.run import agenda
    from conformance.wire.record import reported_tokens

    records = har.load(folder / har.FILENAME)
    report = json.parse(folder / "report.json").report
    return agenda.derived(report.findings, {one["id"]: sum(reported_tokens(one)) for one in records})


def _compare(name: str, folder: Path) -> int:
    from conformance.run import agenda

    kept, counted = agenda.read(name), _of(folder)
    before, now = (len(agenda.lasting(one)) for one in (kept, counted))
    missing = counted["requirements"].keys() - kept["requirements"].keys()
    if not missing and abs(now - before) <= TOLERANCE * before:
        return 0
    print(f"{name}: {now} requests, {before} are kept; new: {', '.join(sorted(missing)) or 'none'}")
    print("hint: gateway-conformance agenda")
    return 1
