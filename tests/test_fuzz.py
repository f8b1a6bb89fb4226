"""Malformed requests are refused; `tox -e fuzz` sends a million of them."""

from __future__ import annotations

import pytest

import gateway_contract
from tests.fuzz.judge import batch
from tests.fuzz.requests import Source


@pytest.mark.parametrize("number", range(1 + len(gateway_contract.names())))
def test_malformed_requests_are_refused_in_the_envelope_of_their_protocol(number):
    outcome = batch(0, number)

    assert outcome.requests == 500
    assert not outcome.findings, outcome.examples


def test_same_seed_gives_the_same_requests():
    from random import Random

    contract = gateway_contract.load()
    sources = [Source(contract, contract.operations["createResponse"], Random(7)) for _ in range(2)]

    first, second = ([source.request() for _ in range(50)] for source in sources)
    assert first == second
    assert len({request.raw for request in first}) > 40
