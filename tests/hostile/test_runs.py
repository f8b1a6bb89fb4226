"""A limit or a fault of the network is no failure, and a run of nothing else ends early, with a report."""

from __future__ import annotations

import random

from .conftest import Judge
from .gateway import Call

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
