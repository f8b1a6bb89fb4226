"""The catalogue of faults: how it is declared, found and played."""

from __future__ import annotations

import httpx
import pytest

from reference_server import faults
from reference_server.errors import InvalidFault, UnknownFault
from reference_server.faults import fault, find, load, request_fault, variation
from reference_server.reply import Reply


def test_every_fault_says_what_it_does_and_breaks():
    for name, found in load().items():
        assert found.name == name
        assert found.doc
        assert found.legal == (found.function.__module__ == "reference_server.faults.variations")


def test_unknown_fault_suggests_a_near_one():
    with pytest.raises(UnknownFault) as raised:
        find("stream_without_don")

    assert raised.value.hint == "did you mean 'stream_without_done'?"


def test_fault_must_break_something():
    with pytest.raises(InvalidFault):
        fault("*", breaks=set())(lambda reply: reply)


def test_fault_must_say_what_a_client_sees():
    with pytest.raises(InvalidFault):
        variation()(lambda reply: reply)


def test_request_fault_names_a_known_stage():
    def late(call):
        """Too late."""

    with pytest.raises(InvalidFault):
        request_fault("*", breaks={"x"}, before="dinner")(late)


def test_reply_methods_leave_other_replies_alone():
    whole, stream, error = Reply.json({"a": 1}), Reply.stream([{"a": 1}, "[DONE]"]), Reply.json({"error": {}}, 400)

    assert whole.map(lambda _chunk: {}).without(lambda _event: True).body == {"a": 1}
    assert stream.edit(lambda _body: {}).events == [{"a": 1}, "[DONE]"]
    assert error.edit(lambda _body: {}).body == {"error": {}}
    assert whole.edit_error(lambda _body: {}).body == {"a": 1}
    assert error.edit_error(lambda _body: b"oops").encoded() == b"oops"


def test_fault_is_played_by_path(chat, events):
    plain = events(chat(stream=True).content)
    faulty = events(chat(stream=True, via="fault/stream_without_done").content)

    assert plain[-1] == "[DONE]"
    assert faulty[-1] != "[DONE]"
    assert len(faulty) == len(plain) - 1


def test_fault_leaves_other_answers_alone(chat):
    assert chat(via="fault/stream_without_done").json()["choices"] == chat().json()["choices"]
    assert chat(via="fault/chunk_ids_differ", n=0).json() == chat(n=0).json()


def test_faults_are_played_together(chat, events):
    received = events(chat(stream=True, via="fault/stream_without_done/variation/lines_end_in_crlf").content)

    assert "[DONE]" not in received


def test_unknown_fault_is_not_found(chat):
    response = chat(via="fault/nothing_like_that")

    assert response.status_code == 404
    assert "nothing_like_that" in response.json()["error"]["message"]


def test_cut_stream_ends_without_an_end(chat):
    with pytest.raises(httpx.RemoteProtocolError):
        chat(stream=True, via="fault/connection_dies_in_mid_chunk")


def test_held_back_stream_comes_late(server, http):
    body = {"model": "slow", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
    base = server().replace("/v1", "/fault/stream_held_back/v1")

    response = http.post(f"{base}/chat/completions", json=body, headers={"authorization": "Bearer sk-ok"})

    assert response.elapsed.total_seconds() > 0.4
    assert response.content.endswith(b"data: [DONE]\n\n")


def test_other_sample_faults_do_what_they_say(chat, events):
    def played(name):
        return events(
            chat(
                "Repeat exactly: grün", stream=True, stream_options={"include_usage": True}, via=f"fault/{name}"
            ).content
        )

    assert not any(chunk.get("usage") for chunk in played("stream_without_usage")[:-1])
    assert len({chunk["id"] for chunk in played("chunk_ids_differ")[:-1]}) > 1
    assert all(choice["delta"]["role"] for chunk in played("role_in_every_delta")[:-1] for choice in chunk["choices"])
    assert not any(
        choice["finish_reason"] for chunk in played("stream_without_finish_reason")[:-1] for choice in chunk["choices"]
    )
    assert "\ufffd" in str(played("multibyte_split"))


def test_modules_are_found_by_themselves():
    assert {found.function.__module__ for found in faults.load().values()} >= {"reference_server.faults.chat_stream"}
