"""Texts that are completed: a request body to prompts, answers to a completion or to the events of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_server.errors import Refusal
from reference_server.model.generation import MOST_TOKENS
from reference_server.model.prompt import Answer, Message, Part, Prompt, Usage
from reference_server.protocols.openai.response import Frame, usage_body
from reference_server.wire.reply import Chunk

Body = dict[str, Any]
_USUAL_TOKENS = 16
_MOST_CHOICES = 2048


def completion_prompts(body: Body) -> list[Prompt]:
    """A prompt for each text. Raises Refusal when tokens stand for a text."""
    texts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
    if not all(isinstance(text, str) for text in texts):
        raise Refusal("invalid_value", "Unsupported value for 'prompt': tokens are not built.", "prompt")
    if body.get("stream_options") is not None and not body.get("stream"):
        raise Refusal("invalid_value", "`stream_options` is only allowed when `stream` is true.", "stream_options")
    choices = len(texts) * int(body.get("n") or 1)
    if choices > _MOST_CHOICES:
        raise Refusal("invalid_value", f"{choices} choices are asked for; {_MOST_CHOICES} are possible.", "prompt")
    return [_prompt(body, text, MOST_TOKENS // choices) for text in texts]


def text_completion(frame: Frame, answers: list[Answer], usage: Usage, before: list[str]) -> Body:
    """The body of a whole answer. `before` are the texts that the choices begin with."""
    choices = [_choice(index, before[index] + _text(one), one.finish) for index, one in enumerate(answers)]
    return {**_head(frame), "choices": choices, "usage": usage_body(usage)}


def text_chunks(frame: Frame, answers: list[Answer], usage: Usage | None, before: list[str]) -> list[Chunk]:
    """The events of a stream, one choice after another, and the usage unless it is None."""
    counted = {} if usage is None else {"usage": None}
    choices = [one for index, answer in enumerate(answers) for one in _pieces(index, answer, before[index])]
    chunks: list[Chunk] = [{**_head(frame), "choices": [choice], **counted} for choice in choices]
    return chunks if usage is None else [*chunks, {**_head(frame), "choices": [], "usage": usage_body(usage)}]


def _prompt(body: Body, text: str, most: int) -> Prompt:
    stop, limit = body.get("stop"), body.get("max_tokens")
    return Prompt(
        model=body["model"],
        messages=(Message("user", (Part("text", text, at="prompt"),)),),
        stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),
        max_tokens=min(most, _USUAL_TOKENS if limit is None else int(limit)),
        choices=int(body.get("n") or 1),
    )


def _head(frame: Frame) -> Body:
    return {"id": frame.id, "object": "text_completion", "created": frame.created, "model": frame.model}


def _pieces(index: int, answer: Answer, before: str) -> Iterator[Body]:
    if before:
        yield _choice(index, before, None)
    yield from (_choice(index, text, None) for text in answer.texts)
    yield _choice(index, "", answer.finish)


def _choice(index: int, text: str, finish: str | None) -> Body:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}


def _text(answer: Answer) -> str:
    return answer.text or ""
