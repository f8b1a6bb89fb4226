"""What counts as the clear refusal of a feature."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from conformance.wire.exchange import Exchange, Request
from conformance.words.answer import demand_status, is_refusal

NOT_SUPPORTED = {"error": {"message": "This model takes no images.", "type": "invalid_request_error"}}


def exchange(status: int, body: Any) -> Exchange:
    """A request that is answered so."""
    return Exchange(1, Request("POST", "/x"), "", "", status=status, chunks=((0.0, json.dumps(body).encode()),))


@pytest.mark.parametrize(
    ("allowed", "words"),
    [
        (range(400, 500), "expected a 4xx, got 500"),
        ({200, *range(400, 500)}, r"expected \[200\] or a 4xx, got 500"),
        ([422, 400], r"expected \[400, 422\], got 500"),
    ],
)
def test_statuses_are_said_as_people_say_them(allowed: Collection[int], words: str) -> None:
    """A hundred statuses are no list."""
    with pytest.raises(AssertionError, match=words):
        demand_status(exchange(500, {}), allowed)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, NOT_SUPPORTED),
        (404, {"error": {"message": "No endpoint takes images."}}),
        (422, {"detail": [{"loc": ["body", "tools"], "msg": "Extra inputs are not permitted"}]}),
        (400, {"detail": "This model takes no images."}),
    ],
)
def test_refusal_says_why(status: int, body: Any) -> None:
    """A 4xx in JSON that says what is refused is clear, in whatever form."""
    assert is_refusal(exchange(status, body))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"detail": "Not Found"}),
        (400, {}),
        (400, {"error": {"message": "", "code": None}}),
        (422, "Field required"),
        (401, {"error": {"message": "Invalid key."}}),
        (402, NOT_SUPPORTED),
        (429, NOT_SUPPORTED),
        (500, NOT_SUPPORTED),
        (200, NOT_SUPPORTED),
        (499, {}),
    ],
)
def test_no_refusal_of_a_feature(status: int, body: Any) -> None:
    """The name of a status, a limit, a key that does not open, or a failure refuses no feature."""
    assert not is_refusal(exchange(status, body))
