"""Which fields of requests a run has tried, as its report says."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

import gateway_contract
from conformance.properties.fields import Claimed
from conformance.run.tried import Tried

CONTRACT = gateway_contract.load()
FORM = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n1\r\n'


def tried(*requests: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """The fields of some requests: their bodies are JSON, unless they are text."""
    fields = Tried(CONTRACT)
    for one in requests:
        body = one.pop("body", None)
        text = body if isinstance(body, str) or body is None else json.dumps(body)
        usual = {"method": "POST", "path": "/chat/completions", "protocol": "openai", "request_binary": False}
        fields.add({**usual, "request_body": text, **one})
    return fields.fields()


def chat(**fields: Any) -> dict[str, Any]:
    return {"body": {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **fields}}


def test_members_of_a_right_request_are_sent() -> None:
    found = tried(chat(temperature=1, stream_options={"include_usage": True}, stream=True))["createChatCompletion"]

    names = {"model", "messages", "messages[].content", "temperature", "stream_options.include_usage"}
    assert names <= {*found["sent"]}
    assert found["wrong"] == []
    assert "top_p" in found["untried"]


def test_wrong_field_is_named_and_nothing_else_of_its_request() -> None:
    found = tried(chat(temperature="hot", top_p=1))["createChatCompletion"]

    assert found["wrong"] == ["temperature"]
    assert found["sent"] == []
    assert "top_p" in found["untried"]


def test_field_counts_once_and_what_is_not_documented_does_not() -> None:
    found = tried(chat(temperature=1), chat(temperature="hot"), chat(of_nobody=1))["createChatCompletion"]

    assert "temperature" in found["sent"]
    assert "temperature" in found["wrong"]
    assert "temperature" not in found["untried"]
    assert not {"of_nobody"} & {*found["sent"], *found["wrong"], *found["untried"]}


@pytest.mark.parametrize("binary", [False, True])
def test_parts_of_a_form_are_fields(binary: bool) -> None:
    text = "".join(map(FORM.format, ("purpose", "expires_after[seconds]")))
    body = b64encode(text.encode() + b"\xff").decode() if binary else text

    found = tried({"path": "/files", "body": body, "request_binary": binary})["uploadFile as a form"]

    assert found["sent"] == ["expires_after", "expires_after.seconds", "purpose"]
    assert found["untried"] == ["expires_after.anchor", "file"]


def test_operation_that_takes_the_same_has_nothing_untried() -> None:
    request = {"path": "/v1beta/models/m:{}", "protocol": "gemini"}
    body = {"contents": [{"parts": [{"text": "Hi"}]}], "generationConfig": {"topK": 1}}
    streamed = {"contents": [{"parts": [{"text": "Hi"}]}]}

    found = tried(
        {**request, "path": "/v1beta/models/m:generateContent", "body": body},
        {**request, "path": "/v1beta/models/m:streamGenerateContent", "body": streamed},
    )

    assert "generationConfig.topK" not in found["streamGenerateContent"]["sent"]
    assert "generationConfig.topK" not in found["streamGenerateContent"]["untried"]


def test_field_within_its_own_kind_is_the_field() -> None:
    operation = CONTRACT.operations["generateContent"]
    claimed = Claimed(operation, operation.request_schema(), CONTRACT)
    schema = next(name for name in sorted(claimed.names) if name.endswith(".maxItems")).removesuffix(".maxItems")

    assert claimed.name(f"{schema}.items.items.maxItems") == f"{schema}.maxItems"
    assert claimed.name("of.nobody") == "of.nobody"


def test_deep_body_is_looked_at_as_far_as_documents_go() -> None:
    deep: Any = {}
    for _ in range(300):
        deep = {"properties": {"one": deep}}
    tool = {"type": "function", "function": {"name": "one", "parameters": deep}}

    assert "tools[].function.parameters" in tried(chat(tools=[tool]))["createChatCompletion"]["sent"]


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/of/nobody", "body": {}},
        {"method": "GET", "path": "/models"},
        {"body": "no JSON"},
        {"body": '{"metadata": ' + '{"a":' * 900 + "1" + "}" * 901},
    ],
    ids=["nobody's", "without a body", "no JSON", "deep"],
)
def test_what_is_no_body_of_an_operation_is_left_out(request_: dict[str, Any]) -> None:
    assert tried(request_) == {}


def test_query_parameters_are_tried() -> None:
    """A parameter is sent right or wrong, by the value that its text means."""
    queries = ("limit=2&order=sideways&odd=1", "limit=many", "after=file-1")

    assert tried(*({"method": "GET", "path": f"/files?{one}"} for one in queries))["listFiles"] == {
        "sent": ["?after", "?limit"],
        "wrong": ["?limit", "?order"],
        "untried": ["?purpose"],
    }
