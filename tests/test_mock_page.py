"""The snippets of docs/mock.md run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from reference_server.running import serving
from reference_server.scenario import reading

PAGE = Path(__file__).parent.parent / "docs" / "mock.md"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
SHELL = [text for kind, text in BLOCKS if kind == "sh"]
USERS_TEST, SCRIPT = (text for kind, text in BLOCKS if kind == "python")
PYTHON = [sys.executable, "-W", "error::ResourceWarning"]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "yaml"])
def test_scenarios_can_be_read(text):
    assert reading.read(text, "the page").rules


def test_first_scenario_is_played(tmp_path):
    file = tmp_path / "greetings.yaml"
    file.write_text(next(text for kind, text in BLOCKS if kind == "yaml"), "utf-8")
    assert SHELL[0].strip() == "reference-server --scenario greetings.yaml"

    words = [sys.executable, "-m", "reference_server", *SHELL[0].split()[1:], "--port", "0", "--until-stdin-closes"]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("http://")
        process.stdin.close()


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl")
def test_control_by_curl():
    start, *lines = SHELL[1].replace("8080", str(free_port())).splitlines()
    words = [sys.executable, "-m", "reference_server", *start.removesuffix("&").split()[1:], "--until-stdin-closes"]

    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        answers = [
            subprocess.run(["sh", "-ec", f"{line} -sS -f"], capture_output=True, text=True, timeout=10)
            for line in lines
        ]
        process.stdin.close()
    assert [(answer.returncode, answer.stderr) for answer in answers] == [(0, "")] * len(lines)
    assert '"count":1' in answers[4].stdout


def test_recording_and_playing(tmp_path):
    with serving() as upstream:
        lines = SHELL[2].replace("https://api.openai.com", upstream.root).replace("8080", "0").splitlines()
        answers = [answer_of(line, tmp_path) for line in lines]

    assert len(answers) == 2
    assert answers[0] == answers[1]


def answer_of(line, folder):
    """What the server that is started by this line answers to a greeting."""
    words = [sys.executable, "-m", "reference_server", *line.split()[1:], "--until-stdin-closes"]
    with subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        base = process.stdout.readline().strip()
        body = {"model": "gpt-5.5", "messages": [{"role": "user", "content": "Hello"}]}
        answer = httpx.post(f"{base}/chat/completions", json=body, headers={"authorization": "Bearer sk-ok"}).json()
        process.stdin.close()
    return answer


def test_fixture(tmp_path):
    (tmp_path / "test_users.py").write_text(USERS_TEST, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]", "utf-8")

    words = [*PYTHON, "-m", "pytest", "-q", "-c", "pytest.ini"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert "1 passed" in ended.stdout, ended.stdout + ended.stderr


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node")
def test_script_for_node(tmp_path):
    (text,) = (text for kind, text in BLOCKS if kind == "js")
    command = f'#!/bin/sh\nexec {sys.executable} -m reference_server "$@"\n'
    (tmp_path / "reference-server").write_text(command, "utf-8")
    (tmp_path / "reference-server").chmod(0o755)
    (tmp_path / "script.mjs").write_text(text, "utf-8")

    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    words = ["node", str(tmp_path / "script.mjs")]
    ended = subprocess.run(words, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=60)

    assert (ended.returncode, ended.stderr) == (0, "")


def test_context_manager(tmp_path):
    ended = subprocess.run([*PYTHON, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert (ended.returncode, ended.stderr) == (0, "")
