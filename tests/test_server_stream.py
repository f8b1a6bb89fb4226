"""The reference server streams chat answers as documented."""

from __future__ import annotations

import itertools
import time

import pytest

import gateway_contract
from reference_server.model.prompt import Answer, Usage
from reference_server.protocols import anthropic, gemini
from reference_server.protocols.openai import (
    Frame,
    ResponseFrame,
    chunks,
    response_at_once,
    response_events,
    text_at_once,
)
from reference_server.wire.reply import HERE, Reply

OPERATION = gateway_contract.load().operations["createChatCompletion"]


def content_of(events, index=0):
    return "".join(choice["delta"].get("content") or "" for choice in choices_of(events, index))


def choices_of(events, index=0):
    return [choice for event in events[:-1] for choice in event["choices"] if choice["index"] == index]


def test_stream_equals_the_whole_answer(chat, events):
    response = chat("Repeat exactly: grün ≠ 緑 🌿", stream=True)
    received = events(response.content)

    assert response.headers["content-type"] == "text/event-stream"
    assert received[-1] == "[DONE]"
    assert received.count("[DONE]") == 1
    assert content_of(received) == "grün ≠ 緑 🌿"
    assert all(OPERATION.event_problem(event) is None for event in received[:-1])


def test_chunks_have_one_identity(chat, events):
    chunks = events(chat(stream=True, n=2).content)[:-1]

    assert len({(chunk["id"], chunk["created"], chunk["model"], chunk["object"]) for chunk in chunks}) == 1
    assert chunks[0]["object"] == "chat.completion.chunk"


def test_role_comes_first_and_the_reason_last(chat, events):
    choices = choices_of(events(chat("Count from 1 to 4", stream=True).content))

    assert ["role" in choice["delta"] for choice in choices] == [True] + [False] * 5
    assert [choice["finish_reason"] for choice in choices] == [None] * 5 + ["stop"]
    assert choices[-1]["delta"] == {}


def test_usage_comes_when_it_is_asked_for(chat, events):
    without_usage = events(chat(stream=True).content)[:-1]
    with_usage = events(chat(stream=True, stream_options={"include_usage": True}).content)[:-1]

    assert not any("usage" in chunk for chunk in without_usage)
    assert all(chunk["usage"] is None for chunk in with_usage[:-1])
    assert with_usage[-1]["choices"] == []
    assert with_usage[-1]["usage"] == chat().json()["usage"]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_choices_are_interleaved_and_complete(chat, events, count):
    received = events(chat("Count from 1 to 4", stream=True, n=count).content)

    assert [content_of(received, index) for index in range(count)] == ["1, 2, 3, 4"] * count
    assert [choices_of(received, index)[-1]["finish_reason"] for index in range(count)] == ["stop"] * count


def test_limit_and_stop_hold_in_a_stream(chat, events):
    limited = events(chat("Count from 1 to 9", stream=True, max_tokens=3).content)
    stopped = events(chat("Count from 1 to 9", stream=True, stop="5").content)

    assert (content_of(limited), choices_of(limited)[-1]["finish_reason"]) == ("1, 2, 3,", "length")
    assert (content_of(stopped), choices_of(stopped)[-1]["finish_reason"]) == ("1, 2, 3, 4, ", "stop")


def test_log_probabilities_come_with_their_tokens(chat, events):
    choices = choices_of(events(chat("Count from 1 to 4", stream=True, logprobs=True, top_logprobs=2).content))

    for choice in choices[1:-1]:
        assert [token["token"] for token in choice["logprobs"]["content"]] == [choice["delta"]["content"]]


def test_slow_model_streams_as_it_goes(server, http):
    body = {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    started, arrivals = time.perf_counter(), []

    with http.stream(
        "POST", f"{server()}/chat/completions", json=body, headers={"authorization": "Bearer sk-ok"}
    ) as response:
        arrivals.extend(time.perf_counter() - started for _ in response.iter_raw())

    assert len(arrivals) >= 25
    assert arrivals[0] < 0.3
    assert arrivals[-1] - arrivals[0] > 0.4
    assert all(later > earlier for earlier, later in itertools.pairwise(arrivals))


def test_disconnect_does_not_harm_the_next_request(server, http, chat):
    body = {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}

    with http.stream(
        "POST", f"{server()}/chat/completions", json=body, headers={"authorization": "Bearer sk-ok"}
    ) as response:
        next(response.iter_raw())

    assert chat().status_code == 200


def test_midstream_failure_is_an_error_event(chat, events):
    received = events(chat(model="midstream-error", stream=True).content)

    assert [set(event) == {"error"} for event in received] == [False, False, False, True]
    assert received[-1]["error"]["code"] == "upstream_error"


def test_error_before_the_stream_is_json(chat):
    response = chat(stream=True, n=0)

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/json"


@pytest.mark.parametrize("changes", [{}, {"named": True}, {"array": True}, {"array": True, "cut": True}])
@pytest.mark.parametrize("end", [[], ["[DONE]"], [b": comment\n\n"]])
def test_stream_written_at_once_is_the_stream_written_piece_by_piece(changes, end):
    reply = Reply.stream([{"type": "a", "text": "\n"}, {"b": [1, "é"]}, *end])
    for name, value in changes.items():
        setattr(reply, name, value)

    assert reply.encoded() == b"".join(reply.pieces())


@pytest.mark.parametrize("text", [" ", "Hello", "\x00", 'a "quoted"\nline\\ \x00', "héllo  wörld 🙂 \u2028end "])
@pytest.mark.parametrize("usage", [None, Usage(3, 4)])
def test_text_in_one_event_is_the_text_in_many(text, usage):
    frame, answer = Frame("chatcmpl-1", 1, "\x00"), Answer(text, 1, (), "stop")

    at_once = Reply.stream([text_at_once(frame, answer, usage)])

    assert at_once.encoded() == Reply.stream([*chunks(frame, [answer], usage), "[DONE]"]).encoded()


@pytest.mark.parametrize("answer", [Answer("Hello, world", 3, (), "stop"), Answer("\x00", 1, (), "stop", "end")])
def test_message_in_one_event_is_the_message_in_many(answer):
    message = ("msg_1", "\x00", answer, Usage(3, 4))

    at_once = Reply.stream([anthropic.text_at_once(*message)])

    assert at_once.encoded() == Reply.stream([*anthropic.events(*message)], named=True).encoded()


@pytest.mark.parametrize("text", ["\x00", "Hello", ":4, 100 % of it, word by word, in more than ten pieces"])
def test_response_in_one_event_is_the_response_in_many(text):
    frame, answer = ResponseFrame("resp_1", 4, "\x00", {"instructions": "\x00"}), Answer(text, 3, (), "stop")

    at_once = response_at_once(response_events(frame, answer, [HERE], Usage(3, 4)), answer.texts)

    pieces = Reply.stream([*response_events(frame, answer, answer.texts, Usage(3, 4))], named=True)
    assert at_once == pieces.encoded()


@pytest.mark.parametrize("text", ["\x00", "One", "One two, and an end of white space \n"])
def test_content_in_one_event_is_the_content_in_many(text):
    frame, answer, usage = gemini.Frame("1", "gemini"), Answer(text, 3, (), "stop"), Usage(3, 4)

    at_once = gemini.text_at_once(frame, answer, usage)

    assert at_once == Reply.stream([*gemini.chunks(frame, [answer], usage)]).encoded()
