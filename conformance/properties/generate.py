"""Requests drawn from the schemas of the contract, and legal conversations. The same seed draws the same requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from conformance.properties.search import Patience, Search
from openapi import Contract, Operation

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Drawn = TypeVar("Drawn")
WORDS = 60
"""The most characters of a drawn text."""
LIMIT = 16
"""The most tokens that a drawn request asks for."""
LIMITS = ("max_tokens", "max_completion_tokens")


def search(
    strategy: SearchStrategy[Drawn],
    judge: Callable[[Drawn], None],
    seed: int,
    examples: int,
    *,
    touched: list[Any] | None = None,
    patience: Patience | None = None,
) -> None:
    """Judge so many drawn values. A value that fails is made as small as it can be, and its failure is raised.

    `touched` and `patience` are as in `Search`. Raises `Inconclusive` as its `run` does.
    """
    from hypothesis import given
    from hypothesis import seed as seeded

    found = Search(seed, examples, touched=touched, patience=patience)

    @seeded(seed)
    @found.settings()
    @given(strategy)
    def judged(value: Drawn) -> None:
        found.begin()
        found.step(lambda: judge(value))

    found.run(judged)


def bodies(contract: Contract, operation: Operation, model: str | None) -> SearchStrategy[dict[str, Any]]:
    """Bodies that the schema of an operation allows, for a model, and cheap."""
    import schemathesis
    from schemathesis import GenerationMode

    schema = schemathesis.openapi.from_dict(contract.document)
    cases = schema[operation.path][operation.method].as_strategy(generation_mode=GenerationMode.POSITIVE)
    return cases.map(lambda case: _cheap(case.body, model)).filter(operation.accepts)


def _cheap(body: Any, model: str | None) -> dict[str, Any]:
    drawn = dict(body) if isinstance(body, dict) else {}
    if model is not None:
        drawn["model"] = model
    for name in LIMITS:
        if isinstance(drawn.get(name), int):
            drawn[name] = min(drawn[name], LIMIT)
    return drawn


def text() -> SearchStrategy[str]:
    """Text of every plane of Unicode, never empty."""
    from hypothesis import strategies as st

    return st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=WORDS)


def conversations() -> SearchStrategy[dict[str, Any]]:
    """The messages, and the tools where there are calls, of a conversation that is legal and waits for an answer."""
    from hypothesis import strategies as st

    turn = st.one_of(st.just("plain"), st.just("parts"), st.just("tools"))
    return st.builds(
        _conversation,
        st.none() | text(),
        st.lists(st.tuples(turn, text(), text()), max_size=3),
        text(),
        st.booleans(),
    )


def _conversation(system: str | None, turns: list[tuple[str, str, str]], last: str, parts: bool) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [] if system is None else [{"role": "system", "content": system}]
    for number, (kind, asked, answered) in enumerate(turns):
        messages += _turn(kind, asked, answered, f"call_{number}")
    messages.append({"role": "user", "content": [{"type": "text", "text": last}] if parts else last})
    used = any(kind == "tools" for kind, _, _ in turns)
    return {"messages": messages, **({"tools": [TOOL], "tool_choice": "none"} if used else {})}


TOOL = {
    "type": "function",
    "function": {
        "name": "look_up",
        "description": "Looks a word up.",
        "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    },
}


def _turn(kind: str, asked: str, answered: str, name: str) -> list[dict[str, Any]]:
    content: Any = [{"type": "text", "text": asked}] if kind == "parts" else asked
    question = {"role": "user", "content": content}
    if kind != "tools":
        return [question, {"role": "assistant", "content": answered}]
    call = {"id": name, "type": "function", "function": {"name": "look_up", "arguments": '{"word": "heron"}'}}
    return [
        question,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": name, "content": answered},
        {"role": "assistant", "content": answered},
    ]
