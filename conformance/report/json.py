"""`report.json`: the report for machines, described by `schema.json` and validated on writing and on reading."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from conformance.errors import InvalidReport
from conformance.model import Counts, Finding, Harm, Level, Report, Requirement
from conformance.report.causes import Cause
from conformance.report.view import Citation, Judgement, Standing, View, joined, standing

FILENAME = "report.json"
SCHEMA_VERSION = "1.3"
WORDED = ("broad", "impact", "remedy")
"""Of a requirement, what ranks and explains a cause beside the harm."""
SCHEMA = Path(__file__).with_name("schema.json")


def render(view: View) -> str:
    """The report as indented JSON, ending in a line feed."""
    content = document(view)
    check(content)
    return msgspec.json.format(json.dumps(content, ensure_ascii=False), indent=2) + "\n"


def document(view: View) -> dict[str, Any]:
    """The report as plain values."""
    report = view.report
    return {
        "schema_version": SCHEMA_VERSION,
        "target": {
            "name": report.name,
            "base_url": report.base_url,
            "gateway": report.gateway,
            "model": report.model,
            "routes": report.routes,
        },
        "run": {
            "started": report.started,
            "wall_time": report.wall_time,
            "seed": report.seed,
            "versions": report.versions,
            "settings": report.settings,
            "partial": report.partial,
            "fields": report.fields,
        },
        "counts": asdict(report.counts),
        "summary": summary(view),
        "profiles": [{**asdict(one), "missing": list(one.missing)} for one in view.profiles],
        "causes": [_cause(one) for one in view.causes],
        "requirements": [_requirement(judgement) for judgement in view.judgements],
        "findings": [finding.to_plain() for finding in report.findings],
    }


def summary(view: View) -> dict[str, Any]:
    """The totals: of all requirements of the register, whether the run reached them or not."""
    return {
        "conformant": view.conformant,
        "requirements": len(view.judgements),
        "standings": {
            str(level): {str(standing): len(view.at(standing, level)) for standing in Standing} for level in Level
        },
    }


def parse(path: Path) -> View:
    """Reads a report; `InvalidReport` when the file is missing or breaks the schema."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidReport(f"cannot read {path}: {error.strerror}", "give a report.json or its directory") from None
    except ValueError as error:
        raise InvalidReport(f"{path} is not JSON: {error}", "give a report.json or its directory") from None
    check(content, str(path))
    return _view(content)


def check(content: object, name: str = "the report") -> None:
    """Validates a document against the schema; `InvalidReport` names the first place that breaks it."""
    import jsonschema_rs

    try:
        _validator().validate(content)
    except jsonschema_rs.ValidationError as error:
        place = "/".join(str(step) for step in error.instance_path) or "the top level"
        raise InvalidReport(
            f"{name} is not a report: at {place}: {error.message[:200]}",
            f"this version reads schema {SCHEMA_VERSION}: see conformance/report/schema.json",
        ) from None


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _requirement(judgement: Judgement) -> dict[str, Any]:
    requirement = judgement.requirement
    return {
        "id": requirement.id,
        "area": requirement.area,
        "level": str(requirement.level),
        "text": requirement.text,
        "feature": requirement.feature,
        "operations": list(requirement.operations),
        "broad": requirement.broad,
        "harm": str(requirement.harm),
        "impact": requirement.impact,
        "remedy": requirement.remedy,
        "profile": judgement.profile,
        "claimed": judgement.claimed,
        "standing": str(judgement.standing),
        "documented": [asdict(citation) for citation in judgement.citations],
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return (
        {**asdict(cause), "level": str(cause.level), "harm": str(cause.harm), "cost": cause.cost}
        | {name: list(getattr(cause, name)) for name in ("requirements", "consequences")}
        | {"clients": [asdict(one) for one in cause.clients]}
    )


def _view(content: dict[str, Any]) -> View:
    findings = tuple(Finding.from_plain(one) for one in content["findings"])
    report = Report(**content["target"], **content["run"], counts=Counts(**content["counts"]), findings=findings)
    return joined(report, tuple(_judgement(one, findings) for one in content["requirements"]))


def _judgement(entry: dict[str, Any], findings: tuple[Finding, ...]) -> Judgement:
    requirement = Requirement(
        id=entry["id"],
        area=entry["area"],
        level=Level(entry["level"]),
        text=entry["text"],
        feature=entry["feature"],
        operations=tuple(entry["operations"]),
        **_impact(entry),
    )
    own = tuple(one for one in findings if one.requirement == requirement.id)
    cited = tuple(Citation(**one) for one in entry["documented"])
    return Judgement(requirement, own, cited, standing(own), entry["claimed"], entry["profile"])


def _impact(entry: dict[str, Any]) -> dict[str, Any]:
    """What it does to users. A report from before 1.2 does not say so; then as it is worded now."""
    if "impact" in entry:
        return {**{name: entry[name] for name in WORDED}, "harm": Harm(entry["harm"])}
    from conformance import register

    known = register.load().requirements.get(entry["id"])
    return {"harm": known.harm, **{name: getattr(known, name) for name in WORDED}} if known else {}
