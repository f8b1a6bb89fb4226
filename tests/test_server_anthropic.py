"""The reference server speaks the Anthropic protocol, with the same model behind it."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest

import gateway_contract

Body = dict[str, Any]
OPERATION = gateway_contract.load().operations["createMessage"]
TOOL = {"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}
FUNCTION = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG}}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris"}}


def user(content: Any) -> Body:
    return {"role": "user", "content": content}


def assistant(*blocks: Body) -> Body:
    return {"role": "assistant", "content": list(blocks)}


def result(**fields: Any) -> Body:
    return {"type": "tool_result", "tool_use_id": "toolu_1", **fields}


def named_events(response: httpx.Response) -> list[tuple[str, Body]]:
    """The name and the data of each event, as sent."""
    blocks = [block.split("\n") for block in response.text.strip().split("\n\n")]
    assert all(len(block) == 2 for block in blocks)
    return [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]


def test_whole_answer_keeps_its_schema(message):
    response = message("Count from 1 to 4", system="Be brief.")

    body = response.json()
    assert OPERATION.response_problem(200, body) is None
    assert body["content"] == [{"type": "text", "text": "1, 2, 3, 4"}]
    assert (body["stop_reason"], body["stop_sequence"]) == ("end_turn", None)
    assert response.headers["request-id"] == response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("content", "fields", "chat_fields"),
    [
        ("Count from 1 to 4", {}, {}),
        ("Repeat exactly: Ελλάδα 𠜎", {}, {}),
        ("Count from 1 to 40", {"max_tokens": 7}, {"max_tokens": 7}),
        ("How is the weather in Paris and Rome?", {"tools": [TOOL]}, {"tools": [FUNCTION]}),
    ],
)
@pytest.mark.parametrize("model", ["echo", "slow", "text-only"])
def test_same_prompt_is_answered_alike_in_both_protocols(message, chat, model, content, fields, chat_fields):
    answer = message(content, model=model, **fields).json()
    completion = chat(content, model=model, **{"max_tokens": 100, **chat_fields}).json()

    choice, usage = completion["choices"][0]["message"], completion["usage"]
    text = "".join(block["text"] for block in answer["content"] if block["type"] == "text")
    calls = [(block["name"], block["input"]) for block in answer["content"] if block["type"] == "tool_use"]
    functions = [call["function"] for call in choice.get("tool_calls", ())]
    assert text == (choice["content"] or "")
    assert calls == [(function["name"], json.loads(function["arguments"])) for function in functions]
    assert answer["usage"]["input_tokens"] == usage["prompt_tokens"]
    assert answer["usage"]["output_tokens"] == usage["completion_tokens"]


def test_conversation_with_system_and_tools_costs_the_same(message, chat):
    turns = [user("Weather in Paris?"), assistant(CALL), user([result(content="sunny")])]
    call = {"id": "toolu_1", "type": "function", "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'}}
    chat_turns = [
        {"role": "system", "content": "Be brief."},
        user("Weather in Paris?"),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "toolu_1", "content": "sunny"},
    ]

    answer = message(turns, system="Be brief.", tools=[TOOL]).json()
    completion = chat(chat_turns, tools=[FUNCTION]).json()

    assert answer["content"][0]["text"] == completion["choices"][0]["message"]["content"] == "The tool answered: sunny"
    assert answer["usage"]["input_tokens"] == completion["usage"]["prompt_tokens"]


def test_stream_has_named_events_in_order(message):
    response = message("Count from 1 to 3", stream=True)

    events = named_events(response)
    kinds = [name for name, _ in events]
    assert response.headers["content-type"] == "text/event-stream"
    assert kinds == [data["type"] for _, data in events]
    deltas = kinds.count("content_block_delta")
    assert kinds == [
        *("message_start", "ping", "content_block_start"),
        *["content_block_delta"] * deltas,
        *("content_block_stop", "message_delta", "message_stop"),
    ]
    assert all(OPERATION.event_problem(data) is None for _, data in events)
    assert "".join(data["delta"]["text"] for name, data in events if name == "content_block_delta") == "1, 2, 3"
    assert events[-2][1]["usage"]["output_tokens"] == deltas


def test_streamed_calls_have_blocks_of_their_own(message):
    events = named_events(message("How is the weather in Paris and Rome?", tools=[TOOL], stream=True))

    starts = [data for name, data in events if name == "content_block_start"]
    parts = {0: "", 1: ""}
    for name, data in events:
        if name == "content_block_delta":
            parts[data["index"]] += data["delta"]["partial_json"]
    assert [start["index"] for start in starts] == [0, 1]
    assert all(start["content_block"]["input"] == {} for start in starts)
    assert [json.loads(text) for text in parts.values()] == [{"city": "Paris"}, {"city": "Rome"}]
    assert events[-2][1]["delta"]["stop_reason"] == "tool_use"


@pytest.mark.parametrize("streamed", [False, True])
def test_stop_sequence_is_named(message, streamed):
    response = message("Count from 1 to 9", stop_sequences=["8", "5", "never"], stream=streamed)

    ended = named_events(response)[-2][1]["delta"] if streamed else response.json()
    assert (ended["stop_reason"], ended["stop_sequence"]) == ("stop_sequence", "5")
    assert "4" in response.text


def test_limit_before_the_stop_sequence_is_the_limit(message):
    body = message("Count from 1 to 9", stop_sequences=["5"], max_tokens=2).json()

    assert (body["stop_reason"], body["stop_sequence"]) == ("max_tokens", None)


@pytest.mark.parametrize("streamed", [False, True])
def test_thinking_comes_first_and_is_signed(message, streamed):
    thinking = {"type": "enabled", "budget_tokens": 1024}
    response = message("Hello", max_tokens=2000, thinking=thinking, stream=streamed)

    if streamed:
        events = named_events(response)
        blocks = [data["content_block"]["type"] for name, data in events if name == "content_block_start"]
        kinds = [data["delta"]["type"] for name, data in events if name == "content_block_delta"]
        assert blocks == ["thinking", "text"]
        assert kinds.index("signature_delta") == kinds.count("thinking_delta")
    else:
        thought, text = response.json()["content"]
        assert thought["thinking"]
        assert thought["signature"]
        assert text["text"] == "You said: Hello"


def test_thinking_costs_output_tokens_and_may_return(message):
    thinking = {"type": "enabled", "budget_tokens": 1024}
    plain, aloud = message("Hello").json(), message("Hello", max_tokens=2000, thinking=thinking).json()

    again = message([user("Hello"), assistant(*aloud["content"]), user("Repeat exactly: yes")])

    assert aloud["usage"]["output_tokens"] > plain["usage"]["output_tokens"]
    assert again.json()["content"][0]["text"] == "yes"


@pytest.mark.parametrize("kind", ["adaptive", "disabled"])
def test_thinking_is_not_forced(message, kind):
    assert [block["type"] for block in message("Hello", thinking={"type": kind}).json()["content"]] == ["text"]


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (IMAGE, "I see an image (image/png). "),
        ({"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}, "I see an image. "),
        (
            {
                "type": "document",
                "title": "a.txt",
                "source": {"type": "text", "media_type": "text/plain", "data": "One."},
            },
            "I read the document a.txt (text/plain): One.",
        ),
        (
            {"type": "document", "source": {"type": "file", "file_id": "file-reference"}},
            "I read the document reference.txt (text/plain): The codeword is heron.",
        ),
    ],
)
def test_blocks_are_read(message, block, text):
    body = message([user([{"type": "text", "text": "Look"}, block])], metadata={"user_id": "u"}).json()

    assert text in body["content"][0]["text"]


@pytest.mark.parametrize("content", ["sunny", [{"type": "text", "text": "sunny"}]])
def test_results_are_quoted(message, content):
    answer = message([user("Weather?"), assistant(CALL), user([result(content=content)])], tools=[TOOL])

    assert answer.json()["content"][0]["text"] == "The tool answered: sunny"


def test_words_after_results_are_the_users(message):
    turns = [user("Weather?"), assistant(CALL), user([result(), {"type": "text", "text": "Repeat exactly: done"}])]

    assert message(turns).json()["content"][0]["text"] == "done"


def test_consecutive_turns_of_one_role_are_one_turn(message):
    """Results may come in a turn each, and so may the calls."""
    other = {**CALL, "id": "toolu_2"}
    calls, results = [CALL, other], [result(content="sunny"), {**result(content="dry"), "tool_use_id": "toolu_2"}]
    together = [user("Weather?"), assistant(*calls), user(results)]
    apart = [user("Weather?"), *map(assistant, calls), *(user([one]) for one in results)]

    answers = [message(turns, tools=[TOOL]) for turns in (together, apart)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["content"] == answers[1].json()["content"]
    assert answers[0].json()["usage"] == answers[1].json()["usage"]


def test_result_after_a_turn_between_is_refused(message):
    """A call is answered in the next turn, combined or not."""
    turns = [user("Weather?"), assistant(CALL), user("Wait."), assistant({"type": "text", "text": "Yes"})]

    refusal = message([*turns, user([result(content="sunny")])], tools=[TOOL])

    assert refusal.status_code == 400


@pytest.mark.parametrize(
    ("choice", "calls"),
    [
        ({"type": "auto"}, 2),
        ({"type": "any"}, 2),
        ({"type": "any", "disable_parallel_tool_use": True}, 1),
        ({"type": "tool", "name": "get_weather"}, 2),
        ({"type": "none"}, 0),
    ],
)
def test_tool_choice(message, choice, calls):
    body = message("How is the weather in Paris and Rome?", tools=[TOOL], tool_choice=choice).json()

    assert len([block for block in body["content"] if block["type"] == "tool_use"]) == calls


def test_schema_of_the_answer_is_kept(message):
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    body = message("Hello", output_config={"format": {"type": "json_schema", "schema": schema}}).json()

    assert isinstance(json.loads(body["content"][0]["text"])["name"], str)


def test_tokens_are_counted_as_they_are_charged(message):
    fields = {"system": "Be brief.", "tools": [TOOL]}
    counted = message("Count from 1 to 4", path="/count_tokens", max_tokens=..., **fields)

    assert counted.json() == {"input_tokens": message("Count from 1 to 4", **fields).json()["usage"]["input_tokens"]}


def test_failure_of_a_tool_is_read(message):
    call = {"type": "tool_use", "id": "toolu_1", "name": "find", "input": {}}
    result = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "No such city.", "is_error": True}
    turns = [{"role": "user", "content": "Find it."}, {"role": "assistant", "content": [call]}]

    answer = message([*turns, {"role": "user", "content": [result]}]).json()

    assert "Error: No such city." in answer["content"][0]["text"]
