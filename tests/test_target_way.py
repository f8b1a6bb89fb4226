"""Where a target takes its key, what every request carries, and how the target is reached."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from conformance import target as targets
from conformance.__main__ import main
from conformance.errors import InvalidTarget
from conformance.run.evidence import curl
from conformance.target import Credential, Secret, Target
from conformance.wire.exchange import Request
from conformance.wire.recorder import Recorder

EXAMPLES = sorted((Path(__file__).parent.parent / "docs" / "targets").glob("*.toml"))
KEY = "sk-very-secret-a1b2c3d4e5f6"
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}
USAGE = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
COMPLETION = {"id": "one", "object": "chat.completion", "created": 1790000000, "model": "gpt-4o-mini"}
MODEL = {"id": "gpt-4o-mini", "object": "model", "created": 1790000000, "owned_by": "openai"}
BEARER = ("auth.bearer", "auth.malformed", "auth.malformed-status", "auth.scheme-case")
OF_KEYS = ("auth.missing", "auth.unknown", "auth.stream")
OF_CLIENTS = ("sdk.openai.create", "sdk.openai.environment", "sdk.openai.models.list")
JUDGED = (*BEARER, *OF_KEYS, *OF_CLIENTS)
ONLY = [word for name in JUDGED for word in ("--requirement", name)]
Opens = Callable[[dict[str, str], dict[str, str]], str]
"""What is wrong with the headers and the query of a request; nothing when they are right."""


@contextmanager
def gateway(opens: Opens, context: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A gateway that serves whoever `opens` it; its root, and the headers of what it was asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked.append({**headers, ":path": self.path})
            status, value = _answer(self.command, parts.path, body)
            if problem := opens(headers, dict(parse_qsl(parts.query))):
                status, value = 401, {"error": {"message": problem, "type": "invalid", "param": None, "code": "401"}}
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def _answer(method: str, path: str, body: bytes) -> tuple[int, Any]:
    if path.endswith("/models") and method == "GET":
        return 200, {"object": "list", "data": [MODEL]}
    if path.endswith("/chat/completions") and body:
        return 200, {**COMPLETION, "choices": [CHOICE], "usage": USAGE}
    return 404, {"error": {"message": f"no {path}", "type": "invalid", "param": None, "code": "not_found"}}


def azure(headers: dict[str, str], query: dict[str, str]) -> str:
    """Azure's way: the key in `api-key`, and a version in every address."""
    if headers.get("api-key") != KEY or "authorization" in headers:
        return "Access denied due to invalid subscription key."
    return "" if query.get("api-version") else "Missing required query parameter: api-version"


def portkey(headers: dict[str, str], query: dict[str, str]) -> str:
    """Portkey's way: its own key, and a provider."""
    if headers.get("x-portkey-api-key") != KEY or "authorization" in headers:
        return "Invalid API Key."
    return "" if headers.get("x-portkey-provider") == "@openai-prod" else "x-portkey-provider header is required"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_a_target(path: Path) -> None:
    checked = targets.checked_file(path)

    assert "default" in checked.keys
    assert checked.models["chat"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_an_example_comments_out_is_known(path: Path, tmp_path: Path) -> None:
    """Each line that is commented out takes the place of what it is about."""
    kept: dict[str, list[str]] = {"": []}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.removeprefix("# ")
        if text.startswith("["):
            section = text.split("#")[0].strip()
            kept.setdefault(section, [])
        elif " = " in text:
            name = text.partition(" = ")[0]
            place = "" if name == "base_url" else section
            kept[place] = [*(one for one in kept[place] if not one.startswith(f"{name} = ")), text]
            if (section, name) == ("[credential]", "header"):
                own = f"{tomllib.loads(text)['header']} = "
                kept["[headers]"] = [one for one in kept.get("[headers]", []) if not one.startswith(own)]
    text = "\n".join(line for section, lines in kept.items() for line in (section, *lines))
    (tmp_path / path.name).write_text(text, encoding="utf-8")

    targets.checked_file(tmp_path / path.name)


@pytest.mark.parametrize(
    ("name", "opens", "path"), [("azure-openai", azure, "/openai/v1"), ("portkey", portkey, "/v1")]
)
def test_example_opens_its_gateway(
    name: str, opens: Opens, path: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    monkeypatch.setenv("PORTKEY_API_KEY", KEY)
    file = next(one for one in EXAMPLES if one.stem == name)
    with gateway(opens) as (root, _):
        assert main(["doctor", "--target", str(file), "--base-url", root + path]) == 0

    output = capsys.readouterr().out
    assert "it opens the target, which is closed without it" in output
    assert KEY not in output


def verdicts_in(folder: Path) -> dict[str, str]:
    """The verdict on each requirement; of several cases, the last one."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {one["requirement"]: one["verdict"] for one in report["findings"] if one["requirement"] in JUDGED}


def test_run_with_another_credential_accuses_nobody_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Requirements of keys are judged in the header that carries them; those of bearer tokens are not judged."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", KEY)
    file = next(one for one in EXAMPLES if one.stem == "azure-openai")
    with gateway(azure) as (root, asked):
        words = ["--target", str(file), "--base-url", f"{root}/openai/v1", "--report", str(tmp_path)]
        main(["run", *words, *ONLY])

    assert verdicts_in(tmp_path) == {name: "unsupported" if name in BEARER else "passed" for name in JUDGED}
    assert all("api-version=preview" in one[":path"] for one in asked)
    assert any(one.get("api-key") == "sk-this-key-was-never-issued" for one in asked)
    assert KEY not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert KEY not in "".join(capsys.readouterr())

    assert main(["run", "--replay", str(tmp_path / "exchanges.har"), "--report", str(tmp_path / "again"), *ONLY]) == 0
    assert verdicts_in(tmp_path / "again") == verdicts_in(tmp_path)


@pytest.mark.parametrize(
    ("credential", "own", "token", "sent"),
    [
        (Credential(), {}, "k", {"authorization": "Bearer k"}),
        (Credential(), {"authorization": "Basic x"}, "k", {"authorization": "Basic x"}),
        (Credential(), {}, None, {}),
        (Credential("api-key", ""), {}, "k", {"api-key": "k"}),
        (Credential("api-key", ""), {"authorization": "Bearer o"}, "k", {"api-key": "o"}),
        (Credential("api-key", ""), {"authorization": "Basic x"}, "k", {"authorization": "Basic x"}),
        (Credential("api-key", ""), {"authorization": ""}, "k", {}),
        (Credential("api-key", ""), {"x-own": "1"}, "k", {"api-key": "k", "x-own": "1"}),
        (Credential("cf-aig-authorization", "Bearer"), {}, "k", {"cf-aig-authorization": "Bearer k"}),
        (Credential("authorization", "Token"), {"authorization": "Bearer o"}, "k", {"authorization": "Token o"}),
    ],
)
def test_key_is_placed(credential: Credential, own: dict[str, str], token: str | None, sent: dict[str, str]) -> None:
    assert credential.placed(own, token) == sent


@pytest.mark.parametrize(("name", "variable"), [("default", "GATEWAY_API_KEY"), ("expired", "GATEWAY_API_KEY_EXPIRED")])
def test_curl_reads_the_key_from_the_environment(name: str, variable: str) -> None:
    """Whatever the header that carries it; a secret of an address has a variable of its own."""
    with gateway(lambda *_: "") as (root, _):
        target = Target(
            f"{root}/v1",
            keys={name: Secret(KEY)},
            credential=Credential("api-key", ""),
            query={"code": Secret("query-secret-a1b2c3d4"), "api-version": "preview"},
        )
        recorder = Recorder(target)
        exchange = recorder.ask(Request("GET", "/models", key=name))
        recorder.close()

    command = curl(exchange)
    assert f'-H "api-key: ${variable}"' in command
    assert "code=$GATEWAY_API_KEY_QUERY&api-version=preview" in command


def test_query_is_joined_to_that_of_a_request() -> None:
    with gateway(lambda *_: "") as (root, asked):
        recorder = Recorder(Target(f"{root}/v1", query={"api-version": "a b"}))
        recorder.ask(Request("GET", "/models?limit=1"))
        recorder.close()

    assert asked[0][":path"] == "/v1/models?limit=1&api-version=a%20b"


def written(folder: Path, text: str) -> Path:
    path = folder / "target.toml"
    path.write_text(f'base_url = "https://host/v1"\n{text}\n')
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[query]\napi-version = "preview"', "line 3: query.api-version is not understood"),
        ('[headers]\nx-a = { env = "A", value = "b" }', "line 3: headers.x-a is not understood"),
        ('[credential]\nheader = "api key"', "is no header"),
        ('[credential]\nscheme = "a b"', "line 3: credential.scheme"),
        ('[connection]\nproxy = { value = "ftp://proxy" }', "connection.proxy is no http URL"),
        ('[connection]\ncertificate_key = "key.pem"', "has no certificate"),
        ('[query]\ncode = { env = "NOT_SET_ANYWHERE" }', "NOT_SET_ANYWHERE is not set"),
    ],
)
def test_wrong_ways_are_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidTarget, match=message) as caught:
        targets.from_file(written(tmp_path, text))

    assert caught.value.hint


@pytest.mark.parametrize("name", ["ca_bundle", "certificate"])
@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificate_that_cannot_be_used_is_refused(name: str, content: str | None, tmp_path: Path) -> None:
    if content:
        (tmp_path / "one.pem").write_text(content)

    with pytest.raises(InvalidTarget, match=f"connection.{name}: cannot use"):
        Recorder(targets.from_file(written(tmp_path, f'[connection]\n{name} = "one.pem"')))


def test_header_with_a_scheme_is_a_secret_with_and_without_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKEN", KEY)

    target = targets.from_file(
        written(tmp_path, '[headers]\ncf-aig-authorization = { env = "TOKEN", scheme = "Bearer" }')
    )

    value = target.headers["cf-aig-authorization"]
    assert isinstance(value, Secret)
    assert value.reveal() == f"Bearer {KEY}"
    assert KEY in set(target.secrets())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for 127.0.0.1, signed by itself, in `one.pem`, and its key in `key.pem`."""
    folder = tmp_path_factory.mktemp("certificates")
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    command = ["openssl", *words.split(), "-keyout", "key.pem", "-out", "one.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60, env=dict(os.environ))
    return folder


def test_bundle_is_trusted_and_the_client_shows_its_certificate(certificates: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=certificates / "one.pem")
    context.load_cert_chain(certificates / "one.pem", certificates / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    files = 'ca_bundle = "one.pem"\ncertificate = "one.pem"\ncertificate_key = "key.pem"'
    with gateway(lambda *_: "", context) as (root, _):
        target = targets.from_file(written(certificates, f"[connection]\n{files}"), f"{root}/v1")
        recorder = Recorder(target)
        answer = recorder.ask(Request("GET", "/models"))
        recorder.close()

    assert answer.status == 200


def test_certificate_that_is_not_trusted_is_told_apart(certificates: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates / "one.pem", certificates / "key.pem")
    with gateway(lambda *_: "", context) as (root, _):
        assert main(["doctor", "--base-url", f"{root}/v1"]) == 3

    output = capsys.readouterr().out
    assert "its certificate is not trusted: self-signed certificate" in output
    assert "ca_bundle" in output


def test_proxy_of_the_file_is_used(tmp_path: Path) -> None:
    """Also for a target on this machine, which the proxies of the environment are not used for."""
    with gateway(lambda *_: "") as (proxy, asked):
        file = written(tmp_path, f'[connection]\nproxy = {{ value = "{proxy}" }}')
        recorder = Recorder(targets.from_file(file, "http://127.0.0.1:9/v1"))
        answer = recorder.ask(Request("GET", "/models"))
        recorder.close()

    assert answer.status == 200
    assert asked[0][":path"] == "http://127.0.0.1:9/v1/models"
