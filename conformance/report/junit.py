"""`junit.xml`: the report for CI systems.

One suite per area, one case per finding. A failed MUST is a failure and an errored check is an error. Whatever does
not fail a run is skipped with its reason: a failed SHOULD or MAY, an expected failure, an inconclusive or unsupported
check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from conformance.model import Finding, Level, Verdict
from conformance.report.view import Judgement, View, expected_failure

FILENAME = "junit.xml"
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot carry, not even escaped."""


def render(view: View) -> str:
    """The report as JUnit XML."""
    root = Element("testsuites", name="gateway-conformance")
    titles = {name: cause.title for cause in view.causes for name in cause.requirements}
    for area in view.areas:
        cases = list(_cases(titles, (one for one in view.judgements if one.requirement.area == area)))
        suite = SubElement(root, "testsuite", name=area, timestamp=view.report.started)
        suite.extend(cases)
        _total(suite, cases)
    _total(root, list(root.iter("testcase")))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _cases(titles: Mapping[str, str], judgements: Iterator[Judgement]) -> Iterator[Element]:
    for judgement in judgements:
        if not judgement.findings:
            case = _case(judgement, judgement.id, 0.0)
            SubElement(case, "skipped", message="unjudged: this run did not come to it")
            yield case
        for finding in judgement.findings:
            yield _finding_case(judgement, finding, titles.get(judgement.id))


def _finding_case(judgement: Judgement, finding: Finding, cause: str | None) -> Element:
    name = f"{judgement.id}[{finding.case}]" if finding.case else judgement.id
    case = _case(judgement, name, finding.duration)
    properties = case.find("properties")
    if cause and properties is not None and finding.verdict == Verdict.FAILED:
        SubElement(properties, "property", name="cause", value=_clean(cause))
    if finding.verdict != Verdict.PASSED:
        tag, message = _outcome(finding)
        SubElement(case, tag, message=_clean(message)).text = _clean(_detail(judgement, finding))
    return case


def _case(judgement: Judgement, name: str, seconds: float) -> Element:
    requirement = judgement.requirement
    case = Element("testcase", classname=requirement.area, name=_clean(name), time=f"{seconds:.3f}")
    properties = SubElement(case, "properties")
    for key, value in {"level": requirement.level, "feature": requirement.feature}.items():
        SubElement(properties, "property", name=key, value=_clean(value))
    return case


def _outcome(finding: Finding) -> tuple[str, str]:
    """The element that JUnit has for a finding that did not pass, and its message."""
    if finding.verdict == Verdict.ERRORED:
        return "error", finding.message
    if expected_failure(finding):
        return "skipped", f"expected failure: {finding.expected}: {finding.message}"
    if finding.verdict == Verdict.FAILED and finding.level == Level.MUST:
        return "failure", finding.message
    return "skipped", f"{finding.level} {finding.verdict}: {finding.message}"


def _detail(judgement: Judgement, finding: Finding) -> str:
    sentences = [f"{one.words} ({one.id}, {one.address})" for one in judgement.citations]
    exchanges = [f"{one.curl}\n\n{one.request}\n\n{one.response}" for one in finding.evidence]
    return "\n\n".join([judgement.requirement.text, *sentences, *exchanges])


def _total(element: Element, cases: list[Element]) -> None:
    """Sets the counts that readers of JUnit expect on a suite."""
    element.set("tests", str(len(cases)))
    for name, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        element.set(name, str(sum(case.find(tag) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', 0)) for case in cases):.3f}")


def _clean(text: str) -> str:
    return FORBIDDEN.sub("\ufffd", text)
