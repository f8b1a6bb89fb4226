"""Legal conversations that wait for an answer: roles, parts, tool rounds, and text of every kind."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

WORDS = 60
"""The most characters of a drawn text, unless it is a long one."""
LONGEST = 1200
"""The most characters of a long text."""
PLANES = (0, 1, 2, 3, 14, 15, 16)
"""The planes of Unicode that hold anything."""
GRAPHEMES = (
    *("\U0001f469\u200d\U0001f467", "e\u0301", "\u05e9\u05dc\u05d5\u05dd", "\u202e"),
    *("\n", "\t", '"', "\\", "\u2028", "</s>", "data: [DONE]\n\n"),
)
"""Letters that are joined, combined, or written from right to left; and what has been taken for an end."""
FEATURES = frozenset({"chat.parts", "chat.developer", "chat.tools", "chat.tools.parallel"})
"""What conversations are made of, beside text."""
TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Looks a word up.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}

Message = dict[str, Any]


def text() -> SearchStrategy[str]:
    """Text of every plane of Unicode, short and long, that says something."""
    usual = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=WORDS)
    odd = st.lists(st.one_of(st.sampled_from(GRAPHEMES), *map(_of_plane, PLANES)), min_size=1, max_size=4).map("".join)
    long = st.builds(lambda unit, times: (unit * times)[:LONGEST], odd, st.integers(LONGEST // 4, LONGEST))
    return st.one_of(usual, usual, usual, odd, odd, long).filter(str.strip)


def _of_plane(plane: int) -> SearchStrategy[str]:
    first = plane << 16
    return st.characters(min_codepoint=first, max_codepoint=first + 0xFFFD, exclude_categories=["Cs", "Cc"])


def conversations(features: Collection[str] = FEATURES) -> SearchStrategy[dict[str, Any]]:
    """The messages, and the tools where there are calls, of conversations that use no other features than these.

    Some of them say nothing in a message.
    """
    return _conversations(frozenset(features))


@lru_cache(maxsize=16)
def _conversations(features: frozenset[str]) -> SearchStrategy[dict[str, Any]]:
    telling = _of(text(), features)
    return st.one_of(telling, telling, _of(text() | st.just(""), features))


def _of(text: SearchStrategy[str], features: Collection[str]) -> SearchStrategy[dict[str, Any]]:
    system = ["system", "developer"] if "chat.developer" in features else ["system"]
    kinds = ["plain", "parts"] if "chat.parts" in features else ["plain"]
    rounds = _rounds(text, "chat.tools.parallel" in features) if "chat.tools" in features else st.just([])
    question = st.builds(_question, text, st.sampled_from(kinds))
    turn = st.builds(lambda asked, tools, words: [asked, *_flat(tools), _answer(words)], question, rounds, text)
    return st.builds(
        _conversation,
        st.none() | st.builds(lambda role, words: {"role": role, "content": words}, st.sampled_from(system), text),
        st.lists(turn, max_size=2),
        question,
        rounds,
    )


def example_of(feature: str) -> dict[str, Any]:
    """The plainest conversation that uses a feature, to learn whether the model takes it."""
    role, kind = "developer" if feature == "chat.developer" else "system", "parts" if feature == "chat.parts" else ""
    calls = {"chat.tools": 1, "chat.tools.parallel": 2}.get(feature, 0)
    rounds = [_calls([("heron", "A bird.")] * calls, None, False)] if calls else []
    return _conversation({"role": role, "content": "Be brief."}, [], _question("What is a heron?", kind), rounds)


def features_of(drawn: dict[str, Any]) -> set[str]:
    """The features that a conversation uses."""
    used = {"chat.tools"} if "tools" in drawn else set()
    for message in drawn["messages"]:
        used |= {"chat.developer"} if message["role"] == "developer" else set()
        used |= {"chat.parts"} if isinstance(message["content"], list) else set()
        used |= {"chat.tools.parallel"} if len(message.get("tool_calls", ())) > 1 else set()
    return used


def blank(drawn: dict[str, Any]) -> bool:
    """Whether a message says nothing, which some models do not take."""
    return any(not words.strip() for words in said(drawn))


def said(drawn: dict[str, Any]) -> list[str]:
    """Everything that the messages say."""
    return [words for message in drawn["messages"] for words in _texts(message["content"])]


def _texts(content: Any) -> list[str]:
    return [part["text"] for part in content] if isinstance(content, list) else [content] if content is not None else []


def _question(words: str, kind: str) -> Message:
    return {"role": "user", "content": [{"type": "text", "text": words}] if kind == "parts" else words}


def _answer(words: str) -> Message:
    return {"role": "assistant", "content": words}


def _rounds(text: SearchStrategy[str], parallel: bool) -> SearchStrategy[list[list[Message]]]:
    """Calls and their results, in the order of the calls or not. What is said beside the calls may be nothing."""
    results = st.lists(st.tuples(text, text), min_size=1, max_size=3 if parallel else 1)
    return st.lists(st.builds(_calls, results, st.none() | text, st.booleans()), max_size=2)


def _calls(results: list[tuple[str, str]], words: str | None, backwards: bool) -> list[Message]:
    calls, answers = [], []
    for number, (word, result) in enumerate(results):
        arguments = json.dumps({"word": word}, ensure_ascii=False)
        calls.append({"id": str(number), "type": "function", "function": {"name": "look_up", "arguments": arguments}})
        answers.append({"role": "tool", "tool_call_id": str(number), "content": result})
    return [{"role": "assistant", "content": words, "tool_calls": calls}, *(answers[::-1] if backwards else answers)]


def _flat(rounds: list[list[Message]]) -> list[Message]:
    return [message for one in rounds for message in one]


def _conversation(
    system: Message | None, turns: list[list[Message]], last: Message, rounds: list[list[Message]]
) -> dict[str, Any]:
    """What waits for an answer is a question, or the results of the calls that it led to."""
    messages = [*([system] if system else []), *_flat(turns), last, *_flat(rounds)]
    named = _named(json.loads(json.dumps(messages)))
    used = any("tool_calls" in message for message in named)
    return {"messages": named, **({"tools": [TOOL], "tool_choice": "none"} if used else {})}


def _named(messages: list[Message]) -> list[Message]:
    """The messages with ids of their own for each call."""
    place = 0
    for message in messages:
        if "tool_calls" in message:
            place += 1
        for one in message.get("tool_calls", ()):
            one["id"] = f"call_{place}_{one['id']}"
        if "tool_call_id" in message:
            message["tool_call_id"] = f"call_{place}_{message['tool_call_id']}"
    return messages
