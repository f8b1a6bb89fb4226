"""`doctor`: what it says of a target, how little it asks, and that it never shows a key."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

import gateway_contract
from conformance.__main__ import main
from conformance.cli import doctor
from conformance.cli.examination import MOST, Examination, Line
from conformance.target import Secret, Target
from conformance.wire.recorder import Recorder

KEY = "sk-very-secret-a1b2c3d4e5f6"
MODELS = {"object": "list", "data": [{"id": "gpt-5-mini"}]}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
COMPLETION = {"id": "one", "object": "chat.completion", "model": "gpt-5-mini", "choices": [CHOICE]}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The credential of the command."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")


@pytest.fixture
def silent() -> Iterator[str]:
    """The base URL of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


def examined(
    headers: dict[str, str] | None = None, base_url: str = "http://gateway.test/v1", asked: list[str] | None = None
) -> dict[str, Line]:
    """The lines of a gateway whose every answer has these headers, by name. `asked` gets what it is asked."""

    def respond(request: httpx.Request) -> httpx.Response:
        place = f"{request.method} {request.url}"
        if asked is not None:
            asked.append(place)
        known = {f"GET {base_url}/models": MODELS, f"POST {base_url}/chat/completions": COMPLETION}.get(place)
        body = httpx.ByteStream(json.dumps(known or {"error": {}}).encode())
        sent = {"content-type": "application/json"} | (headers or {})
        return httpx.Response(200 if known else 404, headers=sent, stream=body)

    target = Target(base_url, keys={"default": Secret(KEY)}, models={"chat": "gpt-5-mini"}, max_requests=MOST)
    recorder = Recorder(
        target, bases=target.bases(gateway_contract.load("openai").bases), transport=httpx.MockTransport(respond)
    )
    return {line.name: line for line in Examination(target, recorder).lines()}


def test_right_target_has_no_problem(server: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--base-url", server()]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} <= {"ok", "note"}
    names = [line.split()[1] for line in lines]
    assert names[:4] == ["proxy", "reached", "key", "models"]
    assert names[4:] == ["openai", "anthropic", "gemini", "clock", "limits", "latency", "cost", "cost", "cost"]


def test_target_of_a_native_protocol_has_no_problem(
    server: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever does not speak the OpenAI dialect is told what is served instead, and what judging that costs."""
    base = server().removesuffix("/v1") + "/anthropic"

    assert main(["doctor", "--base-url", f"{base}/v1", "--model", "gpt-4o-mini"]) == 0

    told = capsys.readouterr().out
    assert "note     openai     nothing at" in told
    assert f"it is served at {base}" in told
    requests = [int(re.findall(r"about (\d+) requests", line)[0]) for line in told.splitlines() if "cost" in line]
    assert len(requests) == 3
    assert 100 < requests[0] < 600


def test_json_has_the_same_lines(server: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--base-url", server(), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["ok"]
    assert told["base_url"] == server()
    assert {"name", "state", "text", "hint"} == set(told["lines"][0])


def test_wrong_key_is_a_problem_and_is_not_shown(
    server: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GATEWAY_API_KEY", KEY)

    assert main(["doctor", "--base-url", server()]) == 3

    output = "".join(capsys.readouterr())
    assert "problem  key        the target refuses the key: 401" in output
    assert "hint: set GATEWAY_API_KEY" in output
    assert KEY not in output


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://no-such-host.invalid/v1", "the name of its host is not known"),
        ("http://127.0.0.1:1/v1", "nothing listens on that port"),
    ],
)
def test_unreached_target_is_told_apart(url: str, cause: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--base-url", url]) == 3

    assert cause in capsys.readouterr().out


def test_target_without_tls_is_told_apart(server: Callable[..., str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--base-url", server().replace("http:", "https:")]) == 3

    assert "TLS failed" in capsys.readouterr().out


def test_silent_target_is_told_apart(silent: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--base-url", silent, "--timeout", "0.2"]) == 3

    assert "takes a connection and does not answer: ReadTimeout" in capsys.readouterr().out


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (60, "note"), (-3600, "problem")])
def test_clock_is_compared(seconds: int, state: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)

    assert examined({"date": date})["clock"].state == state


@pytest.mark.parametrize("date", ["", "yesterday", "Sat, 99 Nov 2026 00:00:00 GMT"])
def test_clock_that_cannot_be_read_is_no_problem(date: str) -> None:
    assert examined({"date": date})["clock"].state == "note"


def test_limits_are_those_of_the_headers() -> None:
    lines = examined({"x-ratelimit-limit-requests": "60", "x-request-id": "one"})

    assert "x-ratelimit-limit-requests: 60;" in lines["limits"].text
    assert "x-request-id" not in lines["limits"].text


def test_dozen_requests_are_the_most() -> None:
    """Protocols that are nowhere are looked for at all the usual places, as long as there are requests left."""
    asked: list[str] = []

    lines = examined(base_url="http://gateway.test/team/openai/v1", asked=asked)

    assert lines["openai"].text.startswith("chat at ")
    assert len(asked) <= 12


@pytest.mark.parametrize(
    ("variables", "text"),
    [
        ({"HTTP_PROXY": "http://user:hidden@proxy.test:3128"}, "go through proxy.test:3128"),
        ({"ALL_PROXY": "proxy.test"}, "go through proxy.test"),
        ({"HTTP_PROXY": "http://proxy.test", "NO_PROXY": "gateway.test"}, "NO_PROXY names gateway.test"),
        ({"HTTPS_PROXY": "http://proxy.test"}, "none is set"),
    ],
)
def test_proxy_is_named_without_its_password(
    variables: dict[str, str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    line = examined()["proxy"]

    assert text in line.text
    assert "hidden" not in line.text


def test_files_are_checked_without_a_variable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('base_url = "https://host/v1"\n[keys]\ndefault = { env = "NOT_SET_ANYWHERE" }\n')
    bad.write_text('base_url = "https://host/v1"\n\ngatway = "foxora"\n')

    assert main(["doctor", "--offline", str(good)]) == 0
    assert main(["doctor", "--offline", str(good), str(bad)]) == 3

    assert "bad.toml, line 3: unknown key 'gatway'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        'gateway = "nobody"',
        'base_url = "ftp://host"',
        '[[expected_failures]]\nrequirement = "no.such"\nreason = "none"',
    ],
)
def test_names_in_a_file_are_known(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd-target.toml").write_text(text)

    assert main(["doctor", "--offline", str(tmp_path / "odd-target.toml")]) == 3
    assert "odd-target.toml" in capsys.readouterr().out


def test_nothing_to_look_at_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 2
    assert main(["doctor", "--api-key", KEY]) == 2

    assert KEY not in "".join(capsys.readouterr())


def test_text_of_a_gateway_is_inert(capsys: pytest.CaptureFixture[str]) -> None:
    line = Line("limits", "ok", "x-ratelimit-scope: \x1b[31mred\r\n::error::no")

    print(doctor.shown(line))

    assert "\x1b" not in capsys.readouterr().out
    assert "\n" not in doctor.shown(line)
