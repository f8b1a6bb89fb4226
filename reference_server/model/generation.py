"""Generates the answer to a prompt: always the same one.

Temperature and seed change nothing. The answer ends before a stop text, or after as many pieces as the token limit
allows. Each piece counts as one token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec

from reference_server.errors import Refusal, UnsatisfiableSchema
from reference_server.fixtures import Model
from reference_server.model import spelled, tokens
from reference_server.model.instance import instance
from reference_server.model.instructions import last_user_message, named_keys, repeated, reply_text
from reference_server.model.prompt import (
    Answer,
    CallArguments,
    CallStart,
    Finish,
    Message,
    Output,
    Part,
    Piece,
    Prompt,
    Tool,
    ToolCall,
    Usage,
)
from reference_server.model.tool_use import PlannedCall, planned_calls

Speaker = Callable[[Prompt, Callable[[], str], Model], list[Answer]]
"""What answers a prompt, given what makes the ids of calls, and the model that is asked."""
MOST_TOKENS = 32_768
"""What any model says at most: the tokens of all answers to a request, and the alternatives to them."""
_THOUGHT_ABOUT = 80
"""The most characters of the user's message that the thoughts quote."""


def answers(prompt: Prompt, ids: Callable[[], str], model: Model) -> list[Answer]:
    """As many answers as the prompt asks for. They are equal except for the ids of their calls."""
    calls = planned_calls(prompt) if prompt.tools else []
    if calls:
        return [called(prompt, calls, ids, model.thinks) for _ in range(prompt.choices)]
    return [said(prompt, _text(prompt, model.lengthy), model.thinks)] * prompt.choices


def said(prompt: Prompt, text: str, thinks: int = 0) -> Answer:
    """An answer that is a text, as long as stop texts and the limit of tokens let it."""
    text, stop = stopped(text, prompt.stop) if prompt.stop else (text, None)
    return limited(prompt, text, (), "stop", thinks, stop)


def called(prompt: Prompt, calls: list[PlannedCall], ids: Callable[[], str], thinks: int = 0) -> Answer:
    """An answer that calls tools, as far as the limit of tokens lets it."""
    return limited(prompt, "", _call_pieces(calls, ids), "tool_calls", thinks)


def usage(prompt: Prompt, choices: list[Answer]) -> Usage:
    """The tokens of all answers together; the prompt counts once."""
    spent, reasoning = sum([one.spent for one in choices]), sum([one.reasoning for one in choices])
    return Usage(prompt_tokens(prompt), spent, reasoning)


def prompt_tokens(prompt: Prompt) -> int:
    """The tokens of all messages and of the tools' JSON."""
    return sum(map(_message_tokens, prompt.messages)) + sum(map(_tool_tokens, prompt.tools))


def _tool_tokens(tool: Tool) -> int:
    return tokens.count(msgspec.json.encode([tool.name, tool.description, tool.parameters]).decode())


def _message_tokens(message: Message) -> int:
    return tokens.MESSAGE + sum(map(_part_tokens, message.parts)) + sum(map(_call_tokens, message.calls))


def _call_tokens(call: ToolCall) -> int:
    return tokens.count(call.name) + tokens.count(call.arguments)


def _part_tokens(part: Part) -> int:
    if part.kind == "text":
        return tokens.count(part.text)
    return tokens.IMAGE if part.kind == "image" else tokens.count_bytes(part.size)


def _call_pieces(calls: list[PlannedCall], ids: Callable[[], str]) -> Iterator[Piece]:
    for index, (tool, arguments) in enumerate(calls):
        yield CallStart(index, f"call_{ids()[:24]}", tool.name, tool.free)
        yield from (CallArguments(index, token) for token in tokens.cut(arguments, MOST_TOKENS + 1))


def limited(
    prompt: Prompt,
    text: str,
    pieces: Iterable[Piece],
    finish: Finish,
    thinks: int,
    stop: str | None = None,
    thoughts: tuple[str, ...] = (),
) -> Answer:
    """What the limit of tokens leaves: it counts what is thought first, then the text."""
    thoughts = thoughts or (_thoughts(prompt) if prompt.thinking else ())
    limit = _limit(prompt)
    silent = min(thinks, limit)
    most = max(0, limit - len(thoughts) - silent)
    length = tokens.count(text)
    if length > most:
        return Answer("".join(tokens.cut(text, most)), most, (), "length", None, thoughts, silent)
    calls = tuple(islice(pieces, most - length + 1))
    if length + len(calls) > most:
        return Answer(text, length, calls[: most - length], "length", None, thoughts, silent)
    return Answer(text, length, calls, finish, stop, thoughts, silent)


def _limit(prompt: Prompt) -> int:
    """The most tokens of one answer: what the request allows, or an equal share of what the model says at most."""
    share = max(1, MOST_TOKENS // (prompt.choices * (1 + (prompt.logprobs or 0))))
    return share if prompt.max_tokens is None else min(prompt.max_tokens, share)


def _thoughts(prompt: Prompt) -> tuple[str, ...]:
    request = last_user_message(prompt).text[:_THOUGHT_ABOUT]
    return tuple(tokens.cut(f"The user says: {request}. I answer that."))


def stopped(text: str, stop: tuple[str, ...]) -> tuple[str, str | None]:
    """The text before the first stop text, and which one that is."""
    places = [(text.find(word), word) for word in stop if word and word in text]
    if not places:
        return text, None
    place, word = min(places)
    return text[:place], word


def _text(prompt: Prompt, lengthy: bool) -> str:
    if prompt.output.kind in ("schema", "option"):
        return _schema_text(prompt.output)
    if prompt.output.kind == "json":
        return _object_text(prompt, lengthy)
    return spelled.block(prompt) or reply_text(prompt, lengthy)


def _schema_text(output: Output) -> str:
    try:
        value = instance(output.schema or {"type": "object"})
        return str(value) if output.kind == "option" else msgspec.json.encode(value).decode()
    except UnsatisfiableSchema as error:
        raise Refusal("invalid_value", f"The response format: {error.message}.", output.at) from error


def _object_text(prompt: Prompt, lengthy: bool) -> str:
    """The object that the user asks to have repeated, one that satisfies the schema of a message, or the answer under
    the keys asked for.
    """
    echo = repeated(last_user_message(prompt).text)
    if echo and _is_object(echo):
        return echo
    if document := spelled.document(prompt):
        return document
    names = named_keys(last_user_message(prompt).text) or ["answer"]
    return msgspec.json.encode(dict.fromkeys(names, reply_text(prompt, lengthy))).decode()


def _is_object(text: str) -> bool:
    try:
        return isinstance(msgspec.json.decode(text), dict)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return False
