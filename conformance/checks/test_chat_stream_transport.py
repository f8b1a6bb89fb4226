"""Streams on the wire: arrival in time, errors, and clients that leave."""

from __future__ import annotations

from functools import partial

from conformance.wire.exchange import Request
from conformance.wire.recorder import Recorder
from conformance.words.answer import demand_client_error, demand_json
from conformance.words.ask import Ask, encoded
from conformance.words.check import alone, at_once, inconclusive, requirement
from conformance.words.openai.chat import DONE, choices_of
from conformance.words.received import leave_open_when_cut
from conformance.words.samples.prompts import COUNT_FAR
from conformance.words.streams import REPEAT_COUNTED, demand_incremental, has_gap, is_counted

WRONG = ("warm", -0.1, 2.1)
"""Temperatures of a wrong type, and out of range."""
REPEATED = 12
"""How many streams are asked for to find what happens to every tenth."""


@requirement("chat.stream.incremental")
@alone
def test_stream_incremental(ask: Ask, recorder: Recorder) -> None:
    """The first words arrive long before the last ones.

    A gateway that buffers sends a long answer late and at once; a slow model behind a good gateway sends it late too,
    but a short answer just as late. So both are asked, and only a delay that grows with the answer counts.
    """
    model = recorder.target.models.get("slow", ask.model)
    least, most = (2, 24) if "slow" in recorder.target.models else (_least(ask), 160)

    demand_incremental(
        lambda take, size: ask.stream(COUNT_FAR, model=model, take=take, **{ask.limit: size}).arrivals(), least, most
    )


def _least(ask: Ask) -> int:
    """The smallest limit that the model takes and still answers with text."""
    tiny = ask.stream(COUNT_FAR, **{ask.limit: 2})
    return 2 if tiny.status == 200 and tiny.text() else 16


@requirement("chat.stream.errors")
def test_stream_errors(ask: Ask) -> None:
    """A request that is wrong is refused with its status and a JSON error, also when it asks for a stream."""
    wrong = [value for value in WRONG if 400 <= ask.chat(temperature=value).status < 500]
    if not wrong:
        inconclusive("the target takes any temperature")

    for value in wrong:
        answer = ask.stream(temperature=value)
        demand_client_error(answer)
        demand_json(answer.exchange)


@requirement("chat.stream.error-event")
def test_stream_error_event(ask: Ask, recorder: Recorder) -> None:
    """A failure in mid-stream is reported by an error event, and the stream does not end as if it had succeeded."""
    stream = ask.stream(COUNT_FAR, model=recorder.target.models["midstream-error"])

    if stream.status >= 400:
        inconclusive(f"the failure came before the first byte: {stream.status}")
    leave_open_when_cut(stream.exchange)
    assert stream.errors, "the model failed in mid-stream, but no event says so"
    assert all(isinstance(error, dict) and error.get("message") for error in stream.errors), "the error has no message"
    reasons = [choice.get("finish_reason") for choice in choices_of(stream.pieces)]
    assert "stop" not in reasons, "the failed stream ends with finish_reason stop"
    assert DONE not in stream.data[:-1], "the failed stream goes on after [DONE]"


@requirement("chat.stream.disconnect")
@alone
def test_stream_disconnect(ask: Ask, recorder: Recorder) -> None:
    """A client that leaves in mid-stream does not disturb the next request."""
    body = ask.body(COUNT_FAR, stream=True)
    left = recorder.send(Request("POST", "/chat/completions", encoded(body)), until=lambda data: b"\n" in data)
    if left.status != 200:
        inconclusive(f"the stream was answered {left.status}")

    answer = ask.chat("Say hello again.")

    assert answer.status == 200, f"after a client left, the next request is answered {answer.status}"


@requirement("chat.stream.lossless")
def test_stream_lossless(ask: Ask) -> None:
    """Nothing is lost from a stream, however often it is asked for.

    Only where most answers are complete does a gap, or an end that comes too soon and is called regular, count.
    """
    repeated = partial(ask.stream, REPEAT_COUNTED, **ask.room(128))
    first = repeated()
    first.text()  # where there is none, one request is enough
    streams = [first, *at_once(partial(repeated, take=take) for take in range(1, REPEATED))]
    complete = sum(is_counted(stream.text()) for stream in streams)
    gaps = [one for one in streams if one.finish_reasons() == ["stop"] and has_gap(one.text())]

    if complete <= REPEATED / 2:
        inconclusive(f"the model repeated {complete} of {REPEATED} times what it was asked to")
    assert not gaps, f"{len(gaps)} of {REPEATED} streams lost a part: {gaps[0].text()!r:.120}"
