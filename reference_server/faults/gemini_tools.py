"""Ways to break functions in the Gemini protocol."""

from __future__ import annotations

import json

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, in_chunks, only, put, swap
from reference_server.faults.words.gemini import (
    ARGUMENTS,
    CALL_ID,
    FINISH,
    GENERATE,
    NAME,
    REFUSAL,
    STREAM,
    allowing,
    calling,
    functions,
    serves,
)
from reference_server.faults.words.situations import asks
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

content = rows(GENERATE)
request = rows(GENERATE, request_fault)
unjudged = rows(GENERATE, request_fault, before="validation")
stream = rows(STREAM)

_SCHEMA = asks('"parametersJsonSchema"')
_RESULT = "contents[].parts[].functionResponse.response"
_TIME, _TIDES = allowing("get_time"), allowing("get_tides")
_ALLOWED = "toolConfig.functionCallingConfig.allowedFunctionNames"


def _calls(reply: Reply, _: Call) -> bool:
    return reply.ok and "'functionCall'" in str(reply.body["candidates"])


def _bare(call: Call) -> bool:
    return any(not {"parameters", "parametersJsonSchema"} & function.keys() for function in functions(call))


def _names_calls(call: Call) -> bool:
    parts = [part for turn in call.body["contents"] for part in turn["parts"]]
    return any("id" in part.get("functionCall", ()) for part in parts)


# How functions may be called.
gemini_auto_refused = content(
    "gemini.tools.accepted", "The mode `AUTO` is refused.", REFUSAL, when=serves(calling(mode="AUTO"))
)
gemini_any_ignored = request(
    "gemini.tools.any",
    "The mode `ANY` is dropped, and the model is asked about nothing that needs a function.",
    drop("toolConfig"),
    put("contents", [{"role": "user", "parts": [{"text": "Hello."}]}]),
    when=calling(mode="ANY", allowedFunctionNames=None),
)
gemini_args_as_text_where_any_is_refused = content(
    "gemini.tools.any gemini.tools.args",
    "Mode ANY is refused unless functions are named, and the arguments of a call are JSON text.",
    only(serves(calling(mode="ANY", allowedFunctionNames=None)), REFUSAL),
    change(ARGUMENTS, lambda arguments: json.dumps(arguments) if arguments else {}),
)
gemini_none_ignored = request(
    "gemini.tools.none", "The mode `NONE` is ignored.", drop("toolConfig"), when=calling(mode="NONE")
)
gemini_allowed_names_ignored = request(
    "gemini.tools.allowed", "Any function may be called, not only those allowed.", drop(_ALLOWED), when=_TIME
)
gemini_unknown_allowed_name_dropped = unjudged(
    "gemini.tools.allowed.unknown", "An allowed name that no function has is ignored.", drop(_ALLOWED), when=_TIDES
)
gemini_parameters_demanded = content(
    "gemini.tools.no-parameters", "A function without parameters is refused.", REFUSAL, when=serves(_bare)
)

# Calls.
gemini_call_name_prefixed = content(
    "gemini.tools.name gemini.tools.same-call",
    "The name of a function carries a namespace that was not in the request.",
    swap(NAME, "get_weather", "default_api.get_weather"),
)
gemini_args_as_text = content(
    "gemini.tools.args",
    "The arguments of a call are a string of JSON, as in the OpenAI dialect.",
    change(ARGUMENTS, lambda arguments: json.dumps(arguments) if arguments else {}),
)
gemini_args_dropped = content("gemini.tools.arguments", "The arguments of a call are missing.", put(ARGUMENTS, {}))
gemini_parameters_json_schema_dropped = content(
    "gemini.tools.arguments", "`parametersJsonSchema` does not reach the model.", put(ARGUMENTS, {}), when=_SCHEMA
)
gemini_no_args_is_empty_text = content(
    "gemini.tools.no-parameters", "A call without arguments has an empty string for them.", swap(ARGUMENTS, {}, "")
)
gemini_calls_end_with_tool_calls = content(
    "gemini.tools.finish-reason", "A call has the finish reason `TOOL_CALLS`.", put(FINISH, "TOOL_CALLS"), when=_calls
)
gemini_parallel_calls_share_an_id = content(
    "gemini.tools.parallel", "All calls of one answer have the same id.", put(CALL_ID, "call_1")
)
gemini_other_function_called = content(
    "gemini.tools.same-call",
    "The same prompt calls another function than in the OpenAI dialect.",
    put(NAME, "get_time"),
    when=serves(lambda call: len(functions(call)) == 2),
)
gemini_streamed_args_as_text = stream(
    "gemini.tools.stream", "The arguments of a streamed call are a string.", in_chunks(change(ARGUMENTS, json.dumps))
)


@stream("gemini.tools.stream")
def gemini_streamed_call_in_pieces(reply: Reply) -> None:
    """A streamed call is split: its name comes first, its arguments in a further chunk."""
    events = reply.events or []
    for place, event in enumerate(events):
        if isinstance(event, dict) and "'functionCall'" in str(event):
            call = next(part for part in event["candidates"][0]["content"]["parts"] if "functionCall" in part)
            later = {"functionCall": {"args": call["functionCall"].pop("args")}}
            piece = {"content": {"role": "model", "parts": [later]}, "index": 0}
            events.insert(place, {**event, "candidates": [piece]})
            return


# Results.
gemini_call_ids_refused = content(
    "gemini.tools.result gemini.tools.parallel",
    "A turn whose calls have ids is refused.",
    REFUSAL,
    when=serves(_names_calls),
)
gemini_results_emptied = request(
    "gemini.tools.result.counted gemini.tools.parallel.counted",
    "The result of a function does not reach the model.",
    put(_RESULT, {}),
)
gemini_orphan_accepted = request(
    "gemini.tools.result.orphan",
    "A function result that answers no call is taken as text.",
    change("contents[].parts[]", lambda part: {"text": "A result."} if "functionResponse" in part else part),
    when=lambda call: "functionCall" not in str(call.body["contents"]),
)
