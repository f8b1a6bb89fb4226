"""The reference server implements the Responses API: items instead of messages, and stored conversations."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

import gateway_contract
from reference_server.state import responses as kept
from reference_server.state.store import Store

Body = dict[str, Any]
OPERATION = gateway_contract.load().operations["createResponse"]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL = {"type": "function", "name": "get_weather", "parameters": CITY}
FUNCTION = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}
CALL = {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": '{"city":"Paris"}'}
RESULT = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
FORMAT = {"type": "json_schema", "name": "book", "schema": SCHEMA}


def user(content: Any) -> Body:
    return {"role": "user", "content": content}


@pytest.fixture(scope="module")
def respond(server, http):
    """`respond("Hello", gateway=None, key="sk-ok", raw=None, headers=None, **fields)`: the answer to one request."""

    def send(content="Hello there", *, gateway=None, key="sk-ok", raw=None, headers=None, **fields):
        body = {
            name: value for name, value in {"model": "echo", "input": content, **fields}.items() if value is not ...
        }
        sent = {"authorization": f"Bearer {key}", "content-type": "application/json", **(headers or {})}
        return http.post(f"{server(gateway)}/responses", content=raw or json.dumps(body), headers=sent)

    return send


def text_of(body: Body) -> str:
    parts = [part for item in body["output"] if item["type"] == "message" for part in item["content"]]
    return "".join(part["text"] for part in parts)


def calls_of(body: Body) -> list[tuple[str, str]]:
    return [(item["name"], item["arguments"]) for item in body["output"] if item["type"] == "function_call"]


def named_events(response: httpx.Response) -> list[Body]:
    """The data of each event, after a check of its name and number."""
    blocks = [block.split("\n") for block in response.text.strip().split("\n\n")]
    events = [json.loads(block[1].removeprefix("data: ")) for block in blocks]
    assert [block[0] for block in blocks] == [f"event: {data['type']}" for data in events]
    assert [data["sequence_number"] for data in events] == list(range(len(events)))
    assert all(OPERATION.event_problem(data) is None for data in events)
    return events


@pytest.mark.parametrize("gateway", [None, "foxapi"])
def test_whole_response_keeps_its_schema(respond, gateway):
    response = respond("Count from 1 to 4", gateway=gateway, instructions="Be brief.")

    body = response.json()
    assert OPERATION.response_problem(200, body) is None
    assert text_of(body) == "1, 2, 3, 4"
    assert (body["status"], body["instructions"]) == ("completed", "Be brief.")
    assert response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("content", "fields", "chat_fields"),
    [
        ("Count from 1 to 4", {}, {}),
        ("Repeat exactly: Ελλάδα 𠜎", {}, {}),
        ("Count from 1 to 40", {"max_output_tokens": 7}, {"max_tokens": 7}),
        ("How is the weather in Paris and Rome?", {"tools": [TOOL]}, {"tools": [FUNCTION]}),
        (
            "Weather in Paris and Rome?",
            {"tools": [TOOL], "parallel_tool_calls": False},
            {"tools": [FUNCTION], "parallel_tool_calls": False},
        ),
        (
            "Hello",
            {"tools": [TOOL], "tool_choice": {"type": "function", "name": "get_weather"}},
            {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "get_weather"}}},
        ),
        (
            "A book",
            {"text": {"format": FORMAT}},
            {"response_format": {"type": "json_schema", "json_schema": {"name": "book", "schema": SCHEMA}}},
        ),
        (
            "Answer in JSON",
            {"text": {"format": {"type": "json_object"}}},
            {"response_format": {"type": "json_object"}},
        ),
    ],
)
@pytest.mark.parametrize("model", ["echo", "slow", "text-only"])
def test_same_prompt_is_answered_as_in_chat(respond, chat, model, content, fields, chat_fields):
    body = respond(content, model=model, **fields).json()
    completion = chat(content, model=model, **chat_fields).json()

    message, usage = completion["choices"][0]["message"], completion["usage"]
    functions = [call["function"] for call in message.get("tool_calls", ())]
    assert text_of(body) == (message["content"] or "")
    assert calls_of(body) == [(function["name"], function["arguments"]) for function in functions]
    assert body["usage"]["input_tokens"] == usage["prompt_tokens"]
    assert body["usage"]["output_tokens"] == usage["completion_tokens"]
    assert body["usage"]["total_tokens"] == usage["total_tokens"]


def test_conversation_with_instructions_and_tools_costs_as_in_chat(respond, chat):
    call = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}}
    messages = [
        {"role": "system", "content": "Be brief."},
        user("Weather in Paris?"),
        {"role": "assistant", "content": "I look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
    ]
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]}

    content = [user("Weather in Paris?"), {"type": "reasoning", "summary": []}, message, CALL, RESULT]
    body = respond(content, instructions="Be brief.", tools=[TOOL]).json()
    completion = chat(messages, tools=[FUNCTION]).json()

    assert text_of(body) == completion["choices"][0]["message"]["content"] == "The tool answered: sunny"
    assert body["usage"]["input_tokens"] == completion["usage"]["prompt_tokens"]


def test_image_and_document_are_read(respond):
    parts = [
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PNG}"},
        {"type": "input_file", "filename": "a.txt", "file_data": base64.b64encode(b"The codeword is heron.").decode()},
        {"type": "input_file", "file_id": "file-reference"},
    ]

    text = text_of(respond([user(parts)]).json())

    assert "an image (image/png)" in text
    assert "a.txt" in text
    assert "reference.txt" in text


@pytest.mark.parametrize("streamed", [False, True])
def test_limit_makes_incomplete(respond, streamed):
    response = respond("Count from 1 to 40", max_output_tokens=5, stream=streamed)

    body = named_events(response)[-1]["response"] if streamed else response.json()
    assert body["status"] == "incomplete"
    assert body["incomplete_details"] == {"reason": "max_output_tokens"}
    assert body["output"][0]["status"] == "incomplete"
    assert body["usage"]["output_tokens"] == 5
    assert body["max_output_tokens"] == 5


def test_stream_has_named_events_in_order(respond):
    events = named_events(respond("Count from 1 to 3", stream=True))

    kinds = [data["type"].removeprefix("response.") for data in events]
    deltas = kinds.count("output_text.delta")
    assert kinds == [
        *("created", "in_progress", "output_item.added", "content_part.added"),
        *["output_text.delta"] * deltas,
        *("output_text.done", "content_part.done", "output_item.done", "completed"),
    ]
    assert "".join(data["delta"] for data in events if "delta" in data) == "1, 2, 3"
    assert text_of(events[-1]["response"]) == "1, 2, 3"
    assert events[-1]["response"]["usage"]["output_tokens"] == deltas
    assert events[0]["response"]["status"] == "in_progress"


def test_streamed_calls_have_items_of_their_own(respond):
    events = named_events(respond("How is the weather in Paris and Rome?", tools=[TOOL], stream=True))

    parts = {0: "", 1: ""}
    for data in events:
        if data["type"] == "response.function_call_arguments.delta":
            parts[data["output_index"]] += data["delta"]
    done = [data["arguments"] for data in events if data["type"] == "response.function_call_arguments.done"]
    assert [json.loads(text)["city"] for text in parts.values()] == ["Paris", "Rome"]
    assert list(parts.values()) == done == [arguments for _, arguments in calls_of(events[-1]["response"])]


@pytest.mark.parametrize("streamed", [False, True])
def test_response_is_followed(respond, streamed):
    first = respond("The codeword is heron.", stream=streamed)
    name = named_events(first)[-1]["response"]["id"] if streamed else first.json()["id"]
    second = respond("Thank you.", previous_response_id=name).json()

    third = respond("What is the codeword?", previous_response_id=second["id"]).json()

    assert text_of(third) == "The codeword is heron."
    assert third["previous_response_id"] == second["id"]


def test_results_follow_their_calls(respond):
    first = respond("Weather in Paris?", tools=[TOOL]).json()
    results = [{**RESULT, "call_id": item["call_id"]} for item in first["output"]]

    body = respond(results, tools=[TOOL], previous_response_id=first["id"]).json()

    assert text_of(body) == "The tool answered: sunny"


def test_instructions_are_not_carried_over(respond):
    first = respond("Hello.", instructions="The codeword is heron.").json()

    body = respond("What is the codeword?", previous_response_id=first["id"]).json()

    assert text_of(body) == "Nobody told me a codeword."


@pytest.mark.parametrize("key", ["sk-ok-2", "sk-ok-other"])
def test_response_belongs_to_its_account(respond, key):
    name = respond("The codeword is heron.").json()["id"]

    response = respond("What is the codeword?", previous_response_id=name, key=key)

    assert response.status_code == (200 if key == "sk-ok-2" else 400)


@pytest.mark.parametrize("fields", [{"store": False}, {"model": "midstream-error", "stream": True}])
def test_response_is_not_kept(respond, fields):
    response = respond("The codeword is heron.", **fields)
    name = response.json()["id"] if "store" in fields else named_events(response)[-1]["response"]["id"]

    refused = respond("What is the codeword?", previous_response_id=name)

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "previous_response_not_found"


def test_oldest_responses_are_forgotten(monkeypatch):
    monkeypatch.setattr(kept, "MOST_RESPONSES", 10)
    responses = kept.Responses(Store(), "first")

    for number in range(12):
        responses.keep({"id": f"resp_{number}"}, kept.Conversation([], [user(str(number))]))

    assert responses.get("resp_0") is None
    assert responses.get("resp_11") == ({"id": "resp_11"}, kept.Conversation([], [user("11")]))


def test_largest_responses_are_forgotten(monkeypatch):
    monkeypatch.setattr(kept, "MOST_BYTES", 1000)
    responses = kept.Responses(Store(), "first")

    for number in range(3):
        responses.keep({"id": f"resp_{number}"}, kept.Conversation([], [user("a" * 400)]))

    assert responses.get("resp_0") is None
    assert responses.get("resp_2")


def test_failure_in_mid_stream_is_told(respond):
    events = named_events(respond(model="midstream-error", stream=True))

    assert [data["type"] for data in events[-2:]] == ["response.output_item.added", "response.failed"]
    assert events[-1]["response"]["status"] == "failed"
    assert events[-1]["response"]["error"]["code"] == "server_error"


@pytest.mark.parametrize("gateway", [None, "foxapi"])
@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"model": ...}, "model"),
        ({"content": ...}, "input"),
        ({"content": 7}, "input"),
        ({"content": []}, "input"),
        ({"content": [{"type": "reasoning"}]}, "input"),
        ({"content": [user([])]}, "input[0].content"),
        ({"content": [{"role": "stranger", "content": "Hello"}]}, "input[0].role"),
        ({"content": [user([{"type": "input_smell"}])]}, "input[0].content[0].type"),
        ({"content": [user([{"type": "input_image"}])]}, "input[0].content[0]"),
        ({"content": [user([{"type": "input_image", "file_id": "file-none"}])]}, "input[0].content[0]"),
        ({"content": [user([{"type": "input_image", "image_url": "odd"}])]}, "input[0].content[0]"),
        ({"content": [user([{"type": "input_file"}])]}, "input[0].content[0]"),
        ({"content": [user("Hello"), RESULT]}, "input[1].call_id"),
        ({"content": [{"type": "function_call", "name": "f", "arguments": ""}]}, "input[0].call_id"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"temperature": 2.1}, "temperature"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": [TOOL], "tool_choice": {"type": "function", "name": "f"}}, "tool_choice.name"),
        ({"text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "odd"}}}}, "text.format.schema"),
        ({"text": {"format": {"type": "odd"}}}, "text.format.type"),
        ({"previous_response_id": "resp_none"}, "previous_response_id"),
    ],
)
def test_wrong_request_is_refused(respond, gateway, fields, param):
    response = respond(gateway=gateway, **fields)

    error = response.json()["error"]
    assert response.status_code == (422 if gateway else 400)
    assert error["param"] == param
    assert error["message"]
    operation = gateway_contract.load(gateway).operations["createResponse"]
    assert operation.response_problem(response.status_code, response.json()) is None


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b'{"model":', {}, 400),
        (b"[]", {}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {"authorization": ""}, 401),
    ],
)
def test_odd_bodies_are_refused(respond, raw, headers, status):
    response = respond(raw=raw, headers=headers)

    assert response.status_code == status
    assert response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("model", "status"),
    [("none", 404), ("upstream-error", 502), ("maintenance", 503), ("rate-limited-upstream", 429)],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_failure_before_the_answer_has_its_status(respond, model, status, streamed):
    response = respond(model=model, stream=streamed)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("gateway", ["ofox", "infery", "foxora"])
def test_gateway_that_does_not_document_it_has_no_route(respond, gateway):
    assert respond(gateway=gateway).status_code == 404


def test_probabilities_come_where_they_are_asked_for(respond, events):
    fields = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    part = respond(**fields).json()["output"][0]["content"][0]
    deltas = [one for one in events(respond(stream=True, **fields).content) if one["type"].endswith("text.delta")]

    assert "".join(one["token"] for one in part["logprobs"]) == part["text"]
    assert {len(one["top_logprobs"]) for one in part["logprobs"]} == {2}
    assert [one["logprobs"] for one in deltas] == [[one] for one in part["logprobs"]]
    assert respond().json()["output"][0]["content"][0]["logprobs"] == []


@pytest.mark.parametrize("include", [None, 5, "message.output_text.logprobs", []])
def test_include_of_another_form_includes_nothing(respond, include):
    assert respond(include=include).json()["output"][0]["content"][0]["logprobs"] == []
