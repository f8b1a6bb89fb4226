"""Models that are weak, behind a gateway that is right.

What they say is their own; the gateway cuts it at the limit and at stop texts, counts it, and streams it as it should.
Where a request leaves no choice (`tool_choice`, a strict schema), most of them are held to it as models are served.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import msgspec

from reference_server.fixtures import Model
from reference_server.model import generation
from reference_server.model.generation import Speaker
from reference_server.model.instructions import last_user_message
from reference_server.model.prompt import Answer, Prompt
from reference_server.model.tool_use import planned_calls

Ids = Callable[[], str]
Words = Callable[[Prompt], str]
RAMBLING = "Well, that is a good question, and there are many sides to it, so let me begin at the beginning. "
NONSENSE = ("pylon", "Übermut", "seven", "的", "quack", "marmalade", "-- ", "heron", "3.14", "vex")
_numbers = itertools.count()


def _speaking(words: Words, *, calls: bool = True) -> Speaker:
    """A model that says these words, unless the request demands a form, or calls a tool as others do."""

    def speak(prompt: Prompt, ids: Ids, model: Model) -> list[Answer]:
        demanded = prompt.output.kind != "text" or prompt.choice.mode == "required"
        if demanded or (calls and planned_calls(prompt)):
            return generation.answers(prompt, ids, model)
        return [generation.said(prompt, words(prompt)) for _ in range(prompt.choices)]

    return speak


def _asked(prompt: Prompt) -> str:
    return last_user_message(prompt).text


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _random(_: Prompt) -> str:
    """Another answer each time, a word or several hundred."""
    number = next(_numbers)
    return " ".join(NONSENSE[(number * 7 + place * 3) % len(NONSENSE)] for place in range(1 + number * 37 % 150))


def _system(prompt: Prompt) -> str:
    told = " ".join(one.text for one in prompt.messages if one.role in ("system", "developer"))
    return f"My instructions are: {told or 'none at all'}. You wrote: {_asked(prompt)[:200]}"


def _fenced(prompt: Prompt) -> str:
    value = _encoded({"answer": _asked(prompt)[:200]})
    return f"Sure! Here is the JSON:\n```json\n{value}\n```\nLet me know if you need more."


def _without_tools(prompt: Prompt, ids: Ids, model: Model) -> list[Answer]:
    """Knows no tools, whatever `tool_choice` says."""
    bare = msgspec.structs.replace(prompt, tools=())
    return generation.answers(bare, ids, model)


def _silly(prompt: Prompt, ids: Ids, model: Model) -> list[Answer]:
    """Calls tools with values that nobody asked for, unless their schema is strict."""
    calls = planned_calls(prompt)
    loose = [tool for tool, _ in calls if "enum" not in str(tool.parameters) and not tool.free]
    if len(loose) < len(calls) or not calls:
        return generation.answers(prompt, ids, model)
    made = [(tool, _encoded(dict.fromkeys(tool.parameters.get("properties", {}), "🤷"))) for tool in loose]
    return [generation.called(prompt, made, ids) for _ in range(prompt.choices)]


def _thinking(prompt: Prompt, ids: Ids, model: Model) -> list[Answer]:
    """Thinks longer than the room that the suite usually gives."""
    return generation.answers(prompt, ids, msgspec.structs.replace(model, thinks=300))


MODELS: dict[str, Speaker] = {
    "chatty": _speaking(lambda prompt: f"{_asked(prompt)[:60]}? {RAMBLING * 200}", calls=False),
    "refusing": _speaking(lambda _: "I'm sorry, but I can't help with that.", calls=False),
    "nonsense": _speaking(lambda prompt: " ".join(NONSENSE[(len(_asked(prompt)) + n) % 10] for n in range(25))),
    "random": _speaking(_random),
    "short": _speaking(lambda _: "1"),
    "drifting": _speaking(lambda prompt: f"Speaking of {_asked(prompt)[-40:]}, have you ever seen a heron asleep?"),
    "without-tools": _without_tools,
    "wrong-arguments": _silly,
    "echoing-system": _speaking(_system),
    "slow": generation.answers,
    "fenced": _speaking(_fenced),
    "thinking": _thinking,
}
"""The models by what is weak about them. The one that is slow is slow in the service."""
SLOW = frozenset({"slow"})
