"""Tool calls in whole answers, and the way back of their results."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from conformance.words.answer import demand_served, texts_of
from conformance.words.ask import PROMPT, Ask, user
from conformance.words.check import each, inconclusive, member, pick, requirement
from conformance.words.openai.chat import Completion
from conformance.words.openai.tools import (
    BOTH,
    CITY,
    EARLIER_CALL,
    NAMED,
    NAMES,
    QUESTION,
    REQUIRED,
    TOOLS,
    arguments,
    calling,
    calls,
    function,
    known,
    leave_cut,
    leave_uncalled,
    returned,
)
from conformance.words.samples.media import text_part
from conformance.words.samples.prompts import (
    FEWEST,
    LONG_RULES,
    LONG_TEXT,
    LONGER,
    SHORT_TEXT,
    demand_as_a_turn,
    demand_both,
)
from conformance.words.samples.unicode import demand_name, leave_damaged_name

NOTHING = ("null", "None", "undefined", "nil")
"""What no model says, and a careless program writes for nothing."""
LONGER_CALL = {**EARLIER_CALL, "function": {"name": "get_weather", "arguments": json.dumps({"city": LONG_RULES})}}
FORMS: dict[str, tuple[dict[str, Any], object]] = {
    "absent": ({"tool_calls": [EARLIER_CALL]}, "18"),
    "empty": ({"tool_calls": [LONGER_CALL], "content": ""}, "18"),
    "parts": ({"tool_calls": [EARLIER_CALL], "content": None}, [text_part("18"), text_part(LONG_RULES)]),
    "beside": ({"tool_calls": [EARLIER_CALL], "content": LONG_RULES}, "18"),
    "long": ({"tool_calls": [EARLIER_CALL], "content": None}, LONG_TEXT),
}
"""The turn of a call and the result of that call. All but the first are longer in one place."""


@pytest.fixture(autouse=True)
def _tools_known(ask: Ask, gateway: dict[str, Any]) -> None:
    """A model without tools is not judged by them."""
    known(ask, "chat.tools" in gateway["model_dependent"])


@requirement("tools.accepted")
@pytest.mark.parametrize("choice", [{}, {"tool_choice": "auto"}], ids=["default", "auto"])
def test_accepted(ask: Ask, demand_supported: Callable[..., Any], choice: dict[str, Any]) -> None:
    """A list of function tools is accepted, with and without `tool_choice: auto`."""
    answer = ask.chat(QUESTION, tools=TOOLS, **choice)

    demand_supported(answer)


@requirement("tools.required")
def test_required(ask: Ask) -> None:
    """`tool_choice: required` gives at least one tool call."""
    answer = demand_served(ask.chat(QUESTION, **REQUIRED))
    leave_uncalled(ask, answer)

    assert answer.tool_calls, f"no tool call, but {answer.message.get('content')!r:.120}"


@requirement("tools.named")
def test_named(ask: Ask) -> None:
    """A named `tool_choice` gives a call of that function and of no other."""
    answer = demand_served(ask.chat(QUESTION, **NAMED))
    leave_uncalled(ask, answer)

    names = [str(member(call, "function", "name")) for call in answer.tool_calls]
    assert names, f"no tool call, but {answer.message.get('content')!r:.120}"
    assert set(names) == {"get_time"}, f"get_time was named, but the calls are {names}"


@requirement("tools.none")
def test_none(ask: Ask) -> None:
    """`tool_choice: none` gives no tool call."""
    answer = demand_served(ask.chat(QUESTION, tools=TOOLS, tool_choice="none"))

    assert not answer.tool_calls, f"tool_choice none, but {len(answer.tool_calls)} tool calls"


@requirement("tools.call.id")
def test_call_id(ask: Ask) -> None:
    """Every tool call has a non-empty `id`, different from the others of its message."""
    ids = [call.get("id") for call in calls(calling(ask))]

    own = all(isinstance(name, str) and name for name in ids) and len(set(ids)) == len(ids)
    assert own, f"the ids are {ids}"


@requirement("tools.call.type")
def test_call_type(ask: Ask) -> None:
    """The `type` of a function call is `function`."""
    for call in calls(calling(ask)):
        assert call.get("type") == "function", f"type is {call.get('type')!r}"


@requirement("tools.call.name")
def test_call_name(ask: Ask) -> None:
    """`function.name` is the name of a function that was offered, letter for letter."""
    for call in calls(calling(ask)):
        name = pick(call, "function", kind=dict).get("name")
        assert name in NAMES, f"function.name is {name!r}, which was not offered"


@requirement("tools.call.arguments")
def test_call_arguments(ask: Ask) -> None:
    """`function.arguments` is a string that holds one JSON object."""
    answer = calling(ask)
    if answer.finish_reason == "length":
        inconclusive("the answer was cut off")
    for call in calls(answer):
        raw = pick(call, "function", kind=dict).get("arguments")
        if arguments(call) is None:
            leave_cut(ask, raw)
        assert isinstance(arguments(call), dict), f"arguments is no JSON object within a string: {raw!r:.120}"


@requirement("tools.call.unicode")
def test_call_unicode(ask: Ask) -> None:
    """Letters outside ASCII reach the arguments of a call undamaged."""
    demand_name(texts_of([arguments(call) for call in calls(calling(ask))]))


@requirement("tools.call.content")
def test_call_content(ask: Ask) -> None:
    """`content` beside tool calls is null or a string."""
    answer = calling(ask)
    calls(answer)

    content = answer.message.get("content")
    assert content is None or isinstance(content, str), f"content is {content!r:.120}"
    assert content not in NOTHING, f"content is the text {content!r}, not null"


@requirement("tools.finish-reason")
def test_finish_reason(ask: Ask) -> None:
    """An answer with tool calls ends with `finish_reason` tool_calls; a forced function may end with stop."""
    answer = ask.chat(QUESTION, tools=TOOLS)
    if not answer.tool_calls:
        answer = ask.chat(QUESTION, **REQUIRED)
    calls(answer)

    assert answer.finish_reason == "tool_calls", f"finish_reason is {answer.finish_reason!r}"


@requirement("tools.strict")
def test_strict(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """The arguments of a `strict` function satisfy its schema."""
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["°C", "°F"]},
            "days": {"type": "integer"},
        },
        "required": ["city", "unit", "days"],
        "additionalProperties": False,
    }
    tool = function("get_weather", schema, strict=True)
    answer = demand_supported(calling(ask, tools=[tool]))

    values = arguments(calls(answer)[0])
    if not isinstance(values, dict):
        inconclusive("cannot be judged: the arguments are no JSON object")
    leave_damaged_name(texts_of(values.get("city")))
    problem = next(jsonschema.Draft202012Validator(schema).iter_errors(values), None)
    assert problem is None, f"{values} breaks the schema: {problem.message}"


@requirement("tools.no-parameters")
def test_no_parameters(ask: Ask) -> None:
    """A function without parameters can be offered and called; its arguments are still a JSON object."""
    answer = demand_served(calling(ask, "Please call refresh_page.", tools=[function("refresh_page")]))

    call = calls(answer)[0]
    assert isinstance(arguments(call), dict), f"arguments is {call.get('function')!r:.120}"


@requirement("tools.result")
def test_result(ask: Ask) -> None:
    """The result returns as a `tool` message after the assistant's call, whose content is null, and is answered."""
    turns = returned({"content": None, "tool_calls": [EARLIER_CALL]}, (EARLIER_CALL["id"], "18 degrees and sunny"))
    answer = demand_served(ask.chat(messages=turns, tools=TOOLS))

    assert answer.choices, "the result got no answer"


@requirement("tools.result.content-forms")
@pytest.mark.parametrize("form", ["absent", "empty", "parts"])
def test_result_content_forms(ask: Ask, form: str) -> None:
    """The content of a turn with calls may be absent or empty, and a result may be given as text parts."""
    demand_served(_returned(ask, form))


def _returned(ask: Ask, form: str) -> Completion:
    """The answer to the result of an earlier call, in one of the forms of that conversation."""
    turn, result = FORMS[form]
    return ask.chat(messages=returned(turn, (EARLIER_CALL["id"], result)), tools=TOOLS)


def _grown(longer: Completion, shorter: Completion) -> int:
    return longer.tokens("prompt_tokens") - shorter.tokens("prompt_tokens")


@requirement("tools.result.counted")
def test_result_counted(ask: Ask) -> None:
    """The result of a call reaches the model, and is not cut: it costs as many prompt tokens as a message would."""
    cost = _grown(ask.chat(LONG_TEXT + PROMPT), ask.chat())
    long, short = _returned(ask, "long"), _returned(ask, "absent")
    grown = _grown(long, short)

    demand_as_a_turn(cost, grown)


@requirement("tools.result.parts")
def test_result_parts(ask: Ask) -> None:
    """Each text part of a result reaches the model: it costs prompt tokens."""
    _demand_longer(ask, "parts", "two parts of a result")


@requirement("tools.call.counted")
@each("form", ["empty", "beside"], label={"empty": "arguments", "beside": "the text beside the call"}.__getitem__)
def test_call_counted(ask: Ask, form: str) -> None:
    """An earlier call reaches the model with its arguments, and so does the text beside it.

    A model that was made without tools is shown neither those nor calls of them.
    """
    if _grown(ask.chat(QUESTION, tools=TOOLS), ask.chat(QUESTION)) <= 0:
        inconclusive("the target does not count tools")
    _demand_longer(ask, form, "it")


def _demand_longer(ask: Ask, form: str, what: str) -> None:
    longer, shorter = _returned(ask, form), _returned(ask, "absent")
    grown = _grown(longer, shorter)
    assert grown >= FEWEST, f"{what}, 20 words longer, costs {grown} prompt tokens more"


@requirement("tools.definition.counted")
def test_definition_counted(ask: Ask) -> None:
    """What every tool and every parameter is for reaches the model: it costs prompt tokens."""
    told = {**CITY, "properties": {"city": {"type": "string", "description": SHORT_TEXT}}}
    tools = [function("get_weather", told), function("get_time", CITY, description=SHORT_TEXT)]
    described, plain = (ask.chat(QUESTION, tools=one) for one in (tools, TOOLS))
    known = _grown(ask.chat(LONG_TEXT + PROMPT), ask.chat()) // LONGER
    if _grown(described, plain) < 1.5 * known and _grown(plain, ask.chat(QUESTION)) <= 0:
        inconclusive("the target does not count tools")

    demand_both(known, _grown(described, plain), "two descriptions")


@requirement("tools.result.orphan")
def test_result_orphan(ask: Ask) -> None:
    """A `tool` message that answers no call is refused."""
    answer = ask.chat(messages=[user(QUESTION), {"role": "tool", "tool_call_id": "call_none", "content": "18"}])

    assert 400 <= answer.status < 500, f"a tool message without a call is answered {answer.status}"


@requirement("tools.named.unknown")
def test_named_unknown(ask: Ask) -> None:
    """A `tool_choice` that names a function that was not offered is refused."""
    choice = {"type": "function", "function": {"name": "get_tides"}}
    answer = ask.chat(QUESTION, tools=TOOLS, tool_choice=choice)

    assert 400 <= answer.status < 500, f"naming a function that was not offered is answered {answer.status}"


@requirement("tools.definition.name")
def test_definition_name(ask: Ask) -> None:
    """A function without a name is refused."""
    answer = ask.chat(QUESTION, tools=[{"type": "function", "function": {"parameters": CITY}}])

    assert 400 <= answer.status < 500, f"a function without a name is answered {answer.status}"


@requirement("tools.parallel")
def test_parallel(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """Several calls in one answer have ids of their own, and all their results are taken back together."""
    answer = demand_supported(calling(ask, BOTH, named=False, parallel_tool_calls=True, **ask.room(128)))
    made = calls(answer)
    if len(made) < 2:
        inconclusive("the model made one call only")
    ids = [pick(call, "id", kind=str) for call in made if pick(call, "function", "arguments", kind=str)]

    assert len(set(ids)) == len(ids), f"the calls share an id: {ids}"
    turns = returned({"content": None, "tool_calls": made}, *((name, "18") for name in ids))
    follow_up: Completion = ask.chat(messages=turns, tools=TOOLS)
    assert follow_up.status == 200, f"the results are answered {follow_up.status}: {follow_up.exchange.text:.200}"


@requirement("tools.parallel.counted")
def test_parallel_counted(ask: Ask) -> None:
    """Of several results each reaches the model: the first costs prompt tokens as well."""
    made = [EARLIER_CALL, {**EARLIER_CALL, "id": "call_9c1d"}]
    short, long = (
        ask.chat(messages=returned({"content": None, "tool_calls": made}, *results), tools=TOOLS)
        for results in (
            ((EARLIER_CALL["id"], "18"), ("call_9c1d", "18")),
            ((EARLIER_CALL["id"], "The wind is light and comes from the north. " * 4), ("call_9c1d", "18")),
        )
    )
    less, more = short.tokens("prompt_tokens"), long.tokens("prompt_tokens")

    assert more > less, f"with a long first result the prompt costs {more} tokens, with a short one {less}"


@requirement("tools.parallel.off")
def test_parallel_off(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """`parallel_tool_calls: false` gives at most one call."""
    answer = demand_supported(calling(ask, BOTH, named=False, parallel_tool_calls=False, **ask.room(128)))

    assert len(answer.tool_calls) <= 1, f"parallel_tool_calls is false, but there are {len(answer.tool_calls)} calls"
