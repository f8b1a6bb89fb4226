"""Each format contains the whole report, and shows everything a gateway sent as plain text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from conformance.model import Level
from conformance.report import render
from conformance.report.markdown import fenced, plain, prose
from conformance.report.view import Standing, View

from .reporting import FINDINGS, REGISTER, clean, shown


def junit() -> ElementTree.Element:
    return ElementTree.fromstring(render("junit", shown()))


def test_junit_has_a_case_for_each_finding_and_each_unjudged_requirement() -> None:
    assert len(list(junit().iter("testcase"))) == len(FINDINGS) + len(shown().at(Standing.UNJUDGED))


def test_junit_counts_add_up() -> None:
    root = junit()

    for suite in [root, *root.iter("testsuite")]:
        cases = list(suite.iter("testcase"))
        assert int(suite.get("tests", "")) == len(cases)
        for name, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
            assert int(suite.get(name, "")) == sum(case.find(tag) is not None for case in cases)


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("chat.must.passed", None),
        ("chat.must.failed", "failure"),
        ("chat.must.errored", "error"),
        ("chat.must.inconclusive", "skipped"),
        ("chat.should.failed", "skipped"),
        ("chat.may.errored", "error"),
        ("models.cited[first]", None),
        ("models.cited[second]", "failure"),
        ("models.expected", "skipped"),
        ("models.later", "skipped"),
    ],
)
def test_junit_fails_what_fails_a_run(name: str, tag: str | None) -> None:
    case = next(case for case in junit().iter("testcase") if case.get("name") == name)

    assert [child.tag for child in case if child.tag != "properties"] == ([tag] if tag else [])


def test_junit_carries_the_evidence() -> None:
    failure = next(case for case in junit().iter("testcase") if case.get("name") == "models.cited[second]").find(
        "failure"
    )

    assert failure is not None
    assert failure.get("message") == "expected a list"
    assert "“Models are listed.” (ONE-1, https://one.test/docs)" in (failure.text or "")
    assert "curl https://gateway.test/v1/models" in (failure.text or "")


def test_markdown_shows_failed_musts_in_full() -> None:
    text = render("markdown", shown())

    assert text.startswith("# ❌ 3 MUST failed\n")
    assert "| MUST | 3 | 1 | 1 | 1 | 1 | 0 | 1 |" in text
    assert "### `models.cited`\n\nThe gateway keeps models.cited." in text
    assert "> “Models are listed.” (ONE-1, <https://one.test/docs>)" in text
    assert "**Failed (second):** expected a list" in text
    assert "```sh\ncurl https://gateway.test/v1/models" in text


def test_markdown_says_what_to_repair_first() -> None:
    """Causes come before the tables, each with its requirements."""
    text = render("markdown", shown())

    assert text.index("## Causes") < text.index("| Level |")
    assert "**GET /models: expected a list** (MUST, 1)\n   - `models.cited`" in text


def test_junit_names_the_cause_of_a_failure() -> None:
    """As a property, by which a CI system can group."""
    case = next(case for case in junit().iter("testcase") if case.get("name") == "models.cited[second]")

    assert {one.get("name"): one.get("value") for one in case.iter("property")}["cause"] == shown().causes[-1].title


def test_markdown_lists_the_rest_briefly() -> None:
    text = render("markdown", shown())

    assert "## Warnings: SHOULD (1)\n\n- `chat.should.failed`: it is failed" in text
    assert "- `models.expected`: as ever (expected: ticket 12)" in text
    assert "- it is inconclusive: `chat.must.inconclusive`, `chat.should.inconclusive`, `chat.may.inconclusive`" in text


def test_markdown_shows_markup_as_text() -> None:
    outside = re.sub(r"```.*?```", "", render("markdown", shown()), flags=re.DOTALL)

    assert r"\<script\>alert('x')\</script\> a\|b \`tick\`" in outside
    assert "<script>" not in outside


def test_markdown_escapes_what_it_must() -> None:
    assert plain("a | b\n*c* _d_ `e` <f>") == r"a \| b \*c\* \_d\_ \`e\` \<f\>"
    assert prose("keep `a|b` but not *this*") == r"keep `a|b` but not \*this\*"
    assert fenced("```\n````").startswith("`````\n")


class Reader(HTMLParser):
    """Collects the elements of a page and the text outside scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.text += data


@pytest.fixture
def page() -> Reader:
    reader = Reader()
    reader.feed(render("html", shown()))
    return reader


def test_page_has_an_entry_for_each_requirement(page: Reader) -> None:
    entries = [one for tag, one in page.elements if tag == "details" and "data-standing" in one]

    assert {entry["id"] for entry in entries} == set(REGISTER.requirements)
    assert len(entries) == len(REGISTER.requirements)
    assert {entry["data-standing"] for entry in entries} == set(Standing)
    assert {entry["data-level"] for entry in entries} == set(Level)


def test_page_shows_verdict_reason_and_evidence(page: Reader) -> None:
    for words in ("3 MUST failed", "expected a list", "Models are listed.", "The public reference", "ticket 12"):
        assert words in page.text
    assert "curl https://gateway.test/v1/models" in page.text
    assert any(attributes.get("href") == "https://one.test/docs" for _, attributes in page.elements)


def test_page_shows_markup_as_text(page: Reader) -> None:
    assert [tag for tag, _ in page.elements].count("script") == 1
    assert "<script>alert('x')</script> a|b `tick`" in page.text


def test_page_begins_with_who_and_what_to_repair(page: Reader) -> None:
    """Name, verdict and the worst causes come before everything else."""
    places = [page.text.index(words) for words in ("gateway.test", "3 MUST failed", "What to repair first", "Profiles")]

    assert places == sorted(places)
    assert shown().causes[0].title in page.text


def test_page_folds_away_what_needs_nobody(page: Reader) -> None:
    """What passed is there, but not in the way; what failed stands below its cause."""
    groups = [one for tag, one in page.elements if tag == "details" and "aria-labelledby" in one]
    folded = {one["aria-labelledby"] for one in groups if "open" not in one}

    assert folded == {f"group-{name}" for name in ("inconclusive", "unsupported", "unjudged", "passed")}
    causes = [one for tag, one in page.elements if tag == "details" and str(one.get("id")).startswith("cause-")]
    assert len(causes) == len(shown().causes)


def test_page_spells_out_what_would_hide_text(page: Reader) -> None:
    """No control character, and none that turns the direction of text, reaches the page."""
    assert "\x00" not in page.text
    assert r"\u0000" in page.text


def test_page_needs_no_network(page: Reader) -> None:
    assert not {"link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert not [attributes for _, attributes in page.elements if "src" in attributes]
    policy = next(one["content"] for _, one in page.elements if one.get("http-equiv") == "Content-Security-Policy")
    assert (policy or "").startswith("default-src 'none'")


@pytest.mark.parametrize(("view", "words"), [(shown(), "3 MUST failed"), (clean(), "conformant")])
def test_badge_says_the_headline(view: View, words: str) -> None:
    root = ElementTree.fromstring(render("badge", view))

    assert root.get("aria-label") == f"one conformance: {words}"
