"""Responses: function calls, whole and streamed, and the way back of their results."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import (
    demand_not_refused,
    demand_refused,
    demand_served,
    demand_text,
    first_that_calls,
    leave_without_tools,
    texts_of,
)
from conformance.words.ask import PROMPT
from conformance.words.check import each, inconclusive, member, pick, requirement
from conformance.words.openai.responses import (
    EARLIER_CALL,
    TOOLS,
    Response,
    Responses,
    arguments,
    call_id,
    demand_longer,
    result,
    said,
)
from conformance.words.openai.responses_stream import ARGUMENTS, ResponseStream
from conformance.words.openai.tools import BOTH, CITY, NAMES, QUESTION
from conformance.words.samples.prompts import LONG_RULES, LONG_TEXT, SHORT_TEXT, demand_as_a_turn, demand_both
from conformance.words.samples.unicode import demand_name

NAMED = {"type": "function", "name": "get_time"}


@pytest.fixture(autouse=True)
def _tools_known(responses: Responses, gateway: dict[str, Any]) -> None:
    """A model without tools is not judged by them."""
    responses.tools_known("responses.tools" in gateway["model_dependent"])


@pytest.fixture
def turn(responses: Responses) -> Response:
    """An answer that, if the model does as it is told, calls a function."""
    return responses.create(QUESTION, tools=TOOLS)


@pytest.fixture
def stream(responses: Responses) -> ResponseStream:
    """The same, streamed."""
    return responses.stream(QUESTION, tools=TOOLS)


def _leave_uncalled(responses: Responses, answer: Response) -> None:
    """Leaves the check when no tool is called for a reason that is the model's: it was cut off, or never calls one."""
    if answer.calls:
        return
    if answer.body.get("status") == "incomplete":
        inconclusive("the answer was cut off")
    free, bare = responses.create(QUESTION, tools=TOOLS), responses.create(QUESTION)
    leave_without_tools(bool(free.calls), free.input, bare.input)


@requirement("responses.tools.accepted")
def test_accepted(turn: Response, demand_supported: Callable[..., Any]) -> None:
    """Functions may be offered."""
    demand_supported(turn)


@requirement("responses.tools.name")
def test_name(turn: Response) -> None:
    """The name of a call is that of a function that was offered, letter for letter."""
    for call in turn.made:
        assert call.get("name") in NAMES, f"name is {call.get('name')!r:.80}, which was not offered"


@requirement("responses.tools.call-id")
def test_call_id(responses: Responses, turn: Response) -> None:
    """Every call has a `call_id` that is not empty, different from the others of its response."""
    for calls in (turn.made, responses.create(BOTH, tools=TOOLS).calls):
        names = [demand_text(call.get("call_id"), "call_id") for call in calls]

        assert len(set(names)) == len(names), f"the call_ids are {names}"


@requirement("responses.tools.arguments")
def test_arguments(turn: Response) -> None:
    """The `arguments` of a call are the text of a JSON object."""
    calls = turn.made
    if turn.body.get("status") == "incomplete":
        inconclusive("the answer was cut off")
    for call in calls:
        assert isinstance(arguments(call), dict), f"arguments is {call.get('arguments')!r:.120}"


@requirement("responses.tools.unicode")
@each("name", ["turn", "stream"])
def test_unicode(turn: Response, stream: ResponseStream, name: str) -> None:
    """Letters outside ASCII reach the arguments of a call undamaged, whole and streamed."""
    made = turn.made if name == "turn" else [stream.item_of(added) for added in stream.calls]

    demand_name(texts_of([arguments(call) for call in made]))


@requirement("responses.tools.result")
def test_result(responses: Responses, turn: Response) -> None:
    """The items of a response with calls are taken back with a `function_call_output` for each call, and answered."""
    results = [result(call_id(call)) for call in turn.made]

    answer = demand_served(responses.create([said("user", QUESTION), *turn.output, *results], tools=TOOLS))

    assert answer.output, f"nothing is answered: {answer.exchange.text:.160}"


@requirement("responses.tools.result.counted")
def test_result_counted(responses: Responses) -> None:
    """The result of a call reaches the model, and is not cut: it costs as many input tokens as a message would."""
    cost = responses.create(LONG_TEXT + PROMPT).input - responses.create().input
    long, short = _returned(responses, output=LONG_TEXT), _returned(responses)
    grown = long.input - short.input

    demand_as_a_turn(cost, grown)


@requirement("responses.tools.call.counted")
def test_call_counted(responses: Responses, turn: Response) -> None:
    """An earlier call reaches the model with its arguments: they cost input tokens."""
    if turn.input <= responses.create(QUESTION).input:
        inconclusive("the target does not count tools")
    longer = _returned(responses, {**EARLIER_CALL, "arguments": json.dumps({"city": LONG_RULES})})

    demand_longer(longer, _returned(responses), "arguments that are 20 words longer")


def _returned(responses: Responses, call: dict[str, Any] = EARLIER_CALL, output: str = "18") -> Response:
    """The answer to the result of an earlier call."""
    return responses.create([said("user", QUESTION), call, result(call["call_id"], output)], tools=TOOLS)


@requirement("responses.tools.definition.counted")
def test_definition_counted(responses: Responses, turn: Response) -> None:
    """What every function and every parameter is for reaches the model: it costs input tokens."""
    told = {**CITY, "properties": {"city": {"type": "string", "description": SHORT_TEXT}}}
    tools = [{**TOOLS[0], "parameters": told}, {**TOOLS[1], "description": SHORT_TEXT}]
    known = responses.create(SHORT_TEXT + PROMPT).input - responses.create().input
    described = responses.create(QUESTION, tools=tools)
    grown = described.input - turn.input
    if grown < 1.5 * known and turn.input <= responses.create(QUESTION).input:
        inconclusive("the target does not count functions")

    demand_both(known, grown, "two descriptions")


@requirement("responses.tools.result.orphan")
def test_result_orphan(responses: Responses, gateway: dict[str, Any]) -> None:
    """A `function_call_output` that answers no call is refused."""
    answer = responses.create([said("user", QUESTION), result("call_of_nobody")], tools=TOOLS)

    demand_refused(answer, gateway, "invalid_value")


@requirement("responses.tools.result.previous")
def test_result_previous(responses: Responses, turn: Response, demand_supported: Callable[..., Any]) -> None:
    """With `previous_response_id` the results of its calls are enough."""
    results = [result(call_id(call)) for call in turn.made]

    answer = demand_supported(responses.create(results, tools=TOOLS, previous_response_id=turn.id))

    assert answer.output, f"nothing is answered: {answer.exchange.text:.160}"


@requirement("responses.tools.choice.required")
def test_choice_required(responses: Responses, demand_supported: Callable[..., Any]) -> None:
    """`tool_choice` required gives at least one call."""
    answer = demand_supported(responses.create(QUESTION, tools=TOOLS, tool_choice="required"))
    _leave_uncalled(responses, answer)

    assert answer.calls, f"no call, but {answer.words!r:.120}"


@requirement("responses.tools.choice.named")
def test_choice_named(responses: Responses, demand_supported: Callable[..., Any]) -> None:
    """`tool_choice` with a function's name gives a call of it and of no other."""
    answer = demand_supported(responses.create(QUESTION, tools=TOOLS, tool_choice=NAMED))
    _leave_uncalled(responses, answer)

    names = {str(call.get("name")) for call in answer.calls}
    assert names, f"no call, but {answer.words!r:.120}"
    assert names == {"get_time"}, f"get_time was named, but the calls are {names}, the text {answer.words!r:.120}"


@requirement("responses.tools.choice.none")
def test_choice_none(responses: Responses, demand_supported: Callable[..., Any]) -> None:
    """`tool_choice` none gives no call."""
    answer = demand_supported(responses.create(QUESTION, tools=TOOLS, tool_choice="none"))

    assert not answer.calls, f"tool_choice none, but {len(answer.calls)} calls"


@requirement("responses.tools.parallel.off")
def test_parallel_off(responses: Responses, demand_supported: Callable[..., Any]) -> None:
    """`parallel_tool_calls: false` gives at most one call."""
    if len(responses.create(BOTH, tools=TOOLS).calls) < 2:
        inconclusive("the model makes one call at a time")

    count = len(demand_supported(responses.create(BOTH, tools=TOOLS, parallel_tool_calls=False)).calls)
    assert count <= 1, f"parallel_tool_calls is false, but there are {count} calls"


@requirement("responses.tools.stream.named")
def test_stream_named(responses: Responses) -> None:
    """`tool_choice` with a function's name gives a call of it in a stream as it does in a whole response."""
    forced = {"tools": TOOLS, "tool_choice": NAMED}
    if {str(call.get("name")) for call in responses.create(QUESTION, **forced).made} != {"get_time"}:
        inconclusive("not even the whole response calls the named function alone")

    streams = (responses.stream(QUESTION, take=take, **forced) for take in (0, 1))
    stream = demand_not_refused(first_that_calls(streams, lambda one: one.calls))
    items = [member(one, "item") for one in stream.of("response.output_item.added")]
    names = {str(member(item, "name")) for item in items if member(item, "type") == "function_call"}
    if not names <= set(NAMES):
        inconclusive(f"cannot be judged: the stream calls {sorted(names)}")

    assert names == {"get_time"}, f"get_time was named, the stream calls {sorted(names)}"


@requirement("responses.tools.stream.item")
def test_stream_item(stream: ResponseStream) -> None:
    """The item that begins a streamed call has its `call_id`, its name and no arguments yet."""
    for added in stream.calls:
        item = added["item"]
        demand_text(item.get("call_id"), "call_id")
        assert item.get("name") in NAMES, f"name is {item.get('name')!r:.80}, which was not offered"
        assert item.get("arguments") == "", f"arguments of the beginning is {item.get('arguments')!r:.80}"


@requirement("responses.tools.stream.arguments")
def test_stream_arguments(stream: ResponseStream) -> None:
    """The deltas of a call's arguments, put together, are its arguments."""
    for added in stream.calls:
        place = added.get("output_index")
        done = [one for one in stream.of("response.function_call_arguments.done") if one.get("output_index") == place]
        whole = pick(stream.item_of(added), "arguments", kind=str)
        joined = stream.joined(ARGUMENTS, place)

        for event in done:
            text = event.get("arguments")
            assert text == whole, f"the done event has {text!r:.80}, the item {whole!r:.80}"
        assert joined == whole, f"the deltas are {joined!r:.80}, the item has {whole!r:.80}"
        ended = [item.get("arguments") for item in stream.output if item.get("call_id") == added["item"].get("call_id")]
        assert ended in ([], [whole]), f"the last event has {ended!r:.80}, the item {whole!r:.80}"
