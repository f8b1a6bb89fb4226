"""Bytes that no gateway should send: no check errs, every report is rendered, and the terminal stays as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest

from conformance.__main__ import main
from conformance.report.inert import CONTROLS, inert

from .conftest import FORMATS, Judge
from .gateway import Behaviour, Call

EVIL = r"\u001b[31m\u0007\u0000\u202e\n::error::x\n##[group]y\nsection_start:1:z\u009b"

LOOKED_AT = 4
"""The answers in which a run finds out whether there is something to judge."""


def _obs_text(call: Call) -> None:
    answer = call.fetched()
    kind = answer.headers.get("content-type", "")
    headers = (f"x-request-id: r-\xe9\xff{call.number}", "server: \xfc\x1b[31m")
    call.answer(answer.status_code, answer.content, *headers, kind=kind)


def _changed(change: Callable[[bytes], bytes]) -> Behaviour:
    def behave(call: Call) -> None:
        if call.number <= LOOKED_AT:
            return call.relay()
        answer = call.fetched()
        kind = answer.headers.get("content-type", "")
        return call.answer(answer.status_code, change(answer.content), f"x-request-id: r-{call.number}", kind=kind)

    return behave


def _in_texts(raw: bytes) -> Behaviour:
    return _changed(lambda body: re.sub(rb'"(content|message|text|id|code|name)": ?"', lambda m: m[0] + raw, body))


def _numbers(raw: bytes) -> Behaviour:
    counted = rb'"(created|\w+_tokens|index)": ?\d+'
    return _changed(lambda body: re.sub(counted, lambda m: b'"%s":%s' % (m[1], raw), body))


CASES = {
    "obs-text": _obs_text,
    "surrogates": _in_texts(rb"\ud800"),
    "controls": _in_texts(EVIL.encode()),
    "invalid-utf8": _in_texts(b"\xff\xfe\x80"),
    "nul": _in_texts(b"\x00"),
    "digits": _numbers(b"9" * 4000),
    "more-digits": _numbers(b"9" * 5000),
    "nan": _numbers(b"NaN"),
}


@pytest.mark.parametrize("case", CASES)
def test_no_check_errs_and_every_format_renders(judge: Judge, case: str) -> None:
    ended = judge(CASES[case], "--feature", "chat", "--feature", "models")

    assert not ended.ended("errored")
    assert case != "obs-text" or not ended.ended("failed"), "such bytes are legal in a header"
    for name in FORMATS:
        assert main(["render", name, str(ended.folder), "-o", os.devnull]) == 0
    _demand_inert(ended.output)


def _demand_inert(output: str) -> None:
    lines = output.split("\n")
    assert not CONTROLS.search(output.replace("\r", ""))
    assert all(len(line) <= 500 for line in lines)
    assert not any(re.match(r"\s*(::|##\[|section_)", line) for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb\x07\x00\x9b", r"a\x1b[31mb\x07\x00\x9b"),
        ("a\r\n::error::b", "a\\x0d\n: :error::b"),
        ("  ::set-output", "  : :set-output"),
        ("a ##[group]b", "a # #[group]b"),
        ("##vso[task]", "# #vso[task]"),
        ("x section_start:1:a", "x section start:1:a"),
        ("\u202e\u2066\ud800", r"\u202e\u2066\ud800"),
        ("Größe → 3::4\t#", "Größe → 3::4\t#"),
    ],
)
def test_inert_text(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_line_is_shortened() -> None:
    assert len(inert("x" * 600)) == 500
    assert inert("x" * 600).endswith("600 characters")
