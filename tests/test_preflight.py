"""A wrong set-up ends a run before anything is judged, in at most five requests, with what came and what to do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from conformance.__main__ import main
from conformance.run import runner
from conformance.target import Secret, Target

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1790000000,
    "model": "gpt-5-mini",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
}
SERVED = ("gpt-5-mini", "text-embedding-3-small")
OWNED = {"object": "model", "created": 1790000000, "owned_by": "openai"}
MODELS = {"object": "list", "data": [{"id": name} | OWNED for name in SERVED]}
Answer = tuple[int, object]
Respond = Callable[[str, str, dict[str, str], bytes], Answer]


@contextmanager
def gateway(respond: Respond) -> Iterator[tuple[str, list[str]]]:
    """A gateway whose answers a function gives; its root, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            asked.append(f"{self.command} {self.path}")
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, value = respond(self.command, self.path, headers, body)
            data = value.encode() if isinstance(value, str) else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "text/html" if isinstance(value, str) else "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data if self.command != "HEAD" else b"")

        do_GET = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def error(message: str, **members: object) -> dict[str, object]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None} | members}


def right(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """A gateway that is right, as far as the preflight asks it."""
    if headers.get("authorization") != "Bearer sk-right":
        return 401, error("Incorrect API key provided.", code="invalid_api_key")
    if path == "/v1/models":
        return (200, MODELS) if method == "GET" else (405, error("Method not allowed"))
    if path.removeprefix("/v1/models/") in SERVED:
        return 200, {"id": path.removeprefix("/v1/models/")} | OWNED
    if (method, path) != ("POST", "/v1/chat/completions"):
        return 404, error("Not found")
    if json.loads(body)["model"] != "gpt-5-mini":
        return 404, error("The model does not exist.", param="model", code="model_not_found")
    return 200, COMPLETION


def speaks_anthropic(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    """A gateway for the Anthropic protocol alone, which gives every model one answer."""
    if (method, path) != ("POST", "/v1/messages"):
        return 404, {"message": f"Route {method}:{path} not found", "statusCode": 404}
    if headers.get("x-api-key") != "sk-right" and headers.get("authorization") != "Bearer sk-right":
        return 401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}
    if not json.loads(body).get("messages"):
        return 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "messages: required"}}
    content = [{"type": "text", "text": "Hello!"}]
    usage = {"input_tokens": 8, "output_tokens": 3}
    ended = {"stop_reason": "end_turn", "stop_sequence": None, "usage": usage}
    return 200, {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "content": content} | ended


def instead(status: int, body: object) -> Respond:
    return lambda *_: (status, body)


def wants_header(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    if "x-portkey-provider" not in headers:
        message = "Either x-portkey-config or x-portkey-provider header is required"
        return 400, {"status": "failure", "message": message}
    return right(method, path, headers, body)


def behind(status: int, message: str) -> Respond:
    """Refuses a wrong key in its own way."""

    def respond(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        wrong = headers.get("authorization") != "Bearer sk-right"
        return (status, error(message)) if wrong else right(method, path, headers, body)

    return respond


def model_by_400(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
    status, answer = right(method, path, headers, body)
    if path.endswith("completions") and status == 404:
        return 400, {"error": {"message": "Invalid model name passed in model=nope. Call `/v1/models`", "code": "400"}}
    return status, answer


CASES: dict[str, tuple[Respond, str, str, str, str]] = {
    "unknown model": (right, "/v1", "sk-right", "does not serve the model nope", "gpt-5-mini"),
    "unknown model, by 400": (model_by_400, "/v1", "sk-right", "does not serve the model nope", "gpt-5-mini"),
    "no /v1": (right, "", "sk-right", "no OpenAI-compatible API", "did you mean URL/v1?"),
    "another version": (right, "/v2", "sk-right", "no OpenAI-compatible API", "did you mean URL/v1?"),
    "an operation": (right, "/v1/chat/completions", "sk-right", "no OpenAI-compatible API", "did you mean URL/v1?"),
    "wrong key, 401": (right, "/v1", "sk-wrong", "refuses the key", "GATEWAY_API_KEY"),
    "wrong key, 403": (behind(403, "Forbidden"), "/v1", "sk-wrong", "refuses the key", "GATEWAY_API_KEY"),
    "wrong key, by 400": (behind(400, "No connected db."), "/v1", "sk-wrong", "refuses the key", "GATEWAY_API_KEY"),
    "wrong key, 400": (behind(400, "API key not valid."), "/v1", "sk-wrong", "refuses the key", "GATEWAY_API_KEY"),
    "header": (wants_header, "/v1", "sk-right", "asks for the header x-portkey", "--header 'x-portkey"),
    "HTML for all": (instead(200, "<html>Welcome</html>"), "/v1", "sk-right", "no OpenAI-compatible API", "SDK takes"),
    "JSON of another API": (instead(200, {"status": "UP"}), "/v1", "sk-right", "no OpenAI-compatible API", "SDK takes"),
    "404 for all": (instead(404, "<h1>Not Found</h1>"), "/v1", "sk-right", "no OpenAI-compatible API", "SDK takes"),
    "at its limit": (instead(402, error("Credit is used up.")), "/v1", "sk-right", "at its limit", "room"),
    "no upstream": (instead(503, error("No upstream.")), "/v1", "sk-right", "does not answer", "upstream"),
}


UNNAMED = [name for name in CASES if "model" not in name and name != "no upstream"]
"""What is wrong even when the model is one that the target lists."""


@pytest.mark.parametrize(("name", "model"), [*((name, "nope") for name in CASES), *((name, None) for name in UNNAMED)])
def test_wrong_set_up_is_told(
    name: str,
    model: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    respond, path, key, said, hint = CASES[name]
    monkeypatch.setenv("GATEWAY_API_KEY", key)
    named = ["--model", model if name.startswith("unknown") else "gpt-5-mini"] if model else []
    with gateway(respond) as (root, asked):
        code = main(["run", "--base-url", root + path, *named, "--report", str(tmp_path / "report")])

    told = capsys.readouterr().err.replace(root, "URL")
    assert code == 3
    assert said in told
    assert hint in told
    assert len(asked) <= 6, asked
    assert key not in told
    assert not (tmp_path / "report" / "report.json").exists()


@pytest.mark.parametrize(
    ("url", "said", "hint"),
    [
        ("http://127.0.0.1:9/v1", "nothing listens on that port", "is the gateway running"),
        ("http://no-such-host.invalid/v1", "the name of its host is not known", "spelled right"),
    ],
)
def test_nobody_there_is_told_by_cause(url: str, said: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--base-url", url]) == 3

    told = capsys.readouterr().err
    assert said in told
    assert hint in told


def test_plain_server_behind_https_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with gateway(right) as (root, _):
        assert main(["run", "--base-url", f"{root.replace('http', 'https')}/v1"]) == 3

    told = capsys.readouterr().err
    assert "TLS failed" in told
    assert "http://" in told


def thinking(how: dict[str, object]) -> Respond:
    """A right gateway whose model thinks before it speaks, and tells it like this."""

    def respond(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        status, answer = right(method, path, headers, body)
        if status == 200 and isinstance(answer, dict) and "choices" in answer:
            message = {"role": "assistant", "content": "Hello."} | {
                name: value for name, value in how.items() if name not in ("finish_reason", "usage")
            }
            choice = {"index": 0, "message": message, "finish_reason": how.get("finish_reason", "stop")}
            return status, {**answer, "choices": [choice], "usage": how.get("usage", answer["usage"])}
        return status, answer

    return respond


COUNTED = {"prompt_tokens": 9, "completion_tokens": 60, "completion_tokens_details": {"reasoning_tokens": 58}}
THOUGHTS: dict[str, tuple[dict[str, object], int]] = {
    "counted": ({"usage": COUNTED}, 2048),
    "shown": ({"reasoning_content": "The user greets."}, 2048),
    "shown elsewhere": ({"reasoning": "The user greets."}, 2048),
    "in the text": ({"content": "<think>\nThe user greets.\n</think>\n\nHello."}, 2048),
    "no room left": ({"content": "", "finish_reason": "length"}, 2048),
    "no room left, null": ({"content": None, "finish_reason": "length"}, 2048),
    "at length": ({"content": "Hello, and another", "finish_reason": "length"}, 64),
    "none": ({"reasoning_content": None}, 64),
}


@pytest.mark.parametrize("name", THOUGHTS)
def test_model_that_thinks_gets_room(name: str) -> None:
    """Whatever shows that a model thinks before it speaks, its answers may be longer from then on."""
    how, cap = THOUGHTS[name]
    with gateway(thinking(how)) as (root, asked):
        target = Target(f"{root}/v1", keys={"default": Secret("sk-right")}, models={"chat": "gpt-5-mini"})
        seen = runner.look(target)

    assert (seen.cap, seen.thinks) == (cap, cap > 64)
    assert len(asked) <= 2


def test_model_that_takes_no_more_tokens_keeps_the_usual_room() -> None:
    """Whose window is small is not asked for more than fits."""

    def small(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path.endswith("completions") and json.loads(body)["max_tokens"] > 1000:
            return 400, error("max_tokens is too large")
        return thinking({"reasoning": "The user greets."})(method, path, headers, body)

    with gateway(small) as (root, _):
        target = Target(f"{root}/v1", keys={"default": Secret("sk-right")}, models={"chat": "gpt-5-mini"})
        assert runner.look(target).cap == 64


@pytest.mark.parametrize("path", ["/v1", ""])
def test_native_protocol_is_judged_alone(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever does not speak the OpenAI dialect is not accused of that, and is judged for what it speaks."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-right")
    judged = ("anthropic.answers", "anthropic.schema", "chat.schema", "models.answers", "errors.unknown-route")
    words = [word for name in judged for word in ("--requirement", name)]

    with gateway(speaks_anthropic) as (root, asked):
        main(["run", "--base-url", root + path, "--model", "claude", *words, "--report", str(tmp_path)])

    report = json.loads((tmp_path / "report.json").read_text())
    verdicts = {one["requirement"]: one["verdict"] for one in report["findings"]}
    assert verdicts == dict.fromkeys(judged, "unsupported") | dict.fromkeys(judged[:2], "passed")
    assert sum("/chat/completions" in one for one in asked) == 1
    assert "Not judged: the target has no POST /chat/completions, and no model" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["/gemini/v1beta", "/gemini", "/anthropic/v1", "/anthropic"])
def test_base_url_of_a_native_protocol_is_one(
    path: str, server: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever gives the address that an official client of another protocol takes is not sent away."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")
    name = f"{path.split('/')[1]}.answers"
    words = ["--requirement", name, "--requirement", "models.answers", "--report", str(tmp_path)]

    main(["run", "--base-url", server().removesuffix("/v1") + path, "--model", "gpt-4o-mini", *words])

    report = json.loads((tmp_path / "report.json").read_text())
    verdicts = {one["requirement"]: one["verdict"] for one in report["findings"]}
    assert verdicts == {name: "passed", "models.answers": "unsupported"}


def test_target_without_chat_is_judged_for_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has no chat is not accused of it."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-right")

    def no_chat(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        return (404, error("Not Found")) if "chat" in path else right(method, path, headers, body)

    with gateway(no_chat) as (root, _):
        main(["run", "--base-url", f"{root}/v1", "--report", str(tmp_path)])

    report = json.loads((tmp_path / "report.json").read_text())
    verdicts = {one["requirement"]: one["verdict"] for one in report["findings"]}
    assert not [name for name, verdict in verdicts.items() if verdict == "failed"]
    assert {verdicts[name] for name in ("chat.schema", "errors.wrong-type", "auth.missing")} == {"unsupported"}
    assert {verdicts[name] for name in ("models.answers", "errors.unknown-route", "properties.method")} == {"passed"}
    assert "it answers 404" in report["target"]["routes"]["POST /chat/completions"]
