"""The official client works against the reference server: whole, streamed, counted, with tools, and with errors.

Every version of it since 0.125 does: those before 2.0 send `x-api-key` and version 2023-06-01, the others a bearer
token and version 2026-10-21.
"""

from __future__ import annotations

import json

import anthropic
import pytest

USER = [{"role": "user", "content": "Count from 1 to 4"}]
TOOL = {
    "name": "get_weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
THINKING = {"type": "enabled", "budget_tokens": 1024}


def connected(server, gateway=None, key="sk-ok", **options):
    root = server(gateway).removesuffix("/v1")
    base = root if gateway == "foxapi" else f"{root}/anthropic"
    return anthropic.Anthropic(api_key=key, base_url=base, **{"max_retries": 0, **options})


@pytest.fixture(params=[None, "ofox", "foxapi"], ids=str)
def client(server, request):
    with connected(server, request.param) as client:
        yield client


def test_create(client):
    message = client.messages.create(model="echo", max_tokens=100, messages=USER, system="Be brief.")

    assert message.content[0].text == "1, 2, 3, 4"
    assert message.stop_reason == "end_turn"
    assert message.usage.output_tokens == 4
    assert message._request_id


def test_stop_sequence(client):
    message = client.messages.create(model="echo", max_tokens=100, messages=USER, stop_sequences=["3"])

    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "3")


def test_raw_stream(client):
    events = list(client.messages.create(model="echo", max_tokens=100, messages=USER, stream=True))

    assert events[0].type == "message_start"
    assert events[-1].type == "message_stop"
    assert "".join(event.delta.text for event in events if event.type == "content_block_delta") == "1, 2, 3, 4"


def test_stream_helper(client):
    with client.messages.stream(model="echo", max_tokens=100, messages=USER) as stream:
        text = "".join(stream.text_stream)
        message = stream.get_final_message()

    assert text == message.content[0].text == "1, 2, 3, 4"
    assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", 4)
    assert message.usage.input_tokens > 0


@pytest.mark.parametrize("streamed", [False, True])
def test_thinking(client, streamed):
    fields = {"model": "echo", "max_tokens": 2000, "messages": USER, "thinking": THINKING}
    if streamed:
        with client.messages.stream(**fields) as stream:
            message = stream.get_final_message()
    else:
        message = client.messages.create(**fields)

    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[0].thinking
    assert message.content[0].signature


@pytest.mark.parametrize("streamed", [False, True])
def test_tools_loop(client, streamed):
    messages = [{"role": "user", "content": "How is the weather in Paris and London?"}]
    fields = {"model": "echo", "max_tokens": 100, "tools": [TOOL]}
    if streamed:
        with client.messages.stream(messages=messages, **fields) as stream:
            message = stream.get_final_message()
    else:
        message = client.messages.create(messages=messages, **fields)
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": "sunny"} for block in message.content]
    turns = [{"role": "assistant", "content": message.content}, {"role": "user", "content": results}]

    final = client.messages.create(messages=[*messages, *turns], **fields)

    assert message.stop_reason == "tool_use"
    assert [block.input["city"] for block in message.content] == ["Paris", "London"]
    assert final.content[0].text == "The tool answered: sunny"


def test_count_tokens(server):
    with connected(server) as client:
        counted = client.messages.count_tokens(model="echo", messages=USER)
        charged = client.messages.create(model="echo", max_tokens=100, messages=USER)

    assert counted.input_tokens == charged.usage.input_tokens


@pytest.mark.parametrize(
    ("key", "model", "error", "kind"),
    [
        ("sk-nobody", "echo", anthropic.AuthenticationError, "authentication_error"),
        ("sk-restricted", "echo", anthropic.PermissionDeniedError, "permission_error"),
        ("sk-ok", "none", anthropic.NotFoundError, "not_found_error"),
        ("sk-ok", "", anthropic.BadRequestError, "invalid_request_error"),
        ("sk-rate-limited", "echo", anthropic.RateLimitError, "rate_limit_error"),
        ("sk-ok", "upstream-error", anthropic.InternalServerError, "api_error"),
        ("sk-ok", "maintenance", anthropic.InternalServerError, "overloaded_error"),
    ],
)
def test_errors_have_their_class(server, key, model, error, kind):
    with connected(server, key=key) as client, pytest.raises(error) as raised:
        client.messages.create(model=model, max_tokens=100, messages=USER)

    assert raised.value.body["error"]["type"] == kind
    assert raised.value.request_id


def test_midstream_failure_is_raised(client):
    stream = client.messages.create(model="midstream-error", max_tokens=100, messages=USER, stream=True)

    with pytest.raises(anthropic.APIStatusError, match="midway"):
        list(stream)


def test_retry_after_a_failure_succeeds(server):
    with connected(server, max_retries=1) as client:
        message = client.messages.create(
            model="flaky-once", max_tokens=100, messages=[{"role": "user", "content": "Try twice"}]
        )

    assert message.content[0].text == "You said: Try twice"


def test_image_by_address_is_counted(client):
    source = {"type": "url", "url": "https://gateway.example/logo.png"}
    illustrated = [{"role": "user", "content": [{"type": "image", "source": source}, {"type": "text", "text": "Look"}]}]
    plain = [{"role": "user", "content": "Look"}]

    with_it, without = (
        client.messages.create(model="echo", max_tokens=100, messages=turns).usage.input_tokens
        for turns in (illustrated, plain)
    )

    assert with_it == without + 85


@pytest.mark.parametrize("streamed", [False, True])
def test_schema_and_effort(client, streamed):
    schema = TOOL["input_schema"] | {"additionalProperties": False}
    config = {"format": {"type": "json_schema", "schema": schema}, "effort": "low"}
    fields = {"model": "echo", "max_tokens": 200, "messages": USER, "output_config": config}
    if streamed:
        with client.messages.stream(**fields) as stream:
            message = stream.get_final_message()
    else:
        message = client.messages.create(**fields)

    assert isinstance(json.loads(message.content[0].text)["city"], str)


def test_unknown_effort_is_refused(client):
    with pytest.raises((anthropic.BadRequestError, anthropic.UnprocessableEntityError), match="effort"):
        client.messages.create(model="echo", max_tokens=100, messages=USER, output_config={"effort": "enormous"})
