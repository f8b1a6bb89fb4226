"""The official client of the Gemini protocol works against the reference server. Versions 2 and 3 run this."""

from __future__ import annotations

import base64

import pytest
from google import genai
from google.genai import errors, types
from pydantic import BaseModel

from conformance.words.samples import media

MODEL = "google/gemini-3-flash-preview"
EMBEDDING = "gemini-embedding-001"
TEXTS = ["The cat sat on the mat.", "Interest rates rose by half a point."]
COUNT = "Count from 1 to 4"
PARAMETERS = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}
TOOL = {"function_declarations": [{"name": "get_weather", "description": "The weather.", "parameters": PARAMETERS}]}
QUESTION = "How is the weather in Paris and London?"


class Book(BaseModel):
    """A book."""

    title: str
    pages: int
    lent: bool


@pytest.fixture
def connect(server, monkeypatch):
    """`connect(key, version)`: a client of the server that ignores the environment."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY", "GOOGLE_GENAI_API_VERSION", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    opened = []

    def connected(key="sk-ok", version="v1beta"):
        options = types.HttpOptions(base_url=server().replace("/v1", "/gemini"), api_version=version)
        opened.append(genai.Client(api_key=key, http_options=options))
        return opened[-1]

    yield connected
    for client in opened:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.mark.parametrize("version", ["v1beta", "v1", None])
def test_generate(connect, version):
    answer = connect(version=version).models.generate_content(model=MODEL, contents=COUNT)

    assert answer.text == "1, 2, 3, 4"
    assert answer.candidates[0].finish_reason == types.FinishReason.STOP
    assert answer.usage_metadata.candidates_token_count == 4
    assert answer.usage_metadata.total_token_count == answer.usage_metadata.prompt_token_count + 4
    assert answer.model_version == MODEL
    assert answer.response_id


@pytest.mark.parametrize("version", ["v1beta", "v1", None])
def test_stream(connect, version):
    chunks = list(connect(version=version).models.generate_content_stream(model=MODEL, contents=COUNT))

    assert len(chunks) == 4
    assert "".join(chunk.text for chunk in chunks) == "1, 2, 3, 4"
    assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
    assert chunks[-1].usage_metadata.candidates_token_count == 4
    assert len({chunk.response_id for chunk in chunks}) == 1


def test_configuration(client):
    config = types.GenerateContentConfig(
        system_instruction="Be brief.",
        temperature=0.1,
        top_p=0.9,
        top_k=20,
        seed=7,
        max_output_tokens=2,
        candidate_count=2,
        safety_settings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
    )

    answer = client.models.generate_content(model=MODEL, contents=COUNT, config=config)

    assert [candidate.content.parts[0].text for candidate in answer.candidates] == ["1, 2,"] * 2
    assert [candidate.index for candidate in answer.candidates] == [0, 1]
    assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS


def test_stop_sequences(client):
    config = types.GenerateContentConfig(stop_sequences=["3"])

    assert client.models.generate_content(model=MODEL, contents=COUNT, config=config).text == "1, 2, "


def test_logprobs(client):
    config = types.GenerateContentConfig(response_logprobs=True, logprobs=2)

    candidate = client.models.generate_content(model=MODEL, contents=COUNT, config=config).candidates[0]

    assert [token.token for token in candidate.logprobs_result.chosen_candidates] == ["1,", " 2,", " 3,", " 4"]
    assert len(candidate.logprobs_result.top_candidates[0].candidates) == 2


def test_chat_session(client):
    chat = client.chats.create(model=MODEL)
    chat.send_message("The codeword is heron.")

    assert chat.send_message("What is the codeword?").text == "The codeword is heron."


def test_image(client):
    image = types.Part.from_bytes(data=media.png(), mime_type="image/png")

    assert client.models.generate_content(model=MODEL, contents=["Look", image]).text.startswith("I see an image")


def test_image_as_dictionary_in_snake_case(client):
    inline = {"inline_data": {"mime_type": "image/png", "data": base64.b64encode(media.png()).decode()}}

    answer = client.models.generate_content(model=MODEL, contents=[{"text": "Look"}, inline])

    assert answer.text.startswith("I see an image")


@pytest.mark.parametrize("streamed", [False, True])
def test_function_calling_round_trip(client, streamed):
    config = types.GenerateContentConfig(tools=[TOOL])
    question = types.Content(role="user", parts=[types.Part(text=QUESTION)])
    if streamed:
        stream = client.models.generate_content_stream(model=MODEL, contents=[question], config=config)
        parts = [part for chunk in stream for part in chunk.candidates[0].content.parts]
    else:
        parts = (
            client.models.generate_content(model=MODEL, contents=[question], config=config).candidates[0].content.parts
        )
    calls = [part.function_call for part in parts]
    results = [
        types.Part(function_response=types.FunctionResponse(id=call.id, name=call.name, response={"result": "sunny"}))
        for call in calls
    ]
    turns = [question, types.Content(role="model", parts=parts), types.Content(role="user", parts=results)]

    final = client.models.generate_content(model=MODEL, contents=turns, config=config)

    assert [(call.name, call.args) for call in calls] == [
        ("get_weather", {"city": "Paris"}),
        ("get_weather", {"city": "London"}),
    ]
    assert final.text == "The tool answered: sunny"


def test_automatic_function_calling(client):
    def get_weather(city: str) -> str:
        """The weather of a city."""
        cities.append(city)
        return "sunny"

    cities = []
    config = types.GenerateContentConfig(tools=[get_weather])

    answer = client.models.generate_content(model=MODEL, contents=QUESTION, config=config)

    assert cities == ["Paris", "London"]
    assert answer.text == "The tool answered: sunny"


def test_forced_function(client):
    calling = types.FunctionCallingConfig(mode="ANY", allowed_function_names=["get_weather"])
    config = types.GenerateContentConfig(tools=[TOOL], tool_config=types.ToolConfig(function_calling_config=calling))

    answer = client.models.generate_content(model=MODEL, contents="Hello", config=config)

    assert [call.name for call in answer.function_calls] == ["get_weather"]


def test_structured_output(client):
    config = types.GenerateContentConfig(response_mime_type="application/json", response_schema=Book)

    answer = client.models.generate_content(model=MODEL, contents="A book", config=config)

    assert isinstance(answer.parsed, Book)


def test_structured_output_by_json_schema(client):
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=Book.model_json_schema()
    )

    answer = client.models.generate_content(model=MODEL, contents="A book", config=config)

    assert Book.model_validate_json(answer.text)


@pytest.mark.parametrize("version", ["v1beta", "v1", None])
def test_count_tokens(connect, version):
    client = connect(version=version)
    counted = client.models.count_tokens(model=MODEL, contents=COUNT)

    used = client.models.generate_content(model=MODEL, contents=COUNT).usage_metadata.prompt_token_count
    assert counted.total_tokens == used


@pytest.mark.parametrize("version", ["v1beta", "v1", None])
def test_models(connect, version):
    models = connect(version=version).models
    names = [model.name for model in models.list()]

    assert f"models/{MODEL}" in names
    assert models.get(model=MODEL).name == f"models/{MODEL}"


@pytest.mark.parametrize("version", ["v1beta", "v1", None])
@pytest.mark.parametrize("model", [EMBEDDING, "text-embedding-3-small"])
def test_embeddings(connect, server, http, version, model):
    """Each text has the same vector as in the OpenAI protocol."""
    config = types.EmbedContentConfig(output_dimensionality=32, task_type="RETRIEVAL_DOCUMENT", title="Cats")
    body = {"model": model, "input": TEXTS, "dimensions": 32}
    other = http.post(f"{server()}/embeddings", json=body, headers={"authorization": "Bearer sk-ok"}).json()

    answer = connect(version=version).models.embed_content(model=model, contents=TEXTS, config=config)

    assert [one.values for one in answer.embeddings] == [one["embedding"] for one in other["data"]]
    if "usage_metadata" in types.EmbedContentResponse.model_fields:  # not before version 3
        assert answer.usage_metadata.prompt_token_count == other["usage"]["prompt_tokens"]


def test_embedding_of_one_text(client):
    embeddings = client.models.embed_content(model=EMBEDDING, contents=TEXTS[0]).embeddings

    assert [len(one.values) for one in embeddings] == [3072]


def test_embedding_of_an_image_is_refused(client):
    image = types.Part.from_bytes(data=media.png(), mime_type="image/png")

    with pytest.raises(errors.ClientError, match="Only texts") as raised:
        client.models.embed_content(model=EMBEDDING, contents=[image])
    assert raised.value.status == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("key", "model", "code", "status"),
    [
        ("sk-nobody", EMBEDDING, 401, "UNAUTHENTICATED"),
        ("sk-ok", "none", 404, "NOT_FOUND"),
        ("sk-ok", MODEL, 400, "INVALID_ARGUMENT"),
        ("sk-rate-limited", EMBEDDING, 429, "RESOURCE_EXHAUSTED"),
    ],
)
def test_errors_of_embeddings_have_their_class(connect, key, model, code, status):
    with pytest.raises(errors.ClientError) as raised:
        connect(key).models.embed_content(model=model, contents=TEXTS)

    assert (raised.value.code, raised.value.status) == (code, status)


def test_image_by_address_is_counted(client):
    image = types.Part.from_uri(file_uri="https://gateway.example/logo.png", mime_type="image/png")

    with_it, without = (
        client.models.generate_content(model=MODEL, contents=contents).usage_metadata.prompt_token_count
        for contents in (["Look", image], ["Look"])
    )

    assert with_it == without + 85


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("key", "model", "error", "code", "status"),
    [
        ("sk-nobody", MODEL, errors.ClientError, 401, "UNAUTHENTICATED"),
        ("sk-restricted", MODEL, errors.ClientError, 403, "PERMISSION_DENIED"),
        ("sk-ok", "none", errors.ClientError, 404, "NOT_FOUND"),
        ("sk-rate-limited", MODEL, errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("sk-ok", "internal-error", errors.ServerError, 500, "INTERNAL"),
        ("sk-ok", "upstream-error", errors.ServerError, 502, "UNAVAILABLE"),
        ("sk-ok", "maintenance", errors.ServerError, 503, "UNAVAILABLE"),
    ],
)
def test_errors_have_their_class(connect, key, model, error, code, status, streamed):
    models = connect(key).models
    generate = models.generate_content_stream if streamed else models.generate_content
    with pytest.raises(error) as raised:
        list(generate(model=model, contents=COUNT))

    assert (raised.value.code, raised.value.status) == (code, status)
    assert raised.value.message


def test_invalid_request_names_the_field(client):
    with pytest.raises(errors.ClientError) as raised:
        client.models.generate_content(model=MODEL, contents=COUNT, config={"temperature": 9})

    assert raised.value.status == "INVALID_ARGUMENT"
    assert "generationConfig.temperature" in raised.value.message


def test_midstream_failure_is_raised(client):
    stream = client.models.generate_content_stream(model="midstream-error", contents="Count from 1 to 9")

    with pytest.raises(errors.ServerError, match="midway") as raised:
        list(stream)
    assert raised.value.code == 502


def test_same_answer_as_in_the_openai_dialect(client, chat):
    other = chat(COUNT, model=MODEL).json()

    answer = client.models.generate_content(model=MODEL, contents=COUNT)

    assert answer.text == other["choices"][0]["message"]["content"]
    assert answer.usage_metadata.prompt_token_count == other["usage"]["prompt_tokens"]
    assert answer.usage_metadata.total_token_count == other["usage"]["total_tokens"]
