"""Ways to break tool calls in streams."""

from __future__ import annotations

import json

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import add, change, drop, each, in_chunks, put, swap
from reference_server.faults.words.openai import CALLS, CHAT, FINISH, FRAGMENTS, fragments, streams, turns
from reference_server.faults.words.situations import no
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)

_ID, _INDEX = f"{FRAGMENTS}.id", f"{FRAGMENTS}.index"
_FIRST = "tools.stream.first-fragment"


def _several(reply: Reply, _: Call) -> bool:
    """The stream has parallel calls."""
    return len({fragment["index"] for fragment in fragments(reply)}) > 1


_single = no(_several)

tools_dropped_in_streams = request_fault(
    CHAT,
    "Tools do not reach the model when the answer is streamed.",
    drop("tools", "tool_choice", "parallel_tool_calls"),
    when=lambda call: streams(call) and len(turns(call)) == 1,
    breaks={"tools.stream.required", "tools.stream.named"},
)
fragments_without_index = chat(
    "tools.stream.index", "The fragments of streamed calls have no index.", in_chunks(drop(f"{FRAGMENTS}.index"))
)
fragments_without_type = chat(
    "tools.stream.first-fragment", "No fragment gives the type of the call.", in_chunks(drop(f"{FRAGMENTS}.type"))
)


@chat("tools.stream.id-once")
def id_in_every_fragment(reply: Reply) -> None:
    """Every fragment of a streamed call repeats its id."""
    ids: dict[int, str] = {}
    for fragment in fragments(reply):
        fragment["id"] = ids.setdefault(fragment["index"], fragment.get("id", ""))


id_blanked_later = chat(
    "tools.stream.id-once",
    "Later fragments of a streamed call have an empty id.",
    in_chunks(each(FRAGMENTS, lambda fragment: fragment.setdefault("id", ""))),
)


@chat("tools.stream.name-once")
def name_in_every_fragment(reply: Reply) -> None:
    """Every fragment of a streamed call repeats the name of the function."""
    names: dict[int, str] = {}
    for fragment in fragments(reply):
        function = fragment["function"]
        function["name"] = names.setdefault(fragment["index"], function.get("name", ""))


@chat("tools.stream.arguments tools.stream.parallel")
def summary_of_the_call(reply: Reply) -> None:
    """The last fragment of a streamed call repeats all its arguments."""
    for index in {fragment["index"] for fragment in fragments(reply)}:
        own = [fragment["function"] for fragment in fragments(reply) if fragment["index"] == index]
        own[-1]["arguments"] += "".join(function.get("arguments", "") for function in own)


streamed_calls_end_with_stop = chat(
    "tools.stream.finish-reason", "A stream of calls ends with `stop`.", in_chunks(swap(FINISH, "tool_calls", "stop"))
)
streamed_arguments_translated = chat(
    "tools.stream.equals-whole",
    "A streamed call has an argument that the whole call does not have.",
    in_chunks(change(f"{FRAGMENTS}.function.arguments", lambda text: text.replace("{", '{"x":1,', 1))),
    when=lambda reply, _: len({fragment["index"] for fragment in fragments(reply)}) == 1,
)
parallel_calls_all_index_0 = chat(
    "tools.stream.parallel", "All parallel calls of a stream have the index 0.", in_chunks(put(f"{FRAGMENTS}.index", 0))
)

# Identity and order of fragments.
streamed_call_id_empty = chat(
    _FIRST, "The id of a single streamed call is empty.", in_chunks(change(_ID, lambda _: "")), when=_single
)


@chat(_FIRST)
def streamed_call_id_is_a_number(reply: Reply) -> None:
    """The id of a streamed call is a number."""
    for place, fragment in enumerate(fragments(reply)):
        if fragment.get("id"):
            fragment["id"] = place


streamed_function_renamed = chat(
    _FIRST,
    "A streamed call names a function that was not offered.",
    in_chunks(change(f"{FRAGMENTS}.function.name", "functions.{}".format)),
)
fragments_counted_from_one = chat(
    "tools.stream.index", "The calls of a stream are counted from 1.", in_chunks(add(_INDEX, 1))
)
fragment_index_is_true = chat(
    "tools.stream.index", "The index of a single streamed call is false.", in_chunks(put(_INDEX, False)), when=_single
)


@chat("tools.stream.arguments")
def fragment_of_no_arguments(reply: Reply, call: Call) -> None:
    """The first fragment of a single call has an empty object as its arguments."""
    for fragment in fragments(reply)[:1] if _single(reply, call) else ():
        fragment["function"]["arguments"] = fragment["function"].get("arguments") or {}


streamed_calls_share_an_id = chat(
    "tools.stream.parallel",
    "All parallel calls of a stream have the same id.",
    in_chunks(change(_ID, lambda _: "call_1")),
    when=_several,
)
second_streamed_call_lost = chat(
    "tools.stream.parallel",
    "Only the first of parallel calls is streamed.",
    in_chunks(change("choices[].delta.tool_calls", lambda calls: [part for part in calls if part["index"] == 0], list)),
)
whole_arguments_are_an_object = chat(
    "tools.call.arguments",
    "The arguments of a whole call are an object instead of a string, unless there are none.",
    change(f"{CALLS}.function.arguments", lambda text: json.loads(text) or "{}"),
)


later_types_are_null = chat(
    "tools.stream.type",
    "Later fragments of a call have the type null.",
    in_chunks(each(FRAGMENTS, lambda fragment: fragment.setdefault("type", None))),
)
later_types_are_calls = chat(
    "tools.stream.type",
    "Later fragments of a call have the type `tool_call`.",
    in_chunks(each(FRAGMENTS, lambda fragment: fragment.setdefault("type", "tool_call"))),
)
