"""`report.json`: the report for machines, described by `schema.json` and checked against it both ways."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from conformance.errors import InvalidReport
from conformance.model import Counts, Finding, Level, Report, Requirement
from conformance.report.view import Citation, Judgement, Standing, View, standing

FILENAME = "report.json"
SCHEMA_VERSION = "1.1"
SCHEMA = Path(__file__).with_name("schema.json")


def render(shown: View) -> str:
    """The report as indented JSON, ending in a line feed."""
    found = document(shown)
    check(found)
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def document(shown: View) -> dict[str, Any]:
    """The report as plain values."""
    report = shown.report
    return {
        "schema_version": SCHEMA_VERSION,
        "target": {
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
        },
        "counts": asdict(report.counts),
        "summary": summary(shown),
        "profiles": [asdict(one) for one in shown.profiles],
        "requirements": [_requirement(judgement) for judgement in shown.judgements],
        "findings": [finding.to_plain() for finding in report.findings],
    }


def summary(shown: View) -> dict[str, Any]:
    """The totals: of all requirements of the register, whether the run came to them or not."""
    return {
        "conformant": shown.conformant,
        "requirements": len(shown.judgements),
        "standings": {
            str(level): {str(standing): len(shown.at(standing, level)) for standing in Standing} for level in Level
        },
    }


def parse(path: Path) -> View:
    """Reads a report; `InvalidReport` when the file is missing or breaks the schema."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidReport(f"cannot read {path}: {error.strerror}", "give a report.json or its directory") from None
    except ValueError as error:
        raise InvalidReport(f"{path} is not JSON: {error}", "give a report.json or its directory") from None
    check(found, str(path))
    return _view(found)


def check(found: object, name: str = "the report") -> None:
    """Holds a document against the schema; `InvalidReport` names the first place that breaks it."""
    import jsonschema_rs

    try:
        _validator().validate(found)
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
        "profile": judgement.profile,
        "claimed": judgement.claimed,
        "standing": str(judgement.standing),
        "documented": [asdict(citation) for citation in judgement.citations],
    }


def _view(found: dict[str, Any]) -> View:
    findings = tuple(Finding.from_plain(one) for one in found["findings"])
    report = Report(**found["target"], **found["run"], counts=Counts(**found["counts"]), findings=findings)
    return View(report, tuple(_judgement(one, findings) for one in found["requirements"]))


def _judgement(found: dict[str, Any], findings: tuple[Finding, ...]) -> Judgement:
    requirement = Requirement(
        id=found["id"],
        area=found["area"],
        level=Level(found["level"]),
        text=found["text"],
        feature=found["feature"],
        operations=tuple(found["operations"]),
    )
    own = tuple(one for one in findings if one.requirement == requirement.id)
    cited = tuple(Citation(**one) for one in found["documented"])
    return Judgement(requirement, own, cited, standing(own), found["claimed"], found["profile"])
