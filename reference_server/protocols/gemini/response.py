"""Writes answers as one content or as the parts of a stream."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

import msgspec

from reference_server.model.prompt import Answer, ToolCall, Usage
from reference_server.protocols.openai.response import token_logprobs
from reference_server.wire.reply import HERE, Chunk, burst

Body = dict[str, Any]

_FINISH = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}


class Frame(NamedTuple):
    """What a whole answer and its parts have in common. `logprobs` is the number of alternatives, None for none."""

    id: str
    model: str
    logprobs: int | None = None


def content(frame: Frame, answers: list[Answer], usage: Usage) -> Body:
    """The body of a whole answer."""
    candidates = []
    for index, answer in enumerate(answers):
        text = answer.text
        parts = [*_thoughts(answer), *([] if text is None else [{"text": text}]), *_calls(answer)]
        texts = answer.texts if frame.logprobs is not None else []
        candidates.append(_ended(_candidate(index, parts, texts, frame), answer))
    return {"candidates": candidates, "usageMetadata": _usage(usage), **_common(frame)}


def chunks(frame: Frame, answers: list[Answer], usage: Usage) -> list[Chunk]:
    """The parts of a stream, those of all answers in turn. The last one has the token counts."""
    turns = zip_longest(*(_candidates(index, answer, frame) for index, answer in enumerate(answers)))
    streamed: list[Chunk] = [{"candidates": [one], **_common(frame)} for turn in turns for one in turn if one]
    streamed[-1]["usageMetadata"] = _usage(usage)
    return streamed


def text_at_once(frame: Frame, answer: Answer, usage: Usage) -> bytes:
    """The whole stream of a plain answer without probabilities. Its last piece is another one: it has the end."""
    *texts, last = answer.texts
    piece = {"candidates": [_candidate(0, [{"text": HERE}], [], frame)], **_common(frame)}
    end = chunks(frame, [msgspec.structs.replace(answer, said=last)], usage)
    return burst([piece, *end], 0, texts)


def _common(frame: Frame) -> Body:
    return {"modelVersion": frame.model, "responseId": frame.id}


def _usage(usage: Usage) -> Body:
    counts = {
        "promptTokenCount": usage.prompt,
        "candidatesTokenCount": usage.completion - usage.reasoning,
        "totalTokenCount": usage.total,
    }
    return {**counts, "thoughtsTokenCount": usage.reasoning} if usage.reasoning else counts


def _candidates(index: int, answer: Answer, frame: Frame) -> Iterator[Body]:
    """One answer in pieces: a token of text in each, or a whole call; the last one says why it ended."""
    pieces = [_candidate(index, [part], [], frame) for part in _thoughts(answer)]
    pieces += [_candidate(index, [{"text": text}], [text], frame) for text in answer.texts]
    pieces += [_candidate(index, [part], [], frame) for part in _calls(answer)]
    pieces = pieces or [_candidate(index, [{"text": ""}], [], frame)]
    yield from pieces[:-1]
    yield _ended(pieces[-1], answer)


def _candidate(index: int, parts: list[Body], texts: list[str], frame: Frame) -> Body:
    candidate: Body = {"content": {"role": "model", "parts": parts}, "index": index}
    if frame.logprobs is not None:
        candidate["logprobsResult"] = _logprobs(texts, frame.logprobs)
    return candidate


def _ended(candidate: Body, answer: Answer) -> Body:
    return {**candidate, "finishReason": "SAFETY" if answer.refuses else _FINISH[answer.finish]}


def _thoughts(answer: Answer) -> list[Body]:
    return [{"text": "".join(answer.thoughts), "thought": True}] if answer.thoughts else []


def _calls(answer: Answer) -> list[Body]:
    """The complete calls; one that the token limit cut off is left out. The first one is signed."""
    if not answer.calling:
        return []
    parts: list[Body] = [{"functionCall": call} for call in map(_call, answer.calls) if call]
    for part in parts[:1]:
        part["thoughtSignature"] = _signature(part["functionCall"]["id"])
    return parts


def _signature(call_id: str) -> str:
    return base64.b64encode(f"thought about {call_id}".encode()).decode()


def _call(call: ToolCall) -> Body | None:
    try:
        arguments = msgspec.json.decode(call.arguments)
    except msgspec.DecodeError:
        return None
    return {"id": call.id, "name": call.name, "args": arguments}


def _logprobs(texts: list[str], alternatives: int) -> Body:
    tokens = [token_logprobs(text, alternatives) for text in texts]
    return {
        "chosenCandidates": [_likely(token) for token in tokens],
        "topCandidates": [{"candidates": [_likely(one) for one in token["top_logprobs"]]} for token in tokens],
    }


def _likely(token: Body) -> Body:
    return {"token": token["token"], "logProbability": token["logprob"]}
