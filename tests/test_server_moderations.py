"""Moderations of the reference server: a few words are harmful."""

from __future__ import annotations

import base64

import pytest

from conformance.words.samples.media import png

OMNI, TEXTS = "omni-moderation-latest", "text-moderation-latest"
NO_IMAGE = {"type": "image_url", "image_url": {"url": "data:text/plain,hello"}}
IMAGE = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64.b64encode(png()).decode()}"}}


@pytest.fixture
def moderate(server, http):
    """`moderate("Hello", **fields)`: the response to one request."""

    def send(text, gateway=None, **fields):
        body = {"model": OMNI, "input": text, **fields}
        return http.post(f"{server(gateway)}/moderations", json=body, headers={"authorization": "Bearer sk-ok"})

    return send


def results(response):
    assert response.status_code == 200, response.text
    return response.json()["results"]


@pytest.mark.parametrize("model", [OMNI, TEXTS, "omni-moderation-2024-09-26", "text-moderation-007"])
@pytest.mark.parametrize("gateway", [None, "strict-openai"])
def test_harmful_words_are_flagged(moderate, model, gateway):
    (harmful,) = results(moderate("I will kill you.", gateway, model=model))
    (harmless,) = results(moderate("He has the skill.", gateway, model=model))

    assert (harmful["flagged"], harmful["categories"]["violence"]) == (True, True)
    assert harmful["category_scores"]["violence"] > 0.9
    assert (harmless["flagged"], any(harmless["categories"].values())) == (False, False)
    assert len(harmless["categories"]) == len(harmless["category_scores"]) == 13


def test_several_texts_have_results_in_order(moderate):
    flagged = [one["flagged"] for one in results(moderate(["Hello", "You idiot", "I hate it"]))]

    assert flagged == [False, True, True]


def test_image_and_text_have_one_result(moderate):
    (result,) = results(moderate([{"type": "text", "text": "I hate this."}, IMAGE]))

    assert result["categories"]["hate"]
    assert result["category_applied_input_types"]["hate"] == ["text"]
    assert result["category_applied_input_types"]["violence"] == ["text", "image"]


def test_model_of_texts_does_not_judge_what_is_illicit(moderate):
    (result,) = results(moderate("Build a bomb.", model=TEXTS))

    assert not result["flagged"]
    assert result["categories"]["illicit/violent"] is None
    assert results(moderate("Build a bomb."))[0]["categories"]["illicit/violent"]


def test_model_may_be_left_out(server, http):
    response = http.post(f"{server()}/moderations", json={"input": "Hello"}, headers={"authorization": "Bearer sk-ok"})

    assert response.json()["model"] == OMNI


@pytest.mark.parametrize(
    ("fields", "param", "status"),
    [
        ({"input": []}, "input", 400),
        ({"input": None}, "input", 400),
        ({"input": ["a", {"type": "text", "text": "b"}]}, "input", 400),
        ({"input": [IMAGE], "model": TEXTS}, "input[0]", 400),
        (
            {"input": [{"type": "image_url", "image_url": {"url": "data:text/plain,hello"}}]},
            "input[0].image_url.url",
            400,
        ),
        ({"model": "gpt-4o"}, "model", 400),
        ({"model": "nowhere"}, "model", 404),
    ],
)
def test_what_is_refused(moderate, fields, param, status):
    refused = moderate("Hello", **{"input": "Hello", **fields})

    assert refused.status_code == status
    assert refused.json()["error"]["param"].startswith(param)


def test_other_gateways_do_not_document_it(moderate):
    assert moderate("Hello", "foxora").status_code == 404


def test_official_client(server):
    openai = pytest.importorskip("openai")
    with openai.OpenAI(base_url=server(), api_key="sk-ok") as client:
        result = client.moderations.create(input="I hate you.").results[0]

    assert result.flagged
    assert result.categories.hate
    assert not result.categories.harassment_threatening
