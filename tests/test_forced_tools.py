"""How the suite has a tool called: in the first way that leads to a call, and in no other."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from conformance.errors import Inconclusive
from conformance.wire.exchange import decoded
from conformance.words.answer import offered
from conformance.words.ask import Ask
from conformance.words.openai.tools import calling, leave_cut

from .canned import REFUSED, Canned, answer

CALL = {"id": "call_1", "type": "function", "function": {"name": "get_time", "arguments": "{}"}}
CALLED = answer({"choices": [{"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [CALL]}}]})
MUTE = answer({"choices": [{"index": 0, "message": None}]})
WRONG = answer({"error": {"message": "Unsupported tool_choice."}}, 400)
LIMITED = answer(REFUSED, 402)
SAID = answer()


@pytest.mark.parametrize(
    ("answers", "asked", "status"),
    [
        ([CALLED], ["required"], 200),
        ([WRONG, CALLED], ["required", "named"], 200),
        ([WRONG, WRONG, CALLED], ["required", "named", "free"], 200),
        ([SAID, CALLED], ["required", "named"], 200),
        ([WRONG], ["required", "named", "free"], 400),
        ([LIMITED], ["required"], 402),
        ([MUTE, CALLED], ["required"], 200),
    ],
    ids=["at-once", "named", "free", "ignored", "never", "limited", "unreadable"],
)
def test_next_way_is_asked_where_one_leads_nowhere(
    answers: list[dict[str, Any]], asked: list[str], status: int
) -> None:
    """A refusal and an answer without a call lead on; a limit of the account and what cannot be read do not."""
    recorder = Canned(*answers)

    result = calling(Ask(recorder, "one"))

    assert [_way(request.body) for request in recorder.sent] == asked
    assert result.status == status


def test_first_served_answer_is_given_where_none_calls() -> None:
    """A refusal is not the answer where the same tools are served without a call."""
    assert calling(Ask(Canned(WRONG, SAID), "one")).served


def test_the_way_that_led_to_a_call_is_told() -> None:
    """A second request can be made in the same way."""
    assert offered(calling(Ask(Canned(WRONG, WRONG, CALLED), "one"))).keys() == {"tools"}


@pytest.mark.parametrize(
    ("text", "pieces", "cut"),
    [('{"city": "' + "zq" * 20, 0, True), ('{"ci', 60, True), ('{"city": "Par', 6, False), (None, 0, False)],
)
def test_arguments_as_long_as_the_cap_allows_may_be_cut(text: str | None, pieces: int, cut: bool) -> None:
    """A model that speaks nonsense fills the room it has, and some servers then say that the call is complete."""
    with pytest.raises(Inconclusive) if cut else nullcontext():
        leave_cut(Ask(Canned(), "one"), text, pieces)


def _way(body: bytes | None) -> str:
    choice = decoded(body or b"").get("tool_choice", "free")
    return choice if isinstance(choice, str) else "named"
