"""What is judged of all answers of a run: which answers count, what a failure says, and when it is judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

import gateway_contract
from conformance.errors import NotApplicable
from conformance.model import Verdict
from conformance.properties.whole_run import WholeRun
from conformance.run import plugin, runner
from conformance.target import reference
from conformance.wire.exchange import Exchange, Request
from conformance.words.ask import Ask
from tests.canned import TARGET, Canned

HEADER = ["x-request-id"]
JSON = {"content-type": "application/json"}
NAMED = JSON | {"x-request-id": "one"}


def exchange(
    path: str,
    status: int = 200,
    headers: dict[str, str] = NAMED,
    body: bytes = b"{}",
    base: str = TARGET.base_url,
    protocol: str = "openai",
    **fields: Any,
) -> Exchange:
    """An answer that was recorded."""
    method = "GET" if path == "/models" or "/files" in path else "POST"
    request, chunks = Request(method, path, protocol=protocol), ((0.1, body),)
    return Exchange(1, request, base + path, "", status=status, headers=httpx.Headers(headers), chunks=chunks, **fields)


@pytest.fixture
def run() -> Callable[..., WholeRun]:
    """A run on Infery that has recorded these answers."""

    def recorded(*exchanges: Exchange, gateway: str = "infery") -> WholeRun:
        recorder = Canned()
        recorder.recorded += exchanges
        return WholeRun(Ask(recorder, "m"), gateway_contract.load(gateway))

    return recorded


def judge(run: WholeRun) -> None:
    """Demands the request id of what is recorded, without asking anything."""
    run.demand_headers(HEADER, asking=lambda: None)


def test_failure_names_each_operation_and_counts(run: Callable[..., WholeRun]) -> None:
    """The message has the operation, the status and how many answers; a good answer of the same kind hides nothing."""
    bare = exchange("/images/edits", headers=JSON)
    judged = run(exchange("/images/edits"), bare, exchange("/models"), exchange("/embeddings", 400, JSON))

    with pytest.raises(AssertionError) as caught:
        judge(judged)

    assert "[createEmbedding 400] no x-request-id" in str(caught.value)
    assert "[createImageEdit 200] no x-request-id (1 of 2 answers)" in str(caught.value)
    assert "listModels" not in str(caught.value)


def test_failing_answers_are_the_evidence() -> None:
    """What fails stands last in what the check looked at, where evidence is taken from."""
    recorder, bare = Canned(), exchange("/images/edits", headers=JSON)
    recorder.recorded += [bare, exchange("/models"), exchange("/videos/generations")]

    with pytest.raises(AssertionError):
        judge(WholeRun(Ask(recorder, "m"), gateway_contract.load("infery")))

    assert recorder.touched[-1] is bare


@pytest.mark.parametrize(
    "other",
    [
        exchange("/no/such/route", 404, JSON),
        exchange("/images/edits", 502, {"content-type": "text/html"}, b"<html>nginx</html>"),
        exchange("/images/edits", 413, {}, b""),
        exchange("/images/edits", headers=JSON, broken="ReadError"),
        exchange("/images/edits", 0, {}, b""),
        exchange("https://elsewhere.test/images/edits", headers={}),
        exchange("/images/edits", 409, JSON),
    ],
    ids=["unknown-route", "page-of-a-proxy", "proxy-refuses", "broken", "unanswered", "elsewhere", "undocumented"],
)
def test_what_is_no_answer_of_the_gateway_does_not_count(run: Callable[..., WholeRun], other: Exchange) -> None:
    """Only documented answers to documented operations, given by the gateway itself, are judged."""
    judge(run(exchange("/models"), other))


@pytest.mark.parametrize(("tried", "served"), [("", "/claude"), ("/anthropic", ""), ("/anthropic", "/claude")])
def test_address_at_which_a_protocol_was_looked_for_is_not_judged(tried: str, served: str) -> None:
    """What answers there is no Anthropic API, and has errors of its own, also where that is served at the root."""
    recorder, bases = Canned(), [f"http://gateway.test{place}" for place in (tried, served)]
    recorder.move("anthropic", bases[1])
    answers = [exchange("/v1/messages", 404, protocol="anthropic", base=base) for base in bases]
    recorder.recorded += answers

    groups = WholeRun(Ask(recorder, "m"), gateway_contract.load()).groups()

    assert [group.exchanges for group in groups] == [(answers[1],)]


@pytest.mark.parametrize("closed", [False, True])
def test_what_the_target_lacks_is_not_judged(closed: bool) -> None:
    """What answers in its place is no answer of the API."""
    recorder = Canned()
    recorder.recorded += [exchange("/audio/speech", 404), exchange("/models")]
    asking = Ask(recorder, "m")
    asking.routes["POST /audio/speech"] = "the target has no POST /audio/speech: it answers 404"
    asking.absent = {"openai": "the key does not open it"} if closed else {}

    groups = WholeRun(asking, gateway_contract.load()).groups()

    assert [group.label for group in groups] == ([] if closed else ["listModels 200"])


def test_query_does_not_hide_an_operation(run: Callable[..., WholeRun]) -> None:
    """An operation is known by its path."""
    with pytest.raises(AssertionError, match="listFiles 200"):
        judge(run(exchange("/files?limit=1", headers=JSON)))


@pytest.mark.parametrize("gateway", ["openai", "ofox"])
def test_not_applicable_where_no_document_promises_it(run: Callable[..., WholeRun], gateway: str) -> None:
    """Nothing is asked and nothing demanded where the contract does not say that the header is always there."""
    with pytest.raises(NotApplicable):
        run(exchange("/models", headers=JSON), gateway=gateway).demand_headers(HEADER)


def test_wrong_value_is_told(run: Callable[..., WholeRun]) -> None:
    """A header that is there may still be wrong."""
    judged = run(exchange("/files", headers=NAMED | {"x-storage-used-bytes": "some"}))

    with pytest.raises(AssertionError, match="x-storage-used-bytes is 'some'"):
        judged.demand_headers(["x-storage-used-bytes"], str.isdecimal, asking=lambda: None)


@pytest.mark.parametrize(
    ("gateway", "operation", "status", "headers"),
    [
        ("infery", "createImageEdit", 200, {"x-request-id", "x-credits-used", "x-model-used"}),
        ("infery", "retrieveFile", 200, {"x-request-id", "x-storage-used-bytes", "x-storage-limit-bytes"}),
        ("infery", "createVideo", 429, {"x-request-id", "retry-after"}),
        ("infery", "createVideo", 503, {"x-request-id"}),
        ("foxora", "listModels", 429, {"retry-after"}),
        ("foxora", "listModels", 200, set()),
        ("openai", "createChatCompletion", 429, set()),
    ],
)
def test_contract_says_which_headers_are_always_there(
    gateway: str, operation: str, status: int, headers: set[str]
) -> None:
    """`required: true` of a response header stands in the statuses where it is documented, and nowhere else."""
    assert set(gateway_contract.load(gateway).operations[operation].sent_always(status)) == headers


@pytest.mark.parametrize("operation", ["createMessage", "generateContent", "createChatCompletion"])
def test_limits_are_told_in_every_protocol(operation: str) -> None:
    """OfoxAI documents the headers of a 429 for all protocols."""
    assert len(gateway_contract.load("ofox").operations[operation].sent_always(429)) == 3


@pytest.mark.parametrize("gateway", gateway_contract.names())
def test_no_header_of_a_token_limit_is_documented(gateway: str) -> None:
    """Only OpenAI's own documents have `x-ratelimit-*-tokens`."""
    text = str(gateway_contract.load(gateway).document)

    assert ("x-ratelimit-limit-tokens" in text) == gateway.endswith("openai")


def test_judged_last() -> None:
    """Checks that judge the whole run come after all others, which keep their order."""
    fixtures = {"a": ["whole_run"], "b": ["ask"], "c": [], "d": ["limited", "whole_run"]}
    items = [_item(name, names) for name, names in fixtures.items()]
    config: Any = SimpleNamespace(stash={plugin.WANTED: None})

    plugin.pytest_collection_modifyitems(config, cast("list[pytest.Item]", items))

    assert "".join(item.name for item in items) == "bcad"


def _item(name: str, fixtures: list[str]) -> SimpleNamespace:
    return SimpleNamespace(name=name, fixturenames=fixtures, get_closest_marker=lambda _: None)


def test_replay_judges_all_of_the_recording(tmp_path: Path) -> None:
    """Also what the one requirement that is judged would not have asked for."""
    requirement = ["images.edits.schema", "images.edits.several.counted"]
    with reference.serving("infery", "edits_without_request_id") as target:
        runner.judge(
            base_url=target.base_url,
            gateway="infery",
            target=reference.FIXTURES,
            requirement=requirement,
            include=["images"],
            report_dir=tmp_path,
        )

    report = runner.judge(replay=tmp_path / "exchanges.har", requirement=["every.request-id"]).report

    (finding,) = report.findings
    assert finding.verdict is Verdict.FAILED
    assert "[createImageEdit 200] no x-request-id" in finding.message
    assert "/images/edits" in finding.evidence[0].curl
