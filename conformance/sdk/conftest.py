"""What the checks of the official clients share."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conformance.model import Requirement
from conformance.sdk.recorded_client import PLACEHOLDER, ClientRecording
from conformance.sdk.transport import http_client, library_of, package
from conformance.words.ask import Ask

FOREIGN = ("OPENAI_", "ANTHROPIC_", "GEMINI_", "GOOGLE_")
"""How the settings of the caller's own accounts begin."""


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Neither the caller's settings nor the warnings of a client are the target's affair."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture
def dependent(judged: Requirement, gateway: dict[str, Any]) -> bool:
    """Whether the documents leave the feature to the model."""
    return judged.feature in gateway["model_dependent"]


@pytest.fixture
def openai(ask: Ask) -> Any:
    """The module of the official Python client."""
    return package(ask.recorder, "openai")


@pytest.fixture
def recording(ask: Ask) -> ClientRecording:
    """The recording of this check."""
    return ClientRecording(ask.recorder)


@pytest.fixture
def client_of(openai: Any) -> Callable[..., Any]:
    """The official Python client as the documents show it: with another key and another base URL, and no more."""

    def client(recording: ClientRecording, **options: Any) -> Any:
        http = http_client(library_of(openai), recording)
        return openai.OpenAI(
            **{"api_key": PLACEHOLDER, "base_url": recording.base_url, "max_retries": 0, "http_client": http} | options
        )

    return client


@pytest.fixture
def client(client_of: Callable[..., Any], recording: ClientRecording) -> Any:
    """The official Python client of this check."""
    return client_of(recording)
