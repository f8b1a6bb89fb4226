"""An optional operation is judged where it exists, and only there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import gateway_contract
from conformance.cli import verdicts
from conformance.errors import Unsupported
from conformance.report import json
from conformance.run import runner
from conformance.target import reference
from conformance.wire.exchange import Exchange, Request
from conformance.words import discovery

CONTRACT = gateway_contract.load()
MODEL = "google/gemini-3-flash"


class Answering:
    """Stands in for `Ask`: gives one answer to every request, and records the requests."""

    def __init__(self, status: int, body: str = "") -> None:
        self.status, self.body = status, body
        self.requests: list[tuple[str, str, bytes | None, dict[str, str]]] = []
        self.routes: dict[str, str] = {}

    def send(self, method: str, path: str, body: bytes | None, *, headers: dict[str, str], protocol: str) -> Exchange:
        self.requests.append((method, path, body, headers))
        text = self.body.replace("PATH", path).encode()
        request = Request(method, path, body, protocol=protocol)
        return Exchange(0, request, "", "", status=self.status, headers=httpx.Headers(), chunks=((0.0, text),))

    def model_for(self, kind: str) -> str:
        return MODEL if kind == "gemini" else kind


def demand(status: int, body: str, *names: str) -> Answering:
    """Looks for operations on a target that always gives the same answer."""
    ask: Any = Answering(status, body)
    discovery.demand(ask, [CONTRACT.operations[name] for name in names], CONTRACT.gateway["protocols"])
    answering: Answering = ask
    return answering


@pytest.mark.parametrize("status", [200, 400, 422, 429])
def test_refused_body_tells_that_the_route_is_there(status: int) -> None:
    """An empty body, sent with the credential of the protocol, is refused where the route exists."""
    requests = demand(status, "{}", "generateContent", "listGeminiModels", "retrieveModel").requests

    key = {"authorization": "", "x-goog-api-key": "{key}"}
    assert requests == [
        ("POST", f"/v1beta/models/{MODEL}:generateContent", b"{}", key),
        ("GET", "/v1beta/models", None, key),
    ]


@pytest.mark.parametrize("name", ["embedContent", "embedContentV1", "batchEmbedContents", "batchEmbedContentsV1"])
def test_vectors_are_asked_of_a_model_for_vectors(name: str) -> None:
    """An embedding route is tried with an embedding model: the answer of a chat model would prove nothing."""
    ((method, path, body, _headers),) = demand(400, "{}", name).requests

    assert (method, body) == ("POST", b"{}")
    assert "/models/gemini-embeddings:" in path
    with pytest.raises(Unsupported, match=r"another under .+ gemini-embeddings$"):
        demand(404, '{"error":{"message":"models/gemini-embeddings is not found."}}', name)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, '{"detail":"Not Found"}', "has no POST"),
        (404, "<h1>Not Found</h1>", "has no POST"),
        (404, '{"error":{"message":"There is no route POST PATH."}}', "has no POST"),
        (404, '{"error":{"message":"models/gemini-3-flash is not found for v1beta."}}', "does not know the model"),
        (405, "", "has no POST"),
        (501, "", "has no POST"),
        (401, "{}", "not open to the key"),
        (403, "{}", "not open to the key"),
        (500, "{}", "not open to the key"),
        (0, "", "not open to the key"),
    ],
)
def test_what_is_not_served_is_not_judged(status: int, body: str, reason: str) -> None:
    """The reason distinguishes a missing route, a missing model and a refused credential."""
    with pytest.raises(Unsupported, match=reason):
        demand(status, body, "generateContent")


def test_plain_route_is_judged_though_it_fails() -> None:
    """A failing route of the OpenAI protocol counts as existing."""
    assert demand(500, "{}", "createChatCompletion").requests


def test_report_tells_what_was_found(server: Callable[..., str], tmp_path: Path) -> None:
    """The report lists the routes that were looked for, those that exist, and why the others were not judged."""
    names = ["chat.schema", "embeddings.schema", "audio.speech.answers"]

    report = runner.judge(
        base_url=server("ofox"), target=reference.FIXTURES, report_dir=tmp_path, requirement=names
    ).report

    assert report.routes == {
        "POST /audio/speech": "the target has no POST /audio/speech: it answers 404",
        "POST /embeddings": "",
    }
    texts = [verdicts.text(report), *((tmp_path / name).read_text() for name in ("summary.md", "report.html"))]
    for text in texts:
        assert "It has" in text
        assert "the target has no POST /audio/speech: it answers 404" in text
    assert json.parse(tmp_path / "report.json").report.routes == report.routes
