"""Ways to lose a part of what was sent."""

from __future__ import annotations

import json
import re
from typing import Any

from reference_server.errors import Refusal
from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, raw
from reference_server.faults.words.openai import CHAT, keep_turns, reword_all, streams, turns
from reference_server.faults.words.situations import whole
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

request = rows(CHAT, request_fault)
chat = rows(CHAT)

_CONTENT = "messages[].content"
_CODE = "chat.prompt.code chat.prompt.code.stream"


@request_fault(CHAT, breaks={"chat.prompt.large-body"}, before="authentication")
def large_body_refused(call: Call) -> None:
    """A body of more than 100 kB is refused."""
    if call.raw is None or len(call.raw) > 100_000:
        raise Refusal("body_too_large", "The body is too large.")


long_text_cut = request(
    "chat.prompt.long-text", "Messages are cut at 5,000 characters.", change(_CONTENT, lambda text: text[:5_000], str)
)
streams_without_system_message = request(
    "chat.prompt.streamed",
    "The system message does not reach the model of a stream.",
    keep_turns(lambda turn: turn["role"] != "system"),
    when=lambda call: streams(call) and len(turns(call)) > 1,
)


def _with_one_image(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    images = [part for part in parts if part.get("type") == "image_url"]
    return [part for part in parts if part not in images[1:] or part is images[0]]


second_picture_unseen = request(
    "chat.prompt.images chat.vision.turns",
    "Only the first image reaches the model.",
    change(_CONTENT, _with_one_image, list),
)


@chat("chat.prompt.model")
def answer_of_another_model(reply: Reply, call: Call) -> None:
    """A request gets the answer that another model gave to the same prompt."""
    if whole(reply, call):
        prompt = json.dumps({name: value for name, value in call.body.items() if name != "model"}, sort_keys=True)
        answers = call.memory.setdefault("answers", {})
        model, name = answers.setdefault(prompt, (call.body["model"], reply.body["id"]))
        reply.body["id"] = reply.body["id"] if model == call.body["model"] else name


later_system_messages_dropped = request(
    "chat.prompt.system-later",
    "Only a system message that comes first reaches the model.",
    change("messages", lambda all: [all[0], *(turn for turn in all[1:] if turn["role"] != "system")]),
)
lines_of_an_answer_joined = chat(
    _CODE, "Line breaks in an answer become spaces.", reword_all(lambda text: text.replace("\n", " "))
)
spaces_of_an_answer_collapsed = chat(
    _CODE, "Several spaces in an answer become one.", reword_all(lambda text: re.sub(" +", " ", text))
)
line_breaks_unescaped = chat(
    "chat.prompt.code",
    "A line break in the text of an answer is not escaped in its JSON.",
    raw(lambda data: data.replace(rb"\n", b"\n")),
    when=whole,
)
