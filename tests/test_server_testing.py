"""The reference server in other people's tests: the journal, faults by header, and the fixture for pytest."""

from __future__ import annotations

import subprocess
import sys
import time

import httpx
import pytest

from reference_server.testing import serving

HELLO = {"model": "gpt-5.5", "messages": [{"role": "user", "content": "Hello"}]}
USERS_TEST = """
import httpx

pytest_plugins = ["reference_server.testing"]

def test_one(reference_server):
    headers = {"authorization": f"Bearer {reference_server.key}"}
    httpx.get(f"{reference_server.env['OPENAI_BASE_URL']}/models", headers=headers)
    assert [entry["path"] for entry in reference_server.requests] == ["/v1/models"]

def test_other(reference_server):
    assert reference_server.requests == []
"""


@pytest.fixture(scope="module")
def running():
    with serving() as server:
        yield server


@pytest.fixture
def post(running):
    """`post(**headers)`: the response to one chat request, of a server whose journal is empty at first."""
    running.reset()

    def send(path="/v1/chat/completions", **headers):
        return httpx.post(f"{running.root}{path}", json=HELLO, headers={"authorization": "Bearer sk-ok", **headers})

    return send


def control(running, path="", method="GET"):
    return httpx.request(method, f"{running.root}/_control/requests{path}")


def test_journal_tells_what_was_sent_without_its_key(running, post):
    post(), post("/v1/chat/completions?key=secret", authorization="Bearer sk-secret")

    first, second = running.requests
    assert (first["method"], first["path"], first["body"], first["status"]) == (
        "POST", "/v1/chat/completions", HELLO, 200
    )  # fmt: skip
    assert second["status"] == 401
    assert "secret" not in control(running).text
    assert control(running, "/last").json() == second
    assert control(running, "/count").json() == {"count": 2}


def test_journal_of_one_test(running, post):
    for test in ("a", "b", "a"):
        post(**{"x-test-id": test})

    assert control(running, "/count?test=a").json() == {"count": 2}
    assert control(running, "?test=a", "DELETE").json() == {"count": 2}
    assert [entry["headers"]["x-test-id"] for entry in running.requests] == ["b"]


def test_empty_journal_has_no_last(running, post):
    assert post
    assert control(running, "/last").status_code == 404
    assert control(running, "/nothing").status_code == 404


def metric(running, name):
    """The value of a metric in the text format; None when it is not there."""
    lines = httpx.get(f"{running.root}/metrics").text.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(name)), None)


def test_metrics_count_requests(running, post):
    served = 'reference_server_requests_total{operation="createChatCompletion",status="200"}'
    lost = 'reference_server_requests_total{operation="none",status="404"}'
    before = metric(running, served) or 0

    post(), post("/fault/stream_without_done/v1/chat/completions"), post("/v1/nowhere")

    answer = httpx.get(f"{running.root}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert "# TYPE reference_server_requests_total counter" in answer.text.splitlines()
    assert metric(running, served) == before + 2
    assert metric(running, lost) >= 1
    assert metric(running, 'reference_server_seconds_total{operation="createChatCompletion"}') > 0
    assert metric(running, 'reference_server_disconnects_total{operation="createChatCompletion"}') == 0
    assert "_control" not in answer.text


def test_metrics_are_opt_in(server, http):
    assert http.get(server().replace("/v1", "/metrics")).status_code in (401, 404)


def test_journal_is_kept_only_when_it_is_asked_for(server, http):
    root = server().removesuffix("/v1")

    assert http.get(f"{root}/_control/requests", headers={"authorization": "Bearer sk-ok"}).status_code == 404


@pytest.mark.parametrize("gateway", [None, "infery"])
def test_header_names_faults(chat, gateway):
    faulty = chat(stream=True, headers={"x-reference-fault": "stream_without_done, lines_end_in_crlf"}, gateway=gateway)

    assert b"[DONE]" not in faulty.content
    assert b"\r\n" in faulty.content
    assert b"[DONE]" in chat(stream=True).content


def test_unknown_fault_in_the_header_has_a_hint(chat):
    refused = chat(headers={"x-reference-fault": "stream_without_don"})

    assert refused.status_code == 404
    assert "did you mean 'stream_without_done'?" in refused.text


def test_fixture_for_pytest(tmp_path):
    (tmp_path / "test_users.py").write_text(USERS_TEST, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]", encoding="utf-8")

    words = [sys.executable, "-m", "pytest", "-q", "-c", "pytest.ini"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert "2 passed" in ended.stdout, ended.stdout + ended.stderr


def test_fixture_imports_little():
    quick = "import sys, pytest; b = {*sys.modules}; import reference_server.testing; print(*({*sys.modules} - b))"

    modules = subprocess.run([sys.executable, "-c", quick], capture_output=True, text=True, check=True).stdout.split()
    assert not {"msgspec", "uvicorn", "gateway_contract", "conformance", "httpx"} & {*modules}


def test_server_of_a_wrong_option_does_not_start(capfd):
    started = time.monotonic()
    with pytest.raises(RuntimeError, match="did not start"), serving("--gateway", "nobody"):
        pass

    assert "nobody" in capfd.readouterr().err
    assert time.monotonic() - started < 10
