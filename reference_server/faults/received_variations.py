"""Legal differences in how texts reach the model and come back, in every protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences, request_variation, variation
from reference_server.faults.words.anthropic import MESSAGE
from reference_server.faults.words.edits import change, each
from reference_server.faults.words.gemini import GENERATE, STREAM, as_events
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.texts import understand
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

chat = differences(CHAT)
sent = differences(CHAT, request_variation)


def _plain(text: str) -> str:
    """The text as a model writes it that leaves accents out."""
    return text.replace("Łódź", "Lodz")


def _joined(parts: list[dict[str, Any]]) -> Any:
    """Texts as one text, with a ruled line between them; parts of other kinds stay as they are."""
    alike = all(part.get("type") == "text" for part in parts)
    return "\n---\n".join(part["text"] for part in parts) if alike and parts else parts


def _as_user(turn: dict[str, Any]) -> None:
    """Makes instructions what the user says."""
    if turn.get("role") in ("system", "developer") and isinstance(turn.get("content"), str):
        turn.update(role="user", content=f"These are your instructions: {turn['content']}")


text_parts_joined_by_lines = sent(
    "Text parts of a message reach the model as one text, a line apart.", change("messages[].content", _joined, list)
)
system_blocks_joined_by_lines = request_variation(
    MESSAGE, "The blocks of a system prompt reach the model as one text, a line apart.", change("system", _joined, list)
)
names_without_accents = sent("The model writes names without accents.", understand(_plain, "messages"))
system_messages_to_the_user = sent(
    "Instructions reach the model as the beginning of what the user says.",
    each("messages[]", _as_user),
)
code_in_a_fence = chat(
    "The model puts code into a fence.",
    change("choices[].message.content", lambda text: f"```python\n{text}\n```" if "def half" in text else text, str),
)


@chat()
def completions_estimated(reply: Reply) -> None:
    """The completion tokens of an answer are estimated, whole and streamed: one for four letters."""
    if reply.ok and reply.events is None and isinstance(reply.body, dict):
        _estimate(reply.body, [choice["message"].get("content") for choice in reply.body.get("choices", ())])
    for chunk in reply.chunks:
        _estimate(chunk, [choice["delta"].get("content") for one in reply.chunks for choice in one.get("choices", ())])


def _estimate(body: dict[str, Any], texts: list[Any]) -> None:
    usage, letters = body.get("usage"), "".join(text for text in texts if isinstance(text, str))
    if usage and letters:
        spent = max(1, len(letters) // 4)
        usage.update(completion_tokens=spent, total_tokens=usage["prompt_tokens"] + spent)
        usage.pop("completion_tokens_details", None)


@variation(STREAM)
def finish_reason_unspecified_before_the_end(reply: Reply, call: Call) -> None:
    """Pieces before the last have the finish reason that stands for none."""
    for chunk in reply.chunks[:-1] if as_events(reply, call) else ():
        for candidate in chunk.get("candidates", ()):
            candidate.setdefault("finishReason", "FINISH_REASON_UNSPECIFIED")


gemini_names_without_accents = request_variation(
    GENERATE, "The model writes names without accents.", understand(_plain, "contents", "systemInstruction")
)
