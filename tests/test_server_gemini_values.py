"""The Gemini protocol of the reference server: options as text, signed calls, pages of models."""

from __future__ import annotations

import base64

import pytest

OWN = {"x-goog-api-key": "sk-ok"}
OPTIONS = {"type": "STRING", "enum": ["Percussion", "String", "Woodwind"]}


@pytest.fixture
def gemini(server, http):
    """`gemini(path, body=None, **query)`: the response of the Gemini protocol; a GET without a body."""

    def send(path, body=None, **query):
        address = f"{server().removesuffix('/v1')}/gemini/v1beta/{path}"
        return http.request("GET" if body is None else "POST", address, json=body, params=query, headers=OWN)

    return send


def config(**fields):
    contents = [{"role": "user", "parts": [{"text": "Hello"}]}]
    return {"contents": contents, "generationConfig": {"responseMimeType": "text/x.enum", **fields}}


@pytest.mark.parametrize("name", ["responseSchema", "responseJsonSchema"])
def test_option_is_answered_as_plain_text(gemini, name):
    schema = OPTIONS if name == "responseSchema" else {**OPTIONS, "type": "string"}

    answer = gemini("models/gemini-2.5-flash:generateContent", config(**{name: schema})).json()

    assert answer["candidates"][0]["content"]["parts"] == [{"text": "Percussion"}]


@pytest.mark.parametrize("fields", [{}, {"responseSchema": {"type": "STRING"}}])
def test_option_needs_an_enumeration(gemini, fields):
    assert gemini("models/gemini-2.5-flash:generateContent", config(**fields)).status_code == 400


def test_first_call_is_signed(gemini):
    body = {
        "contents": [{"role": "user", "parts": [{"text": "Weather in Oslo and Rome"}]}],
        "tools": [{"functionDeclarations": [{"name": "get_weather", "parameters": {
            "type": "OBJECT", "properties": {"city": {"type": "STRING"}}}}]}],
    }  # fmt: skip

    parts = gemini("models/gemini-2.5-flash:generateContent", body).json()["candidates"][0]["content"]["parts"]

    assert [set(part) for part in parts] == [{"functionCall", "thoughtSignature"}, {"functionCall"}]
    assert base64.b64decode(parts[0]["thoughtSignature"], validate=True)


def test_pages_hold_every_model_once(gemini):
    whole = gemini("models").json()
    page, paged = gemini("models", pageSize=7).json(), []
    while "nextPageToken" in page:
        assert len(page["models"]) == 7
        paged += page["models"]
        page = gemini("models", pageSize=7, pageToken=page["nextPageToken"]).json()

    assert "nextPageToken" not in whole
    assert [*paged, *page["models"]] == whole["models"]


@pytest.mark.parametrize("query", [{"pageSize": "many"}, {"pageSize": -1}, {"pageToken": "nothing"}])
def test_wrong_page_is_refused(gemini, query):
    assert gemini("models", **query).status_code == 400
