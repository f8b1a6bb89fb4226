"""A web page is no answer, whatever its status."""

from __future__ import annotations

from .conftest import Judge
from .gateway import Call

PAGE = "<!doctype html><title>Welcome</title><h1>It works!</h1>"
BY_ITS_STATUS = {"chat.stream.disconnect", "errors.never-5xx"}
"""What a page keeps: nothing but a status is demanded."""


def _page_for_posts(call: Call) -> None:
    if call.number <= 2 or call.method != "POST":
        call.relay()
    else:
        call.answer(200, PAGE, kind="text/html")


def _text_for_posts(call: Call) -> None:
    if call.number <= 2 or call.method != "POST":
        call.relay()
    else:
        call.answer(200, "OK", kind="text/plain")


def test_page_passes_no_check_of_its_own(judge: Judge) -> None:
    words = [word for name in ("chat.sampling", "chat.tools", "chat.stream") for word in ("--feature", name)]
    ended = judge(_page_for_posts, *words)

    passed = ended.ended("passed")
    asked = {one["requirement"] for one in ended.report["findings"] if len(one["exchanges"]) > 0}
    assert asked
    assert set(passed) <= BY_ITS_STATUS, passed


def test_text_is_no_answer_either(judge: Judge) -> None:
    ended = judge(_text_for_posts, "--requirement", "tools.accepted", code=3)

    assert set(ended.ended("inconclusive")) == {"tools.accepted"}
