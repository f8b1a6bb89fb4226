"""Functions in the Gemini protocol: calls, and the way back of their results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from conformance.words.answer import (
    demand_not_refused,
    demand_refused,
    demand_served,
    first_that_calls,
    is_refusal,
    leave_without_tools,
    texts_of,
)
from conformance.words.check import Unsupported, each, inconclusive, member, pick, requirement
from conformance.words.gemini.contents import Gemini, Generated, GeneratedStream, calls_of, turn
from conformance.words.gemini.demands import SAY
from conformance.words.openai.tools import BOTH, CITY, NAMES, QUESTION
from conformance.words.openai.tools import calling as calling_in_chat
from conformance.words.samples.prompts import LONG_TEXT, SHORT_TEXT, demand_as_a_turn, demand_both
from conformance.words.samples.unicode import demand_name


def declared(name: str, **fields: Any) -> dict[str, Any]:
    """A function. Without `fields` it takes nothing."""
    return {"name": name, "description": name.replace("_", " ").capitalize() + " of a city", **fields}


PARAMETERS = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}
FUNCTIONS = [declared("get_weather", parameters=PARAMETERS), declared("get_time", parameters=PARAMETERS)]
TOOLS = [{"functionDeclarations": FUNCTIONS}]


def mode(word: str, *names: str) -> dict[str, Any]:
    """A configuration of how functions are called."""
    allowed = {"allowedFunctionNames": list(names)} if names else {}
    return {"functionCallingConfig": {"mode": word, **allowed}}


def required(gemini: Gemini, **fields: Any) -> Generated:
    """A whole answer that has to call a function."""
    return gemini.generate(QUESTION, **{"tools": TOOLS, "toolConfig": mode("ANY"), **fields})


def ways(tools: list[dict[str, Any]], named: bool = True) -> list[dict[str, Any]]:
    """The ways to have a function called: one is forced, the last is the only one allowed, or the model is free."""
    name = tools[-1]["functionDeclarations"][-1]["name"]
    modes = [mode("ANY"), mode("ANY", name)] if named else [mode("ANY")]
    return [*({"tools": tools, "toolConfig": one} for one in modes), {"tools": tools}]


def calling(
    gemini: Gemini, prompt: str = QUESTION, *, tools: list[dict[str, Any]] = TOOLS, named: bool = True, take: int = 0
) -> Generated:
    """A whole answer that calls a function, in the first of the ways that leads to one."""
    answers = (gemini.generate(prompt, take=take, **way) for way in ways(tools, named))
    return first_that_calls(answers, lambda answer: calls_of(answer.parts))


def calling_stream(gemini: Gemini) -> GeneratedStream:
    """A streamed answer that calls a function, in the first of the ways that leads to one."""
    answers = (gemini.stream(QUESTION, **way) for way in ways(TOOLS))
    return first_that_calls(answers, lambda answer: calls_of(answer.parts))


@pytest.fixture(autouse=True)
def _functions_known(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A model without functions is not judged by them."""
    plain = gemini.generate(QUESTION, tools=TOOLS)
    if is_refusal(plain.exchange) and "gemini.tools" in gateway["model_dependent"]:
        raise Unsupported(f"the target refuses functions: {plain.exchange.text:.160}")


@requirement("gemini.tools.accepted")
@pytest.mark.parametrize("config", [{}, {"toolConfig": mode("AUTO")}], ids=["default", "auto"])
def test_accepted(gemini: Gemini, config: dict[str, Any]) -> None:
    """Functions may be offered, with mode AUTO and without a mode."""
    demand_served(gemini.generate(QUESTION, tools=TOOLS, **config))


@requirement("gemini.tools.any")
def test_any(gemini: Gemini) -> None:
    """Mode ANY gives at least one call."""
    answer = demand_served(required(gemini))
    if answer.candidate.get("finishReason") in ("MAX_TOKENS", "MALFORMED_FUNCTION_CALL"):
        inconclusive("the model did not finish its call")
    if not calls_of(answer.parts):
        free, bare = gemini.generate(QUESTION, tools=TOOLS), gemini.generate(QUESTION)
        counts = (one.tokens("promptTokenCount") for one in (free, bare))
        leave_without_tools(bool(calls_of(free.parts)), *counts)

    assert calls_of(answer.parts), f"no function call, but {answer.candidate!r:.160}"


@requirement("gemini.tools.allowed")
def test_allowed(gemini: Gemini) -> None:
    """With `allowedFunctionNames` only these are called."""
    names = {
        str(call.get("name")) for call in demand_served(required(gemini, toolConfig=mode("ANY", "get_time"))).calls
    }

    assert names <= {"get_time"}, f"get_time was allowed, the calls are {sorted(names)}"


@requirement("gemini.tools.none")
def test_none(gemini: Gemini) -> None:
    """Mode NONE gives no call."""
    answer = demand_served(required(gemini, toolConfig=mode("NONE")))

    assert not calls_of(answer.parts), f"mode NONE, but {answer.parts!r:.120}"


@requirement("gemini.tools.name")
def test_name(gemini: Gemini) -> None:
    """Only functions that were offered are called."""
    for call in calling(gemini).calls:
        assert call.get("name") in NAMES, f"the name of a call is {call.get('name')!r:.60}, which was not offered"


@requirement("gemini.tools.args")
def test_args(gemini: Gemini) -> None:
    """`args` of a call is an object, not text."""
    for call in calling(gemini).calls:
        args = call.get("args", {})
        assert isinstance(args, dict), f"args is {type(args).__name__}, not an object: {args!r:.120}"


@requirement("gemini.tools.unicode")
@each("call", [calling, calling_stream], label=lambda call: call.__name__)
def test_unicode(gemini: Gemini, call: Callable[[Gemini], Generated | GeneratedStream]) -> None:
    """Letters outside ASCII reach the `args` of a call undamaged, whole and streamed."""
    demand_name(texts_of([pick(one, "args", kind=dict) for one in call(gemini).calls]))


@requirement("gemini.tools.arguments")
@pytest.mark.parametrize("form", ["parameters", "parametersJsonSchema"])
def test_arguments(gemini: Gemini, form: str) -> None:
    """`args` satisfy `parameters`, and `parametersJsonSchema`."""
    function = FUNCTIONS[0] if form == "parameters" else declared("get_weather", parametersJsonSchema=CITY)
    answer = demand_served(calling(gemini, tools=[{"functionDeclarations": [function]}]))

    for call in answer.calls:
        args = call.get("args", {})
        if not isinstance(args, dict):
            inconclusive("cannot be judged: args is no object")
        problem = next(jsonschema.Draft202012Validator({**CITY, "additionalProperties": True}).iter_errors(args), None)
        assert problem is None, f"{args!r:.120} breaks the schema: {problem.message:.120}"


@requirement("gemini.tools.finish-reason")
def test_finish_reason(gemini: Gemini) -> None:
    """An answer that calls functions ends with STOP."""
    answer = calling(gemini)
    assert answer.calls, "no function is called"

    assert answer.finish_reason in ("STOP", "MAX_TOKENS"), f"finishReason is {answer.finish_reason!r:.60}"


@requirement("gemini.tools.no-parameters")
def test_no_parameters(gemini: Gemini) -> None:
    """A function without parameters is called without arguments."""
    tools = [{"functionDeclarations": [declared("get_weather")]}]

    for call in demand_served(calling(gemini, tools=tools)).calls:
        assert call.get("args", {}) is None or isinstance(call.get("args", {}), dict), f"args is {call['args']!r:.80}"


@requirement("gemini.tools.stream")
def test_stream(gemini: Gemini) -> None:
    """A streamed call comes whole: a name, and `args` that are an object."""
    for call in calling_stream(gemini).calls:
        assert call.get("name") in NAMES, f"the name of a streamed call is {call.get('name')!r:.60}"
        args = call.get("args", {})
        assert isinstance(args, dict), f"args is {type(args).__name__}, not an object: {args!r:.120}"


@requirement("gemini.tools.stream.allowed")
def test_stream_allowed(gemini: Gemini) -> None:
    """With `allowedFunctionNames` these are called in a stream as they are in a whole answer, and no others."""
    only: dict[str, Any] = {"tools": TOOLS, "toolConfig": mode("ANY", "get_time")}
    if {str(call.get("name")) for call in gemini.generate(QUESTION, **only).calls} != {"get_time"}:
        inconclusive("not even the whole answer calls the allowed function alone")

    streams = (gemini.stream(QUESTION, take=take, **only) for take in (0, 1))
    stream = demand_not_refused(first_that_calls(streams, lambda one: calls_of(one.parts)))
    names = {str(call["name"]) for call in calls_of(stream.parts) if call.get("name")}
    assert names == {"get_time"}, f"get_time was allowed, the stream calls {sorted(names)}"


def results(answer: Generated, response: dict[str, Any]) -> list[dict[str, Any]]:
    """The conversation after the calls of an answer: its turn as it came, and a result for each call."""
    if not all(isinstance(call.get("args", {}), dict) for call in answer.calls):
        inconclusive("cannot be judged: args is no object, and cannot be sent back")
    parts = [_result(call, response) for call in answer.calls]
    return [turn(QUESTION), answer.content, {"role": "user", "parts": parts}]


def _result(call: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    known = {"id": call["id"]} if call.get("id") else {}
    return {"functionResponse": {**known, "name": pick(call, "name", kind=str), "response": response}}


@requirement("gemini.tools.result")
def test_result(gemini: Gemini) -> None:
    """The turn of a call and the result of its function are accepted as the next turns."""
    demand_served(gemini.generate(results(calling(gemini), {"result": "18 degrees, clear"}), tools=TOOLS))


@requirement("gemini.tools.result.counted")
def test_result_counted(gemini: Gemini) -> None:
    """The result of a function reaches the model with each member, and is not cut."""
    answer = calling(gemini)
    short, long = (
        gemini.generate(results(answer, {"result": "18 degrees, clear", **more}), tools=TOOLS)
        for more in ({}, {"report": LONG_TEXT})
    )
    cost = _counted(gemini.generate(LONG_TEXT + SAY)) - _counted(gemini.generate(SAY))
    grown = (_counted(long) - _counted(short)) / len(answer.calls)

    demand_as_a_turn(cost, grown)


def _counted(answer: Generated) -> int:
    return answer.tokens("promptTokenCount")


@requirement("gemini.tools.definition.counted")
def test_definition_counted(gemini: Gemini) -> None:
    """What every function and every parameter is for reaches the model: it costs prompt tokens."""
    city = {"type": "STRING", "description": SHORT_TEXT}
    functions = [
        declared("get_weather", parameters={**PARAMETERS, "properties": {"city": city}}),
        declared("get_time", parameters=PARAMETERS) | {"description": SHORT_TEXT},
    ]
    plain = _counted(gemini.generate(QUESTION, tools=TOOLS))
    known = _counted(gemini.generate(SHORT_TEXT + SAY)) - _counted(gemini.generate(SAY))
    described = gemini.generate(QUESTION, tools=[{"functionDeclarations": functions}])
    if _counted(described) - plain < 1.5 * known and plain <= _counted(gemini.generate(QUESTION)):
        inconclusive("the target does not count functions")

    demand_both(known, _counted(described) - plain, "two descriptions")


@requirement("gemini.tools.result.orphan")
def test_orphan(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """A result that belongs to no call is refused."""
    orphan = _result({"name": "get_weather"}, {"result": "18 degrees, clear"})

    demand_refused(
        gemini.generate([turn(QUESTION), {"role": "user", "parts": [orphan]}], tools=TOOLS), gateway, "invalid_value"
    )


@requirement("gemini.tools.parallel")
def test_parallel(gemini: Gemini) -> None:
    """Several calls of one answer can be told apart, and their results are accepted together."""
    answer = calling(gemini, BOTH, named=False)
    if len(answer.calls) < 2:
        inconclusive("the model made one call")
    ids = [call["id"] for call in answer.calls if call.get("id")]

    assert len(set(ids)) == len(ids), f"the ids of the calls are {ids}"
    demand_served(gemini.generate(results(answer, {"result": "fine"}), tools=TOOLS))


@requirement("gemini.tools.parallel.counted")
def test_parallel_counted(gemini: Gemini) -> None:
    """Of several results each reaches the model: it costs prompt tokens."""
    answer = calling(gemini, BOTH, named=False)
    if len(answer.calls) < 2:
        inconclusive("the model made one call")
    short, long = (
        gemini.generate(results(answer, {"result": "fine", **more}), tools=TOOLS)
        for more in ({}, {"report": SHORT_TEXT})
    )
    cost = _counted(gemini.generate(SHORT_TEXT + SAY)) - _counted(gemini.generate(SAY))

    demand_both(cost, _counted(long) - _counted(short), f"{len(answer.calls)} results")


@requirement("gemini.tools.allowed.unknown")
def test_allowed_unknown(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """`allowedFunctionNames` with a name that was not offered is refused."""
    demand_refused(required(gemini, toolConfig=mode("ANY", "get_tides")), gateway, "invalid_value")


@requirement("gemini.tools.same-call")
def test_same_call(gemini: Gemini) -> None:
    """A model calls the same function for a question in both protocols."""
    plain = calling_in_chat(gemini.ask, model=gemini.model, named=False).tool_calls
    named = {str(member(call, "function", "name")) for call in plain}
    if named != {"get_weather"}:
        inconclusive(f"in the OpenAI dialect the model calls {sorted(named)}")
    answers = [calling(gemini, named=False)]
    if {str(call.get("name")) for call in answers[0].calls} != named:
        answers.append(calling(gemini, named=False, take=1))

    functions = [{str(call.get("name")) for call in answer.calls} for answer in answers]
    assert named in functions, f"get_weather is called in the OpenAI dialect, here {sorted(functions[-1])}"
