"""A session with an upstream becomes a scenario, which answers as the upstream did."""

from __future__ import annotations

import httpx
import pytest

from reference_server.running import serving

KEY = "sk-ok@secret"
HEADERS = {
    "authorization": f"Bearer {KEY}", "x-api-key": KEY, "x-goog-api-key": KEY, "anthropic-version": "2023-06-01"
}  # fmt: skip


def chat(server, text, **fields):
    body = {"model": "gpt-5.5", "messages": [{"role": "user", "content": text}], **fields}
    return httpx.post(f"{server.base_url}/chat/completions", json=body, headers=HEADERS)


def message(server, text):
    body = {"model": "gpt-5.5", "max_tokens": 50, "messages": [{"role": "user", "content": text}]}
    return httpx.post(f"{server.root}/anthropic/v1/messages", json=body, headers=HEADERS)


def session(server):
    """The answers to some requests: whole, streamed, the same again, refused, and without a body."""
    return [
        chat(server, "Hello"),
        chat(server, "Hello", stream=True),
        chat(server, "Hello"),
        chat(server, "Hello", model="nobody"),
        httpx.get(f"{server.base_url}/models/gpt-5.5", headers=HEADERS),
    ]


@pytest.fixture(scope="module")
def upstream():
    with serving() as server:
        yield server


@pytest.mark.parametrize("base", ["root", "base_url"])
def test_session_is_played_again(upstream, tmp_path, base):
    file = tmp_path / "session.yaml"
    with serving("--record", getattr(upstream, base), "--scenario", str(file)) as server:
        given = session(server)
    assert [answer.status_code for answer in given] == [200, 200, 200, 404, 200]
    assert KEY not in file.read_text("utf-8")

    with serving("--scenario", str(file), "--any-model") as server:
        played = session(server)
        later = chat(server, "Hello").json()
        other = chat(server, "Something else")
    assert [answer.status_code for answer in played] == [answer.status_code for answer in given]
    assert [said(answer) for answer in played] == [said(answer) for answer in given]
    assert played[1].headers["content-type"].startswith("text/event-stream")
    assert later == given[2].json()
    assert other.json()["choices"][0]["message"]["content"] == "You said: Something else"


def said(answer):
    return answer.text if "event-stream" in answer.headers["content-type"] else answer.json()


def test_native_protocol_has_its_own_upstream(upstream, tmp_path):
    file = tmp_path / "session.json"
    with serving("--record", f"{upstream.root}/anthropic", "--scenario", str(file)) as server:
        assert message(server, "Hello").json()["content"][0]["text"] == "You said: Hello"

    assert "createMessage" in file.read_text("utf-8")


def test_upstream_that_is_not_there(tmp_path):
    with serving("--record", "http://127.0.0.1:1", "--scenario", str(tmp_path / "session.yaml")) as server:
        assert chat(server, "Hello").status_code == 502


def test_recording_needs_a_file(capfd):
    with pytest.raises(RuntimeError, match="did not start"), serving("--record", "http://127.0.0.1:1"):
        pass

    assert "--scenario" in capfd.readouterr().err


def test_recording_does_not_write_over_a_file(tmp_path, capfd):
    file = tmp_path / "session.yaml"
    file.write_text("rules: []\n", "utf-8")
    with (
        pytest.raises(RuntimeError, match="did not start"),
        serving("--record", "http://127.0.0.1:1", "--scenario", str(file)),
    ):
        pass

    assert "session.yaml exists already" in capfd.readouterr().err
    assert file.read_text("utf-8") == "rules: []\n"
