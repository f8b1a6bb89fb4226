"""The official client asks the reference server for responses: whole, streamed, with tools, and parsed."""

from __future__ import annotations

import openai
import pydantic
import pytest

TOOL = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


class Book(pydantic.BaseModel):
    """A class of the caller's own."""

    title: str
    pages: int


@pytest.fixture(params=[None, "foxapi"], ids=str)
def client(server, request):
    with openai.OpenAI(api_key="sk-ok", base_url=server(request.param), max_retries=0) as client:
        yield client


def test_create(client):
    response = client.responses.create(model="echo", input="Count from 1 to 4", instructions="Be brief.")

    assert response.output_text == "1, 2, 3, 4"
    assert response.status == "completed"
    assert response.usage.output_tokens == 4
    assert response.usage.output_tokens_details.reasoning_tokens == 0
    assert response._request_id


def test_every_declared_field_is_sent(client):
    response = client.responses.create(model="echo", input="Hello")

    declared = type(response).model_validate(response.to_dict())
    assert declared.output_text == response.output_text


def test_previous_response(client):
    first = client.responses.create(model="echo", input="The codeword is heron.")

    second = client.responses.create(model="echo", input="What is the codeword?", previous_response_id=first.id)

    assert second.output_text == "The codeword is heron."


def test_raw_stream(client):
    events = list(client.responses.create(model="echo", input="Count from 1 to 4", stream=True))

    assert events[0].type == "response.created"
    assert events[-1].type == "response.completed"
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "1, 2, 3, 4"
    for event in events:
        type(event).model_validate(event.to_dict())


def test_stream_helper(client):
    with client.responses.stream(model="echo", input="Count from 1 to 4") as stream:
        snapshots = [event.snapshot for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()

    assert snapshots[-1] == final.output_text == "1, 2, 3, 4"


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("remembered", [False, True])
def test_tools_loop(client, streamed, remembered):
    question = {"role": "user", "content": "How is the weather in Paris and London?"}
    fields = {"model": "echo", "tools": [TOOL]}
    if streamed:
        with client.responses.stream(input=[question], **fields) as stream:
            first = stream.get_final_response()
    else:
        first = client.responses.create(input=[question], **fields)
    results = [{"type": "function_call_output", "call_id": one.call_id, "output": "sunny"} for one in first.output]
    before = {"previous_response_id": first.id, "input": results}

    final = client.responses.create(
        **fields, **(before if remembered else {"input": [question, *first.output, *results]})
    )

    assert [item.arguments for item in first.output] == ['{"city":"Paris"}', '{"city":"London"}']
    assert final.output_text == "The tool answered: sunny"


def test_parse(client):
    response = client.responses.parse(model="echo", input="Name a book.", text_format=Book)

    assert isinstance(response.output_parsed, Book)


def test_parse_stream(client):
    with client.responses.stream(model="echo", input="Name a book.", text_format=Book) as stream:
        response = stream.get_final_response()

    assert isinstance(response.output_parsed, Book)


def test_incomplete(client):
    response = client.responses.create(model="echo", input="Count from 1 to 40", max_output_tokens=16)

    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"


def test_midstream_failure_is_an_event(client):
    events = list(client.responses.create(model="midstream-error", input="Hello", stream=True))

    assert events[-1].type == "response.failed"
    assert "midway" in events[-1].response.error.message


def test_unknown_previous_response_is_refused(client):
    with pytest.raises(openai.APIStatusError) as raised:
        client.responses.create(model="echo", input="Hello", previous_response_id="resp_none")

    assert raised.value.status_code in (400, 422)
    assert raised.value.code == "previous_response_not_found"
