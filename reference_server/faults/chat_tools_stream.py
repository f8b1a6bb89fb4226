"""Ways to break tool calls in streams."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, each, in_chunks, put, swap
from reference_server.faults.words.openai import CHAT, FINISH, FRAGMENTS, fragments, streams, turns
from reference_server.wire.reply import Reply

chat = rows(CHAT)

tools_dropped_in_streams = request_fault(
    CHAT,
    "Tools are dropped when the answer is streamed.",
    drop("tools", "tool_choice", "parallel_tool_calls"),
    when=lambda call: streams(call) and len(turns(call)) == 1,
    breaks={"tools.stream.required"},
)
fragments_without_index = chat(
    "tools.stream.index", "The fragments of calls have no index.", in_chunks(drop(f"{FRAGMENTS}.index"))
)
fragments_without_type = chat(
    "tools.stream.first-fragment", "No fragment gives the type of the call.", in_chunks(drop(f"{FRAGMENTS}.type"))
)


@chat("tools.stream.id-once")
def id_in_every_fragment(reply: Reply) -> None:
    """Every fragment repeats the id of its call."""
    ids: dict[int, str] = {}
    for fragment in fragments(reply):
        fragment["id"] = ids.setdefault(fragment["index"], fragment.get("id", ""))


id_blanked_later = chat(
    "tools.stream.id-once",
    "Later fragments have an empty id.",
    in_chunks(each(FRAGMENTS, lambda fragment: fragment.setdefault("id", ""))),
)


@chat("tools.stream.name-once")
def name_in_every_fragment(reply: Reply) -> None:
    """Every fragment repeats the name of its function."""
    names: dict[int, str] = {}
    for fragment in fragments(reply):
        function = fragment["function"]
        function["name"] = names.setdefault(fragment["index"], function.get("name", ""))


@chat("tools.stream.arguments tools.stream.parallel")
def summary_of_the_call(reply: Reply) -> None:
    """The last fragment repeats all arguments."""
    for index in {fragment["index"] for fragment in fragments(reply)}:
        own = [fragment["function"] for fragment in fragments(reply) if fragment["index"] == index]
        own[-1]["arguments"] += "".join(function.get("arguments", "") for function in own)


streamed_calls_end_with_stop = chat(
    "tools.stream.finish-reason", "A stream of calls ends with `stop`.", in_chunks(swap(FINISH, "tool_calls", "stop"))
)
streamed_arguments_translated = chat(
    "tools.stream.equals-whole",
    "A streamed call has a key that the whole call does not have.",
    in_chunks(change(f"{FRAGMENTS}.function.arguments", lambda text: text.replace("{", '{"x":1,', 1))),
    when=lambda reply, _: len({fragment["index"] for fragment in fragments(reply)}) == 1,
)
parallel_calls_all_index_0 = chat(
    "tools.stream.parallel", "All parallel calls have index 0.", in_chunks(put(f"{FRAGMENTS}.index", 0))
)
