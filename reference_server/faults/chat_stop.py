"""Ways to break stop texts."""

from __future__ import annotations

from typing import Any

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, put, refuse
from reference_server.faults.words.openai import CHAT, FINISH, reword, streams
from reference_server.faults.words.situations import asked, sent
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = rows(CHAT)
request = rows(CHAT, request_fault)

_STREAMS = "chat.stop.excluded chat.stop.stream"


def _stop(call: Call) -> Any:
    return sent(call).get("stop")


_stoppable = asked(lambda call: bool(_stop(call)))
stop_array_refused = chat(
    "chat.stop",
    "A `stop` of several texts is refused.",
    refuse(400, "stop must be a string.", param="stop"),
    when=asked(lambda call: isinstance(_stop(call), list)),
    gateway="foxapi",
)
fifth_stop_dropped = request_fault(
    CHAT,
    "Stop texts after the fourth are ignored.",
    change("stop", lambda texts: texts[:4], list),
    breaks={"chat.stop.too-many"},
    before="validation",
)
stop_ignored = request(_STREAMS, "`stop` is ignored.", drop("stop"))
first_stop_only = request(
    _STREAMS, "Only the first of several stop texts ends an answer.", change("stop", lambda texts: texts[:1], list)
)


@chat("chat.stop.excluded")
def stop_text_included(reply: Reply, call: Call) -> None:
    """A whole answer ends with its stop text."""
    if stop := _stop(call):
        reword(lambda text: text + (stop if isinstance(stop, str) else stop[-1]))(reply, call)


stopped_answer_ends_with_stop_sequence = chat(
    "chat.stop.finish-reason",
    "A whole answer with stop texts has the finish_reason `stop_sequence`.",
    put(FINISH, "stop_sequence"),
    when=_stoppable,
)
too_much_stopped = chat(
    "chat.stop.keeps-before",
    "The last word before the stop text is missing too.",
    reword(lambda text: text.rstrip(" ,").rpartition(" ")[0]),
    when=_stoppable,
)
stop_ignored_in_streams = request("chat.stop.stream", "`stop` does not end a stream.", drop("stop"), when=streams)
stop_across_fragments_missed = request(
    "chat.stop.stream",
    "A stop text that spans several fragments does not end a stream.",
    drop("stop"),
    when=lambda call: streams(call) and any(" " in text for text in _stop(call) or ()),
)
