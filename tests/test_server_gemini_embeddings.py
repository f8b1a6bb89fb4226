"""The reference server gives vectors in the Gemini protocol, and serves v1 like v1beta."""

from __future__ import annotations

import json

import pytest

import gateway_contract
from reference_server import fixtures

MODEL = "gemini-embedding-001"
OWN = {"x-goog-api-key": "sk-ok"}
CAT = "The cat sat on the mat."
RATES = "Interest rates rose by half a point."


@pytest.fixture
def post(server, http):
    """`post(body, method, model, ...)`: the response to one request."""

    def send(body, method="embedContent", model=MODEL, *, gateway=None, headers=OWN, version="v1beta", raw=None):
        root = server(gateway).removesuffix("/v1") + ("" if gateway == "foxapi" else "/gemini")
        content = json.dumps(body).encode() if raw is None else raw
        headers = {"content-type": "application/json", **headers}
        return http.post(f"{root}/{version}/models/{model}:{method}", content=content, headers=headers)

    return send


@pytest.fixture
def openai_vectors(server, http):
    """`openai_vectors(texts, **fields)`: their vectors in the OpenAI protocol."""

    def ask(texts, **fields):
        headers = {"authorization": "Bearer sk-ok"}
        answer = http.post(f"{server()}/embeddings", json={"model": MODEL, "input": texts, **fields}, headers=headers)
        return [one["embedding"] for one in answer.json()["data"]]

    return ask


def content(*texts):
    return {"content": {"parts": [{"text": text} for text in texts]}}


def batch(*texts, model=MODEL, **fields):
    return {"requests": [{"model": f"models/{model}", **content(text), **fields} for text in texts]}


@pytest.mark.parametrize("version", ["v1beta", "v1"])
@pytest.mark.parametrize("name", [MODEL, f"google/{MODEL}", f"google%2F{MODEL}"])
def test_vector_as_in_the_openai_dialect(post, openai_vectors, version, name):
    response = post(content(CAT), model=name, version=version)

    assert response.status_code == 200
    assert response.json()["embedding"]["values"] == openai_vectors([CAT])[0]
    assert gateway_contract.load().operations["embedContent"].response_problem(200, response.json()) is None


@pytest.mark.parametrize("version", ["v1beta", "v1"])
def test_batch_keeps_its_order(post, openai_vectors, version):
    response = post(batch(RATES, CAT, RATES), "batchEmbedContents", version=version)

    vectors = [one["values"] for one in response.json()["embeddings"]]
    assert vectors == openai_vectors([RATES, CAT, RATES])
    assert gateway_contract.load().operations["batchEmbedContents"].response_problem(200, response.json()) is None


@pytest.mark.parametrize(
    "fields",
    [{"outputDimensionality": 16}, {"output_dimensionality": 16}, {"embedContentConfig": {"outputDimensionality": 16}}],
)
def test_length_as_in_the_openai_dialect(post, openai_vectors, fields):
    expected = openai_vectors([CAT], dimensions=16)[0]

    one = post({**content(CAT), **fields}).json()["embedding"]["values"]
    several = post(batch(CAT, RATES, **fields), "batchEmbedContents").json()["embeddings"]
    assert one == several[0]["values"] == expected
    assert len(several[1]["values"]) == 16


def test_each_request_of_a_batch_has_its_length(post):
    body = {"requests": [*batch(CAT, outputDimensionality=8)["requests"], *batch(RATES)["requests"]]}

    embeddings = post(body, "batchEmbedContents").json()["embeddings"]
    assert [len(one["values"]) for one in embeddings] == [8, 3072]


def test_config_counts_where_both_are_given(post):
    fields = {"outputDimensionality": 16, "embedContentConfig": {"outputDimensionality": 8, "autoTruncate": True}}

    assert len(post({**content(CAT), **fields}).json()["embedding"]["values"]) == 8


@pytest.mark.parametrize(
    "fields", [{"taskType": "RETRIEVAL_DOCUMENT", "title": "Cats"}, {"task_type": "CLUSTERING"}, {"model": "any"}]
)
def test_task_and_title_are_taken(post, fields):
    plain = post(content(CAT)).json()

    assert post({**content(CAT), **fields}).json() == plain


def test_parts_of_a_content_have_one_vector(post, openai_vectors):
    values = post(content(CAT, RATES)).json()["embedding"]["values"]

    assert values == openai_vectors([f"{CAT}\n{RATES}"])[0]


def test_tokens_as_in_the_openai_dialect(post, server, http):
    body = {"model": MODEL, "input": [CAT, RATES]}
    other = http.post(f"{server()}/embeddings", json=body, headers={"authorization": "Bearer sk-ok"}).json()
    usage = post(batch(CAT, RATES), "batchEmbedContents").json()["usageMetadata"]

    count = other["usage"]["prompt_tokens"]
    assert usage == {"promptTokenCount": count, "promptTokenDetails": [{"modality": "TEXT", "tokenCount": count}]}


@pytest.mark.parametrize(
    ("method", "body", "field"),
    [
        ("embedContent", {}, "content"),
        ("embedContent", {"content": CAT}, "content"),
        ("embedContent", {"content": {"parts": []}}, "content.parts"),
        ("embedContent", {"content": {"parts": [{}]}}, "content.parts[0]"),
        ("embedContent", {"content": {"parts": [{"text": 7}]}}, "content.parts[0].text"),
        ("embedContent", content(" "), "content"),
        (
            "embedContent",
            {"content": {"parts": [{"text": CAT}, {"inlineData": {"mimeType": "image/png", "data": "aGk="}}]}},
            "content.parts[1]",
        ),
        ("embedContent", {**content(CAT), "taskType": "GUESSING"}, "taskType"),
        ("embedContent", {**content(CAT), "title": 7}, "title"),
        ("embedContent", {**content(CAT), "outputDimensionality": 0}, "outputDimensionality"),
        ("embedContent", {**content(CAT), "outputDimensionality": "many"}, "outputDimensionality"),
        ("embedContent", {**content(CAT), "outputDimensionality": 3073}, "outputDimensionality"),
        ("batchEmbedContents", {}, "requests"),
        ("batchEmbedContents", {"requests": []}, "requests"),
        ("batchEmbedContents", {"requests": {}}, "requests"),
        ("batchEmbedContents", {"requests": [content(CAT)]}, "requests[0].model"),
        ("batchEmbedContents", {"requests": [{"model": f"models/{MODEL}"}]}, "requests[0].content"),
        ("batchEmbedContents", batch(CAT, model="embedding-fixed"), "requests[0].model"),
        ("batchEmbedContents", {"requests": [*batch(CAT)["requests"], *batch("")["requests"]]}, "requests[1].content"),
        ("batchEmbedContents", batch(CAT, outputDimensionality=-1), "requests[0].outputDimensionality"),
    ],
)
def test_wrong_field_is_named(post, method, body, field):
    response = post(body, method)

    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert error["details"][0]["fieldViolations"][0]["field"] == field


def test_model_of_one_length_refuses_another(post):
    response = post({**content(CAT), "outputDimensionality": 8}, model="embedding-fixed")

    assert response.status_code == 400
    assert "embedding-fixed" in response.json()["error"]["message"]


@pytest.mark.parametrize("method", ["embedContent", "batchEmbedContents"])
@pytest.mark.parametrize(
    ("model", "headers", "status", "name"),
    [
        ("no-such-model", OWN, 404, "NOT_FOUND"),
        ("echo", OWN, 400, "INVALID_ARGUMENT"),
        ("upstream-error", OWN, 502, "UNAVAILABLE"),
        (MODEL, {}, 401, "UNAUTHENTICATED"),
        (MODEL, {"x-goog-api-key": "sk-nobody"}, 401, "UNAUTHENTICATED"),
        (MODEL, {"x-goog-api-key": "sk-restricted"}, 403, "PERMISSION_DENIED"),
        (MODEL, {"x-goog-api-key": "sk-rate-limited"}, 429, "RESOURCE_EXHAUSTED"),
    ],
)
def test_refusals(post, method, model, headers, status, name):
    body = content(CAT) if method == "embedContent" else batch(CAT, model=model)

    response = post(body, method, model, headers=headers)
    assert (response.status_code, response.json()["error"]["status"]) == (status, name)


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"", OWN, 400),
        (b'{"content":', OWN, 400),
        (b"[]", OWN, 400),
        (b"\xff", OWN, 400),
        (b"content=x", {**OWN, "content-type": "application/x-www-form-urlencoded"}, 415),
        (b" " * (33 * 1024 * 1024), OWN, 413),
    ],
    ids=["empty", "cut", "array", "no-utf-8", "form", "too-large"],
)
def test_unreadable_body_is_refused(post, raw, headers, status):
    response = post(None, raw=raw, headers=headers)

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (status, status)
    assert error["message"]


def test_too_many_tokens_are_refused(post):
    assert post(content("word " * 9000)).status_code == 400
    assert post(batch(*["word " * 8000] * 40), "batchEmbedContents").status_code == 400


@pytest.mark.parametrize("key", sorted(fixtures.load().keys))
@pytest.mark.parametrize("method", ["embedContent", "batchEmbedContents"])
def test_contract_is_kept_for_every_key(post, method, key):
    body = content(CAT) if method == "embedContent" else batch(CAT)
    response = post(body, method, headers={"x-goog-api-key": key})

    problem = gateway_contract.load().operations[method].response_problem(response.status_code, response.json())
    assert problem is None


@pytest.mark.parametrize("gateway", ["ofox", "foxapi"])
@pytest.mark.parametrize("method", ["embedContent", "batchEmbedContents"])
def test_undocumented_vectors_are_not_there(post, gateway, method):
    headers = OWN if gateway == "ofox" else {"authorization": "Bearer sk-ok"}

    assert post(content(CAT), method, gateway=gateway, headers=headers).status_code == 404


def test_counting_below_v1(post):
    body = {"contents": [{"parts": [{"text": CAT}]}]}
    counts = [post(body, "countTokens", "echo", version=version).json() for version in ("v1beta", "v1")]

    assert counts[0] == counts[1]
    assert counts[0]["totalTokens"] > 0


def test_models_below_v1(server, http):
    root = server().replace("/v1", "/gemini")
    earlier, later = (http.get(f"{root}/{version}/models", headers=OWN).json() for version in ("v1beta", "v1"))
    one = http.get(f"{root}/v1/models/google/{MODEL}", headers=OWN).json()

    assert earlier == later
    assert one in later["models"]
    assert one["supportedGenerationMethods"] == ["embedContent", "batchEmbedContents"]
    assert http.get(f"{root}/v1/models", headers={"x-goog-api-key": "sk-restricted"}).status_code == 200
    assert http.get(f"{root}/v1/models/no-such-model", headers=OWN).status_code == 404
    assert http.get(f"{root}/v1/models").status_code == 401
