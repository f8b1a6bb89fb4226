"""The models of the Anthropic protocol on the reference server."""

from __future__ import annotations

import pytest

HEADERS = {"x-api-key": "sk-ok", "anthropic-version": "2023-06-01"}


@pytest.fixture
def models(server, http):
    """`models("/name", limit=1)`: the response to one request."""

    def get(path="", headers=HEADERS, **query):
        root = server().removesuffix("/v1")
        return http.get(f"{root}/anthropic/v1/models{path}", headers=headers, params=query)

    return get


def names(response):
    return [model["id"] for model in response.json()["data"]]


def test_pages_hold_every_model_once(models, server, http):
    listed = http.get(f"{server()}/models", headers={"authorization": "Bearer sk-ok"}).json()["data"]
    page = models()
    seen = names(page)
    assert len(seen) == 20
    while page.json()["has_more"]:
        page = models(after_id=page.json()["last_id"], limit=7)
        seen += names(page)

    assert seen == [model["id"] for model in listed]


def test_page_before_a_model(models):
    first = names(models(limit=5))

    page = models(before_id=first[3], limit=2).json()

    assert [model["id"] for model in page["data"]] == first[1:3]
    assert (page["has_more"], page["first_id"], page["last_id"]) == (True, first[1], first[2])
    assert not models(before_id=first[1], limit=2).json()["has_more"]
    assert models(before_id=first[0]).json() == {"data": [], "has_more": False, "first_id": None, "last_id": None}


def test_one_model(models):
    model = models("/claude-sonnet-4-5").json()

    assert model["type"] == "model"
    assert model["display_name"] == "Claude Sonnet 4 5"
    assert model in models(limit=1000).json()["data"]


@pytest.mark.parametrize(
    ("path", "query", "status", "kind"),
    [
        ("/nowhere", {}, 404, "not_found_error"),
        ("", {"limit": 0}, 400, "invalid_request_error"),
        ("", {"limit": 1001}, 400, "invalid_request_error"),
        ("", {"after_id": "nowhere"}, 400, "invalid_request_error"),
    ],
)
def test_what_is_refused(models, path, query, status, kind):
    refused = models(path, **query)

    assert (refused.status_code, refused.json()["error"]["type"]) == (status, kind)


def test_version_and_key_are_demanded(models):
    assert models(headers={"x-api-key": "sk-ok"}).status_code == 400
    assert models(headers={"anthropic-version": "2023-06-01"}).status_code == 401


def test_other_protocols_keep_their_lists(server, http):
    root = server().removesuffix("/v1")

    assert "models" in http.get(f"{root}/gemini/v1/models", headers={"x-goog-api-key": "sk-ok"}).json()
    assert http.get(f"{root}/v1/models", headers={"authorization": "Bearer sk-ok"}).json()["object"] == "list"


def test_official_client(server):
    anthropic = pytest.importorskip("anthropic")
    with anthropic.Anthropic(base_url=server().removesuffix("/v1") + "/anthropic", api_key="sk-ok") as client:
        listed = [model.id for model in client.models.list(limit=10)]
        model = client.models.retrieve("claude-sonnet-4-5")

    assert model.id in listed
    assert len(listed) == len(set(listed)) > 40
    assert model.created_at.year == 2026
