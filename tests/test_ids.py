"""Ids that nobody has: in the form of the gateway's own, and other than the one that they are made of."""

from __future__ import annotations

import re

import pytest

from conformance.words.ids import ILL_FORMED, UNKNOWN, like, nobodys


@pytest.mark.parametrize(
    ("own", "form"),
    [
        ("file-6F2ksmvXxt4VdoqmHRw6kL", r"file-[1-9A-HJ-NP-Za-km-z]{22}"),
        ("65f0c9a1e4b0d2a7c8f91e3d", r"[0-9a-f]{24}"),
        ("0d4f7c52-9c1e-4a43-8b1e-5f2a9c3d7e10", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("01HK9XZJ4N3Q5R7T9VBDFH2K6M", r"[0-9A-HJKMNP-TV-Z]{26}"),
        ("MFRGGZDFMZTWQ2LK", r"[A-Z2-7]{16}"),
        ("184467440737095516", r"\d{18}"),
    ],
)
def test_unknown_id_has_the_form_of_a_known_one(own: str, form: str) -> None:
    assert re.fullmatch(form, own)

    id_, causes = nobodys(own, "made-up")

    assert id_ != own
    assert re.fullmatch(form, id_)
    assert causes == (UNKNOWN,)


@pytest.mark.parametrize("own", [None, "", "17", "job-000042"])
def test_made_up_id_may_be_refused_for_its_form(own: str | None) -> None:
    """What is counted up has neighbours: changed at its end it may be somebody's."""
    assert nobodys(own, "made-up") == ("made-up", (UNKNOWN, ILL_FORMED))


def test_id_of_one_character_is_changed_as_well() -> None:
    assert like("2" * 16) != "2" * 16
