"""When answers come, how connections end, and what headers ask for."""

from __future__ import annotations

import time
from itertools import pairwise

import httpx
import pytest

HEADERS = {"authorization": "Bearer sk-ok"}
WORDS = "one two three four five six"
SLACK = 0.5
"""Seconds by which a busy machine may be late."""


def body(**fields):
    return {"model": "gpt-5.5", "messages": [{"role": "user", "content": "Hello"}], **fields}


@pytest.fixture
def post(running):
    """`post(headers={}, **fields)`: the response to one chat request."""

    def send(headers=None, timeout=5, **fields):
        url = f"{running.base_url}/chat/completions"
        return httpx.post(url, json=body(**fields), headers={**HEADERS, **(headers or {})}, timeout=timeout)

    return send


@pytest.fixture
def arrivals(running):
    """`arrivals(**headers)`: when the headers and each event of a streamed answer came, in seconds."""

    def measure(**headers):
        started, times = time.monotonic(), []
        url = f"{running.base_url}/chat/completions"
        with httpx.stream("POST", url, json=body(stream=True), headers={**HEADERS, **headers}, timeout=5) as response:
            times.append(time.monotonic() - started)
            times += [time.monotonic() - started for line in response.iter_lines() if line]
        return times

    return measure


def took(action):
    started = time.monotonic()
    action()
    return time.monotonic() - started


def test_time_of_a_stream(play, arrivals):
    play(answer={"text": WORDS, "time": {"headers": 0.1, "first": 0.2, "rate": 50}})

    begun, first, *rest = arrivals()
    assert 0.1 <= begun < 0.1 + SLACK
    assert 0.3 <= first < 0.3 + SLACK
    assert len(rest) / 50 <= rest[-1] - first + 0.02 < len(rest) / 50 + SLACK


def test_stall_after_some_events(play, arrivals):
    play(answer={"text": WORDS, "time": {"stall_after": 3, "stall": 0.3}})

    _, *events = arrivals()
    pauses = [later - earlier for earlier, later in pairwise(events)]
    assert pauses.index(max(pauses)) == 2
    assert 0.25 <= max(pauses) < 0.3 + SLACK


def test_whole_answer_takes_as_long_as_its_tokens(play, post):
    play({"answer": {"text": WORDS, "time": {"first": 0.1, "rate": 50}}})

    spent = post().json()["usage"]["completion_tokens"]
    assert 0.1 + spent / 50 <= took(post) < 0.1 + spent / 50 + SLACK


def test_time_of_a_model(play, post):
    play(models={"gpt-*": {"headers": 0.2}})

    assert took(post) >= 0.2
    assert took(lambda: post(model="echo")) < 0.2


def test_jitter_follows_from_the_seed(play, arrivals):
    pauses = []
    for seed in (3, 3):
        play(answer={"text": "one two", "time": {"first": 0.2, "jitter": 1}}, seed=seed)
        pauses.append(arrivals()[1])

    assert pauses[0] == pytest.approx(pauses[1], abs=0.1)


def test_delay_by_header(running, play, post, arrivals):
    assert took(lambda: post(headers={"x-reference-delay": "0.2"})) >= 0.2
    assert arrivals(**{"x-reference-delay": "first=0.2; rate=1000"})[1] >= 0.2
    play(answer={"text": WORDS, "time": {"headers": 1}})
    assert took(lambda: post(headers={"x-reference-delay": "0.1"})) < 1


@pytest.mark.parametrize("text", ["frst=1", "first=soon", "first=-1", "first=9999", "nan"])
def test_wrong_delay_is_refused(post, text):
    refused = post(headers={"x-reference-delay": text})

    assert refused.status_code == 400
    assert "x-reference-delay" in refused.text


def test_reset_before_any_answer(play, post):
    play(answer={"connection": "reset"})

    with pytest.raises(httpx.ReadError):
        post()


def test_half_closed_answer(play, post):
    play(answer={"connection": "half-close"})

    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        post()


def test_wrong_length(play, post):
    play(answer={"connection": "wrong-length"})

    with pytest.raises(httpx.RemoteProtocolError, match=r"received .* bytes, expected"):
        post()


def test_no_answer_and_a_client_that_goes_away(running, play, post):
    play(answer={"connection": "never", "times": 1})

    with pytest.raises(httpx.ReadTimeout):
        post(timeout=0.2)
    post()
    assert wait_for(lambda: [entry["disconnected"] for entry in running.requests], [True, False])


def wait_for(look, wanted):
    """Whether what is looked at becomes what is wanted, soon."""
    end = time.monotonic() + 5
    while look() != wanted and time.monotonic() < end:
        time.sleep(0.02)
    return look() == wanted


def received(running):
    """The lines of a stream that breaks off, and why it did."""
    lines = []
    url = f"{running.base_url}/chat/completions"
    try:
        with httpx.stream("POST", url, json=body(stream=True), headers=HEADERS, timeout=0.5) as response:
            for line in filter(None, response.iter_lines()):
                lines.append(line)  # one by one: they are kept when the stream breaks off
    except httpx.TransportError as error:
        return lines, type(error)
    return lines, None


@pytest.mark.parametrize(
    ("ending", "error"),
    [("reset", httpx.ReadError), ("half-close", httpx.RemoteProtocolError), ("never", httpx.ReadTimeout)],
)
def test_connection_breaks_after_events(running, play, ending, error):
    play(answer={"text": WORDS, "connection": ending, "after": 3})

    lines, reason = received(running)
    assert (len(lines), reason) == (3, error)


def test_server_goes_on_after_broken_connections(play, post):
    play(answer=[{"connection": "reset"}, {"connection": "wrong-length"}, {"text": WORDS}])

    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            post()
    assert post().status_code == 200


def lacks_id(response):
    return "id" not in response.json()


def test_faults_by_header_so_many_times(running, play, post):
    header = {"x-reference-fault": "completion_without_id; times=2"}

    answers = [post(headers=header | {"x-test-id": test}) for test in ("a", "a", "b", "a")]
    assert [lacks_id(answer) for answer in answers] == [True, True, True, False]
    running.reset()
    assert lacks_id(post(headers=header | {"x-test-id": "a"}))


def test_faults_by_header_with_a_probability(running, play, post):
    header = {"x-reference-fault": "completion_without_id; probability=0.5"}
    drawn = []
    for _ in range(2):
        running.reset()
        drawn.append([lacks_id(post(headers=header)) for _ in range(12)])

    assert drawn[0] == drawn[1]
    assert {*drawn[0]} == {True, False}


@pytest.mark.parametrize("option", ["tims=2", "times=often"])
def test_wrong_option_of_a_fault_is_refused(post, option):
    refused = post(headers={"x-reference-fault": f"completion_without_id; {option}"})

    assert refused.status_code == 400
    assert option in refused.text


def test_wait_for_requests(running, play, post):
    started = time.monotonic()
    with pytest.raises(TimeoutError, match="0 of 1"):
        running.wait(timeout=0.2)
    assert time.monotonic() - started >= 0.2

    post(), post()
    assert len(running.wait(2)) == 2


def test_last_requests(running, play, post):
    for test in "abc":
        post(headers={"x-test-id": test})

    shown = httpx.get(f"{running.root}/_control/requests?last=2").json()
    assert (shown["count"], [entry["test"] for entry in shown["requests"]]) == (2, ["b", "c"])


def test_test_is_named_by_the_key(running, play, post):
    post(headers={"authorization": "Bearer sk-ok@one"}), post()

    shown = httpx.get(f"{running.root}/_control/requests?test=one").json()
    assert shown["count"] == 1
    assert "sk-ok" not in str(shown)
