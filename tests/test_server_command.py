"""The command `reference-server`: its lists, its errors and how it stops."""

from __future__ import annotations

import itertools
import json
import socket
import subprocess
import sys
import time

import pytest

from reference_server.__main__ import main


def test_list_names_everything(capsys):
    assert main(["--list"]) == 0

    printed = capsys.readouterr().out
    for name in (
        "echo",
        "midstream-error",
        "sk-rate-limited",
        "file-reference",
        "stream_without_done",
        "lines_end_in_crlf",
    ):
        assert f"  {name}\n" in printed
    assert "Breaks: chat.stream.done" in printed


def test_list_of_faults_has_nothing_else(capsys):
    assert main(["--list-faults"]) == 0

    assert "sk-ok" not in capsys.readouterr().out


def test_catalogue_is_printed_for_programs(capsys):
    assert main(["--list-faults", "--json"]) == 0

    entries = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert entries["stream_without_done"]["breaks"] == ["chat.stream.done"]
    assert entries["lines_end_in_crlf"]["legal"]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--fault", "stream_without_don"], "did you mean 'stream_without_done'?"),
        (["--fault", "zzz"], "--list-faults"),
        (["--gateway", "nobody"], "hint: "),
    ],
)
def test_unknown_names_have_a_hint(capsys, arguments, hint):
    assert main([*arguments, "--port", "0"]) == 2

    assert hint in capsys.readouterr().err


def test_busy_port_has_a_hint(capsys):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        assert main(["--port", str(busy.getsockname()[1])]) == 2

    assert "choose another --port" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--port", "x"], ["--port", "70000"], ["--nothing"]])
def test_wrong_options_exit_with_2(arguments):
    assert main(arguments) == 2


def test_help_is_quick():
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "reference_server", "--help"], check=True, stdout=subprocess.DEVNULL)

    assert time.perf_counter() - started < 1.0


def test_server_stops_with_its_standard_input():
    words = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        ready = process.stdout.readline()
        process.stdin.close()

        assert ready.startswith("http://127.0.0.1:")
        assert ready.endswith("/v1\n")
        assert process.wait(timeout=5) == 0


@pytest.mark.parametrize("gateway", [[], ["--gateway", "foxora"]])
def test_first_screen_says_how_to_begin(gateway):
    words = [sys.executable, "-m", "reference_server", "--port", "0", "--until-stdin-closes", *gateway]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        lines = [*itertools.takewhile(lambda line: "openapi.json" not in line, process.stdout)]
        address = lines[0].strip()
        example = "".join(line for line in lines if line.startswith(("curl", "  -d")))
        answer = json.loads(subprocess.run(example, shell=True, check=True, capture_output=True, timeout=10).stdout)
        process.stdin.close()

    assert f"OpenAI     {address}\n" in lines
    assert f"Anthropic  {address.removesuffix('/v1')}/anthropic\n" in lines or gateway
    assert "Key        sk-ok\n" in lines
    assert answer["choices"][0]["message"]["content"] == "You said: Hello"


def test_list_ends_quietly_when_nobody_reads_on():
    """As in `reference-server --list | head`."""
    words = [sys.executable, "-m", "reference_server", "--list"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()

        assert process.stderr.read() == b""


@pytest.mark.parametrize("arguments", [["--model", "mine"], ["--model", "=echo"], ["--key", "mine="]])
def test_name_without_its_meaning_is_a_wrong_option(arguments):
    assert main(arguments) == 2


@pytest.mark.parametrize("arguments", [["--model", "mine=ech"], ["--key", "mine=expird"]])
def test_name_with_an_unknown_meaning_has_a_hint(capsys, arguments):
    assert main([*arguments, "--port", "0"]) == 2

    assert "hint: " in capsys.readouterr().err
