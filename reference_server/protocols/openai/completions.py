"""Texts that are completed: a request body to prompts, answers to a completion or to the events of a stream."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from reference_server.errors import Refusal
from reference_server.model import tokens
from reference_server.model.generation import MOST_TOKENS
from reference_server.model.prompt import Answer, Message, Part, Prompt, Usage
from reference_server.protocols.openai.response import Frame, token_logprobs, usage_body
from reference_server.wire.reply import Chunk

Body = dict[str, Any]
_USUAL_TOKENS = 16
_MOST_CHOICES = 2048
_GAP = " [...] "
"""What the model reads between a text and the suffix that will follow the completion."""


class Completed(NamedTuple):
    """A choice: an answer, the text that it completes, and whether it begins with that text."""

    answer: Answer
    prompt: str
    echoed: bool


def completion_prompts(body: Body) -> list[Prompt]:
    """A prompt for each text. Raises Refusal when tokens stand for a text, or fields contradict each other."""
    texts = body["prompt"] if isinstance(body["prompt"], list) else [body["prompt"]]
    if not all(isinstance(text, str) for text in texts):
        raise Refusal("invalid_value", "Unsupported value for 'prompt': tokens are not built.", "prompt")
    _refuse_best(body)
    choices = len(texts) * _generated(body)
    if choices > _MOST_CHOICES:
        raise Refusal("invalid_value", f"{choices} choices are asked for; {_MOST_CHOICES} are possible.", "prompt")
    _refuse_long_echo(body, texts)
    return [_prompt(body, text, MOST_TOKENS // choices) for text in texts]


def completed(body: Body, prompt: Prompt, answers: list[Answer]) -> list[Completed]:
    """The choices for one text: as many as are asked for, of all that were generated."""
    text = prompt.messages[0].parts[0].text
    return [Completed(answer, text, bool(body.get("echo"))) for answer in answers[: int(body.get("n") or 1)]]


def text_completion(frame: Frame, completions: list[Completed], usage: Usage) -> Body:
    """The body of a whole answer."""
    choices = [_whole(index, one, frame) for index, one in enumerate(completions)]
    return {**_head(frame), "choices": choices, "usage": usage_body(usage)}


def text_chunks(frame: Frame, completions: list[Completed], usage: Usage | None) -> list[Chunk]:
    """The events of a stream, one choice after another, and the usage unless it is None."""
    counted = {} if usage is None else {"usage": None}
    choices = [one for index, completion in enumerate(completions) for one in _pieces(index, completion, frame)]
    chunks: list[Chunk] = [{**_head(frame), "choices": [choice], **counted} for choice in choices]
    return chunks if usage is None else [*chunks, {**_head(frame), "choices": [], "usage": usage_body(usage)}]


def _refuse_best(body: Body) -> None:
    """Refuse a choice of the best that is smaller than what is returned, or that is streamed."""
    best = body.get("best_of") or 1
    if body.get("best_of") is not None and best < (body.get("n") or 1):
        raise Refusal("invalid_value", "`best_of` must not be smaller than `n`.", "best_of")
    if best > 1 and body.get("stream"):
        raise Refusal("invalid_value", "`best_of` is not possible in a stream.", "best_of")


def _refuse_long_echo(body: Body, texts: list[str]) -> None:
    if body.get("echo") and body.get("logprobs") is not None:
        most = MOST_TOKENS // (int(body.get("n") or 1) * (1 + int(body["logprobs"])))
        if sum(map(tokens.count, texts)) > most:
            raise Refusal("invalid_value", f"`logprobs` of an echo are possible for {most} tokens.", "logprobs")


def _generated(body: Body) -> int:
    """How many answers to a text are generated."""
    return max(int(body.get("n") or 1), int(body.get("best_of") or 1))


def _prompt(body: Body, text: str, most: int) -> Prompt:
    stop, limit, suffix = body.get("stop"), body.get("max_tokens"), body.get("suffix")
    parts = [Part("text", text, at="prompt"), *([Part("text", _GAP + suffix, at="suffix")] if suffix else [])]
    return Prompt(
        model=body["model"],
        messages=(Message("user", tuple(parts)),),
        stop=(stop,) if isinstance(stop, str) else tuple(stop or ()),
        max_tokens=min(most, _USUAL_TOKENS if limit is None else int(limit)),
        choices=_generated(body),
        logprobs=None if body.get("logprobs") is None else int(body["logprobs"]),
    )


def _head(frame: Frame) -> Body:
    return {"id": frame.id, "object": "text_completion", "created": frame.created, "model": frame.model}


def _whole(index: int, completion: Completed, frame: Frame) -> Body:
    answer, prompt, echoed = completion
    probable = None
    if frame.logprobs is not None:
        texts = [*tokens.cut(prompt), *answer.texts] if echoed else answer.texts
        probable = _logprobs(texts, frame.logprobs, 0 if echoed else len(prompt))
    return _choice(index, (prompt if echoed else "") + answer.said, answer.finish, probable)


def _pieces(index: int, completion: Completed, frame: Frame) -> Iterator[Body]:
    answer, prompt, echoed = completion
    at = len(prompt)
    if echoed:
        probable = None if frame.logprobs is None else _logprobs(tokens.cut(prompt), frame.logprobs, 0)
        yield _choice(index, prompt, None, probable)
    for text in answer.texts:
        yield _choice(index, text, None, None if frame.logprobs is None else _logprobs([text], frame.logprobs, at))
        at += len(text)
    yield _choice(index, "", answer.finish, None)


def _choice(index: int, text: str, finish: str | None, logprobs: Body | None) -> Body:
    return {"index": index, "text": text, "logprobs": logprobs, "finish_reason": finish}


def _logprobs(texts: list[str], alternatives: int, at: int) -> Body:
    """The probabilities of tokens that begin at a place of prompt and completion. The very first one has none."""
    likely = [token_logprobs(text, alternatives) for text in texts]
    logprobs: list[float | None] = [one["logprob"] for one in likely]
    tops: list[Body | None] = [{top["token"]: top["logprob"] for top in one["top_logprobs"]} for one in likely]
    if at == 0 and texts:
        logprobs[0] = tops[0] = None
    offsets = list(accumulate(map(len, texts[:-1]), initial=at))[: len(texts)]
    return {"tokens": texts, "token_logprobs": logprobs, "top_logprobs": tops, "text_offset": offsets}
