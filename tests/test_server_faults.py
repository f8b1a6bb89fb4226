"""The catalogue of faults: how it is declared, found and played."""

from __future__ import annotations

import asyncio
import time
from importlib import import_module
from pkgutil import iter_modules

import pytest

import gateway_contract
from reference_server import faults, fixtures
from reference_server.errors import InvalidFault, UnknownFault
from reference_server.faults import Fault, fault, find, load, request_fault, variation
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.asgi import write
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply


def test_every_fault_says_what_it_does_and_breaks():
    for name, found in load().items():
        assert found.name == name
        assert found.doc


def test_variations_stand_apart_from_faults():
    for module in iter_modules(faults.__path__):
        for found in vars(import_module(f"{faults.__name__}.{module.name}")).values():
            if isinstance(found, Fault):
                assert found.legal == module.name.endswith("variations"), found


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
    assert chat(via="fault/stream_without_done", n=0).json() == chat(n=0).json()


def test_faults_are_played_together(chat, events):
    received = events(chat(stream=True, via="fault/stream_without_done/variation/lines_end_in_crlf").content)

    assert "[DONE]" not in received


def test_unknown_fault_is_not_found(chat):
    response = chat(via="fault/nothing_like_that")

    assert response.status_code == 404
    assert "nothing_like_that" in response.json()["error"]["message"]


def written(reply):
    """The messages that a reply becomes."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        await asyncio.sleep(60)

    asyncio.run(write(reply, receive, send))
    return sent


def test_burst_is_one_write():
    assert [message.get("body") for message in written(Reply.stream([{}, "[DONE]"]))[1:]] == [
        b"data: {}\n\ndata: [DONE]\n\n"
    ]


def test_pause_separates_the_events():
    started = time.perf_counter()
    sent = written(Reply.stream([{}, "[DONE]"], pause=0.02))

    assert [message["body"] for message in sent[1:]] == [b"data: {}\n\n", b"data: [DONE]\n\n", b""]
    assert time.perf_counter() - started >= 0.04


def test_cut_reply_has_no_end():
    whole, stream = Reply.json({}), Reply.stream(["[DONE]"])
    whole.cut = stream.cut = True

    assert all(message["more_body"] for message in [*written(whole)[1:], *written(stream)[1:]])
    assert dict(written(whole)[0]["headers"])[b"content-length"] == b"3"


def test_fragments_are_written_apart():
    reply = Reply.stream([{}])
    reply.fragment = 4

    assert [message["body"] for message in written(reply)[1:]] == [b"data", b": {}", b"\n\n", b""]


def test_delay_comes_before_the_first_byte():
    reply = Reply.json({})
    reply.delay = 0.05
    started = time.perf_counter()
    written(reply)

    assert time.perf_counter() - started >= 0.05


@pytest.mark.parametrize("stage", ["authentication", "validation", "handler"])
def test_call_is_changed_before_the_stage(stage):
    def change(call):
        """The call is changed."""
        seen.append((call.key is not None, call.body is not None))

    seen = []
    played = request_fault("createChatCompletion", breaks={"x"}, before=stage)(change)
    service = Service(gateway_contract.load(), fixtures.load(), Store())
    headers = {"authorization": "Bearer sk-ok", "content-type": "application/json"}
    body = b'{"model": "echo", "messages": [{"role": "user", "content": "Hello"}]}'

    service.respond(Call("0" * 32, "POST", "/chat/completions", headers, body, service.contract), [played])

    assert seen == [{"authentication": (False, False)}.get(stage, (True, True))]


def test_fault_for_a_model_leaves_the_others_alone():
    def change(_reply, call):
        """The reply is changed."""
        return Reply.json({"model": call.body["model"]}, 418)

    played = fault("createChatCompletion", breaks={"x"}, model="echo")(change)
    service = Service(gateway_contract.load(), fixtures.load(), Store())
    headers = {"authorization": "Bearer sk-ok", "content-type": "application/json"}

    def status(model):
        body = b'{"model": "%s", "messages": [{"role": "user", "content": "Hello"}]}' % model
        return service.respond(
            Call("0" * 32, "POST", "/chat/completions", headers, body, service.contract), [played]
        ).status

    assert [status(b"echo"), status(b"text-only")] == [418, 200]


def test_modules_are_found_by_themselves():
    modules = {found.function.__module__.rpartition(".")[2] for found in faults.load().values()}

    assert {"chat_stream", "variations"} <= modules


def test_short_form_gives_its_options_to_rows_and_functions():
    streams = faults.rows("createChatCompletion", when=lambda reply, _: reply.events is not None, gateway="ofox")

    @streams("a.b", model="echo")
    def shouted(reply):
        """A stream shouts."""
        reply.events.append("!")

    silent = streams("a.b c.d", "A stream is silent.", lambda reply, _: reply.events.clear(), gateway="infery")

    assert (silent.breaks, silent.gateway, shouted.gateway, shouted.model) == ({"a.b", "c.d"}, "infery", "ofox", "echo")
    assert shouted.function(Reply.stream(["x"]), None).events == ["x", "!"]
    assert shouted.function(Reply.json({}), None).events is None
