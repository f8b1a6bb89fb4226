"""The Anthropic protocol: tool calls, whole and streamed, and the way back of their results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import (
    demand_not_refused,
    demand_refused,
    demand_served,
    demand_text,
    first_that_calls,
    offered,
    texts_of,
)
from conformance.words.anthropic.messages import Anthropic, Message
from conformance.words.anthropic.tools import (
    ANY,
    CUT,
    EARLIER_CALL,
    NAMED,
    TOOLS,
    calling,
    calling_both,
    calling_stream,
    known,
    leave_uncalled,
    result,
    returned,
)
from conformance.words.ask import PROMPT, user
from conformance.words.check import each, inconclusive, pick, requirement
from conformance.words.openai.tools import BOTH, CITY, NAMES, QUESTION
from conformance.words.samples.prompts import FEWEST, LONG_RULES, LONG_TEXT, SHORT_TEXT, demand_as_a_turn, demand_both
from conformance.words.samples.unicode import demand_name, leave_damaged_name

SILENCE = 3
"""The most tokens of the answer of a model that has nothing to add to a result."""


@pytest.fixture(autouse=True)
def _tools_known(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A model without tools is not judged by them."""
    known(anthropic, "anthropic.tools" in gateway["model_dependent"])


@requirement("anthropic.tools.accepted")
@each("choice", [{}, {"tool_choice": {"type": "auto"}}])
def test_accepted(anthropic: Anthropic, demand_supported: Callable[..., Any], choice: dict[str, Any]) -> None:
    """Tools are accepted, with and without `tool_choice` auto."""
    answer = anthropic.message(QUESTION, tools=TOOLS, **choice)

    demand_supported(answer)


@requirement("anthropic.tools.any")
def test_any(anthropic: Anthropic) -> None:
    """`tool_choice` any gives at least one tool call."""
    answer = demand_served(anthropic.message(QUESTION, **ANY))
    leave_uncalled(anthropic, answer)

    assert answer.blocks("tool_use"), f"no tool call, but {answer.words!r:.120}"


@requirement("anthropic.tools.named")
def test_named(anthropic: Anthropic) -> None:
    """`tool_choice` tool gives a call of the named tool and of no other."""
    answer = demand_served(anthropic.message(QUESTION, **NAMED))
    leave_uncalled(anthropic, answer)

    names = {str(call.get("name")) for call in answer.blocks("tool_use")}
    assert names, f"no tool call, but {answer.words!r:.120}"
    assert names == {"get_time"}, f"get_time was named, but the calls are {names}, the text {answer.words!r:.120}"


@requirement("anthropic.tools.none")
def test_none(anthropic: Anthropic) -> None:
    """`tool_choice` none gives no tool call."""
    answer = demand_served(anthropic.message(QUESTION, tools=TOOLS, tool_choice={"type": "none"}))

    assert not answer.blocks("tool_use"), f"tool_choice none, but {len(answer.blocks('tool_use'))} tool calls"


@requirement("anthropic.tools.id")
def test_id(anthropic: Anthropic) -> None:
    """Every call has an id that is not empty, different from the others of its message."""
    for calls in (calling(anthropic).calls, calling_both(anthropic).blocks("tool_use")):
        ids = [demand_text(call.get("id"), "id of a call") for call in calls]

        assert len(set(ids)) == len(ids), f"the ids are {ids}"


@requirement("anthropic.tools.name")
def test_name(anthropic: Anthropic) -> None:
    """The name of a call is that of a tool that was offered, letter for letter."""
    for call in calling(anthropic).calls:
        assert call.get("name") in NAMES, f"name is {call.get('name')!r:.80}, which was not offered"


@requirement("anthropic.tools.input")
def test_input(anthropic: Anthropic) -> None:
    """`input` of a call is a JSON object, not its text."""
    for call in calling(anthropic).calls:
        assert isinstance(call.get("input"), dict), f"input is {call.get('input')!r:.120}"


WRITTEN: dict[str, Callable[[Anthropic], list[Any]]] = {
    "whole": lambda anthropic: [pick(call, "input", kind=dict) for call in calling(anthropic).calls],
    "streamed": lambda anthropic: [pick(call.input, kind=dict) for call in calling_stream(anthropic).calls],
}
"""The inputs of calls, by how they are sent."""


@requirement("anthropic.tools.unicode")
@each("how", WRITTEN)
def test_unicode(anthropic: Anthropic, how: str) -> None:
    """Letters outside ASCII reach the input of a call undamaged, whole and streamed."""
    demand_name(texts_of(WRITTEN[how](anthropic)))


@requirement("anthropic.tools.stop-reason")
def test_stop_reason(anthropic: Anthropic) -> None:
    """An answer with a tool call ends with `stop_reason` tool_use, and no other answer does."""
    plain = anthropic.message()
    for answer in (calling(anthropic), anthropic.message(QUESTION, tools=TOOLS)):
        if answer.status == 200 and answer.blocks("tool_use") and answer.stop_reason not in CUT:
            assert answer.stop_reason == "tool_use", f"a tool is called, but stop_reason is {answer.stop_reason!r:.80}"

    assert plain.stop_reason != "tool_use", "stop_reason is tool_use, but no tool was offered"


@requirement("anthropic.tools.result")
def test_result(anthropic: Anthropic) -> None:
    """The result of a call returns as a `tool_result` of the user's next turn, and is answered."""
    turn = calling(anthropic)
    results = [result(_id(call), content="18 degrees, sunny") for call in turn.calls]

    answer = demand_served(anthropic.message(returned(turn.content, *results), tools=TOOLS))
    if not answer.content and answer.tokens("output_tokens") <= SILENCE:
        inconclusive("the model has nothing to add")

    assert answer.content, f"nothing is answered: {answer.exchange.text:.160}"


def _id(call: dict[str, Any]) -> str:
    """The id of a call that can be sent back; inconclusive when the call has a defect of its own."""
    pick(call, "input", kind=dict)
    return pick(call, "id", kind=str) or inconclusive("the id of the call is empty")


TEXT = {"type": "text", "text": LONG_RULES}
FORMS: dict[str, list[dict[str, Any]]] = {
    "a string": returned([EARLIER_CALL], result(EARLIER_CALL["id"], content="18 degrees")),
    "blocks": returned(
        [EARLIER_CALL], result(EARLIER_CALL["id"], content=[{"type": "text", "text": "18 degrees"}, TEXT])
    ),
    "absent": returned([{**EARLIER_CALL, "input": {"city": LONG_RULES}}], result(EARLIER_CALL["id"])),
    "an error": returned([TEXT, EARLIER_CALL], result(EARLIER_CALL["id"], content="No such city.", is_error=True)),
}
"""The call and its result, in every form of the result. All but the first are longer in one place."""


@requirement("anthropic.tools.result.forms")
@each("form", FORMS)
def test_result_forms(anthropic: Anthropic, form: str) -> None:
    """A result may be a string or text blocks, may be absent, and may be an error."""
    demand_served(anthropic.message(FORMS[form], tools=TOOLS))


@requirement("anthropic.tools.result.counted")
def test_result_counted(anthropic: Anthropic) -> None:
    """A result reaches the model, and is not cut: it costs as many input tokens as a turn would."""
    cost = anthropic.message(LONG_TEXT + PROMPT).input - anthropic.message().input
    turns = returned([EARLIER_CALL], result(EARLIER_CALL["id"], content=LONG_TEXT))
    long, short = (anthropic.message(some, tools=TOOLS) for some in (turns, FORMS["a string"]))
    grown = long.input - short.input

    demand_as_a_turn(cost, grown)


@requirement("anthropic.tools.result.blocks")
def test_result_blocks(anthropic: Anthropic) -> None:
    """Each text block of a result, and the text after it, reaches the model: it costs input tokens."""
    question, call, last = returned([EARLIER_CALL], result(EARLIER_CALL["id"], content="18 degrees"))
    after = [question, call, {**last, "content": [*last["content"], TEXT]}]

    _demand_longer(anthropic, FORMS["blocks"], "two blocks of a result")
    _demand_longer(anthropic, after, "the text after a result")


@requirement("anthropic.tools.call.counted")
@each("form", ["absent", "an error"], label={"absent": "input", "an error": "the text before the call"}.__getitem__)
def test_call_counted(anthropic: Anthropic, form: str) -> None:
    """An earlier call reaches the model with its input, and so does the text before it."""
    if anthropic.message(QUESTION, tools=TOOLS).input <= anthropic.message(QUESTION).input:
        inconclusive("the target does not count tools")
    _demand_longer(anthropic, FORMS[form], "it")


def _demand_longer(anthropic: Anthropic, turns: list[dict[str, Any]], what: str) -> None:
    longer, shorter = (anthropic.message(some, tools=TOOLS) for some in (turns, FORMS["a string"]))
    grown = longer.input - shorter.input
    assert grown >= FEWEST, f"{what}, 20 words longer, costs {grown} input tokens more"


@requirement("anthropic.tools.definition.counted")
def test_definition_counted(anthropic: Anthropic) -> None:
    """What every tool and every parameter is for reaches the model: it costs input tokens."""
    told = {**CITY, "properties": {"city": {"type": "string", "description": SHORT_TEXT}}}
    tools = [{**TOOLS[0], "input_schema": told}, {**TOOLS[1], "description": SHORT_TEXT}]
    described, plain = (anthropic.message(QUESTION, tools=one) for one in (tools, TOOLS))
    known = anthropic.message(SHORT_TEXT + PROMPT).input - anthropic.message().input
    grown = described.input - plain.input
    if grown < 1.5 * known and plain.input <= anthropic.message(QUESTION).input:
        inconclusive("the target does not count tools")

    demand_both(known, grown, "two descriptions")


@requirement("anthropic.tools.result.orphan")
def test_result_orphan(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A `tool_result` that answers no call is refused."""
    turns = returned([EARLIER_CALL], result("toolu_of_nobody", content="18 degrees"))

    answer = anthropic.message(turns, tools=TOOLS)

    demand_refused(answer, gateway, "invalid_value")


@requirement("anthropic.tools.parallel")
def test_parallel(anthropic: Anthropic) -> None:
    """Several calls in one answer have ids of their own, and their results are taken back together."""
    turn = _both(anthropic)
    ids = [_id(call) for call in turn.calls]
    assert len(set(ids)) == len(ids), f"the ids are {ids}"

    results = [result(name, content="fine") for name in ids]
    turns = [user(BOTH), {"role": "assistant", "content": turn.content}, user(results)]

    demand_served(anthropic.message(turns, tools=TOOLS))


@requirement("anthropic.tools.parallel.off")
def test_parallel_off(anthropic: Anthropic) -> None:
    """`disable_parallel_tool_use` gives at most one call."""
    choice = offered(_both(anthropic)).get("tool_choice", {"type": "auto"})
    choice |= {"disable_parallel_tool_use": True}

    single = demand_served(anthropic.message(BOTH, tools=TOOLS, tool_choice=choice))

    count = len(single.blocks("tool_use"))
    assert count <= 1, f"disable_parallel_tool_use, but {count} tool calls"


def _both(anthropic: Anthropic) -> Message:
    """An answer with several calls; inconclusive when the model makes one at a time."""
    turn = calling_both(anthropic)
    return turn if len(turn.calls) > 1 else inconclusive("the model calls one tool at a time")


@requirement("anthropic.tools.stream.start")
def test_stream_start(anthropic: Anthropic) -> None:
    """The start of a streamed call has its id, its name and an `input` that is an empty object."""
    for call in calling_stream(anthropic).calls:
        demand_text(call.start.get("id"), "id")
        assert call.start.get("name") in NAMES, f"name is {call.start.get('name')!r:.80}, which was not offered"
        assert call.start.get("input") == {}, f"input of the start is {call.start.get('input')!r:.80}"


@requirement("anthropic.tools.stream.input")
def test_stream_input(anthropic: Anthropic) -> None:
    """The `partial_json` parts of a streamed call, put together, are its input."""
    stream = calling_stream(anthropic)
    if stream.stop_reasons == ["max_tokens"]:
        inconclusive("the answer was cut off")
    for call in stream.calls:
        text = call.joined("partial_json")
        assert isinstance(call.input, dict), f"the parts are no JSON object: {text!r:.120}"
        assert call.input.keys() or not _inputs(anthropic), "the streamed input is empty, the whole one is not"


def _inputs(anthropic: Anthropic) -> bool:
    """The whole answer to the same request calls with an input."""
    return all(call.get("input") for call in calling(anthropic).blocks("tool_use"))


@requirement("anthropic.tools.stream.named")
def test_stream_named(anthropic: Anthropic) -> None:
    """`tool_choice` tool gives a call of the named tool in a stream as it does in a whole answer."""
    if {str(call.get("name")) for call in anthropic.message(QUESTION, **NAMED).calls} != {"get_time"}:
        inconclusive("not even the whole answer calls the named tool alone")
    streams = (anthropic.stream(QUESTION, take=take, **NAMED) for take in (0, 1))
    stream = demand_not_refused(first_that_calls(streams, lambda one: one.calls))
    names = {str(block.start.get("name")) for block in stream.blocks if block.type == "tool_use"}
    if not names <= set(NAMES) or not all(block.start for block in stream.blocks):
        inconclusive("cannot be judged: a block does not start as it should")

    assert names == {"get_time"}, f"get_time was named, the stream calls {names}"


@requirement("anthropic.tools.stream.stop-reason")
def test_stream_stop_reason(anthropic: Anthropic) -> None:
    """A stream with a tool call ends with `stop_reason` tool_use."""
    stream = calling_stream(anthropic)
    if not stream.calls or stream.stop_reasons[-1:] == ["max_tokens"]:
        inconclusive("the answer was cut off")
    reason = pick(stream.stop_reasons, -1)

    assert reason == "tool_use", f"a tool is called, but stop_reason is {reason!r:.80}"


@requirement("anthropic.tools.stream.equals-whole")
def test_stream_equals_whole(anthropic: Anthropic) -> None:
    """Where the model calls the same twice, the streamed call equals the whole one."""
    stream = calling_stream(anthropic)
    alike = (anthropic.message(QUESTION, take=take, **offered(stream)) for take in (0, 1))
    once, twice = map(_calls, alike)
    if once != twice:
        inconclusive("the model does not call the same twice")
    streamed = [(call.start.get("name"), call.input) for call in stream.calls]
    if not all(arguments for _, arguments in streamed):
        inconclusive("cannot be judged: the streamed input is empty")

    leave_damaged_name(texts_of([arguments for _, arguments in [*once, *streamed]]))
    assert streamed == once, f"streamed {streamed!r:.120}, whole {once!r:.120}"


def _calls(answer: Message) -> list[tuple[Any, Any]]:
    return [(call.get("name"), pick(call, "input", kind=dict)) for call in answer.calls]
