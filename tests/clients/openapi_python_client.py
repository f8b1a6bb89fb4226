"""The client that openapi-python-client makes of the contract."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.clients.generating import ANSWER, NAMES, QUESTION, broken_modules, command, contract, run

OPTIONS = Path(__file__).with_name("openapi-python-client.yaml")
Get = Callable[[str], ModuleType]
BROKEN = {"api.images.create_image_edit"}
"""Of an operation with two types of body the generator names `Unset` without importing it."""


def generate(name: str, folder: Path) -> str:
    """Writes a package into the folder; what the generator says of it."""
    words = ("generate", "--path", contract(name), "--output-path", folder, "--config", OPTIONS, "--meta", "none")
    return run(command("openapi-python-client"), *words)


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Get:
    """`part("models")`: a module of the generated package."""
    folder = tmp_path_factory.mktemp("openapi-python-client")
    generate("openai", folder / "made_by_openapi_python_client")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        package = importlib.import_module("made_by_openapi_python_client")
        assert broken_modules(package) == BROKEN
    return lambda name: importlib.import_module(f"{package.__name__}.{name}")


@pytest.fixture
def client(part: Get, server: Callable[..., str]) -> Any:
    """The client of a reference server."""
    with part("client").AuthenticatedClient(base_url=server(), token="sk-ok") as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
def test_generator_has_nothing_to_say(name: str, tmp_path: Path) -> None:
    """Every operation and every schema is taken, without a warning."""
    said = generate(name, tmp_path / "made")

    assert "WARNING" not in said
    assert "Unable" not in said


def test_models(part: Get, client: Any) -> None:
    """The list of models is read as one."""
    models = part("api.models.list_models").sync(client=client)

    assert isinstance(models, part("models").ModelList)
    assert "gpt-4o-mini" in [model.id for model in models.data]


def test_chat(part: Get, client: Any) -> None:
    """A conversation is answered, and the answer is read as a completion."""
    body = part("models").CreateChatCompletionRequest.from_dict(QUESTION)

    answer = part("api.chat.create_chat_completion").sync(client=client, body=body)

    assert isinstance(answer, part("models").ChatCompletion)
    assert answer.choices[0].message.content == ANSWER


def test_embeddings(part: Get, client: Any) -> None:
    """A text is answered with one vector."""
    body = part("models").CreateEmbeddingRequest.from_dict({"model": "text-embedding-3-small", "input": "heron"})

    answer = part("api.embeddings.create_embedding").sync(client=client, body=body)

    assert len(answer.data) == 1


def test_refused(part: Get, client: Any) -> None:
    """An unknown model is refused, and the refusal is read as an error."""
    body = part("models").CreateChatCompletionRequest.from_dict({**QUESTION, "model": "no-such-model"})

    response = part("api.chat.create_chat_completion").sync_detailed(client=client, body=body)

    assert response.status_code == 404
    assert isinstance(response.parsed, part("models").ErrorResponse)
    assert response.parsed.error.code == "model_not_found"


def test_message_of_anthropic(part: Get, server: Callable[..., str]) -> None:
    """The other protocols have a base URL of their own."""
    base_url = server().removesuffix("/v1") + "/anthropic"
    body = part("models").AnthropicMessageRequest.from_dict({**QUESTION, "max_tokens": 64})

    with part("client").AuthenticatedClient(base_url=base_url, token="sk-ok") as client:
        answer = part("api.anthropic_messages.create_message").sync(
            client=client, body=body, anthropic_version="2023-06-01"
        )

    assert answer.content[0].text == ANSWER
