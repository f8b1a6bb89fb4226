"""The reference server turns texts into vectors."""

from __future__ import annotations

import json
import math
import struct
import threading
from base64 import b64decode

import httpx
import pytest

import gateway_contract
from reference_server.model import vectors

CAT = "The cat sat on the mat."
OTHER_CAT = "A cat was sitting on a mat."
RATES = "Interest rates rose by half a point."


@pytest.fixture
def embed(server, http):
    """`embed(input, **fields)`: the response to one request."""

    def send(text, *, key="sk-ok", gateway=None, **fields):
        body = {"model": "embedding", "input": text, **fields}
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return http.post(f"{server(gateway)}/embeddings", json=body, headers=headers)

    return send


def vectors_of(response):
    return [entry["embedding"] for entry in response.json()["data"]]


def cosine(one, other):
    return sum(left * right for left, right in zip(one, other, strict=True)) / (math.hypot(*one) * math.hypot(*other))


@pytest.mark.parametrize("gateway", [None, "ofox", "foxapi", "infery"])
def test_answer_keeps_the_contract(embed, gateway):
    for fields in ({}, {"encoding_format": "base64"}):
        response = embed([CAT, RATES], gateway=gateway, **fields)

        operation = gateway_contract.load(gateway).operations["createEmbedding"]
        assert response.status_code == 200
        assert operation.response_problem(200, response.json()) is None


def test_foxora_documents_no_embeddings(embed):
    assert embed(CAT, gateway="foxora").status_code == 404


def test_vectors_have_length_one_and_the_documented_size(embed):
    [vector] = vectors_of(embed(CAT))

    assert len(vector) == 256
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-6)


def test_every_text_has_its_own_vector_in_order(embed):
    one, two, again = vectors_of(embed([CAT, RATES, CAT]))

    assert one == again == vectors_of(embed(CAT))[0]
    assert two == vectors_of(embed(RATES))[0] != one
    assert [entry["index"] for entry in embed([CAT, RATES]).json()["data"]] == [0, 1]


def test_texts_that_share_words_are_near(embed):
    cat, other, rates = vectors_of(embed([CAT, OTHER_CAT, RATES]))

    assert cosine(cat, other) > cosine(cat, rates) + 0.1


def test_order_of_words_matters(embed):
    one, other = vectors_of(embed(["man bites dog", "dog bites man"]))

    assert one != other
    assert cosine(one, other) > 0.9


@pytest.mark.parametrize("length", [1, 2, 100, 256])
def test_base64_holds_the_same_numbers(embed, length):
    floats = vectors_of(embed([CAT, RATES], dimensions=length))
    texts = vectors_of(embed([CAT, RATES], dimensions=length, encoding_format="base64"))

    for vector, text in zip(floats, texts, strict=True):
        assert list(struct.unpack(f"<{length}f", b64decode(text, validate=True))) == vector
        assert math.hypot(*vector) == pytest.approx(1, abs=1e-6)


def test_tokens_are_an_input(embed):
    [alone] = vectors_of(embed([464, 3797]))
    batch = embed([[7, 8, 9], [464, 3797]])

    assert vectors_of(batch)[1] == alone
    assert batch.json()["usage"] == {"prompt_tokens": 5, "total_tokens": 5}
    assert vectors_of(embed([464.0, 3797.0])) == [alone]


def test_usage_counts_all_texts(embed):
    one, two, both = (embed(text).json()["usage"] for text in (CAT, RATES, [CAT, RATES]))

    assert both["prompt_tokens"] == one["prompt_tokens"] + two["prompt_tokens"] == both["total_tokens"]


def test_largest_batch_is_served(embed):
    response = embed(["a"] * 2048, dimensions=4)

    assert len(response.json()["data"]) == 2048


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [[]]}, "input"),
        ({"input": 7}, "input"),
        ({"input": None}, "input"),
        ({"input": ["a", 7]}, "input"),
        ({"input": [-1]}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": "word " * 9000}, "input"),
        ({"input": ["word " * 8000] * 40}, "input"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 257}, "dimensions"),
        ({"dimensions": 1.5}, "dimensions"),
        ({"dimensions": "two"}, "dimensions"),
        ({"encoding_format": "hex"}, "encoding_format"),
        ({"model": "embedding-fixed", "dimensions": 64}, "dimensions"),
        ({"model": "gpt-4o-mini"}, "model"),
        ({"model": 7}, "model"),
    ],
)
def test_wrong_values_are_refused(embed, fields, param):
    response = embed(fields.pop("input", CAT), **fields)

    assert response.status_code == 400
    assert str(response.json()["error"]["param"]).startswith(param)


@pytest.mark.parametrize("missing", ["model", "input"])
def test_missing_field_is_named(server, http, missing):
    body = {"model": "embedding", "input": CAT}
    del body[missing]

    response = http.post(f"{server()}/embeddings", json=body, headers={"authorization": "Bearer sk-ok"})

    assert response.status_code == 400
    assert response.json()["error"]["param"] == missing


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"model": "none"}, 404, "model_not_found"),
        ({"model": "upstream-error"}, 502, "upstream_error"),
        ({"key": None}, 401, "missing_api_key"),
        ({"key": "sk-restricted"}, 403, "permission_denied"),
        ({"key": "sk-rate-limited"}, 429, "rate_limit_exceeded"),
    ],
)
def test_refusals_have_their_status(embed, fields, status, code):
    response = embed(CAT, **fields)

    assert response.status_code == status
    assert response.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("content", "media_type", "status"), [(b"{", "application/json", 400), (b"{}", "text/plain", 415)]
)
def test_unreadable_bodies_are_refused(server, http, content, media_type, status):
    headers = {"authorization": "Bearer sk-ok", "content-type": media_type}

    response = http.post(f"{server()}/embeddings", content=content, headers=headers)

    assert response.status_code == status
    assert response.json()["error"]["message"]


def test_cost_is_told_where_documented(embed):
    response = embed(CAT, gateway="infery")

    assert float(response.headers["x-credits-used"]) == response.json()["credits_used"] > 0
    assert response.headers["x-model-used"] == "embedding"
    assert "credits_used" not in embed(CAT).json()


def test_parallel_callers_get_their_own_vectors(server):
    texts = [f"caller {number} asks for one vector" for number in range(8)]
    answers: dict[str, list[float]] = {}

    def call(text):
        body = {"model": "embedding", "input": text}
        headers = {"authorization": "Bearer sk-ok"}
        answers[text] = vectors_of(httpx.post(f"{server()}/embeddings", json=body, headers=headers))[0]

    threads = [threading.Thread(target=call, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(answers[text] == vectors.floats(text, 256) for text in texts)


@pytest.mark.parametrize("length", [255, 256, 257, 1000, 1536, 3072])
def test_long_vector_in_every_encoding(length):
    vector = vectors.floats(CAT, length)

    assert len(vector) == length
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-6)
    assert json.loads(bytes(vectors.json(CAT, length))) == vector
    assert list(struct.unpack(f"<{length}f", b64decode(vectors.base64(CAT, length)))) == vector


def test_long_text_has_another_vector_when_its_words_change_places():
    words = [f"word{number}" for number in range(400)]
    one, other = (vectors.floats(" ".join(order), 256) for order in (words, words[::-1]))

    assert one != other
    assert cosine(one, other) > 0.9


@pytest.mark.parametrize("text", ["\ud800", "\0", " ", "🎲" * 100, "a" * 5000])
def test_any_text_has_a_vector(text):
    vector = vectors.floats(text, 64)

    assert math.hypot(*vector) == pytest.approx(1, abs=1e-6)
