"""The reference server lists its models and retrieves each by name."""

from __future__ import annotations

import pytest

import gateway_contract

AUTHORIZED = {"authorization": "Bearer sk-ok"}


def test_list_has_every_name_once(server, http):
    body = http.get(f"{server()}/models", headers=AUTHORIZED).json()

    names = [model["id"] for model in body["data"]]
    assert gateway_contract.load().operations["listModels"].response_problem(200, body) is None
    assert len(names) == len(set(names))
    assert {"echo", "slow", "text-only", "gpt-4o-mini", "openai/gpt-4o"} <= set(names)


@pytest.mark.parametrize("path", ["echo", "openai%2Fgpt-4o", "openai/gpt-4o"])
def test_model_is_the_same_as_in_the_list(server, http, path):
    listed = http.get(f"{server()}/models", headers=AUTHORIZED).json()["data"]

    model = http.get(f"{server()}/models/{path}", headers=AUTHORIZED).json()

    assert model in listed
    assert model["id"] == path.replace("%2F", "/")


def test_unknown_model_is_not_found(server, http):
    response = http.get(f"{server()}/models/no/such", headers=AUTHORIZED)

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"


def test_document_and_health_need_no_credential(server, http):
    root = server().removesuffix("/v1")

    assert http.get(f"{root}/healthz").json() == {"status": "ok"}
    assert http.get(f"{root}/openapi.json").json()["info"] == gateway_contract.load().document["info"]


def test_document_names_this_server(server, http):
    root = server().removesuffix("/v1")

    document = http.get(f"{root}/openapi.json").json()
    assert document["servers"][0]["url"] == f"{root}/v1"
    assert document["paths"]["/v1/messages"]["servers"] == [{"url": f"{root}/anthropic"}]


def test_document_is_there_in_openapi_3_1(server, http):
    root = server().removesuffix("/v1")

    document = http.get(f"{root}/openapi-3.1.json").json()
    assert document == gateway_contract.earlier(http.get(f"{root}/openapi.json").json())
    assert document["openapi"].startswith("3.1.")
