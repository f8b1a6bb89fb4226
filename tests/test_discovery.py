"""An optional operation is judged where it exists, and only there."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

import gateway_contract
from conformance import register
from conformance.cli import verdicts
from conformance.errors import Unsupported
from conformance.model import Verdict
from conformance.report import json
from conformance.run import runner
from conformance.target import Target, reference
from conformance.wire.exchange import Exchange, Request
from conformance.wire.recorder import Recorder
from conformance.words import discovery
from conformance.words.ask import Ask

CONTRACT = gateway_contract.load()
MODEL = "google/gemini-3-flash"
HOST = "http://gateway.test"
NOT_FOUND = (404, '{"detail":"Not Found"}')
Respond = Callable[[str, str], tuple[int, str]]


class Answering(Recorder):
    """Gives the answers of a function of method and URL, and records the requests."""

    def __init__(self, respond: Respond, target: Target) -> None:
        super().__init__(target, bases=target.bases(CONTRACT.bases))
        self.respond = respond
        self.requests: list[tuple[str, str, bytes | None, dict[str, str]]] = []

    def ask(self, request: Request, take: int = 0, patient: bool = True, after: float = 0.0) -> Exchange:  # noqa: ARG002
        return super().ask(request, take, patient=False)

    def send(self, request: Request, until: Callable[[bytes], bool] | None = None) -> Exchange:  # noqa: ARG002
        url = self.bases[request.protocol] + request.path
        self.requests.append((request.method, url, request.body, dict(request.headers)))
        status, text = self.respond(request.method, url)
        kind = "text/html" if text.startswith("<") else "application/json"
        data = ((0.0, text.replace("PATH", request.path).encode()),)
        return Exchange(0, request, url, "", status=status, headers=httpx.Headers({"content-type": kind}), chunks=data)

    @property
    def asked(self) -> list[str]:
        """The URLs, without the host."""
        return [f"{method} {url.removeprefix(HOST)}" for method, url, *_ in self.requests]


MODELS = {"gemini": MODEL, "gemini-embeddings": "gemini-embeddings"}


def look(respond: Respond, *names: str, base_url: str = f"{HOST}/v1", **fields: Any) -> tuple[Ask, Answering]:
    """Looks for operations on a target."""
    recorder = Answering(respond, Target(base_url, **{"models": MODELS, **fields}))
    ask = Ask(recorder, "gpt-5-mini")
    discovery.demand(ask, [CONTRACT.operations[name] for name in names], CONTRACT)
    return ask, recorder


def demand(status: int, body: str, *names: str) -> Answering:
    """Looks for operations on a target that always gives the same answer."""
    return look(lambda *_: (status, body), *names)[1]


@pytest.mark.parametrize("status", [200, 400, 422, 429])
def test_refused_body_tells_that_the_route_is_there(status: int) -> None:
    """An empty body, sent with the credential of the protocol, is refused where the route exists, and only there."""
    names = ("generateContent", "listGeminiModels", "retrieveModel")
    requests = look(served_at("POST /gemini/", "GET /gemini/", status=status), *names)[1].requests

    key = {"authorization": "", "x-goog-api-key": "{key}"}
    assert [one for one in requests if discovery.NOWHERE not in one[1]] == [
        ("POST", f"{HOST}/gemini/v1beta/models/{MODEL}:generateContent", b"{}", key),
        ("GET", f"{HOST}/gemini/v1beta/models", None, key),
    ]


@pytest.mark.parametrize("name", ["embedContent", "embedContentV1", "batchEmbedContents", "batchEmbedContentsV1"])
def test_vectors_are_asked_of_a_model_for_vectors(name: str) -> None:
    """An embedding route is tried with an embedding model: the answer of a chat model would prove nothing."""
    *_, (method, url, body, _headers) = demand(400, "{}", name).requests

    assert (method, body) == ("POST", b"{}")
    assert "/models/gemini-embeddings:" in url
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
    assert demand(500, "{}", "createEmbedding").requests


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


def served_at(*places: str, status: int = 400) -> Respond:
    """A gateway whose routes are at these places, each the beginning of `METHOD /path`."""
    return lambda method, url: (status, "{}") if f"{method} {url.removeprefix(HOST)}".startswith(places) else NOT_FOUND


@pytest.mark.parametrize(
    ("openai", "place"),
    [
        (f"{HOST}/v1", "/anthropic"),
        (f"{HOST}/v1", ""),
        (f"{HOST}/openai/v1", "/openai/anthropic"),
        (f"{HOST}/openai/v1", "/anthropic"),
        (f"{HOST}/openai/v1", ""),
        (f"{HOST}/api/v1", "/api"),
        (f"{HOST}/api/v1", ""),
        (f"{HOST}/api", "/api"),
        (f"{HOST}", ""),
    ],
)
def test_protocol_is_found_wherever_it_is_served(openai: str, place: str) -> None:
    """The place that answers becomes the base of the protocol, and the routes tell its address."""
    ask, recorder = look(served_at(f"POST {place}/v1/messages"), "createMessage", "countMessageTokens", base_url=openai)

    assert recorder.bases["anthropic"] == HOST + place
    assert ask.routes == {f"POST {HOST}{place}/v1/messages{more}": "" for more in ("", "/count_tokens")}
    ask.post("/v1/messages", {}, protocol="anthropic")
    assert recorder.asked[-1] == f"POST {place}/v1/messages"


@pytest.mark.parametrize(
    ("openai", "place"),
    [
        (f"{HOST}/v1", "/gemini"),
        (f"{HOST}/v1", ""),
        (f"{HOST}/openai/v1", "/gemini"),
        (f"{HOST}/openai/v1", ""),
        (f"{HOST}/v1beta/openai", ""),
    ],
)
@pytest.mark.parametrize("models", [MODELS, {}])
def test_gemini_is_found_wherever_it_is_served(openai: str, place: str, models: dict[str, str]) -> None:
    """Without a model for it, the list of models tells the place; the summary says which model is missing."""
    respond = served_at(f"POST {place}/v1beta/models/", f"GET {place}/v1beta/models")
    ask, recorder = look(respond, "listGeminiModels", base_url=openai, models=models)

    assert recorder.bases["gemini"] == HOST + place
    assert ("[models] gemini" in ask.routes) == (not models)


def test_list_of_the_openai_dialect_is_no_protocol() -> None:
    """`GET /v1/models` at the root belongs to the OpenAI dialect: it does not tell that Gemini is served there."""
    with pytest.raises(Unsupported, match=r"has no GET http://gateway.test/gemini/v1/models"):
        look(served_at("GET /v1/models", status=200), "listGeminiModelsV1", models={})


def test_list_at_the_address_of_the_openai_dialect_is_not_judged() -> None:
    """Where both protocols begin at the root, `GET /v1/models` may be answered in either."""
    respond = served_at("POST /v1/messages", "GET /v1/models", status=200)
    with pytest.raises(Unsupported, match="address of the OpenAI dialect as well"):
        look(respond, "listAnthropicModels", base_url=f"{HOST}/v1", models=MODELS)


def test_open_place_goes_before_a_closed_one() -> None:
    """A pass-through without a key of its own does not hide the route that works."""

    def respond(method: str, url: str) -> tuple[int, str]:
        return (401 if "/anthropic/" in url else 400), "{}"

    _, recorder = look(respond, "createMessage")

    assert recorder.bases["anthropic"] == HOST


def test_refusal_that_any_address_gives_is_no_sign() -> None:
    """A gateway that looks at the body before the address refuses an empty one anywhere."""

    def respond(method: str, url: str) -> tuple[int, str]:
        if url == f"{HOST}/v1/messages":
            return 400, '{"error":{"message":"messages is missing"}}'
        return 400, '{"error":"Missing model in request body"}'

    _, recorder = look(respond, "createMessage")

    assert recorder.bases["anthropic"] == HOST


def test_protocol_that_the_key_does_not_open_is_asked_no_more() -> None:
    """All of its operations are closed, and the report tells so once."""
    ask, recorder = look(lambda *_: (401, "{}"), base_url=f"{HOST}/v1")
    for name in ("createMessage", "countMessageTokens"):
        with pytest.raises(Unsupported, match="not open to the key"):
            discovery.demand(ask, [CONTRACT.operations[name]], CONTRACT)

    assert recorder.asked == ["POST /anthropic/v1/messages", "POST /v1/messages"]
    assert len(ask.routes) == 1


def test_absent_protocol_tells_where_it_was_looked_for() -> None:
    with pytest.raises(Unsupported) as reason:
        look(served_at("nowhere"), "createMessage")

    assert str(reason.value) == (
        f"the target has no POST /v1/messages: it answers 404 at {HOST}/anthropic/v1/messages, "
        f"404 at {HOST}/v1/messages"
    )


def test_claimed_protocol_that_breaks_is_judged() -> None:
    """Whoever names a protocol in the target file claims it: an answer of 500 is a defect to judge."""
    named = {"anthropic": f"{HOST}/messages-api"}

    _, recorder = look(lambda *_: (500, "{}"), "createMessage", protocols=named)

    assert recorder.asked == ["POST /messages-api/v1/messages"]
    for status in (401, 403, 404, 503):
        with pytest.raises(Unsupported):
            look(lambda *_, status=status: (status, "{}"), "createMessage", protocols=named)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, '{"status":"failure","message":"createModelResponse is not supported by openai"}'),
        (501, ""),
        (500, '{"error":{"message":"Not implemented"}}'),
        (200, "<!doctype html><title>Console</title>"),
    ],
)
def test_route_that_says_it_is_none_is_absent(status: int, body: str) -> None:
    """Nobody promised it, and the answer says that it is not there."""
    with pytest.raises(Unsupported, match="has no POST /responses: it answers"):
        demand(status, body, "createResponse")


FILES = ("retrieveFile", "deleteFile", "downloadFile")


@pytest.mark.parametrize("name", FILES)
def test_object_is_absent_with_its_collection(name: str) -> None:
    """Without `/files` there is no file to ask for."""
    with pytest.raises(Unsupported, match="has no GET /files: it answers 404"):
        look(served_at("nowhere"), name)


def test_object_is_there_when_an_unknown_id_is_told_from_an_unknown_route() -> None:
    """A route that is absent for one method of an object is not judged; one that refuses the id is."""

    def respond(method: str, url: str) -> tuple[int, str]:
        path = url.removeprefix(f"{HOST}/v1")
        if method == "DELETE":
            return 405, '{"detail":"Method Not Allowed"}'
        if path.endswith("/content") or not path.startswith("/files"):
            return NOT_FOUND
        return (404, '{"error":{"message":"No such file."}}') if path != "/files" else (200, '{"data":[]}')

    look(respond, "retrieveFile")
    for name, place in (("deleteFile", "DELETE /files/"), ("downloadFile", "GET /files/{file_id}/content")):
        with pytest.raises(Unsupported, match=f"has no {place}"):
            look(respond, name)


@pytest.mark.parametrize(("status", "known"), [(200, True), (404, False), (400, False), (429, False)])
def test_usual_model_is_tried_once(status: int, known: bool) -> None:
    """A target that lists chat models only may have the embedding model that everyone has."""

    def respond(method: str, url: str) -> tuple[int, str]:
        return (200, '{"data":[{"id":"gpt-5-mini"}]}') if url.endswith("/models") else (status, "{}")

    recorder = Answering(respond, Target(f"{HOST}/v1"))
    ask = Ask(recorder, "gpt-5-mini")

    for _ in range(2):
        if known:
            assert ask.model_for("embeddings") == "text-embedding-3-small"
        else:
            with pytest.raises(Unsupported, match=r"add embeddings under \[models\]"):
                ask.model_for("embeddings")
    assert recorder.asked == ["GET /v1/models", "POST /v1/embeddings"]
    assert ("[models] embeddings" in ask.routes) == (not known)


def test_old_model_that_is_listed_and_gone_is_passed_over() -> None:
    """Lists of models name those for completions long after they were switched off."""

    def respond(method: str, url: str) -> tuple[int, str]:
        return (200, '{"data":[{"id":"babbage-002"},{"id":"davinci-002"}]}') if url.endswith("/models") else (404, "{}")

    with pytest.raises(Unsupported, match=r"add completions under \[models\]"):
        Ask(Answering(respond, Target(f"{HOST}/v1")), "gpt-5-mini").model_for("completions")


@pytest.mark.parametrize(
    ("chat", "name"),
    [
        ("openai:gpt-5-mini", "openai:text-embedding-3-small"),
        ("anthropic/claude-sonnet-5", "openai/text-embedding-3-small"),
        ("ft:gpt-5-mini:acme::7p4", "text-embedding-3-small"),
    ],
)
def test_usual_model_is_named_as_the_chat_model_is(chat: str, name: str) -> None:
    """Where names begin with the provider, so does this one."""
    assert Ask(Answering(lambda *_: (200, "{}"), Target(f"{HOST}/v1")), chat).model_for("embeddings") == name


@pytest.mark.parametrize(
    ("kind", "area", "path"),
    [
        ("speech", "audio", "/audio/speech"),
        ("transcriptions", "audio", "/audio/transcriptions"),
        ("images", "images", "/images/generations"),
    ],
)
def test_what_costs_is_tried_where_it_was_asked_for(kind: str, area: str, path: str) -> None:
    for include, requests in ((frozenset({area}), 2), (frozenset(), 1)):
        recorder = Answering(lambda *_: (200, "{}"), Target(f"{HOST}/v1", include=include))
        try:
            assert Ask(recorder, "").model_for(kind)
        except Unsupported:
            assert not include
        assert recorder.asked == ["GET /v1/models", f"POST /v1{path}"][:requests]


def session_fixtures() -> Iterator[tuple[str, Callable[..., Any]]]:
    """The fixtures that are made once, before the gate of any check, with the functions that make them."""
    for folder in register.FOLDERS:
        for path in sorted((runner.PACKAGE / folder).glob("*.py")):
            module = importlib.import_module(f"conformance.{folder}.{path.stem}")
            for name, value in vars(module).items():
                marker = getattr(value, "_fixture_function_marker", None)
                if marker is not None and marker.scope != "function":
                    yield f"{path.name}: {name}", value._get_wrapped_function()


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in session_fixtures()])
def test_no_fixture_asks_before_the_gate(make: Callable[..., Any]) -> None:
    """What is made once for all checks is made before it is known whether one of them is judged: it asks nothing."""
    recorder = Answering(lambda *_: (200, "{}"), Target(f"{HOST}/v1"))
    known = {"ask": Ask(recorder, "gpt-5-mini"), "target": recorder.target, "contract": CONTRACT, "seed": 0}
    with suppress(Unsupported):  # what is not installed here asks nothing either
        made = make(**{name: known[name] for name in inspect.signature(make).parameters})
        if inspect.isgenerator(made):
            next(made)
            next(made, None)

    assert not recorder.asked


def test_gate_comes_before_what_is_searched(server: Callable[..., str]) -> None:
    """Histories of files and of jobs send hundreds of requests: not one where they were not asked for."""
    names = [one.id for one in register.load().requirements.values() if one.feature == "generated"]

    report = runner.judge(base_url=server(), target=reference.FIXTURES, requirement=names).report

    assert {one.verdict for one in report.findings} == {Verdict.UNSUPPORTED}
    assert report.counts.requests <= 5
