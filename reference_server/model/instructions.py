"""What the models say in words: they follow a few instructions, and echo where there is none.

- `Repeat exactly: X` (also `Reply with exactly:`, `Say exactly:`) is answered by X.
- `Count from A to B` is answered by the numbers, `A, B, ...`.
- `What is the codeword?` is answered from the conversation, which says `The codeword is X`.
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
_TOLD = re.compile(r"\bcode ?word (?:is|=) *[\"'`]?([\w-]+)|\bcode ?word: *[\"'`]?([\w-]+)", re.I)
_ASKED = re.compile(r"\b(?:what|which|tell|name|repeat|recall|remember)\b.*\bcode ?word\b", re.I | re.S)

_LONGEST_COUNT = 1000
_LONGEST_ECHO = 400
_AT_LENGTH = (
    " Here is the longer answer that you asked for, told without any hurry, one small piece after another, so that"
    " whoever reads it can watch it grow and see that nothing was held back until the end."
)


def reply_text(prompt: Prompt, lengthy: bool) -> str:
    """The words of the answer."""
    last = prompt.messages[-1]
    if last.role == "tool":
        return f"The tool answered: {last.text}"
    asked = last_user_message(prompt).text
    return _instructed(asked, prompt) or _echo(asked, last_user_message(prompt), lengthy)


def last_user_message(prompt: Prompt) -> Message:
    """The last message of the user, or the last of all when the user said nothing."""
    return next((message for message in reversed(prompt.messages) if message.role == "user"), prompt.messages[-1])


def repeated(text: str) -> str | None:
    """What the text asks to repeat, or None."""
    found = _REPEAT.search(text)
    return found[1] if found else None


def _instructed(asked: str, prompt: Prompt) -> str | None:
    wanted = repeated(asked)
    if wanted is not None:
        return wanted
    if count := _COUNT.search(asked):
        return _counted(int(count[1]), int(count[2]))
    return _codeword(prompt) if _ASKED.search(asked) else None


def _counted(first: int, last: int) -> str:
    step = 1 if last >= first else -1
    return ", ".join(map(str, range(first, last + step, step)[:_LONGEST_COUNT]))


def _codeword(prompt: Prompt) -> str:
    told = [match for message in prompt.messages for match in _TOLD.finditer(_readable(message))]
    return f"The codeword is {told[-1][1] or told[-1][2]}." if told else "Nobody told me a codeword."


def _readable(message: Message) -> str:
    return "\n".join(part.text for part in message.parts)


def _echo(asked: str, message: Message, lengthy: bool) -> str:
    seen = "".join(_seen(part) for part in message.parts if part.kind != "text")
    said = f"You said: {asked[:_LONGEST_ECHO]}" if asked else "You said nothing."
    return seen + said + (_AT_LENGTH if lengthy else "")


def _seen(part: Part) -> str:
    described = f" ({part.media_type})" if part.media_type else ""
    if part.kind == "file":
        return f"I read the document {part.name or 'without a name'}{described}: {part.text[:_LONGEST_ECHO]}\n"
    if part.kind == "audio":
        return f"I hear an audio clip{described}{_said(part)}. "
    return f"I see an image{described}. "


def _said(part: Part) -> str:
    return f" that says {part.text[:_LONGEST_ECHO]!r}" if part.text else ""
