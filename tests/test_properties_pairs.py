"""Requests with several optional fields: any two fields meet, in few requests, all of them valid."""

from __future__ import annotations

from itertools import combinations

import pytest

import gateway_contract
from conformance.properties import bodies, pairs
from conformance.properties.bodies import Subject

CONTRACT = gateway_contract.load()
SUBJECTS = {
    one.name: one for one in bodies.documented(CONTRACT) if one.operation.id in {"createMessage", "createImage"}
}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_any_two_fields_meet(subject: Subject) -> None:
    """All requests are valid, and far fewer than the pairs that meet in them."""
    some = pairs.of(subject, CONTRACT)
    met = {frozenset(pair) for row in some for pair in combinations([one.name for one in row.chosen], 2)}
    names = {one.name for row in some for one in row.chosen}

    assert all(row.valid for row in some)
    assert len(met) > 0.9 * len(list(combinations(names, 2)))
    assert len(some) < len(met) / 2


def test_few_examples_are_few_requests() -> None:
    """Their number scales with that of the examples."""
    message = SUBJECTS["createMessage"]

    assert len(pairs.of(message, CONTRACT, 10)) <= len(pairs.of(message, CONTRACT)) / 3


def test_request_with_one_field_less() -> None:
    """What fails is looked for by leaving out one field at a time."""
    row = max(pairs.of(SUBJECTS["createMessage"], CONTRACT), key=lambda row: len(row.chosen))

    assert {len(one.chosen) for one in row.smaller()} == {len(row.chosen) - 1}
    assert all(one.name in row.label for one in row.chosen)
