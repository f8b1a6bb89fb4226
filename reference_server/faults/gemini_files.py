"""Ways to break files by address in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_WHOLE = "generateContent"
_DETAIL = {"detail": [{"loc": ["body", "contents", 0, "parts", 1, "inlineData"], "msg": "Field required"}]}


def _address(call: Call) -> bool:
    return b"fileData" in (call.raw or b"")


@fault(_WHOLE, breaks={"gemini.file-data"})
def gemini_file_data_unknown(reply: Reply, call: Call) -> Reply:
    """A part without `inlineData` is refused, without an error object."""
    return Reply.json(_DETAIL, 422) if reply.ok and _address(call) else reply


@request_fault(_WHOLE, breaks={"gemini.file-data.counted"})
def gemini_file_data_dropped(call: Call) -> None:
    """A file by address does not reach the model."""
    for turn in call.body["contents"]:
        turn["parts"] = [part for part in turn["parts"] if "fileData" not in part]
