"""The style that both command lines have: help, hints, colours, what programs read, and completion."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from conformance.__main__ import COMMANDS
from conformance.__main__ import main as conformance
from reference_server.__main__ import main as reference_server

Main = Callable[[list[str]], int]
PAGES = [(conformance, []), *((conformance, [name]) for name in COMMANDS), (reference_server, [])]
HEAVY = {"pytest", "httpx", "rich", "jinja2", "uvicorn", "conformance.register", "reference_server.faults"}
"""What takes long to import."""


@pytest.mark.parametrize(("main", "words"), PAGES)
def test_sections_of_help_have_an_example(main: Main, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Which is a command with options that there are."""
    assert main([*words, "--help"]) == 0

    text = capsys.readouterr().out
    examples = re.findall(r"Example: ((?:.|\n  )+)", text)
    assert examples
    for example in examples:
        _, *rest = " ".join(example.split()).split()
        command = rest[:1] if rest and rest[0] in COMMANDS else []
        assert main([*command, "--help"]) == 0
        assert not {word for word in rest if word.startswith("-")} - set(re.split(r"[\s,]+", capsys.readouterr().out))


@pytest.mark.parametrize("columns", [60, 90])
@pytest.mark.parametrize(("main", "words"), PAGES)
def test_help_is_as_wide_as_columns_says(
    columns: int, main: Main, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main([*words, "--help"]) == 0

    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= columns
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("main", "words", "hint"),
    [
        (conformance, ["explian"], "did you mean explain?"),
        (conformance, ["run", "--concurency", "2"], "did you mean --concurrency?"),
        (conformance, ["run", "--conc", "2"], "gateway-conformance run --help lists what there is"),
        (conformance, ["run", "--api-key", "sk-secret"], "keys come from the environment"),
        (reference_server, ["--prot", "1"], "did you mean --port?"),
        (reference_server, ["--port", "x"], "reference-server --help lists what there is"),
        (reference_server, ["more"], "reference-server --help lists what there is"),
    ],
)
def test_wrong_usage_is_a_line_with_a_hint(
    main: Main, words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In both programs, without what may be a key."""
    assert main(words) == 2

    text = capsys.readouterr().err
    assert re.fullmatch(rf"error: [^\n]+\nhint: [^\n]*{re.escape(hint)}[^\n]*\n", text)
    assert "secret" not in text


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
@pytest.mark.skipif(os.name == "nt", reason="no pseudo terminals")
def test_colours_are_for_terminals(variables: dict[str, str], coloured: bool) -> None:
    """Unless NO_COLOR is set; a pipe has none, see above."""
    import pty

    ours, theirs = pty.openpty()
    usual = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    environment = usual | variables
    words = [sys.executable, "-m", "conformance", "explian"]
    subprocess.run(words, stdout=theirs, stderr=theirs, env=environment, timeout=30, check=False)
    os.close(theirs)

    assert (b"\x1b[" in os.read(ours, 10_000)) is coloured


@pytest.mark.parametrize("module", ["conformance", "reference_server"])
def test_help_imports_no_more_than_it_needs(module: str) -> None:
    """So it is there in a tenth of a second."""
    code = f"import sys; from {module}.__main__ import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert not HEAVY & set(done.stderr.split())


COMPLETED = [
    ("gateway-conformance", "exp", {"explain"}),
    ("gateway-conformance", "run --qui", {"--quiet", "--quick"}),
    ("gateway-conformance", "explain chat.stream.don", {"chat.stream.done"}),
    ("gateway-conformance", "run --gateway foxo", {"foxora"}),
    ("gateway-conformance", "run --fail-on profile:cor", {"profile:core"}),
    ("gateway-conformance", "render mark", {"markdown"}),
    ("reference-server", "--fault stream_without_don", {"stream_without_done"}),
]


@pytest.mark.parametrize(("program", "words", "completions"), COMPLETED)
def test_shell_completes_names(program: str, words: str, completions: set[str]) -> None:
    """Commands, options, requirements, gateways, faults."""
    variables = {"COMP_WORDS": f"{program} {words}", "COMP_CWORD": str(len(words.split()))}
    variable = f"_{program}_COMPLETE".replace("-", "_").upper()
    module = {"gateway-conformance": "conformance", "reference-server": "reference_server"}[program]
    done = subprocess.run(
        [sys.executable, "-m", module],
        env={**os.environ, **variables, variable: "bash_complete"},
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert {line.partition(",")[2] for line in done.stdout.splitlines()} == completions


def run(*words: str, base_url: str) -> subprocess.CompletedProcess[str]:
    """A run of one check against a server."""
    command = [sys.executable, "-m", "conformance", "run", "--base-url", base_url]
    environment = {**os.environ, "GATEWAY_API_KEY": "sk-ok"}
    done = subprocess.run([*command, *words], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    return done


@pytest.fixture
def broken(server: Callable[..., str]) -> str:
    """The base URL of a gateway that ends its streams without `[DONE]`."""
    return server().replace("/v1", "/fault/stream_without_done/v1")


def test_run_can_be_read_by_programs(broken: str, tmp_path: Path) -> None:
    """Nothing but JSON is on standard output."""
    done = run("--requirement", "chat.stream.done", "--report", str(tmp_path), "--json", base_url=broken)

    result = json.loads(done.stdout)
    assert (result["exit_code"], result["verdict"]) == (1, "1 MUST failed")
    assert result["causes"][0]["requirements"] == ["chat.stream.done"]
    assert result["expected_cost"]["requirements"] == 1
    assert str(tmp_path / "report.json") in result["files"]
    assert "findings" not in result


@pytest.mark.parametrize(("url", "code"), [("http://127.0.0.1:9/v1", 3), ("ftp://host/v1", 2)])
@pytest.mark.parametrize("command", ["run", "doctor"])
def test_trouble_can_be_read_by_programs(
    command: str,
    url: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever happens, standard output is JSON; people read the rest."""
    monkeypatch.chdir(tmp_path)

    assert conformance([command, "--base-url", url, "--json"]) == code

    out, err = capsys.readouterr()
    result = json.loads(out)
    assert result.get("exit_code", code) == code
    assert bool(err) is ("error" in result)


def test_quiet_run_has_a_line_for_each_cause_and_the_verdict(broken: str, tmp_path: Path) -> None:
    done = run("--requirement", "chat.stream.done", "--report", str(tmp_path), "--quiet", base_url=broken)

    cause, verdict = done.stdout.splitlines()
    assert cause.startswith("MUST, 1 requirement: ")
    assert verdict.startswith("1 MUST failed: 0 of 1 MUST passed, 1 failed.")
    assert not done.stderr


def test_verbose_run_tells_each_request(broken: str, tmp_path: Path) -> None:
    """On standard error, where a key is not shown."""
    done = run("--requirement", "chat.stream.done", "--report", str(tmp_path), "--verbose", base_url=broken)

    told = re.findall(rf"^(?:GET|POST) {re.escape(broken)}\S*: 200, \d+\.\d\d s$", done.stderr, re.MULTILINE)
    assert len(told) == json.loads((tmp_path / "report.json").read_text())["counts"]["requests"]
    assert "sk-ok" not in done.stderr


def test_doctor_can_be_quiet(
    server: Callable[..., str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then it tells problems only."""
    monkeypatch.setenv("GATEWAY_API_KEY", "sk-ok")
    assert conformance(["doctor", "--base-url", server(), "--quiet"]) == 0
    assert not capsys.readouterr().out

    assert conformance(["doctor", "--base-url", "http://127.0.0.1:9/v1", "--quiet"]) == 3
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["problem", "hint:"]


@pytest.mark.parametrize(
    ("words", "member"),
    [
        (["explain", "chat.id"], "documented"),
        (["explain", "X-04"], "decisions"),
        (["coverage"], "totals"),
        (["coverage", "--format", "json"], "totals"),
    ],
)
def test_what_is_looked_up_can_be_read_by_programs(
    words: list[str], member: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert conformance([*words, *([] if "json" in words else ["--json"])]) == 0

    assert json.loads(capsys.readouterr().out)[member]


def test_server_tells_requests_and_where_it_is(tmp_path: Path) -> None:
    """The first as text on standard error, the second as JSON; a broken connection still breaks."""
    words = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes", "--json", "--verbose"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("rules: [{when: {path: /v1/models}, answer: {body: {}, connection: reset}}]")
    with subprocess.Popen([*words, "--scenario", str(scenario)], text=True, **pipes) as process:
        place = json.loads(process.stdout.readline())
        root = place["base_url"].removesuffix("/v1")
        fine = httpx.get(f"{root}/healthz?key=sk-secret", timeout=10)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{root}/v1/models", headers={"authorization": f"Bearer {place['key']}"}, timeout=10)
        process.stdin.close()
        told = process.stderr.read()

    assert place["protocols"]["gemini"] == f"{root}/gemini"
    assert "GET /healthz: 200\n" in told
    assert "sk-secret" not in told
    assert fine.status_code == 200


def test_server_lists_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert reference_server(["--list", "--json"]) == 0

    lists = json.loads(capsys.readouterr().out)
    assert lists.keys() == {"models", "aliases", "families", "keys", "files", "faults"}
    assert "sk-expired" in lists["keys"]
