"""The official client works against the reference server: whole, streamed, parsed, and with tools."""

from __future__ import annotations

import json

import openai
import pytest
from pydantic import BaseModel

USER = [{"role": "user", "content": "Count from 1 to 4"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}


class Step(BaseModel):
    """One step of a solution."""

    text: str
    next: Step | None


class Solution(BaseModel):
    """A solution with its steps."""

    steps: list[Step]
    answer: float


@pytest.fixture
def client(server):
    with openai.OpenAI(api_key="sk-ok", base_url=server(), max_retries=0) as client:
        yield client


def test_create(client):
    completion = client.chat.completions.create(model="echo", messages=USER)

    assert completion.choices[0].message.content == "1, 2, 3, 4"
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + 4
    assert completion._request_id


def test_stream_as_chunks(client):
    stream = client.chat.completions.create(
        model="echo", messages=USER, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "1, 2, 3, 4"
    assert chunks[-1].usage.completion_tokens == 4


def test_stream_helper(client):
    with client.chat.completions.stream(model="echo", messages=USER, stream_options={"include_usage": True}) as stream:
        completion = stream.get_final_completion()

    assert completion.choices[0].message.content == "1, 2, 3, 4"
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.completion_tokens == 4


def test_parse(client):
    completion = client.chat.completions.parse(model="echo", messages=USER, response_format=Solution)

    assert isinstance(completion.choices[0].message.parsed, Solution)


def test_streamed_parse(client):
    with client.chat.completions.stream(model="echo", messages=USER, response_format=Solution) as stream:
        completion = stream.get_final_completion()

    assert isinstance(completion.choices[0].message.parsed, Solution)


@pytest.mark.parametrize("streamed", [False, True])
def test_tools_loop(client, streamed):
    messages = [{"role": "user", "content": "How is the weather in Paris and London?"}]
    if streamed:
        with client.chat.completions.stream(model="echo", messages=messages, tools=[WEATHER]) as stream:
            message = stream.get_final_completion().choices[0].message
    else:
        message = client.chat.completions.create(model="echo", messages=messages, tools=[WEATHER]).choices[0].message
    cities = [json.loads(call.function.arguments)["city"] for call in message.tool_calls]
    results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in message.tool_calls]

    final = client.chat.completions.create(model="echo", messages=[*messages, message, *results], tools=[WEATHER])

    assert cities == ["Paris", "London"]
    assert final.choices[0].message.content == "The tool answered: sunny"


def test_models(client):
    names = [model.id for model in client.models.list()]

    assert client.models.retrieve("openai/gpt-4o").id in names


@pytest.mark.parametrize(
    ("key", "model", "error"),
    [
        ("sk-nobody", "echo", openai.AuthenticationError),
        ("sk-restricted", "echo", openai.PermissionDeniedError),
        ("sk-ok", "none", openai.NotFoundError),
        ("sk-rate-limited", "echo", openai.RateLimitError),
        ("sk-ok", "upstream-error", openai.InternalServerError),
    ],
)
def test_errors_have_their_class(server, key, model, error):
    with openai.OpenAI(api_key=key, base_url=server(), max_retries=0) as client, pytest.raises(error) as raised:
        client.chat.completions.create(model=model, messages=USER)

    assert raised.value.code
    assert raised.value.request_id


def test_midstream_failure_is_raised(client):
    stream = client.chat.completions.create(model="midstream-error", messages=USER, stream=True)

    with pytest.raises(openai.APIError, match="midway"):
        list(stream)


def test_retry_after_a_limit_succeeds(server):
    with openai.OpenAI(api_key="sk-limited-2@sdk", base_url=server(), max_retries=2) as client:
        answers = [client.chat.completions.create(model="echo", messages=USER) for _ in range(3)]

    assert len(answers) == 3
