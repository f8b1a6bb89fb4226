"""Ways to break single members of tool calls, in streams and in whole answers."""

from __future__ import annotations

import json

from reference_server.faults import rows
from reference_server.faults.words.edits import add, change, in_chunks, put
from reference_server.faults.words.openai import CALLS, CHAT, FRAGMENTS, fragments
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
    "The arguments of a whole call are an object, not its text, unless there are none.",
    change(f"{CALLS}.function.arguments", lambda text: json.loads(text) or "{}"),
)
