"""Odd values are put into their place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.odd_values.members import EACH, GONE, paths, put

BODY = {"id": "a", "data": [{"n": 1}, {"n": 2}]}


def test_every_member_has_a_path() -> None:
    assert set(paths(BODY)) == {("id",), ("data",), ("data", EACH), ("data", EACH, "n")}


@pytest.mark.parametrize(
    ("path", "new", "changed"),
    [
        (("id",), {}, {"id": {}, "data": [{"n": 1}, {"n": 2}]}),
        (("id",), GONE, {"data": [{"n": 1}, {"n": 2}]}),
        (("data", EACH, "n"), "odd", {"id": "a", "data": [{"n": "odd"}, {"n": "odd"}]}),
        (("data", EACH), GONE, {"id": "a", "data": []}),
        (("missing", EACH), 1, BODY),
    ],
)
def test_member_is_changed_in_place(path: tuple[str, ...], new: Any, changed: Any) -> None:
    body = {"id": "a", "data": [{"n": 1}, {"n": 2}]}

    put(body, path, new)

    assert body == changed
