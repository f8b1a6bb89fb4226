"""Ways to break functions in the Gemini protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reference_server.faults import fault, request_fault
from reference_server.faults.gemini import refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WHOLE = "generateContent"
_STREAM = "streamGenerateContent"


def _calls(reply: Reply) -> Iterator[dict[str, Any]]:
    """The calls of a whole answer."""
    for candidate in reply.body["candidates"] if reply.ok else ():
        yield from (part["functionCall"] for part in candidate["content"]["parts"] if "functionCall" in part)


def _streamed(reply: Reply) -> Iterator[dict[str, Any]]:
    """The calls of a stream."""
    for chunk in reply.chunks:
        for candidate in chunk.get("candidates", ()):
            yield from (part["functionCall"] for part in candidate["content"]["parts"] if "functionCall" in part)


def _calling(call: Call) -> dict[str, Any]:
    """The configuration of calls."""
    config: dict[str, Any] = call.body.get("toolConfig", {}).get("functionCallingConfig", {})
    return config


def _declared(call: Call) -> list[dict[str, Any]]:
    return [one for tool in call.body.get("tools", ()) for one in tool.get("functionDeclarations", ())]


@fault(_WHOLE, breaks={"gemini.tools.accepted"})
def gemini_auto_refused(reply: Reply, call: Call) -> Reply:
    """Mode AUTO is refused."""
    return refused() if reply.ok and _calling(call).get("mode") == "AUTO" else reply


@request_fault(_WHOLE, breaks={"gemini.tools.any"})
def gemini_any_ignored(call: Call) -> None:
    """Mode ANY is dropped, and the model asked about nothing that needs a function."""
    if _calling(call).get("mode") == "ANY" and "allowedFunctionNames" not in _calling(call):
        call.body.pop("toolConfig")
        call.body["contents"] = [{"role": "user", "parts": [{"text": "Hello."}]}]


@request_fault(_WHOLE, breaks={"gemini.tools.allowed"})
def gemini_allowed_names_ignored(call: Call) -> None:
    """Any function may be called, whatever is allowed."""
    if _calling(call).get("allowedFunctionNames") == ["get_time"]:
        _calling(call).pop("allowedFunctionNames")


@request_fault(_WHOLE, breaks={"gemini.tools.none"})
def gemini_none_ignored(call: Call) -> None:
    """Mode NONE is dropped."""
    if _calling(call).get("mode") == "NONE":
        call.body.pop("toolConfig")


@fault(_WHOLE, breaks={"gemini.tools.name", "gemini.tools.same-call"})
def gemini_call_name_prefixed(reply: Reply) -> None:
    """The name of a function carries a namespace that was not in the request."""
    for call in _calls(reply):
        if call["name"] == "get_weather":
            call["name"] = "default_api.get_weather"


@fault(_WHOLE, breaks={"gemini.tools.args"})
def gemini_args_as_text(reply: Reply) -> None:
    """The arguments are JSON text, as in the OpenAI dialect."""
    for call in _calls(reply):
        call["args"] = json.dumps(call["args"]) if call["args"] else {}


@fault(_WHOLE, breaks={"gemini.tools.arguments"})
def gemini_args_dropped(reply: Reply) -> None:
    """The arguments get lost."""
    for call in _calls(reply):
        call["args"] = {}


@fault(_WHOLE, breaks={"gemini.tools.arguments"})
def gemini_parameters_json_schema_dropped(reply: Reply, call: Call) -> None:
    """`parametersJsonSchema` does not reach the model."""
    if any("parametersJsonSchema" in function for function in _declared(call)):
        for made in _calls(reply):
            made["args"] = {}


@fault(_WHOLE, breaks={"gemini.tools.finish-reason"})
def gemini_calls_end_with_tool_calls(reply: Reply) -> None:
    """An answer that calls ends as in the OpenAI dialect."""
    if any(_calls(reply)):
        for candidate in reply.body["candidates"]:
            candidate["finishReason"] = "TOOL_CALLS"


@fault(_WHOLE, breaks={"gemini.tools.no-parameters"})
def gemini_parameters_demanded(reply: Reply, call: Call) -> Reply:
    """A function without parameters is refused."""
    bare = any(not {"parameters", "parametersJsonSchema"} & function.keys() for function in _declared(call))
    return refused() if reply.ok and bare else reply


@fault(_WHOLE, breaks={"gemini.tools.no-parameters"})
def gemini_no_args_is_empty_text(reply: Reply) -> None:
    """A call without arguments has an empty text for them."""
    for call in _calls(reply):
        call["args"] = call["args"] or ""


@fault(_STREAM, breaks={"gemini.tools.stream"})
def gemini_streamed_args_as_text(reply: Reply) -> None:
    """The arguments of a streamed call are JSON text."""
    for call in _streamed(reply):
        call["args"] = json.dumps(call["args"])


@fault(_STREAM, breaks={"gemini.tools.stream"})
def gemini_streamed_call_in_pieces(reply: Reply) -> None:
    """The name of a streamed call comes first, its arguments in a further piece."""
    events = reply.events or []
    for place, event in enumerate(events):
        calls = list(_streamed(Reply.stream([event])))
        if calls and isinstance(event, dict):
            later = {"functionCall": {"args": calls[0].pop("args")}}
            piece = {"content": {"role": "model", "parts": [later]}, "index": 0}
            events.insert(place, {**event, "candidates": [piece]})
            return


@fault(_WHOLE, breaks={"gemini.tools.result", "gemini.tools.parallel"})
def gemini_call_ids_refused(reply: Reply, call: Call) -> Reply:
    """A turn whose calls have ids is refused."""
    parts = [part for turn in call.body.get("contents", ()) for part in turn["parts"]] if reply.ok else []
    return refused() if any("id" in part.get("functionCall", ()) for part in parts) else reply


@request_fault(_WHOLE, breaks={"gemini.tools.result.counted"})
def gemini_results_emptied(call: Call) -> None:
    """What a function gave does not reach the model."""
    for turn in call.body["contents"]:
        for part in turn["parts"]:
            if "functionResponse" in part:
                part["functionResponse"]["response"] = {}


@request_fault(_WHOLE, breaks={"gemini.tools.result.orphan"})
def gemini_orphan_accepted(call: Call) -> None:
    """A result without a call is taken for words."""
    if "functionCall" not in str(call.body["contents"]):
        for turn in call.body["contents"]:
            turn["parts"] = [{"text": "A result."} if "functionResponse" in part else part for part in turn["parts"]]


@fault(_WHOLE, breaks={"gemini.tools.parallel"})
def gemini_parallel_calls_share_an_id(reply: Reply) -> None:
    """All calls of an answer have one id."""
    for call in _calls(reply):
        call["id"] = "call_1"


@request_fault(_WHOLE, breaks={"gemini.tools.allowed.unknown"})
def gemini_unknown_allowed_name_dropped(call: Call) -> None:
    """A name that was not offered is ignored."""
    if _calling(call).get("allowedFunctionNames") == ["get_tides"]:
        _calling(call).pop("allowedFunctionNames")


@fault(_WHOLE, breaks={"gemini.tools.same-call"})
def gemini_other_function_called(reply: Reply, call: Call) -> None:
    """Another function is called than in the OpenAI dialect."""
    for made in _calls(reply) if len(_declared(call)) == 2 else ():
        made["name"] = "get_time"
