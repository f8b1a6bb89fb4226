"""The evidence of a failure is the exchange that the failing demand judged, and its curl repeats it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from conformance.run.evidence import evidence
from conformance.wire.exchange import Exchange, Request
from conformance.words.answer import JsonAnswer, demand_status, demand_text
from conformance.words.check import Failed, every
from conformance.words.judged import judged

from .canned import Canned, answer

ID = "file-0123456789abcdef"


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demands of this module count as those of the suite."""
    for module in ("judged", "check"):
        monkeypatch.setattr(f"conformance.words.{module}.is_ours", lambda name: name == __file__)


def two() -> tuple[Canned, JsonAnswer, JsonAnswer]:
    """A recorder that has two answers, and those."""
    recorder = Canned(answer({"name": "one", "data": [{"n": 1}]}), answer({"name": "two", "data": [{"n": 2}]}))
    first, second = (JsonAnswer(recorder.ask(Request("GET", f"/{name}"))) for name in ("one", "two"))
    return recorder, first, second


def plainly(first: JsonAnswer, _: JsonAnswer) -> None:
    """The failing line names the answer."""
    assert first.status == 500


def by_a_demand(first: JsonAnswer, _: JsonAnswer) -> None:
    """A demand gets the exchange."""
    demand_status(first.exchange, [500])


def by_what_it_was_made_of(first: JsonAnswer, _: JsonAnswer) -> None:
    """The failing line names what was read of the answer before."""
    names = [str(first.body["name"])]
    for name in names:
        demand_text("", name)


def by_its_body(first: JsonAnswer, second: JsonAnswer) -> None:
    """The failing line names a part of the body, which comes from a list of several."""
    for entry in [first.body["data"][0], second.body["data"][0]]:
        assert entry["n"] == 2


@pytest.mark.parametrize("demand", [plainly, by_a_demand, by_what_it_was_made_of, by_its_body])
def test_failing_demand_tells_which_answer_it_judged(demand: Callable[[JsonAnswer, JsonAnswer], None]) -> None:
    """Although another was asked for after it."""
    recorder, first, second = two()

    with pytest.raises(AssertionError) as caught:
        demand(first, second)

    assert judged(caught.value, recorder.touched) == [first.exchange]


def test_comparison_has_judged_both() -> None:
    """In the order of the sentence."""
    recorder, first, second = two()

    with pytest.raises(AssertionError) as caught:
        compare(second, first)

    assert judged(caught.value, recorder.touched) == [second.exchange, first.exchange]


def compare(first: JsonAnswer, second: JsonAnswer) -> None:
    """Two answers are the same."""
    assert first.body["name"] == second.body["name"]


def test_first_failing_case_comes_first() -> None:
    """What the message names first is the first evidence."""
    recorder = Canned(*(answer(status=status) for status in (200, 400, 200, 404)))

    def demand(case: int) -> None:
        exchange = recorder.ask(Request("GET", f"/{case}"))
        assert exchange.status == 200

    with pytest.raises(Failed) as caught:
        every(range(4), demand, recorder.touched)

    assert [one.status for one in judged(caught.value, recorder.touched)] == [400, 404]
    assert str(caught.value).startswith("[1]")
    assert recorder.touched[-1].status == 404


def exchange(number: int, method: str, path: str, body: bytes | None = None, answered: bytes = b"") -> Exchange:
    """An exchange of that number."""
    request = Request(method, path, body)
    return Exchange(number, request, f"http://gateway.test/v1{path}", "", (), 200, chunks=((0.0, answered),))


def test_upload_comes_before_the_request_with_its_id() -> None:
    """With the id that the gateway gives now, in path and body; a deletion in between is repeated too."""
    upload = exchange(1, "POST", "/files", b"it's", f'{{"parent_id": "none-of-us", "id": "{ID}"}}'.encode())
    other = exchange(2, "POST", "/files", b"other", b'{"id": "file-ffffffffffffffff"}')
    deletion = exchange(3, "DELETE", f"/files/{ID}")
    question = exchange(4, "POST", "/chat/completions", f'{{"file_id":"{ID}","text":"it\'s"}}'.encode())

    curl = evidence(question, [upload, other, deletion, question]).curl

    assert _played(curl) == [
        "POST /files it's",
        "DELETE /files/new-id ",
        'POST /chat/completions {"file_id":"new-id","text":"it\'s"}',
    ]


def test_poll_comes_after_its_job() -> None:
    """As often as it was asked."""
    job = exchange(1, "POST", "/videos", b"{}", b'{"job_id":"job-123456"}')
    polls = [exchange(number, "GET", "/videos/job-123456") for number in (2, 3, 4)]

    curl = evidence(polls[-1], [job, *polls]).curl

    assert curl.splitlines()[-2].startswith("for _ in $(seq 2)")
    assert _played(curl)[0] == "POST /videos {}"
    assert _played(curl)[-1] == "GET /videos/new-id "


def test_request_that_needs_nothing_is_one_line() -> None:
    """The id of a tool call is the caller's business."""
    called = exchange(1, "POST", "/chat/completions", b"{}", b'{"id":"chatcmpl-1","calls":[{"id":"call_123"}]}')
    question = exchange(2, "POST", "/chat/completions", b'{"tool_call_id":"call_123"}')

    assert len(evidence(question, [called, question]).curl.splitlines()) == 1


def _played(script: str) -> list[str]:
    """The requests that a shell makes of a script, whose every answer names `new-id`."""
    fake = """sleep() { :; }
curl() {
  local method=GET url= body=
  while [ $# -gt 0 ]; do
    case "$1" in
      -X) method=$2; shift;;
      --data-binary) body=$2; [ $method = GET ] && method=POST; shift;;
      http*) url=${1#http://gateway.test/v1};;
    esac
    shift
  done
  echo "$method $url $body" >&2
  echo '{"parent_id": "none-of-us", "job_id": "new-id", "id": "new-id"}'
}
"""
    done = subprocess.run(["bash", "-c", fake + script], capture_output=True, text=True, timeout=10, check=True)
    return done.stderr.splitlines()
