"""What every success of the run has in common, whatever its protocol. These checks come last."""

from __future__ import annotations

import pytest

from conformance.properties.whole_run import WholeRun
from conformance.register.select import EXPENSIVE
from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.plain import ask_plainly
from conformance.words.received import (
    ASKED_AGAIN,
    EVENTS,
    charset,
    demand_whole,
    failure_within,
    fault_of,
    is_cut,
    succeeded,
)
from gateway_contract import Contract

BROKEN_ON_PURPOSE = "midstream-error"
"""The model of the target whose streams fail, so that their connection may be dropped."""
ONCE = (*sorted(EXPENSIVE), "files")
"""The first words of paths where nothing is asked a second time: it costs more, or leaves something behind."""


@pytest.fixture
def successes(ask: Ask, contract: Contract, whole_run: WholeRun) -> list[Exchange]:
    """Every success of the gateway itself; inconclusive when there is none."""
    ask_plainly(ask, contract, whole_run.judged)
    own = [one for one in whole_run.exchanges if not one.request.path.startswith(("http://", "https://"))]
    return [one for one in own if succeeded(one)] or inconclusive("no request was answered with a success")


@requirement("wire.complete")
def test_complete(successes: list[Exchange], ask: Ask) -> None:
    """Every success ends where it says, unless it told of a failure before."""
    model = ask.recorder.target.models.get(BROKEN_ON_PURPOSE, "").encode()
    cut = [one for one in successes if is_cut(one) and not failure_within(one) and not _fails_at_once(one)]
    unmeant = [one for one in cut if not model or model not in (one.request.body or b"")]
    again = {(one.request.method, one.request.path, one.media_type): one for one in unmeant if _may_repeat(one)}

    demand_whole(ask.recorder, list(again.values())[:ASKED_AGAIN])
    if unmeant:
        inconclusive(f"seen once, and not asked again: {unmeant[0].broken:.120}")


def _fails_at_once(exchange: Exchange) -> bool:
    """A stream broke off before its first event: it failed after its status was sent, which others judge."""
    return exchange.media_type == EVENTS and not exchange.stream.events


def _may_repeat(exchange: Exchange) -> bool:
    return exchange.request.method == "GET" or exchange.request.path.split("/")[1] not in ONCE


@requirement("wire.readable")
def test_readable(successes: list[Exchange], ask: Ask, contract: Contract) -> None:
    """Every success is what its label says."""
    for exchange in successes:
        request = exchange.request
        operation = contract.find(request.method, request.path.partition("?")[0], request.protocol)
        if fault := fault_of(exchange, operation):
            ask.recorder.touched.append(exchange)
            raise AssertionError(f"{request.method} {request.path:.60}: {fault}")


@requirement("wire.charset")
def test_charset(successes: list[Exchange], ask: Ask) -> None:
    """A stream that names a charset names UTF-8."""
    for exchange in (one for one in successes if one.media_type == EVENTS):
        ask.recorder.touched.append(exchange)
        assert charset(exchange) in ("", "utf-8", "utf8"), (
            f"a stream is labelled {exchange.headers['content-type']!r:.80}"
        )
