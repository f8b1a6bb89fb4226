"""Completions: texts that are completed, as before chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import JsonAnswer, demand_count, demand_kind, demand_objects
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.openai.chat import CompletionStream

PATH = "/completions"
TEXTS = ["Say hello.", "Name a colour."]
REASONS = ("stop", "length", "content_filter")
COUNTERS = ("prompt_tokens", "completion_tokens", "total_tokens")


def body(ask: Ask, **fields: Any) -> dict[str, Any]:
    """The least a request needs, and `fields`."""
    return {"model": ask.model_for("completions"), "prompt": TEXTS[0], **fields}


@pytest.fixture
def completion(ask: Ask) -> JsonAnswer:
    """The plainest completion there is."""
    return JsonAnswer(ask.post(PATH, body(ask)))


@requirement("completions.answers")
def test_answers(completion: JsonAnswer, demand_supported: Callable[..., Any]) -> None:
    """A model and a text are answered by a text_completion with one choice, which has a text."""
    answer = demand_supported(completion).body

    assert answer.get("object") == "text_completion", f"object is {answer.get('object')!r:.80}"
    choices = demand_objects(answer.get("choices"), "choices")
    assert len(choices) == 1, f"{len(choices)} choices for one text"
    demand_kind(choices[0].get("text"), "text", str)


@requirement("completions.finish")
def test_finish(completion: JsonAnswer) -> None:
    """A choice of a whole answer says why it ended: stop, length or content_filter."""
    reason = pick(completion.body, "choices", 0, kind=dict).get("finish_reason")

    assert reason in REASONS, f"finish_reason is {reason!r:.80}"


@requirement("completions.usage")
def test_usage(completion: JsonAnswer) -> None:
    """`usage` has the tokens of the prompt and of the completion, and their sum."""
    usage = demand_kind(completion.body.get("usage"), "usage", dict)
    prompt, spent, total = (demand_count(usage.get(name), name) for name in COUNTERS)

    assert prompt, "the prompt costs nothing"
    assert prompt + spent == total, f"{prompt} and {spent} tokens are {total} together"


@requirement("completions.several")
def test_several(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """Two texts are answered by two choices, with the indices 0 and 1."""
    answer = demand_supported(JsonAnswer(ask.post(PATH, body(ask, prompt=TEXTS))))

    indices = [choice.get("index") for choice in demand_objects(answer.body.get("choices"), "choices")]
    assert sorted(map(repr, indices)) == ["0", "1"], f"the indices of the choices are {indices!r:.80}"


@requirement("completions.stream")
def test_stream(ask: Ask, demand_supported: Callable[..., Any]) -> None:
    """A stream consists of text_completion events with the pieces of the text, and ends with one `data: [DONE]`."""
    stream = demand_supported(CompletionStream(ask.post(PATH, body(ask, stream=True))))

    assert set(stream.data) - {"[DONE]"}, "there is no event but [DONE]"
    kinds = [chunk.get("object") for chunk in stream.chunks]
    assert all(kind == "text_completion" for kind in kinds), f"object of the events is {kinds!r:.80}"
    assert [place for place, data in enumerate(stream.data) if data == "[DONE]"] == [len(stream.data) - 1], (
        "[DONE] is not there once, at the end"
    )
    texts = [choice.get("text") for choice in stream.choices]
    assert all(isinstance(text, str) for text in texts), f"a piece of the text is {texts!r:.80}"
    if not any(texts):
        inconclusive("the model completed nothing")
