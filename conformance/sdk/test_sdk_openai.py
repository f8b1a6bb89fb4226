"""The official Python client: whole answers, the environment, and the models."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from conformance.sdk.recorded_client import PLACEHOLDER, ClientRecording, shown
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement

TYPES: dict[str, type | tuple[type, ...]] = {
    "id": str,
    "object": str,
    "created": int,
    "model": str,
    "choices[0].index": int,
    "choices[0].finish_reason": str,
    "choices[0].message.role": str,
    "choices[0].message.content": str,
    "usage.prompt_tokens": int,
    "usage.completion_tokens": int,
    "usage.total_tokens": int,
}
"""What the client declares of a completion that is a text, where the target sends it at all."""


@pytest.fixture
def entire(ask: Ask) -> ClientRecording:
    """The recording of a client whose own headers are sent."""
    return ClientRecording(ask.recorder, entire=True)


def _demand_answer(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The client is served as the suite is, and gives a typed object with a text."""
    plain = ask.chat()
    if plain.status != 200:
        inconclusive(f"the same request without the client is answered {plain.status}")
    create = client.chat.completions.create
    text = recording.result(lambda: create(**ask.body()).choices[0].message.content, served=True)
    if plain.text:
        assert isinstance(text, str), f"the content is {shown(text)}"
        assert text, "the content is empty"


@requirement("sdk.openai.create")
def test_create(ask: Ask, entire: ClientRecording, client_of: Callable[..., Any]) -> None:
    """The official Python client, with only the key and the base URL changed, gives the answer as its typed object."""
    _demand_answer(ask, entire, client_of(entire))


@requirement("sdk.openai.environment")
def test_environment(
    ask: Ask, entire: ClientRecording, client_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`OPENAI_API_KEY` and `OPENAI_BASE_URL` in the environment are all that the Python client needs."""
    monkeypatch.setenv("OPENAI_API_KEY", PLACEHOLDER)
    monkeypatch.setenv("OPENAI_BASE_URL", entire.base_url)

    _demand_answer(ask, entire, client_of(entire, api_key=None, base_url=None))


@requirement("sdk.openai.types")
def test_types(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The fields of the client's object have the types that it declares."""
    ask.chat()
    completion = recording.result(lambda: client.chat.completions.create(**ask.body()))
    for path, kind in TYPES.items():
        value = recording.result(partial(_member, completion, path))
        fits = value is None or (isinstance(value, kind) and not isinstance(value, bool))
        assert fits, f"corrupts: completion.{path}, declared {_name(kind)}, is {shown(value)}"


def _member(value: Any, path: str) -> Any:
    """A member as a program reads it; None where it, or what holds it, is absent."""
    for step in path.replace("[0]", ".0").split("."):
        value = value[0] if step == "0" else getattr(value, step)
        if value is None:
            return None
    return value


def _name(kind: type | tuple[type, ...]) -> str:
    return kind.__name__ if isinstance(kind, type) else " or ".join(one.__name__ for one in kind)


@requirement("sdk.openai.models.list")
def test_models_list(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The Python client iterates over the models that are listed."""
    listed = [entry.get("id") if isinstance(entry, dict) else None for entry in _entries(ask)]
    names = recording.result(lambda: [model.id for model in client.models.list()])

    assert names == listed, f"corrupts: {len(listed)} models are listed, the client gives {shown(names)}"


@requirement("sdk.openai.models.retrieve")
def test_models_retrieve(ask: Ask, recording: ClientRecording, client: Any) -> None:
    """The Python client retrieves a listed model by its name, also by a name with a slash."""
    entries = [entry.get("id") for entry in _entries(ask) if isinstance(entry, dict)]
    names = [name for name in entries if isinstance(name, str) and name]
    if not names:
        inconclusive("no listed model has a name")
    name = next((name for name in names if "/" in name), names[0])
    if "/" not in name and ask.get(f"/models/{quote(name, safe='')}").status != 200:
        inconclusive(f"{name} is not answered under its name")
    retrieved = recording.result(lambda: client.models.retrieve(name).id, served=True)

    assert retrieved == name, f"corrupts: the id of {name} is {shown(retrieved)}"


def _entries(ask: Ask) -> list[Any]:
    entries: list[Any] = pick(ask.get("/models").json, "data", kind=list)
    return entries or inconclusive("the list of models is empty")
