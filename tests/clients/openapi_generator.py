"""The Python client that OpenAPI Generator makes of the contract. It needs Java."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.clients.generating import ANSWER, NAMES, QUESTION, broken_modules, command, contract, run


@pytest.fixture(scope="module")
def package(server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The package for the document that a server has of itself, with its addresses; every module can be imported."""
    document = server().removesuffix("/v1") + "/openapi-3.1.json"
    folder = tmp_path_factory.mktemp("openapi-generator")
    run(
        command("openapi-generator-cli"),
        *("generate", "--generator-name", "python", "--input-spec", document, "--output", folder),
        *("--package-name", "made_by_openapi_generator"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        package = importlib.import_module("made_by_openapi_generator")
        assert not broken_modules(package)
    return package


@pytest.fixture
def client(package: Any) -> Iterator[Any]:
    """A client of that server."""
    with package.ApiClient(package.Configuration(access_token="sk-ok")) as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
def test_generator_finds_no_error(name: str) -> None:
    """The generator's own validation has nothing against the document."""
    said = run(command("openapi-generator-cli"), "validate", "--input-spec", contract(name))

    assert "[error]" not in said


def test_models(package: Any, client: Any) -> None:
    """The list of models is read as one."""
    models = package.ModelsApi(client).list_models()

    assert "gpt-4o-mini" in [model.id for model in models.data]


def test_chat(package: Any, client: Any) -> None:
    """A conversation is answered, and the answer satisfies the generated model."""
    body = package.CreateChatCompletionRequest.from_dict(QUESTION)

    answer = package.ChatApi(client).create_chat_completion(body)

    assert isinstance(answer, package.ChatCompletion)
    assert answer.choices[0].message.content == ANSWER


def test_stream(package: Any, client: Any) -> None:
    """A stream is read as text, and each event satisfies the generated model of a chunk."""
    body = package.CreateChatCompletionRequest.from_dict({**QUESTION, "stream": True})

    response = package.ChatApi(client).create_chat_completion_without_preload_content(body)

    events = response.read().decode().removesuffix("\n\n").split("\n\n")
    assert events.pop() == "data: [DONE]"
    chunks = [package.ChatCompletionChunk.from_json(event.removeprefix("data: ")) for event in events]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == ANSWER


def test_refused(package: Any, client: Any) -> None:
    """An unknown model is refused, and the refusal is read as an error."""
    body = package.CreateChatCompletionRequest.from_dict({**QUESTION, "model": "no-such-model"})

    with pytest.raises(package.ApiException) as refusal:
        package.ChatApi(client).create_chat_completion(body)

    assert refusal.value.status == 404
    assert refusal.value.data.error.code == "model_not_found"


def test_message_of_anthropic(package: Any, client: Any) -> None:
    """The document says that the other protocols have a base URL of their own."""
    body = package.AnthropicMessageRequest.from_dict({**QUESTION, "max_tokens": 64})

    answer = package.AnthropicMessagesApi(client).create_message("2023-06-01", body)

    assert answer.content[0].actual_instance.text == ANSWER
