"""Models and keys by name: listed ones, families of names, and names that the caller gives."""

from __future__ import annotations

import pytest

from conformance.words import ids
from reference_server import fixtures
from reference_server.errors import UnknownName

KNOWN = fixtures.load()
POPULAR = {
    "echo": """
        gpt-4 gpt-4-0613 gpt-4-1106-preview gpt-4-turbo-2024-04-09 gpt-4-32k gpt-4.1-nano gpt-4.1-2025-04-14
        gpt-4o-2024-08-06 gpt-4o-audio-preview-2025-06-03 gpt-4o-mini-search-preview chatgpt-4o-latest gpt-5
        gpt-5-nano gpt-5.1-codex-max gpt-5.2-pro-2025-12-11 gpt-5.4-nano gpt-5.6-terra gpt-6-astra gpt-6.1-sol
        gpt-oss-120b gpt-audio-mini-2025-12-15 gpt-daybreak-red-latest gpt-rosalind-research computer-use-preview
        o1 o1-preview-2024-09-12 o3 o3-deep-research o4-mini
        o4-mini-2025-04-16 codex-mini-latest openai/gpt-5 azure/gpt-4o gemini-1.5-pro gemini-2.0-flash-001
        gemini-2.5-flash-lite-preview-09-2025 gemini-2.5-pro-exp-03-25 gemini-3-pro-preview gemini-flash-latest
        google/gemini-2.5-flash models/gemini-2.5-flash mistral-large-2411 mistral-small-latest grok-4-fast
        meta-llama/Llama-3.3-70B-Instruct llama3.1:8b llama-3.3-70b-versatile qwen2.5-coder:7b gemma-3-27b-it
        command-r-plus""",
    "no-audio": """
        claude-3-5-sonnet-20241022 claude-3-haiku-20240307 claude-3-7-sonnet-latest claude-2.1
        claude-instant-1.2 claude-opus-4-20250514 claude-opus-4-1 claude-haiku-4-5-20251001 claude-sonnet-4.5
        claude-opus-5 claude-fable-5-2 claude-mythos-preview anthropic/claude-opus-4-8""",
    "text-only": """
        gpt-3.5-turbo gpt-3.5-turbo-0125 gpt-3.5-turbo-16k deepseek-reasoner deepseek-v3 deepseek/deepseek-chat""",
    "embedding-1536": "voyage-3 voyage-3.5-lite mistral-embed embed-english-v3",
    "embedding-3072": "gemini-embedding-2 gemini-embedding-exp-03-07 openai/text-embedding-3-large",
    "embedding-768": "text-embedding-004 text-multilingual-embedding-002 nomic-embed-text embeddinggemma",
    "embedding-1536-fixed": "text-embedding-ada-002",
    "image": "gpt-image-2 imagen-4.0-generate gemini-2.5-flash-image",
    "image-three-sizes": "gpt-image-1 gpt-image-1-mini gpt-image-1.5 openai/gpt-image-1",
    "image-squares": "dall-e-2",
    "image-wide": "dall-e-3",
    "speech": "tts-1-hd tts-1-1106 gpt-4o-mini-tts-2025-12-15 gemini-2.5-flash-preview-tts",
    "transcription": "whisper-1 whisper-large-v3-turbo gpt-transcribe gpt-4o-mini-transcribe gpt-4o-transcribe-diarize",
    "film": "sora-2-pro veo-3.1-fast-generate-preview",
}
NAMES = [(name, model) for model, names in POPULAR.items() for name in names.split()]


@pytest.mark.parametrize(("name", "model"), NAMES)
def test_popular_name_stands_for_a_model_of_its_kind(name, model):
    assert KNOWN.model(name) is KNOWN.models[model]


@pytest.mark.parametrize("name", [*(name for name, _ in NAMES), *KNOWN.names])
def test_name_with_other_last_characters_is_unknown(name):
    """As a client, or the suite, makes up a name that nobody has."""
    assert KNOWN.model(ids.like(name)) is None


@pytest.mark.parametrize("name", ["", "no-such-model-anywhere", "gpt", "gpt-22", "o", "nobody/gpt-4o", "a" * 10_000])
def test_other_names_are_unknown(name):
    assert KNOWN.model(name) is None


def test_model_of_a_family_answers_without_being_listed(server, http, chat):
    response = chat(model="gpt-4.1-nano-2025-04-14")

    listed = http.get(f"{server()}/models", headers={"authorization": "Bearer sk-ok"}).json()["data"]
    assert response.json()["model"] == "gpt-4.1-nano-2025-04-14"
    assert response.json()["model"] not in [model["id"] for model in listed]


@pytest.mark.parametrize(("name", "size"), [("text-embedding-3-small", 1536), ("text-embedding-3-large", 3072)])
def test_embedding_has_the_size_of_its_namesake(server, http, name, size):
    def vectors(**fields):
        body = {"model": name, "input": "Hello", **fields}
        return http.post(f"{server()}/embeddings", json=body, headers={"authorization": "Bearer sk-ok"})

    assert len(vectors().json()["data"][0]["embedding"]) == size
    assert len(vectors(dimensions=size - 1).json()["data"][0]["embedding"]) == size - 1
    assert vectors(dimensions=size + 1).json()["error"]["param"] == "dimensions"


def test_caller_names_models_and_keys():
    known = KNOWN.with_names({"mine": "slow", "gpt-4o": "maintenance", "new": "gpt-5"}, {"k": "expired"}, False, False)

    assert known.model("mine") is KNOWN.models["slow"]
    assert known.model("gpt-4o") is KNOWN.models["maintenance"]
    assert known.model("new") is KNOWN.models["echo"]
    assert known.key("k").refused == "expired_credential"
    assert known.key("k").token == "k"
    assert KNOWN.model("mine") is None


@pytest.mark.parametrize(
    ("models", "keys", "hint"),
    [({"mine": "sloww"}, {}, "did you mean 'slow'?"), ({}, {"k": "limitless"}, "--list")],
)
def test_unknown_behaviour_or_state_has_a_hint(models, keys, hint):
    with pytest.raises(UnknownName) as raised:
        KNOWN.with_names(models, keys, False, False)

    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("name", "model"), [("zzz", "echo"), ("my-embedder", "embedding-1536"), ("acme-tts", "speech"), ("slow", "slow")]
)
def test_any_model_is_known(name, model):
    assert KNOWN.with_names({}, {}, True, False).model(name) is KNOWN.models[model]


def test_any_key_works_and_known_ones_keep_their_state():
    known = KNOWN.with_names({}, {}, False, True)

    assert known.key("anything").refused is None
    assert known.key("anything").account != known.key("something").account
    assert known.key("sk-expired").refused == "expired_credential"
    assert known.key("") is None
