"""The mutants of checks: what they change, that a change lasts only as long as its trial, and how it is reported."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from conformance.checks import test_chat_stream
from conformance.wire import sse
from tests.mutation import mutants, proof, report
from tests.mutation.operators import changes


def mutants_of(source: str) -> dict[str, str]:
    """The mutants of a source, by operator and changed code."""
    tree = ast.parse(source)
    mutants = {}
    for change in changes(tree):
        change.make()
        mutants[ast.unparse(ast.fix_missing_locations(tree))] = change.operator
        change.undo()
    assert ast.unparse(tree) == ast.unparse(ast.parse(source))
    return mutants


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("assert a", {"pass": "assert"}),
        ("a == b", {"a != b": "comparison"}),
        ("a and b", {"a or b": "and-or", "a": "operand", "b": "operand"}),
        ("b = f(int | float)", {"b = f(int)": "operand", "b = f(float)": "operand"}),
        ("for a in b:\n    f", {f"for a in list(b)[:{n}]:\n    f": "loop" for n in (0, 1)}),
        ("a in (b, c)", {"a not in (b, c)": "comparison", "a in (b,)": "element", "a in (c,)": "element"}),
        ("[a for a in b if c]", {"[a for a in b]": "filter"}),
        ("a[1:]", {"a[:]": "slice", "a[2:]": "constant"}),
        ("if a:\n    inconclusive('no')", {"if False:\n    inconclusive('no')": "guard"}),
    ],
)
def test_changes(source: str, expected: dict[str, str]) -> None:
    """Each operator makes its mutants."""
    assert mutants_of(source) == expected


@pytest.mark.parametrize("source", ["'A docstring.'", "assert_that(f'{a} == {b}')", "ask.chat('Say hello.', size=16)"])
def test_words_for_people_stay(source: str) -> None:
    """Docstrings, messages, prompts and sizes are not changed."""
    assert set(mutants_of(source).values()) <= {"removed"}


def test_a_mutant_is_at_work_while_it_is_tried() -> None:
    """The code of a function is replaced, and restored afterwards."""
    mutant = next(one for one in mutants.of("conformance.wire.sse") if one.after == "line" and one.operator == "not")
    data = [(0.0, b"data: a\n\n")]

    with mutant.at_work():
        changed = sse.read(data).events

    assert not changed
    assert [event.data for event in sse.read(data).events] == ["a"]


def test_a_constant_changes_where_it_was_imported() -> None:
    """A constant is replaced in each module that imports it."""
    mutant = next(one for one in mutants.of("conformance.words.openai.chat") if one.function == "DONE")

    with mutant.at_work():
        assert test_chat_stream.DONE == "[DONE]~"
    assert test_chat_stream.DONE == "[DONE]"
    assert proof.users([mutant])["conformance.words.openai.chat", "DONE"]


def test_checks_are_found_below_their_decorators() -> None:
    """A check, a fixture, a property and a cached property are functions that can be changed."""
    for module, function in (
        ("conformance.checks.test_chat_stream", "test_stream_done"),
        ("conformance.checks.test_chat_stream", "streams"),
        ("conformance.words.openai.chat", "Completion.text"),
        ("conformance.words.answer", "JsonAnswer.body"),
    ):
        assert mutants.find(module, function).__qualname__ == function


def test_a_survivor_has_a_reason_or_is_told(tmp_path: Path) -> None:
    """The exit code and the report show a survivor without a reason."""
    result: dict[str, Any] = {
        "date": "2026-01-01",
        "made": 2,
        "sample": 1.0,
        "seed": 0,
        "seconds": 1,
        "modules": {"conformance.words.openai.chat": {"mutants": 2, "seen": 1}},
        "seen": {},
        "survivors": [{"place": "chat.DONE: text: a -> b", "line": 1, "reason": None}],
    }

    assert report.write(result, tmp_path) == 1
    assert "## Not explained" in (tmp_path / "mutation.md").read_text()
    result["survivors"][0]["reason"] = "It is the same."
    assert report.write(result, tmp_path) == 0
