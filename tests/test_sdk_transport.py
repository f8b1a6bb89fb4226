"""The official Python client on the recorder: it reads recorded answers and never learns the key."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import openai
import pytest

from conformance.errors import BudgetSpent, Inconclusive, Unsupported
from conformance.sdk.recorded_client import PLACEHOLDER, ClientRecording
from conformance.sdk.transport import http_client, library_of, package
from conformance.wire.recorder import Recorder
from conformance.words.ask import Ask

from .canned import KEY, REFUSED, TARGET, Canned, answer, streamed


def client(recording: ClientRecording, **options: Any) -> openai.OpenAI:
    """The client, which asks through the recording."""
    http = http_client(library_of(openai), recording)
    settings = {"api_key": PLACEHOLDER, "base_url": recording.base_url, "max_retries": 0, "http_client": http}
    return openai.OpenAI(**settings | options)


def create(recording: ClientRecording, **options: Any) -> Any:
    """A completion by the client."""
    return client(recording, **options).chat.completions.create(**Ask(recording.recorder, "echo").body())


def event(content: str) -> bytes:
    """One event of a stream."""
    return f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': content}}]})}\n\n".encode()


def read(recording: ClientRecording, **options: Any) -> str:
    """The text of a stream, as the client gives it."""
    stream = client(recording, **options).chat.completions.create(model="echo", messages=[], stream=True)
    return "".join(chunk.choices[0].delta.content for chunk in stream)


def test_answer_is_typed() -> None:
    """What was recorded becomes the client's object, with the headers."""
    completion = create(ClientRecording(Canned()))

    assert completion.choices[0].message.content == "Hello"
    assert completion._request_id == "one"


def test_nothing_is_asked_twice() -> None:
    """A request that the suite has sent is not sent again for a client."""
    recorder = Canned()
    Ask(recorder, "echo").chat()
    for _ in range(2):
        create(ClientRecording(recorder))

    assert len(recorder.sent) == 1


def test_base_url_may_end_in_a_slash() -> None:
    """The path is the same however the base URL is written."""
    recorder = Canned()
    create(ClientRecording(recorder), base_url=f"{TARGET.base_url}/")

    assert recorder.sent[-1].path == "/chat/completions"


def test_entire_request_goes_out_with_the_real_key() -> None:
    """The client's own headers are sent; its placeholder stands for the key, which it never learns."""
    recorder = Canned()
    recording = ClientRecording(recorder, entire=True)
    sdk = client(recording)
    sdk.chat.completions.create(model="echo", messages=[])
    headers = dict(recorder.sent[-1].headers)

    assert headers["authorization"] == "Bearer {key}"
    assert headers["x-stainless-lang"] == "python"
    assert not {"host", "content-length", "accept-encoding"} & set(headers)
    assert KEY not in repr(vars(sdk)) + repr(recorder.sent)


def test_stream_is_read_in_its_reads() -> None:
    """A read may end within a character."""
    whole = event("grün") + event(" 🌿") + b"data: [DONE]\n\n"
    reads = [(place / 100, whole[place : place + 7]) for place in range(0, len(whole), 7)]

    assert read(ClientRecording(Canned(streamed(*reads)))) == "grün 🌿"


def test_broken_connection_breaks_the_client() -> None:
    """A lost connection is lost for the client, too."""
    lost = streamed((0.1, event("gr")), broken="RemoteProtocolError: peer closed connection")

    with pytest.raises((openai.APIConnectionError, library_of(openai).RemoteProtocolError)):
        read(ClientRecording(Canned(lost)))


def test_silence_exceeds_the_timeout_of_the_client() -> None:
    """Recorded pauses count as if they were waited for."""
    slow = streamed((0.1, event("a")), (9.0, event("b")), (9.1, b"data: [DONE]\n\n"))

    assert read(ClientRecording(Canned(slow)), timeout=20.0) == "ab"
    with pytest.raises((openai.APITimeoutError, library_of(openai).ReadTimeout)):
        read(ClientRecording(Canned(slow)), timeout=1.0)


def test_no_answer_is_a_connection_error() -> None:
    """A target that does not answer is unreachable for the client, too."""
    with pytest.raises(openai.APIConnectionError):
        create(ClientRecording(Canned({"status": 0, "broken": "ReadError: reset"})))


def test_coded_body_was_decoded() -> None:
    """The recorder keeps bodies decoded: the client must not decode them again."""
    assert create(ClientRecording(Canned(answer(headers={"content-encoding": "gzip", "content-length": "7"}))))


def test_retries_are_asked_anew() -> None:
    """The client's own retries reach the target."""
    recorder = Canned(answer(REFUSED, 429, headers={"retry-after-ms": "1"}), answer())
    recording = ClientRecording(recorder, patient=False, fresh=True, first=100)

    assert create(recording, max_retries=1).choices[0].message.content == "Hello"
    assert [exchange.status for exchange in recording.exchanges] == [429, 200]


def test_exception_is_the_finding() -> None:
    """What the client raises for an answer 200 is told as what it does."""
    recording = ClientRecording(Canned(answer({"choices": None})))

    with pytest.raises(AssertionError, match=r"^crashes: TypeError: 'NoneType'"):
        recording.result(lambda: create(recording).choices[0])


def test_exception_without_a_word_says_where_it_arose() -> None:
    """No message is the bare name of an exception."""
    recording = ClientRecording(Canned(answer()))

    def use() -> None:
        assert create(recording) is None

    with pytest.raises(AssertionError, match=r"^crashes: AssertionError: .*test_sdk_transport.py: assert create"):
        recording.result(partial(plain, use))


def plain(use: Callable[[], None]) -> None:
    """Raises as a client does, whose assertions pytest does not explain."""
    try:
        use()
    except AssertionError as error:
        raise AssertionError().with_traceback(error.__traceback__) from None


@pytest.mark.parametrize(("status", "dependent", "ending"), [(429, True, Inconclusive), (400, True, Unsupported)])
def test_refusal_has_a_check_of_its_own(status: int, dependent: bool, ending: type[Exception]) -> None:
    """A refused request says nothing about the client."""
    recording = ClientRecording(Canned(answer(REFUSED, status)), patient=False)

    with pytest.raises(ending):
        recording.result(lambda: create(recording), dependent=dependent)


def test_refusal_of_what_is_served_without_the_client_is_the_finding() -> None:
    """The client is treated worse than the suite."""
    recording = ClientRecording(Canned(answer(REFUSED, 403)))

    with pytest.raises(AssertionError, match="PermissionDeniedError"):
        recording.result(lambda: create(recording), served=True)


def test_spent_budget_is_nobodys_fault() -> None:
    """What the recorder raises comes back unchanged, whatever the client makes of it."""
    recording = ClientRecording(Canned(BudgetSpent("enough")), entire=True)

    with pytest.raises(BudgetSpent):
        recording.result(lambda: create(recording))
    with pytest.raises(BudgetSpent):
        recording.raised(lambda: create(recording))


@pytest.mark.parametrize("read", [ClientRecording.raised, ClientRecording.result])
def test_what_was_never_asked_is_no_finding(read: Any) -> None:
    """Without a model there is no request to send, which is nothing that the client raises."""
    recording = ClientRecording(Canned())

    with pytest.raises(Inconclusive, match="lists no model"):
        read(recording, lambda: client(recording).chat.completions.create(**Ask(recording.recorder, "").body()))


def test_missing_client_is_unsupported() -> None:
    """A missing client is reported with how to install it."""
    with pytest.raises(Unsupported, match="pip install no-such-project"):
        package(Recorder(TARGET), "no_such_client", "no-such-project")


def cut_stream() -> dict[str, Any]:
    """A stream that the limit of tokens cut."""
    end = {"index": 0, "delta": {"content": "Hel"}, "finish_reason": "length"}
    frame = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [end]}
    return streamed((0.1, f"data: {json.dumps(frame)}\n\ndata: [DONE]\n\n".encode()))


def final(recording: ClientRecording) -> Any:
    """What the stream helper gives in the end."""
    with client(recording).chat.completions.stream(**Ask(recording.recorder, "echo").body()) as stream:
        return stream.get_final_completion()


def test_cut_answer_is_no_crash() -> None:
    """The exception that a client documents for an answer that was cut off says nothing about the gateway."""
    recording = ClientRecording(Canned(cut_stream()))

    with pytest.raises(Inconclusive, match="documents LengthFinishReasonError"):
        recording.result(lambda: final(recording))


@pytest.mark.parametrize("ending", ["whole", "streamed"])
def test_incomplete_response_is_no_crash(ending: str) -> None:
    """No client can parse half a response, or finish a stream that ended before its time."""
    incomplete = {"type": "response.incomplete", "response": {"status": "incomplete"}}
    bodies = {
        "whole": answer({"object": "response", "status": "incomplete", "output": []}),
        "streamed": streamed((0.1, f"data: {json.dumps(incomplete)}\n\n".encode())),
    }
    recording = ClientRecording(Canned(bodies[ending]))

    def use() -> None:
        recording.ask("POST", f"{recording.base_url}/responses", {}, b"{}")
        raise RuntimeError("Didn't receive a `response.completed` event.")

    with pytest.raises(Inconclusive, match="cut off"):
        recording.result(use)


def test_crash_over_a_whole_answer_stays_a_finding() -> None:
    """Only an answer that was cut off excuses an exception."""
    recording = ClientRecording(Canned(answer({"object": "response", "status": "completed", "output": None})))

    def use() -> None:
        recording.ask("POST", f"{recording.base_url}/responses", {}, b"{}")
        raise TypeError("'NoneType' object is not iterable")

    with pytest.raises(AssertionError, match="crashes: TypeError"):
        recording.result(use)
