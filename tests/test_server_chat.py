"""The reference server answers chat requests as documented."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any

import pytest

import gateway_contract
from reference_server.model import tokens

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
OPERATION = gateway_contract.load().operations["createChatCompletion"]


def text_of(response: Any) -> str:
    text: str = response.json()["choices"][0]["message"]["content"]
    return text


def test_completion_has_every_documented_field(chat):
    response = chat()

    body = response.json()
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert OPERATION.response_problem(200, body) is None
    assert body["object"] == "chat.completion"
    assert abs(body["created"] - time.time()) < 60
    assert body["model"] == "echo"
    assert [choice["index"] for choice in body["choices"]] == [0]
    assert body["choices"][0]["message"]["role"] == "assistant"
    assert body["choices"][0]["finish_reason"] == "stop"


def test_ids_and_request_ids_are_unique(chat):
    first, second = chat(), chat()

    assert first.json()["id"] != second.json()["id"]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert uuid.UUID(first.headers["x-request-id"])


@pytest.mark.parametrize(
    ("instruction", "answer"),
    [
        ("Repeat exactly: grün ≠ 緑 🌿", "grün ≠ 緑 🌿"),
        ("Reply with exactly: pong", "pong"),
        ("Count from 3 to 7", "3, 4, 5, 6, 7"),
        ("Please count from 3 to 1.", "3, 2, 1"),
        ("Hello there", "You said: Hello there"),
    ],
)
def test_instructions_are_followed(chat, instruction, answer):
    assert text_of(chat(instruction)) == answer


@pytest.mark.parametrize("role", ["system", "developer", "user"])
def test_earlier_messages_are_remembered(chat, role):
    history = [
        {"role": role, "content": "The codeword is heron."},
        {"role": "assistant", "content": "Noted."},
        {"role": "user", "content": "What is the codeword?"},
    ]

    assert text_of(chat(history)) == "The codeword is heron."
    assert "heron" not in text_of(chat(history[2:]))


def test_text_parts_equal_a_text(chat):
    parts = [{"role": "user", "content": [{"type": "text", "text": "Count from "}, {"type": "text", "text": "1 to 3"}]}]

    assert text_of(chat(parts)) == "1, 2, 3"


def test_sampling_parameters_change_nothing(chat):
    fields = {"temperature": 1.9, "top_p": 0.1, "seed": 7, "frequency_penalty": -2, "presence_penalty": 2, "user": "u"}

    assert text_of(chat(**fields, metadata={"a": "b"}, logit_bias={"50256": -100})) == text_of(chat())


def test_null_equals_absence(chat):
    names = ("temperature", "n", "stop", "stream", "max_tokens", "top_p", "logprobs", "top_logprobs", "stream_options")

    assert text_of(chat(**dict.fromkeys(names))) == text_of(chat())


def test_unknown_fields_are_ignored(chat):
    assert chat(some_field={"nested": True}).status_code == 200


def test_usage_adds_up(chat):
    usage = chat("Count from 1 to 5").json()["usage"]

    assert usage["completion_tokens"] == 5
    assert usage["prompt_tokens"] == tokens.MESSAGE + tokens.count("Count from 1 to 5")
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["completion_tokens_details"]["reasoning_tokens"] == 0


def test_choices_are_counted_and_paid_for(chat):
    body = chat("Count from 1 to 5", n=3).json()

    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    assert {choice["message"]["content"] for choice in body["choices"]} == {"1, 2, 3, 4, 5"}
    assert body["usage"]["completion_tokens"] == 15


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_token_limit_ends_the_answer(chat, name):
    body = chat("Count from 1 to 9", **{name: 4}).json()

    assert body["choices"][0]["finish_reason"] == "length"
    assert body["choices"][0]["message"]["content"] == "1, 2, 3, 4,"
    assert body["usage"]["completion_tokens"] == 4


def test_the_smaller_of_two_token_limits_counts(chat):
    assert chat("Count from 1 to 9", max_tokens=5, max_completion_tokens=2).json()["usage"]["completion_tokens"] == 2


def test_limit_that_is_just_enough_ends_nothing(chat):
    assert chat("Count from 1 to 5", max_tokens=5).json()["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize("stop", ["5", ["7", "5"], ["x", "y", "z", "5"]])
def test_stop_text_ends_the_answer_before_it(chat, stop):
    choice = chat("Count from 1 to 9", stop=stop).json()["choices"][0]

    assert choice["message"]["content"] == "1, 2, 3, 4, "
    assert choice["finish_reason"] == "stop"


def test_log_probabilities_are_given_for_every_token(chat):
    body = chat("Count from 1 to 5", logprobs=True, top_logprobs=3).json()

    tokens = body["choices"][0]["logprobs"]["content"]
    assert "".join(token["token"] for token in tokens) == "1, 2, 3, 4, 5"
    assert len(tokens) == body["usage"]["completion_tokens"]
    assert all(token["logprob"] <= 0 and len(token["top_logprobs"]) == 3 for token in tokens)
    assert all(bytes(token["bytes"]).decode() == token["token"] for token in tokens)
    assert all(token["top_logprobs"][0]["token"] == token["token"] for token in tokens)


def test_log_probabilities_are_null_unless_asked_for(chat):
    assert chat().json()["choices"][0]["logprobs"] is None
    assert chat(logprobs=True).json()["choices"][0]["logprobs"]["content"][0]["top_logprobs"] == []


def test_json_object_is_an_object(chat):
    content = text_of(chat("Answer in JSON", response_format={"type": "json_object"}))

    assert isinstance(json.loads(content), dict)


SPELLED = """Always respond with a JSON object that's compatible with this schema:

{"type": "object", "properties": {"city": {"type": "string"}, "size": {"type": "integer"}}, "required": ["city"]}
"""


@pytest.mark.parametrize("role", ["system", "developer", "user"])
def test_json_object_satisfies_the_schema_of_a_message(chat, role):
    """As clients write it, which have no structured output: pydantic-ai, instructor."""
    messages = [{"role": role, "content": SPELLED}, {"role": "user", "content": "Paris {it is}"}]
    content = json.loads(text_of(chat(messages, response_format={"type": "json_object"})))

    assert {name: type(value) for name, value in content.items()} == {"city": str, "size": int}


def test_block_of_json_satisfies_the_schema_of_a_message(chat):
    request = "Return the correct JSON response within a ```json codeblock. not the JSON_SCHEMA"
    messages = [{"role": "system", "content": SPELLED}, {"role": "user", "content": request}]
    content = text_of(chat(messages))

    assert content.startswith("```json\n{")
    assert set(json.loads(content.removeprefix("```json").removesuffix("```"))) == {"city", "size"}


@pytest.mark.parametrize("text", ["{" * 1000, "{}" * 1000, '{"properties": {}, "type": "string"}'])
def test_what_is_no_schema_is_ignored(chat, text):
    content = text_of(chat(text, response_format={"type": "json_object"}))

    assert "You said" in json.loads(content)["answer"]


def test_json_object_repeats_an_object(chat):
    content = text_of(chat('Repeat exactly: {"a": [1, 2]}', response_format={"type": "json_object"}))

    assert json.loads(content) == {"a": [1, 2]}


def test_json_schema_is_satisfied(chat):
    schema = {
        "$defs": {"Step": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}},
        "type": "object",
        "properties": {"steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}, "minItems": 2}, "n": {"const": 4}},
        "required": ["steps", "n"],
        "additionalProperties": False,
    }
    form = {"type": "json_schema", "json_schema": {"name": "steps", "strict": True, "schema": schema}}

    content = json.loads(text_of(chat(response_format=form)))

    assert content == {"steps": [{"text": "sample"}, {"text": "sample"}], "n": 4}


@pytest.mark.parametrize("url", ["https://example.com/cat.png", PIXEL])
def test_images_are_seen_and_paid_for(chat, url):
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
    ]
    response = chat([{"role": "user", "content": parts}])

    assert "I see an image" in text_of(response)
    assert response.json()["usage"]["prompt_tokens"] > 85


def test_audio_is_heard(chat):
    part = {"type": "input_audio", "input_audio": {"data": base64.b64encode(b"RIFF....WAVE").decode(), "format": "wav"}}

    assert "audio clip (audio/wav)" in text_of(chat([{"role": "user", "content": [part]}]))


DATA = base64.b64encode(b"The codeword is egret.").decode()


@pytest.mark.parametrize(
    ("file", "word"),
    [
        ({"file_id": "file-reference"}, "heron"),
        ({"file_data": f"data:text/plain;base64,{DATA}", "filename": "a.txt"}, "egret"),
        ({"file_data": DATA}, "egret"),
    ],
)
def test_documents_are_read(chat, file, word):
    parts = [{"type": "text", "text": "What is the codeword?"}, {"type": "file", "file": file}]

    assert text_of(chat([{"role": "user", "content": parts}])) == f"The codeword is {word}."


@pytest.mark.parametrize("streamed", [False, True])
def test_thinking_costs_and_leaves_no_room(chat, streamed):
    """A model that thinks first counts it, and says nothing when the limit is spent on it."""
    fields = {"stream_options": {"include_usage": True}} if streamed else {}
    cut = chat(model="thinker", max_tokens=64, stream=streamed, **fields)
    whole = chat(model="thinker", max_tokens=400).json()

    if streamed:
        events = [json.loads(line[6:]) for line in cut.text.splitlines() if line.startswith("data: {")]
        said = "".join(one["choices"][0]["delta"].get("content") or "" for one in events if one["choices"])
        reason, usage = events[-2]["choices"][0]["finish_reason"], events[-1]["usage"]
    else:
        choice, usage = cut.json()["choices"][0], cut.json()["usage"]
        said, reason = choice["message"]["content"], choice["finish_reason"]
    assert (said, reason) == ("", "length")
    assert (usage["completion_tokens"], usage["completion_tokens_details"]["reasoning_tokens"]) == (64, 64)
    assert whole["choices"][0]["finish_reason"] == "stop"
    assert whole["choices"][0]["message"]["content"] == "You said: Hello there"
    assert whole["usage"]["completion_tokens_details"]["reasoning_tokens"] == 300


@pytest.mark.parametrize(("asked", "served"), [("auto", "default"), ("flex", "flex")])
def test_service_tier_is_told_to_those_who_ask(chat, events, asked, served):
    *chunks, _ = events(chat(service_tier=asked, stream=True).content)

    assert chat(service_tier=asked).json()["service_tier"] == served
    assert {chunk["service_tier"] for chunk in chunks} == {served}
    assert "service_tier" not in chat().json()
