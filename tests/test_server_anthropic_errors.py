"""The reference server refuses wrong requests of the Anthropic protocol with the errors of that protocol."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

import gateway_contract

Body = dict[str, Any]
OPERATION = gateway_contract.load().operations["createMessage"]
TOOL = {"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "sunny"}
DOCUMENT = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "One."}}
THINKING = {"type": "enabled", "budget_tokens": 1024}
LATER = {"anthropic-version": "2026-10-21"}


def user(*blocks: Body) -> Body:
    return {"role": "user", "content": list(blocks)}


def assistant(*blocks: Body) -> Body:
    return {"role": "assistant", "content": list(blocks)}


def image(data: str, media_type: str = "image/png") -> Body:
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def error_of(response: httpx.Response) -> Body:
    body = response.json()
    assert body["type"] == "error"
    assert body["request_id"] == response.headers["request-id"] == response.headers["x-request-id"]
    assert OPERATION.response_problem(response.status_code, body) is None
    return body["error"]


@pytest.mark.parametrize(
    "fields",
    [
        {"model": ...},
        {"max_tokens": ...},
        {"messages": ...},
        {"messages": []},
        {"messages": "hi"},
        {"messages": [{"role": "stranger", "content": "x"}]},
        {"messages": [{"role": "user"}]},
        {"messages": [user({"type": "smell"})]},
        {"messages": [user({"type": "text"})]},
        {"messages": [user(CALL)]},
        {"messages": [user(image("!!"))]},
        {"messages": [user(image("aGVsbG8="))]},
        {"messages": [user(image("iVBORw0KGgo=", "image/gif"))]},
        {"messages": [user({"type": "document", "source": {"type": "file", "file_id": "file-none"}})]},
        {"messages": [user(RESULT)]},
        {"messages": [{"role": "user", "content": "x"}, assistant(CALL), {"role": "user", "content": "and?"}]},
        {"max_tokens": -1},
        {"max_tokens": "many"},
        {"temperature": 1.1},
        {"top_p": 2},
        {"top_k": -1},
        {"stream": "perhaps"},
        {"stop_sequences": "x"},
        {"tools": [{"name": "x"}]},
        {"tools": [{"name": "x", "input_schema": {"type": "string"}}]},
        {"tools": [TOOL], "tool_choice": "any"},
        {"tools": [TOOL], "tool_choice": {"type": "perhaps"}},
        {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "get_time"}},
        {"tool_choice": {"type": "any"}},
        {"thinking": {"type": "enabled"}},
        {"thinking": {"type": "enabled", "budget_tokens": 10}},
        {"thinking": THINKING, "max_tokens": 1024},
    ],
    ids=str,
)
@pytest.mark.parametrize("streamed", [False, True])
def test_wrong_request_is_refused(message, fields, streamed):
    response = message(**{"stream": streamed, **fields})

    assert response.status_code == 400
    assert error_of(response)["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("changes", "status", "kind"),
    [
        ({"raw": b'{"model": '}, 400, "invalid_request_error"),
        ({"raw": b"[]"}, 400, "invalid_request_error"),
        ({"raw": b""}, 400, "invalid_request_error"),
        ({"raw": b" " * (33 * 1024 * 1024)}, 413, "request_too_large"),
        ({"headers": {"content-type": "text/plain"}}, 415, "invalid_request_error"),
        ({"headers": {"anthropic-version": ""}}, 400, "invalid_request_error"),
        ({"headers": {"anthropic-version": "2099-12-31"}}, 400, "invalid_request_error"),
        ({"headers": {"x-api-key": ""}}, 401, "authentication_error"),
        ({"headers": {"x-api-key": "sk-nobody"}}, 401, "authentication_error"),
        ({"headers": {"x-api-key": "sk-expired"}}, 401, "authentication_error"),
        ({"headers": {"x-api-key": "", "authorization": "Basic abc"}}, 401, "authentication_error"),
        ({"headers": {"x-api-key": "sk-restricted"}}, 403, "permission_error"),
        ({"headers": {"x-api-key": "sk-spend-limited"}}, 429, "billing_error"),
        ({"headers": {"x-api-key": "sk-rate-limited"}}, 429, "rate_limit_error"),
        ({"model": "none"}, 404, "not_found_error"),
        ({"path": "/nowhere"}, 404, "not_found_error"),
        ({"model": "forbidden-model"}, 403, "permission_error"),
        ({"model": "upstream-error"}, 502, "api_error"),
        ({"model": "midstream-error"}, 502, "api_error"),
        ({"model": "internal-error"}, 500, "api_error"),
        ({"model": "maintenance"}, 503, "overloaded_error"),
        ({"model": "rate-limited-upstream"}, 429, "rate_limit_error"),
        ({"model": "text-only", "content": [user(image("iVBORw0KGgo="))]}, 400, "invalid_request_error"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_refusal_has_status_and_type(message, changes, status, kind):
    response = message(**changes)

    assert response.status_code == status
    assert error_of(response)["type"] == kind


def test_limit_tells_when_to_come_back(message):
    assert message(headers={"x-api-key": "sk-rate-limited"}).headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-api-key": "", "authorization": "Bearer sk-ok"}, 200),
        ({"authorization": "Bearer sk-nobody"}, 200),
        ({"x-api-key": "sk-nobody", "authorization": "Bearer sk-ok"}, 401),
        ({"x-api-key": "sk-ok", **LATER}, 200),
        ({"x-api-key": "", "authorization": "Bearer sk-ok", **LATER}, 200),
    ],
)
@pytest.mark.parametrize("gateway", [None, "ofox"])
def test_key_in_its_own_header_comes_first(message, gateway, headers, status):
    assert message(gateway=gateway, headers=headers).status_code == status


def test_gateway_that_documents_bearer_reads_it_first(message):
    right = {"x-api-key": "sk-nobody", "authorization": "Bearer sk-ok", "anthropic-version": ""}

    assert message(gateway="foxapi", headers=right).status_code == 200
    assert message(gateway="foxapi", headers={**right, "authorization": "Bearer sk-nobody"}).status_code == 401


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 1},
        {"top_p": 0.5},
        {"top_k": None},
        {"content": [user(DOCUMENT), assistant(DOCUMENT), user({"type": "text", "text": "x"})]},
        {"content": [user({"type": "text", "text": "x", "citations": [{"type": "char_location"}]})]},
    ],
    ids=str,
)
def test_later_version_refuses_what_it_removed(message, fields):
    refused, counted = message(headers=LATER, **fields), message(headers=LATER, path="/count_tokens", **fields)

    assert message(**fields).status_code == 200
    assert refused.status_code == counted.status_code == 400
    assert "2026-10-21" in error_of(refused)["message"]


def test_failure_in_a_stream_is_an_event(message):
    blocks = message(model="midstream-error", stream=True).text.strip().split("\n\n")

    name, data = blocks[-1].split("\n")
    assert name == "event: error"
    error = {"type": "api_error", "message": "The provider failed midway."}
    assert json.loads(data.removeprefix("data: ")) == {"type": "error", "error": error}
    assert len(blocks) == 4


def test_passing_failure_passes(message):
    answers = [message("Once upon a time", model="flaky-once").status_code for _ in range(2)]

    assert answers == [502, 200]


def test_only_the_base_counts_tokens(message):
    assert message(path="/count_tokens", max_tokens=...).status_code == 200
    assert message(gateway="ofox", path="/count_tokens").status_code == 404


def test_fallback_of_the_request_is_taken(message):
    body = message(model="upstream-error", gateway="ofox", provider={"fallback": ["echo"]}).json()

    assert body["model"] == "echo"
