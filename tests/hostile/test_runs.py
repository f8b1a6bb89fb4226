"""A limit or a fault of the network is no failure, and a run of nothing else ends early, with a report."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import RUN, Judge, begun
from .gateway import Behaviour, Call, serving

CHAT = ("--feature", "chat")


def test_limit_after_40_requests_fails_nothing(judge: Judge) -> None:
    ended = judge(lambda call: call.relay() if call.number <= 40 else call.error(429, "retry-after: 0"), *CHAT)

    assert not ended.ended("failed")


def test_random_resets_fail_nothing(judge: Judge) -> None:
    chance = random.Random(7)

    ended = judge(lambda call: call.reset() if chance.random() < 0.3 else call.relay(), *CHAT)

    assert not ended.ended("failed")


def test_random_timeouts_fail_nothing(judge: Judge) -> None:
    chance = random.Random(7)

    ended = judge(lambda call: call.hang() if chance.random() < 0.1 else call.relay(), *CHAT, "--timeout", "0.5")

    assert not ended.ended("failed")


def test_limit_of_time_ends_a_run(judge: Judge) -> None:
    asked: list[float] = []

    def behave(call: Call) -> None:
        asked.append(time.monotonic())
        call.relay() if call.number <= 10 else call.hang()

    ended = judge(behave, *CHAT, "--max-time", "3", code=3)

    assert time.monotonic() - asked[8] < 9
    assert ended.report["run"]["partial"] == "the run reached its limit of 3 s"
    assert ended.report["findings"]


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_a_run_whose_gateway_hangs(
    server: Callable[..., str], tmp_path: Path, sent: signal.Signals
) -> None:
    with serving(lambda call: call.relay() if call.number <= 30 else call.hang(), server()) as base:
        words = [*RUN, "--base-url", base, "--report", str(tmp_path), "--feature", "chat", "--feature", "files"]
        environment = os.environ | {"GATEWAY_API_KEY": "sk-ok"}
        with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            begun(tmp_path)
            process.send_signal(sent)
            start = time.monotonic()

            assert process.wait(timeout=60) in (130, 143)

    assert time.monotonic() - start < 15
    assert json.loads((tmp_path / "report.json").read_text())["run"]["partial"]


def test_gateway_that_is_away_for_a_moment_is_judged_on(judge: Judge) -> None:
    """Four requests in a row find nobody; the run goes on."""
    ended = judge(lambda call: call.reset() if 40 <= call.number < 44 else call.relay(), *CHAT)

    assert ended.code == 0
    assert not ended.report["run"]["partial"]


@pytest.mark.parametrize("status", [500, 502, 503, 529])
def test_failures_that_pass_fail_nothing(judge: Judge, status: int) -> None:
    """One answer in fifty is a failure, and right when the same is asked again: of a whole run, or of what is chat."""
    chance, failed = random.Random(7), set[tuple[str, bytes]]()
    words = () if status == 500 else CHAT

    def behave(call: Call) -> None:
        asked = call.path, call.body
        if call.number <= 4 or asked in failed or chance.random() >= 0.02:
            call.relay()
        else:
            failed.add(asked)
            call.error(status)

    ended = judge(behave, *words, code=0)

    assert not ended.ended("failed")
    assert f"times {status}" in ended.report["target"]["routes"]["failures that passed"]


def _silent(call: Call) -> None:
    call.relay() if call.number <= 12 else call.hang()


def _limited(call: Call) -> None:
    call.relay() if call.number <= 12 else call.error(429, "retry-after: 30")


def _unavailable(call: Call) -> None:
    call.relay() if call.number <= 12 else call.error(503)


def _dropping(call: Call) -> None:
    call.relay() if call.number <= 12 else call.reset()


def _pinging(call: Call) -> None:
    if call.number <= 12:
        call.relay()
    else:
        call.begin()
        call.forever(b": ping\n\n", 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("behave", [_silent, _limited, _unavailable, _dropping, _pinging])
def test_target_is_given_up(judge: Judge, behave: Behaviour) -> None:
    ended = judge(behave, "--timeout", "5", code=3)

    assert ended.seconds < 120
    assert ended.report["run"]["partial"].startswith("nothing but faults came for")
    assert not ended.ended("failed")
