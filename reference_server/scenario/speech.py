"""What a model says and calls because a scenario says so, in the form in which models answer in every protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from reference_server.fixtures import Model
from reference_server.model import generation, tokens
from reference_server.model.prompt import Answer, CallArguments, CallStart, Finish, Piece, Prompt, Usage
from reference_server.scenario import words


def answers(answer: words.Answer, prompt: Prompt, ids: Callable[[], str], model: Model) -> list[Answer]:
    """As many answers as the prompt asks for, each as far as its stop texts and its limit of tokens let it."""
    return [_answer(answer, prompt, ids, model) for _ in range(prompt.choices)]


def usage(answer: words.Answer, counts: Usage) -> Usage:
    """The tokens that were counted, or that the scenario gives."""
    own = answer.usage or words.Usage()
    return Usage(
        counts.prompt if own.prompt is None else own.prompt,
        counts.completion if own.completion is None else own.completion,
        counts.reasoning if own.reasoning is None else own.reasoning,
    )


def _answer(answer: words.Answer, prompt: Prompt, ids: Callable[[], str], model: Model) -> Answer:
    said = _said(answer)
    text, stop = generation.stopped(said, prompt.stop)
    finish: Finish = "tool_calls" if answer.tool_calls else "stop"
    pieces = _calls(answer.tool_calls, prompt, ids)
    thoughts = tuple(tokens.cut(answer.reasoning or ""))
    whole = generation.limited(prompt, text, pieces, finish, model.thinks, stop, thoughts)
    refuses = answer.refusal is not None
    return msgspec.structs.replace(whole, finish=answer.finish or whole.finish, refuses=refuses)


def _said(answer: words.Answer) -> str:
    if answer.json is not msgspec.UNSET:
        return msgspec.json.encode(answer.json).decode()
    return answer.refusal or answer.text or ""


def _calls(calls: list[words.ToolCall], prompt: Prompt, ids: Callable[[], str]) -> Iterator[Piece]:
    free = {tool.name for tool in prompt.tools if tool.free}
    for index, call in enumerate(calls):
        arguments = call.arguments
        text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
        yield CallStart(index, call.id or f"call_{ids()[:24]}", call.name, call.name in free)
        yield from (CallArguments(index, token) for token in tokens.cut(text))
