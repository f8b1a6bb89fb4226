"""Exchanges are drawn so that what matters is seen: when events came, and what differs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conformance import register
from conformance.model import Evidence, Finding, Level, Verdict
from conformance.report import render
from conformance.report.drawing import Drawn, drawn
from conformance.report.view import view

from .reporting import shown

DEEP = "[" * 400 + "]" * 400
HEAD = "HTTP/1.1 200\ncontent-type: {}\n\n"


def answered(*bodies: str, kind: str = "application/json", times: tuple[float, ...] = ()) -> list[Drawn]:
    """How answers with these bodies are drawn, in one finding."""
    shown = tuple(Evidence(n, "", "GET /x\n\n", HEAD.format(kind) + body, times) for n, body in enumerate(bodies))
    return drawn(Finding("chat.id", Level.MUST, Verdict.FAILED, "wrong", evidence=shown))


def marked(pieces: tuple[tuple[str, bool], ...]) -> list[str]:
    return [text for text, differs in pieces if differs]


def test_difference_of_two_answers_is_marked() -> None:
    """Only what differs, in both of them."""
    one, other = answered(
        '{"id": 1, "data": [1, 2], "same": "x"}', '{"id": 2, "data": [1, 3], "same": "x", "more": {}}'
    )

    assert marked(one.response_body) == ["1", "2"]
    assert marked(other.response_body) == ["2", "3", '"more": {}']
    assert json.loads("".join(text for text, _ in other.response_body))["more"] == {}


def test_single_answer_has_no_marks() -> None:
    """There is nothing that it differs from."""
    (one,) = answered('{"id": 1, "list": [{"a": []}]}')

    assert marked(one.response_body) == []
    assert "".join(text for text, _ in one.response_body) == json.dumps({"id": 1, "list": [{"a": []}]}, indent=2)


def test_stream_is_a_time_line() -> None:
    """Each event with its name, its time, its place on the line, and what is new in it."""
    body = 'event: a\ndata: {"id": 1, "text": "x"}\n\nevent: a\ndata: {"id": 1, "text": "y"}\n\ndata: [DONE]\n\n'

    (one,) = answered(body, kind="text/event-stream", times=(0.5, 1.0, 2.0))

    assert [(event.name, event.seconds, event.place) for event in one.events] == [
        ("a", 0.5, 25.0),
        ("a", 1.0, 50.0),
        ("", 2.0, 100.0),
    ]
    assert marked(one.events[1].data) == ['"y"']
    assert one.response_body == ()


@pytest.mark.parametrize("body", ["", "data", "data: x", "data: {\n\n", DEEP, '{"a": ' * 3000, ": comment\n\n"])
@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
def test_odd_answers_are_drawn(body: str, kind: str) -> None:
    """Nothing of an answer is lost, whatever it is."""
    (one,) = answered(body, kind=kind)

    text = "".join(text for text, _ in one.response_body) + "".join(
        text for event in one.events for text, _ in event.data
    )
    assert body.strip().removeprefix("data:").strip() in "".join(text.split()) or body[:1] in ":{"


def test_page_with_half_a_character_can_be_written() -> None:
    """What JSON can spell, and UTF-8 cannot carry, is spelled out again."""
    body = r'{"text": "\ud800"}'
    evil = Finding("chat.id", Level.MUST, Verdict.FAILED, "x", evidence=(Evidence(1, "", "GET /x\n\n", HEAD + body),))

    page = render("html", view(replace(shown().report, findings=(evil,)), register.load()))

    assert r"\ud800" in page.encode().decode()
