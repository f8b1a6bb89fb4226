"""The reference server refuses wrong requests with the documented envelope, and names the field at fault."""

from __future__ import annotations

import pytest

import gateway_contract

OPERATION = gateway_contract.load().operations["createChatCompletion"]
TOOLS = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}]
USER = {"role": "user", "content": "Hello"}


def error_of(response):
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"]
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}
    assert response.json()["error"]["message"]
    return response.json()["error"]


def user(part):
    return [{"role": "user", "content": [{"type": "text", "text": "x"}, part]}]


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": 7}, "model"),
        ({"messages": "hi"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "nobody", "content": "x"}]}, "messages[0].role"),
        ({"messages": [USER, {"role": "assistant", "content": None}]}, "messages[1].content"),
        ({"temperature": -0.1}, "temperature"),
        ({"temperature": 2.1}, "temperature"),
        ({"top_p": 1.1}, "top_p"),
        ({"frequency_penalty": 2.1}, "frequency_penalty"),
        ({"presence_penalty": -2.1}, "presence_penalty"),
        ({"n": 0}, "n"),
        ({"n": 129}, "n"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "stop"),
        ({"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
        ({"top_logprobs": 2}, "top_logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"tool_choice": "required"}, "tool_choice"),
        (
            {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "sub"}}},
            "tool_choice.function.name",
        ),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        (
            {
                "tools": TOOLS,
                "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{}]}},
            },
            "tool_choice.allowed_tools.tools",
        ),
        ({"response_format": {"type": "xml"}}, "response_format.type"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}},
            "response_format.json_schema.name",
        ),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "schema": {"type": "number", "$ref": "#/no"}},
                }
            },
            "response_format.json_schema.schema",
        ),
        ({"messages": [USER, {"role": "tool", "tool_call_id": "call_x", "content": "4"}]}, "messages[1].tool_call_id"),
        (
            {"messages": user({"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}})},
            "messages[0].content[1].image_url.url",
        ),
        (
            {"messages": user({"type": "image_url", "image_url": {"url": "data:image/png;base64,aGVsbG8="}})},
            "messages[0].content[1].image_url.url",
        ),
        (
            {"messages": user({"type": "image_url", "image_url": {"url": "file:///etc/hosts"}})},
            "messages[0].content[1].image_url.url",
        ),
        ({"messages": user({"type": "file", "file": {"file_id": "file-none"}})}, "messages[0].content[1].file.file_id"),
        ({"messages": user({"type": "file", "file": {}})}, "messages[0].content[1].file"),
        (
            {"messages": user({"type": "input_audio", "input_audio": {"data": "?", "format": "wav"}})},
            "messages[0].content[1].input_audio.data",
        ),
        ({"messages": user({"type": "video"})}, "messages[0].content[1].type"),
    ],
)
def test_wrong_value_is_refused_by_name(chat, fields, param):
    content = fields.get("messages", "Hello")
    response = chat([], **fields) if isinstance(content, list) and "messages" in fields else chat(**fields)

    assert response.status_code == 400
    assert error_of(response)["param"] == param
    assert OPERATION.response_problem(400, response.json()) is None


@pytest.mark.parametrize("name", ["model", "messages"])
def test_missing_field_is_named(server, http, name):
    body = {"model": "echo", "messages": [USER]}
    del body[name]

    response = http.post(f"{server()}/chat/completions", json=body, headers={"authorization": "Bearer sk-ok"})

    assert response.status_code == 400
    assert error_of(response)["param"] == name
    assert name in error_of(response)["message"]


@pytest.mark.parametrize(
    "content",
    [
        b'{"model":',
        b"",
        b"[]",
        b"null",
        b'"x"',
        b'{"n": NaN}',
        b'{"a": "\xff"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"a":"\\ud800"}',
    ],
)
def test_what_is_not_a_json_object_is_refused(server, http, content):
    headers = {"authorization": "Bearer sk-ok", "content-type": "application/json"}

    response = http.post(f"{server()}/chat/completions", content=content, headers=headers)

    assert response.status_code == 400
    assert error_of(response)["code"] == "invalid_json"


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_other_media_types_are_refused(chat, media_type):
    response = chat(headers={"content-type": media_type})

    assert response.status_code == 415
    assert error_of(response)["code"] == "unsupported_media_type"


def test_charset_of_json_is_accepted(chat):
    assert chat(headers={"content-type": "application/json; charset=utf-8"}).status_code == 200


def test_body_that_is_too_large_is_refused(server, http):
    headers = {"authorization": "Bearer sk-ok", "content-type": "application/json"}

    response = http.post(f"{server()}/chat/completions", content=b" " * (32 * 2**20 + 1), headers=headers)

    assert response.status_code == 413
    assert error_of(response)["code"] == "request_too_large"


def test_unknown_model_is_not_found(chat):
    response = chat(model="no-such-model")

    assert response.status_code == 404
    assert error_of(response) | {"message": ""} == {
        "message": "", "type": "invalid_request_error", "param": "model", "code": "model_not_found"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("POST", "/chat"), ("GET", "/chat/completions/"), ("POST", "")]
)
def test_unknown_route_is_not_found(server, http, method, path):
    response = http.request(method, f"{server()}{path}", headers={"authorization": "Bearer sk-ok"})

    assert response.status_code == 404
    assert error_of(response)["code"] == "unknown_url"
    assert response.url.path in error_of(response)["message"]


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_wrong_method_tells_the_right_ones(server, http, method):
    response = http.request(method, f"{server()}/chat/completions", headers={"authorization": "Bearer sk-ok"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert error_of(response)["code"] == "method_not_allowed"


def test_head_has_no_body(server, http):
    response = http.head(f"{server()}/models", headers={"authorization": "Bearer sk-ok"})

    assert response.status_code == 405
    assert response.content == b""


FAILING = {
    "upstream-error": (502, "upstream_error"),
    "midstream-error": (502, "upstream_error"),
    "chain": (502, "upstream_error"),
    "maintenance": (503, "maintenance"),
    "internal-error": (500, "internal_error"),
    "forbidden-model": (403, "permission_denied"),
    "rate-limited-upstream": (429, "rate_limit_exceeded"),
}
AT_ONCE = [
    (model, stream) for model in FAILING for stream in (False, True) if (model, stream) != ("midstream-error", True)
]


@pytest.mark.parametrize(("model", "stream"), AT_ONCE)
def test_failing_models_fail_with_their_status(chat, model, stream):
    status, code = FAILING[model]

    response = chat(model=model, stream=stream)

    assert response.status_code == status
    assert error_of(response)["code"] == code
    assert ("retry-after" in response.headers) == (status == 429)


@pytest.mark.parametrize("model", ["text-only", "no-audio"])
def test_models_refuse_what_they_cannot_read(chat, model):
    part = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}

    response = chat(user(part), model=model)

    assert response.status_code == 400
    assert error_of(response)["code"] == "audio_not_supported_by_model"
    assert error_of(response)["param"] == "messages[0].content[1]"


def test_text_only_model_refuses_images(chat):
    response = chat(user({"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}), model="text-only")

    assert response.status_code == 400
    assert error_of(response)["param"] == "messages[0].content[1]"


def test_flaky_model_answers_the_second_request(chat):
    statuses = [chat("Try this", model="flaky-once", key="sk-ok@flaky").status_code for _ in range(4)]

    assert statuses == [502, 200, 502, 200]
