"""Ways to break functions in the Gemini protocol."""

from __future__ import annotations

import json

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import change, drop, in_chunks, put, swap
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


def _orphaned(call: Call) -> bool:
    return "functionCall" not in str(call.body["contents"])


# How functions may be called.
gemini_auto_refused = fault(
    GENERATE, "Mode AUTO is refused.", REFUSAL, when=serves(calling(mode="AUTO")), breaks={"gemini.tools.accepted"}
)
gemini_any_ignored = request_fault(
    GENERATE,
    "Mode ANY is dropped, and the model asked about nothing that needs a function.",
    drop("toolConfig"),
    put("contents", [{"role": "user", "parts": [{"text": "Hello."}]}]),
    when=calling(mode="ANY", allowedFunctionNames=None),
    breaks={"gemini.tools.any"},
)
gemini_none_ignored = request_fault(
    GENERATE, "Mode NONE is dropped.", drop("toolConfig"), when=calling(mode="NONE"), breaks={"gemini.tools.none"}
)
gemini_allowed_names_ignored = request_fault(
    GENERATE, "Any function may be called.", drop(_ALLOWED), when=_TIME, breaks={"gemini.tools.allowed"}
)
gemini_unknown_allowed_name_dropped = request_fault(
    GENERATE, "A wrong name is ignored.", drop(_ALLOWED), when=_TIDES, breaks={"gemini.tools.allowed.unknown"}
)
gemini_parameters_demanded = fault(
    GENERATE, "A function needs parameters.", REFUSAL, when=serves(_bare), breaks={"gemini.tools.no-parameters"}
)

# Calls.
gemini_call_name_prefixed = fault(
    GENERATE,
    "The name of a function carries a namespace that was not in the request.",
    swap(NAME, "get_weather", "default_api.get_weather"),
    breaks={"gemini.tools.name", "gemini.tools.same-call"},
)
gemini_args_as_text = fault(
    GENERATE,
    "The arguments are JSON text, as in the OpenAI dialect.",
    change(ARGUMENTS, lambda arguments: json.dumps(arguments) if arguments else {}),
    breaks={"gemini.tools.args"},
)
gemini_args_dropped = fault(GENERATE, "The arguments get lost.", put(ARGUMENTS, {}), breaks={"gemini.tools.arguments"})
gemini_parameters_json_schema_dropped = fault(
    GENERATE, "`parametersJsonSchema` is ignored.", put(ARGUMENTS, {}), when=_SCHEMA, breaks={"gemini.tools.arguments"}
)
gemini_no_args_is_empty_text = fault(
    GENERATE, "No arguments are an empty text.", swap(ARGUMENTS, {}, ""), breaks={"gemini.tools.no-parameters"}
)
gemini_calls_end_with_tool_calls = fault(
    GENERATE, "Calls end in TOOL_CALLS.", put(FINISH, "TOOL_CALLS"), when=_calls, breaks={"gemini.tools.finish-reason"}
)
gemini_parallel_calls_share_an_id = fault(
    GENERATE, "All calls of an answer have one id.", put(CALL_ID, "call_1"), breaks={"gemini.tools.parallel"}
)
gemini_other_function_called = fault(
    GENERATE,
    "Another function is called than by OpenAI's protocol.",
    put(NAME, "get_time"),
    when=serves(lambda call: len(functions(call)) == 2),
    breaks={"gemini.tools.same-call"},
)
gemini_streamed_args_as_text = fault(
    STREAM, "Streamed arguments are JSON.", in_chunks(change(ARGUMENTS, json.dumps)), breaks={"gemini.tools.stream"}
)


@fault(STREAM, breaks={"gemini.tools.stream"})
def gemini_streamed_call_in_pieces(reply: Reply) -> None:
    """The name of a streamed call comes first, its arguments in a further piece."""
    events = reply.events or []
    for place, event in enumerate(events):
        if isinstance(event, dict) and "'functionCall'" in str(event):
            call = next(part for part in event["candidates"][0]["content"]["parts"] if "functionCall" in part)
            later = {"functionCall": {"args": call["functionCall"].pop("args")}}
            piece = {"content": {"role": "model", "parts": [later]}, "index": 0}
            events.insert(place, {**event, "candidates": [piece]})
            return


# Results.
gemini_call_ids_refused = fault(
    GENERATE,
    "Call ids are refused.",
    REFUSAL,
    when=serves(_names_calls),
    breaks={"gemini.tools.result", "gemini.tools.parallel"},
)
gemini_results_emptied = request_fault(
    GENERATE, "What a function gave is dropped.", put(_RESULT, {}), breaks={"gemini.tools.result.counted"}
)
gemini_orphan_accepted = request_fault(
    GENERATE,
    "A result without a call is taken for words.",
    change("contents[].parts[]", lambda part: {"text": "A result."} if "functionResponse" in part else part),
    when=_orphaned,
    breaks={"gemini.tools.result.orphan"},
)
