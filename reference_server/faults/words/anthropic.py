"""The words of the Anthropic protocol: its operations, what requests hold, and refusals in its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults.words.edits import Members
from reference_server.faults.words.prompts import HELLO
from reference_server.faults.words.situations import Situation, sent
from reference_server.faults.words.typed import of, reject
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

MESSAGE = "createMessage"
COUNT = "countMessageTokens"

START, END, STOP = "message_start", "message_delta", "message_stop"
BLOCK_START, DELTA, BLOCK_STOP = "content_block_start", "content_block_delta", "content_block_stop"

TEXT = "content[].text"
_PLAIN = {"model", "max_tokens", "messages", "stream"}

fail = reject({"type": "error", "error": {"type": "api_error", "message": "Internal server error."}}, 500)
"""Answer with a failure of the server instead."""


def refuse(code: int = 400) -> Callable[[Reply, Call], Reply]:
    """Answer with an error instead."""
    error = {"type": "invalid_request_error", "message": "This is not supported here."}
    return reject({"type": "error", "error": error}, code)


def plain(_: Reply, call: Call) -> bool:
    """The request is the plainest there is, whole or streamed."""
    body = sent(call)
    usual = body.keys() <= _PLAIN and "claude" in str(body.get("model"))
    return usual and body.get("messages") == [{"role": "user", "content": HELLO}]


def says(text: str) -> Situation:
    """The turns of the request hold this text somewhere."""
    return lambda _, call: text in str(sent(call).get("messages"))


def ends_well(reply: Reply, _: Call) -> bool:
    """The answer is a stream that comes to its end."""
    return bool(of(reply, STOP))


def whole_asked(call: Call) -> bool:
    """The request asks for a whole answer."""
    return not sent(call).get("stream")


def config(call: Call) -> dict[str, Any]:
    """The `output_config` of a request; empty where there is none."""
    members: dict[str, Any] = sent(call).get("output_config") or {}
    return members


def by_address(_: Reply, call: Call) -> bool:
    """The request holds an image or a document by its address."""
    return "'type': 'url'" in str(sent(call))


def results(call: Call) -> list[dict[str, Any]]:
    """The results of tools in the turns of a request."""
    turns = sent(call).get("messages")
    contents = [turn.get("content") for turn in turns if isinstance(turn, dict)] if isinstance(turns, list) else []
    entries = [block for content in contents if isinstance(content, list) for block in content]
    return [block for block in entries if isinstance(block, dict) and block.get("type") == "tool_result"]


def without_blocks(unwanted: Callable[[dict[str, Any]], bool]) -> Callable[[Call], None]:
    """Leave blocks of the turns of a request out."""

    def edit(call: Call) -> None:
        for turn in call.body["messages"]:
            if isinstance(turn["content"], list):
                turn["content"] = [block for block in turn["content"] if not unwanted(block)]

    return edit


def parts(reply: Reply) -> list[Chunk]:
    """The events with a part of the input of a streamed call."""
    return [chunk for chunk in of(reply, DELTA) if "partial_json" in chunk["delta"]]


def calls(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of a whole answer."""
    return [block for block in body["content"] if block["type"] == "tool_use"]


def lone_call(edit: Members) -> Members:
    """Edit the call of a whole answer that makes one."""

    def play(body: dict[str, Any]) -> None:
        if len(calls(body)) == 1:
            edit.apply(calls(body)[0])

    return Members(play)
