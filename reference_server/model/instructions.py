"""The text of an answer: the models follow a few instructions, and otherwise echo the user.

- `Repeat exactly: X` (also `Reply with exactly:`, `Say exactly:`) is answered by X.
- `Count from A to B` is answered by the numbers, `A, B, ...`.
- `What is the codeword?` is answered from an earlier message that says `The codeword is X`.
- `JSON with the keys 'a' and 'b'` (also `'a' and 'b' keys`) names the keys of an object; so does a JSON Schema in a
  message (`spelled.py`).
- The result of a tool is quoted.
- Images, audio clips and documents are mentioned.
"""

from __future__ import annotations

import re

from reference_server.model.prompt import Message, Part, Prompt

_REPEAT = re.compile(
    r"\b(?:repeat|say|write|output|(?:reply|respond|answer)(?: with)?) exactly\s*:?\s*(.+)", re.I | re.S
)
_COUNT = re.compile(r"\bcount (?:up |down )?from (-?\d{1,9}) to (-?\d{1,9})", re.I)
_CODEWORD = re.compile(r"\bcode ?word(?: is| =|:) *[\"'`]?([^\s\"'`.,;!]+)", re.I)
_ASKING = re.compile(r"\b(?:what|which|tell|name|repeat|recall|remember)\b", re.I)
_ASKED = re.compile(r"\bcode ?word\b", re.I)

_QUOTED_NAME = r"['\"`](\w+)['\"`]"
_QUOTED_NAMES = rf"({_QUOTED_NAME}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_QUOTED_NAME}){{0,40}})"
_KEYS = re.compile(rf"{_QUOTED_NAMES} (?:keys?|fields?)\b|\b(?:keys?|fields?):? {_QUOTED_NAMES}")

_LONGEST_COUNT = 1000
_LONGEST_ECHO = 400
_LONGEST_SKIMMED = 20_000
_AT_LENGTH = (
    " Here is the longer answer that you asked for, told without any hurry, one small piece after another, so that"
    " whoever reads it can watch it grow and see that nothing was held back until the end."
)


def reply_text(prompt: Prompt, lengthy: bool) -> str:
    """The text of the answer."""
    last = prompt.messages[-1]
    if last.role == "tool":
        return f"The tool answered: {last.text}"
    message = last_user_message(prompt)
    request = message.text
    return _instructed(request, prompt) or _echo(request, message, lengthy)


def last_user_message(prompt: Prompt) -> Message:
    """The last message of the user, or the last message of all when there is none."""
    for message in reversed(prompt.messages):
        if message.role == "user":
            return message
    return prompt.messages[-1]


def repeated(text: str) -> str | None:
    """The words that the text asks to have repeated, or None."""
    match = _REPEAT.search(text) if "exactly" in text.lower() else None
    return match[1] if match else None


def named_keys(text: str) -> list[str]:
    """The keys that the text asks an object to have; none when it names none."""
    match = _KEYS.search(skimmed(text))
    return re.findall(_QUOTED_NAME, match[0]) if match else []


def _instructed(request: str, prompt: Prompt) -> str | None:
    echo = repeated(request)
    if echo is not None:
        return echo
    lower = request.lower()
    if "count" in lower and (count := _COUNT.search(request)):
        return _counted(int(count[1]), int(count[2]))
    return _codeword(prompt) if "code" in lower and _asks_for_codeword(request) else None


def skimmed(text: str) -> str:
    """The text; of a long one, how it begins and how it ends."""
    half = _LONGEST_SKIMMED // 2
    return text if len(text) <= _LONGEST_SKIMMED else f"{text[:half]}\n{text[-half:]}"


def _asks_for_codeword(request: str) -> bool:
    asking = _ASKING.search(request)
    return asking is not None and _ASKED.search(request, asking.end()) is not None


def _counted(first: int, last: int) -> str:
    step = 1 if last >= first else -1
    return ", ".join(map(str, range(first, last + step, step)[:_LONGEST_COUNT]))


def _codeword(prompt: Prompt) -> str:
    matches = [match for message in prompt.messages for match in _CODEWORD.finditer(_readable(message))]
    return f"The codeword is {matches[-1][1]}." if matches else "Nobody told me a codeword."


def _readable(message: Message) -> str:
    return "\n".join(part.text for part in message.parts)


def _echo(request: str, message: Message, lengthy: bool) -> str:
    attachments = "".join([_description(part) for part in message.parts if part.kind != "text"])
    quote = f"You said: {request[:_LONGEST_ECHO]}" if request else "You said nothing."
    return attachments + quote + (_AT_LENGTH if lengthy else "")


def _description(part: Part) -> str:
    described = f" ({part.media_type})" if part.media_type else ""
    if part.kind == "file":
        return f"I read the document {part.name or 'without a name'}{described}: {part.text[:_LONGEST_ECHO]}\n"
    if part.kind == "audio":
        return f"I hear an audio clip{described}{_speech(part)}. "
    return f"I see an image{described}. " + (f"It is {part.text}. " if part.text else "")


def _speech(part: Part) -> str:
    return f" that says {part.text[:_LONGEST_ECHO]!r}" if part.text else ""
