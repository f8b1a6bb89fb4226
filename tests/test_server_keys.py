"""Keys are named by their state: authentication, permission, spending and rate limits."""

from __future__ import annotations

import time

import pytest


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "missing_api_key"),
        ("Bearer sk-nobody", "invalid_api_key"),
        ("Bearer", "invalid_api_key"),
        ("Basic c2stb2s6", "invalid_api_key"),
        ("Bearer sk-revoked", "invalid_api_key"),
        ("Bearer sk-expired", "expired_api_key"),
    ],
)
@pytest.mark.parametrize("path", ["/chat/completions", "/models", "/models/echo"])
def test_unusable_credentials_are_refused(server, http, header, code, path):
    method = "POST" if path == "/chat/completions" else "GET"

    response = http.request(method, f"{server()}{path}", headers={"authorization": header} if header else {})

    assert response.status_code == 401
    assert response.json()["error"]["code"] == code
    assert response.headers["www-authenticate"] == "Bearer"


def test_credential_comes_before_the_body(server, http):
    assert http.post(f"{server()}/chat/completions", content=b"{").status_code == 401


def test_scheme_is_read_in_any_case(chat):
    assert chat(headers={"authorization": "bearer sk-ok"}).status_code == 200


@pytest.mark.parametrize(
    ("key", "status"),
    [("sk-spend-limited", 429), ("sk-no-payment", 402), ("sk-restricted", 403), ("sk-rate-limited", 429)],
)
def test_state_of_a_key_decides_the_status(server, http, chat, key, status):
    listed = http.get(f"{server()}/models", headers={"authorization": f"Bearer {key}"})

    assert chat(key=key).status_code == status
    assert listed.status_code == (429 if key == "sk-rate-limited" else 200)


def test_rate_limit_is_signalled_in_both_ways(chat):
    response = chat(key="sk-rate-limited")

    assert response.headers["retry-after"] == "1"
    assert int(response.headers["x-ratelimit-limit-requests"]) > 0
    assert response.headers["x-ratelimit-remaining-requests"] == "0"
    assert response.headers["x-ratelimit-reset-requests"] == "1s"


def test_request_succeeds_after_the_advertised_wait(chat):
    responses = [chat(key="sk-limited-2@wait") for _ in range(3)]
    time.sleep(int(responses[2].headers["retry-after"]))

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert chat(key="sk-limited-2@wait").status_code == 200


def test_keys_have_budgets_of_their_own_where_the_contract_says_nothing(chat):
    statuses = [chat(key=key).status_code for key in ("sk-limited-2@own", "sk-limited-2@own", "sk-limited-2b@own")]

    assert statuses == [200, 200, 200]
