"""What the failures of a run come from: as many causes as a reader counts."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from conformance import register
from conformance.cli import verdicts
from conformance.model import Evidence, Finding, Level, Verdict
from conformance.report import render
from conformance.report.causes import CLIENTS, Cause, causes
from conformance.report.view import view

from . import reporting

RUNS = sorted((Path(__file__).parent / "recorded_runs").glob("*.json"))
"""What failed of seven gateways, reduced; `causes` and `musts` are what a reader of the findings counted by hand."""
SURROGATE = r'{"error": {"message": "\ud800 is half a character", "loc": ["\udfff"]}}'
"""What JSON can spell, and UTF-8 cannot carry."""
CHAT = "POST http://gateway.test/v1/chat/completions"
DEEP = ("[" * 10_000 + "]" * 10_000, '{"error":' * 450 + "1" + "}" * 450)
"""What no parser reads, and what one just reads."""


def found(findings: list[Finding]) -> tuple[Cause, ...]:
    return causes(findings, register.load().requirement, "http://gateway.test/v1", "openai")


def failed(requirement: str, message: str, exchange: int = 1, response: str = "200", request: str = CHAT) -> Finding:
    """A failure that rests on one exchange; `response` is a status, and the body after it."""
    status, _, body = response.partition(" ")
    kind = "application/json" if body.startswith("{") else "text/html" if body.startswith("<") else "text/plain"
    shown = Evidence(exchange, "", request, f"HTTP/1.1 {status}\ncontent-type: {kind}\n\n{body}")
    level = register.load().requirement(requirement).level
    return Finding(requirement, level, Verdict.FAILED, message, evidence=(shown,))


def recorded(run: dict[str, Any]) -> list[Finding]:
    """The findings of a reduced run."""
    rest = {"expected": None, "exchanges": ()}
    findings = [Finding.from_plain({**rest, **plain}) for plain in run["findings"]]
    level = register.load().requirement
    return [*findings, *(Finding(name, level(name).level, Verdict.PASSED) for name in run["passed"])]


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_as_many_causes_as_a_reader_counts(path: Path) -> None:
    """The number is within one of a count by hand, and so is that of the causes which break a MUST."""
    run = json.loads(path.read_text(encoding="utf-8"))

    entries = found(recorded(run))

    assert abs(len(entries) - run["causes"]) <= 1
    assert abs(sum(one.level is Level.MUST for one in entries) - run["musts"]) <= 1


@pytest.mark.parametrize("path", RUNS, ids=lambda path: path.stem)
def test_every_failure_has_one_cause(path: Path) -> None:
    """No failed requirement is lost, and none stands below two causes."""
    findings = recorded(json.loads(path.read_text(encoding="utf-8")))

    names = [name for one in found(findings) for name in one.requirements]

    assert sorted(names) == sorted({one.requirement for one in findings if one.verdict is Verdict.FAILED})


def test_pages_of_a_server_are_one_cause() -> None:
    """HTML where JSON is due, and what follows from it."""
    page = "401 <html>no</html>"

    (cause,) = found(
        [
            failed("errors.json", "[key-missing] Content-Type is 'text/html'", 1, page),
            failed("embeddings.error-body", "the body is None", 2, page),
            failed("sdk.openai.errors.request-id", "a key (401): .request_id is null", 1, page),
        ]
    )

    assert cause.title == "Errors are HTML, not JSON"
    assert cause.cost == 3


def test_members_missing_from_an_answer_are_one_cause() -> None:
    """The same exchange lacks them all."""
    (cause,) = found([failed("chat.id", "id is None"), failed("chat.model", "model is None")])

    assert cause.title == "Answers of POST /chat/completions lack `id` and `model`"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (failed("chat.id", "id is None"), failed("chat.stop", "the answer contains its stop text '7'")),
        (
            failed("tools.result", "expected 200, got 502: no", 1, "502 no"),
            failed("errors.unknown-model", "expected [400, 404], got 502: no", 2, "502 no"),
        ),
        (
            failed("errors.unknown-model", "expected [400, 404], got 500: x", 1, "500 x"),
            failed("errors.missing-role", 'expected [400, 404], got 500: {"error":{}}', 2, '500 {"error": {}}'),
        ),
        (
            failed("chat.stop", "expected 200, got 400: no stop", 1, "400 no stop"),
            failed("chat.user", "expected 200, got 400: no user", 2, "400 no user"),
        ),
    ],
    ids=["another matter on one exchange", "valid and wrong requests", "another shape", "another reason"],
)
def test_causes_stay_apart(one: Finding, other: Finding) -> None:
    """What shows another sign has another cause."""
    served = Finding("chat.answers", Level.MUST, Verdict.PASSED)

    assert len(found([one, other, served])) == 2


def test_route_that_serves_nothing_is_one_cause() -> None:
    """Where no valid request is served, wrong ones are refused for the same reason."""
    (cause,) = found(
        [
            failed("tools.result", "expected 200, got 502: no", 1, "502 no"),
            failed("errors.unknown-model", "expected [400, 404], got 502: no", 2, "502 no"),
        ]
    )

    assert cause.title == "POST /chat/completions answers 502 to everything"


def test_client_fails_because_of_the_answer() -> None:
    """What a client does is below what is wrong with the answer that it read."""
    (cause,) = found(
        [
            failed("sdk.openai.tools.stream", "crashes: AssertionError"),
            failed("tools.stream.type", "4 later fragments of call 0 have the type None"),
        ]
    )

    assert cause.worst == "tools.stream.type"
    assert cause.title == "POST /chat/completions: 4 later fragments of call 0 have the type None"


def test_what_was_not_judged_counts_for_its_cause() -> None:
    """A requirement that another explains costs that cause one more."""
    hidden = Finding("chat.schema", Level.MUST, Verdict.INCONCLUSIVE, "because of chat.id: wrong")

    (cause,) = found([failed("chat.id", "id is None"), hidden])

    assert cause.consequences == ("chat.schema",)
    assert cause.cost == 2


def test_worst_comes_first() -> None:
    """By what it does to users; what is only recommended counts less."""
    entries = found(
        [
            failed("errors.unknown-model", "expected [404], got 500: no", 1, "500 no"),
            failed("auth.scheme-case", "`Authorization: bearer <key>` is answered 401", 2, "401 no"),
            failed("chat.stream.done", "no [DONE]; the last event is 'x'", 3),
        ]
    )

    assert [one.worst for one in entries] == ["chat.stream.done", "auth.scheme-case", "errors.unknown-model"]
    assert entries[0].impact == register.load().requirement("chat.stream.done").impact


def test_expected_failures_have_no_cause() -> None:
    """What the target file names is known already."""
    known = Finding("chat.id", Level.MUST, Verdict.FAILED, "id is None", expected="ticket 12")

    assert found([known]) == ()


ODD = ("", "<script>alert(1)</script>", "\x1b[31m", "{" * 5000, '{"error":' * 50, SURROGATE, *DEEP)


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_answers_have_a_cause(text: str) -> None:
    """Whatever a gateway says, its failure has a cause with a title that is one line."""
    (cause,) = found([failed("chat.id", f"expected 200, got 500: {text:.160}", 1, f"500 {text}")])

    assert cause.title.encode()
    assert "\n" not in cause.title


def test_cause_names_what_a_client_made_of_the_same_exchange() -> None:
    """Not what it made of another one, though that has the same cause."""
    findings = [
        failed("tools.stream.type", "4 later fragments of call 0 have the type None", 7),
        failed("sdk.openai.tools.stream", "crashes: AssertionError", 7),
    ]
    (cause,), (other, *_) = found(findings), found([findings[0], replace(findings[1], evidence=())])

    assert [(one.requirement, one.words) for one in cause.clients] == [
        ("sdk.openai.tools.stream", "openai for Python crashes: AssertionError")
    ]
    assert not other.clients


@pytest.mark.parametrize("name", ["html", "json", "markdown"])
def test_every_format_names_what_a_client_made_of_it(name: str) -> None:
    """And the terminal does."""
    run = json.loads(RUNS[2].read_text(encoding="utf-8"))
    whole = view(reporting.report(tuple(recorded(run)), "openai"), register.load())
    stream = StringIO()
    verdicts.show(whole, stream)

    assert "crashes: AssertionError" in render(name, whole).replace("\\", "")
    assert "     Seen on the same exchange: openai for Python crashes: AssertionError\n" in stream.getvalue()


def test_every_official_client_has_a_name() -> None:
    """No requirement of one is left without."""
    names = [one.id for one in register.load().requirements.values() if one.feature.startswith("sdk.")]

    assert all(name.startswith(tuple(CLIENTS)) for name in names)


def test_deeply_nested_request_has_a_cause() -> None:
    """A gateway that falls over a request which nests as deeply as no parser reads gets its report."""
    request = f"{CHAT}\n\n{DEEP[0]}"

    (cause,) = found([failed("properties.bytes.never-5xx", "answered 500", 1, "500 {}", request)])

    assert cause.requirements == ("properties.bytes.never-5xx",)
