"""Tool calls in streams: fragments, and what clients make of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.words.answer import demand_not_refused, demand_served, demand_text, first_that_calls, offered, texts_of
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, member, requirement
from conformance.words.openai.chat import CompletionStream, ToolCall
from conformance.words.openai.tools import (
    BOTH,
    NAMED,
    NAMES,
    QUESTION,
    REQUIRED,
    arguments,
    calling,
    calling_stream,
    calls,
    known,
    leave_cut,
)
from conformance.words.samples.unicode import demand_name, leave_damaged_name


@pytest.fixture(autouse=True)
def _tools_known(ask: Ask, gateway: dict[str, Any]) -> None:
    """A model without tools is not judged by them."""
    known(ask, "chat.tools" in gateway["model_dependent"])


@pytest.fixture
def called(ask: Ask) -> CompletionStream:
    """A stream that calls a tool, if the model does as it is told."""
    return calling_stream(ask)


def _calls(stream: CompletionStream) -> list[ToolCall]:
    if not any(True for _ in stream.fragments()):
        inconclusive("the model called no tool")
    return stream.tool_calls() or inconclusive("cannot be judged: no fragment has an index")


def _parsed(call: ToolCall) -> object:
    try:
        return json.loads(call.arguments)
    except ValueError:
        return None


@requirement("tools.stream.required")
def test_stream_required(ask: Ask) -> None:
    """`tool_choice: required` gives a tool call in a stream as it does in a whole answer."""
    calls(ask.chat(QUESTION, **REQUIRED))

    stream = demand_served(ask.stream(QUESTION, **REQUIRED))

    assert any(True for _ in stream.fragments()), f"no tool call, but {stream.text()!r:.120}"


@requirement("tools.stream.named")
def test_stream_named(ask: Ask) -> None:
    """A named `tool_choice` gives a call of that function in a stream as it does in a whole answer."""
    if {str(member(call, "function", "name")) for call in calls(ask.chat(QUESTION, **NAMED))} != {"get_time"}:
        inconclusive("not even the whole answer calls the named tool alone")

    streams = (ask.stream(QUESTION, take=take, **NAMED) for take in (0, 1))
    stream = demand_not_refused(first_that_calls(streams, lambda one: any(True for _ in one.fragments())))
    names = {str(name) for part in stream.fragments() if (name := member(part, "function", "name"))}
    if not names <= set(NAMES):
        inconclusive(f"cannot be judged: the stream calls {sorted(map(str, names))}")

    assert names == {"get_time"}, f"get_time was named, the stream calls {sorted(map(str, names))}"


@requirement("tools.stream.parallel.off")
def test_stream_parallel_off(ask: Ask) -> None:
    """`parallel_tool_calls: false` gives at most one call in a stream as it does in a whole answer."""
    single = calling(ask, BOTH, named=False, parallel_tool_calls=False, **ask.room(128))
    if (
        len(calls(single)) > 1
        or len(calling(ask, BOTH, named=False, parallel_tool_calls=True, **ask.room(128)).tool_calls) < 2
    ):
        inconclusive("the option makes no difference to whole answers")

    stream = ask.stream(BOTH, **offered(single), parallel_tool_calls=False, **ask.room(128))

    indices = {str(part.get("index")) for part in stream.fragments()}
    assert len(indices) <= 1, f"parallel_tool_calls is false, but the stream has the calls {sorted(indices)}"


@requirement("tools.stream.index")
def test_stream_index(called: CompletionStream) -> None:
    """Every streamed fragment of a tool call has an integer `index`, and the calls are numbered from 0."""
    indices: list[Any] = [fragment.get("index") for fragment in called.fragments()]
    if not indices:
        inconclusive("the model called no tool")

    assert all(type(index) is int for index in indices), f"the indices are {indices[:12]}"
    assert sorted(set(indices)) == list(range(len(set(indices)))), f"the indices are {sorted(set(indices))}"


@requirement("tools.stream.first-fragment")
def test_stream_first_fragment(called: CompletionStream) -> None:
    """The first fragment of a call carries its `id`, its `type` function, and the function's name."""
    for call in _calls(called):
        demand_text(call.id, "the id of the first fragment")
        assert call.fragments[0].get("type") == "function", f"its type is {call.fragments[0].get('type')!r}"
        assert call.name in NAMES, f"its function is {call.name!r}, which was not offered"


@requirement("tools.stream.type")
def test_stream_type(called: CompletionStream) -> None:
    """`type` of a later fragment is absent or `function`: clients keep the last one that is sent."""
    for call in _calls(called):
        types = [part["type"] for part in call.fragments[1:] if "type" in part]
        wrong = [kind for kind in types if kind != "function"]
        assert not wrong, f"{len(wrong)} later fragments of call {call.index} have the type {wrong[0]!r}"


@requirement("tools.stream.id-once")
def test_stream_id_once(called: CompletionStream) -> None:
    """The `id` of a call is sent once: clients append what is repeated, and lose what is blanked."""
    for call in _calls(called):
        later = [part["id"] for part in call.fragments[1:] if part.get("id") is not None]
        assert not later, f"{len(later)} later fragments of call {call.index} have the id {later[0]!r}"


@requirement("tools.stream.name-once")
def test_stream_name_once(called: CompletionStream) -> None:
    """The name of a called function is sent once: clients append what is repeated, and lose what is blanked."""
    for call in _calls(called):
        names = (member(part, "function", "name") for part in call.fragments[1:])
        later = [name for name in names if name is not None]
        assert not later, f"{len(later)} later fragments of call {call.index} have the name {later[0]!r}"


@requirement("tools.stream.arguments")
def test_stream_arguments(ask: Ask, called: CompletionStream) -> None:
    """The argument fragments of a call, put together by index, are one JSON object."""
    if called.finish_reasons() == ["length"]:
        inconclusive("the answer was cut off")
    for call in _calls(called):
        parts = [member(part, "function", "arguments") for part in call.fragments]
        assert all(part is None or isinstance(part, str) for part in parts), f"a fragment is no string: {parts!r:.160}"
        if _parsed(call) is None:
            leave_cut(ask, call.arguments, len(call.fragments))
        assert isinstance(_parsed(call), dict), f"the arguments put together are {call.arguments!r:.160}"


@requirement("tools.stream.unicode")
def test_stream_unicode(called: CompletionStream) -> None:
    """Letters outside ASCII reach the arguments of a streamed call undamaged."""
    demand_name(texts_of([_parsed(call) for call in _calls(called)]))


@requirement("tools.stream.finish-reason")
def test_stream_finish_reason(ask: Ask) -> None:
    """A stream with tool calls ends with `finish_reason` tool_calls; a forced function may end with stop."""
    stream = calling_stream(ask, named=False)
    if not any(True for _ in stream.fragments()):
        inconclusive("the model called no tool")

    assert stream.finish_reasons()[-1:] == ["tool_calls"], f"finish_reason is {stream.finish_reasons()}"


@requirement("tools.stream.equals-whole")
def test_stream_equals_whole(ask: Ask, called: CompletionStream) -> None:
    """Where the model calls the same twice, the streamed call equals the whole one."""
    alike = (ask.chat(QUESTION, take=take, **offered(called)) for take in (0, 1))
    once, twice = ([arguments(call) for call in calls(answer)] for answer in alike)
    if once != twice or None in once:
        inconclusive("the model does not call the same twice")

    streamed = [_parsed(call) for call in _calls(called)]

    if None in streamed:
        inconclusive("cannot be judged: streamed arguments are no JSON")
    leave_damaged_name(texts_of([*once, *streamed]))
    assert streamed == once, f"streamed {streamed}, whole {once}"


@requirement("tools.stream.parallel")
def test_stream_parallel(ask: Ask) -> None:
    """Streamed parallel calls have indices of their own, each with an id and complete arguments."""
    options: dict[str, Any] = {"parallel_tool_calls": True, **ask.room(128)}
    whole = calling(ask, BOTH, named=False, **options)
    if len(whole.tool_calls) < 2:
        inconclusive("the model made one call only")

    made = _calls(ask.stream(BOTH, **offered(whole), **options))

    assert len(made) >= 2, f"two calls were made, but the stream has the indices {[call.index for call in made]}"
    assert len({str(call.id) for call in made}) == len(made), f"the ids are {[call.id for call in made]}"
    assert all(isinstance(_parsed(call), dict) for call in made), f"arguments: {[call.arguments for call in made]}"
