"""What the reference server does not have is refused by name: nothing is silently ignored."""

from __future__ import annotations

import json

import pytest

import gateway_contract
from reference_server import fixtures
from reference_server.service import Service
from reference_server.state.store import Store
from reference_server.wire.call import Call

USER = [{"role": "user", "content": "Hello"}]
CHAT = ("/chat/completions", {"model": "gpt-5.5", "messages": USER})
RESPONSE = ("/responses", {"model": "gpt-5.5", "input": "Hello"})
IMAGE = ("/images/generations", {"model": "gpt-image-2", "prompt": "a cat", "size": "16x16"})
SPEECH = ("/audio/speech", {"model": "tts-1", "input": "Hello", "voice": "alloy"})
PAPER = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Cats sleep."}}
AUTHORIZED = {"authorization": "Bearer sk-ok"}


@pytest.fixture
def post(server, http):
    """`post("/responses", body)`: the response to one request; with `strict`, of a server that is."""

    def send(path, body):
        return http.post(f"{server()}{path}", json=body, headers=AUTHORIZED)

    return send


@pytest.mark.parametrize(
    ("request_", "fields", "param"),
    [
        (CHAT, {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}, "modalities"),
        (CHAT, {"web_search_options": {}}, "web_search_options"),
        (CHAT, {"functions": [{"name": "ping"}]}, "functions"),
        (CHAT, {"audio": {"voice": "alloy", "format": "wav"}}, "audio"),
        (RESPONSE, {"background": True}, "background"),
        (RESPONSE, {"top_logprobs": "many"}, "top_logprobs"),
        (RESPONSE, {"conversation": "conv_1"}, "conversation"),
        (RESPONSE, {"tools": [{"type": "web_search"}]}, "tools[0].type"),
        (IMAGE, {"stream": True}, "stream"),
        (IMAGE, {"partial_images": 2}, "partial_images"),
        (SPEECH, {"stream_format": "sse"}, "stream_format"),
        (CHAT, {"model": "gpt-image-1"}, "model"),
        (RESPONSE, {"model": "text-embedding-3-small"}, "model"),
    ],
)
def test_what_is_not_built_is_refused_by_name(post, request_, fields, param):
    path, body = request_

    refused = post(path, {**body, **fields})

    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == param


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (CHAT, {"modalities": ["text"], "prompt_cache_key": "k", "functions": None, "unheard_of": 1}),
        (RESPONSE, {"background": False, "reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"]}),
        (IMAGE, {"stream": False, "partial_images": 0}),
        (SPEECH, {"stream_format": "audio"}),
    ],
)
def test_what_may_be_ignored_is(post, request_, fields):
    path, body = request_

    assert post(path, {**body, **fields}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "note"),
    [
        ("GET", "/v1/batches/batch_1", " /batches of this API is not built here."),
        ("GET", "/v1/fine_tuning/jobs", "/fine_tuning of"),
        ("GET", "/v1/images/variations", "/variations of"),
        ("POST", "/v1/skills", "/skills of"),
        ("POST", "/v1/responses/compact", "/compact of"),
        ("GET", "/v1/organization/usage/images", "/organization of"),
        ("GET", "/v1/chat/completions", "Stored chat completions of this API are not built here."),
        ("DELETE", "/v1/chat/completions/one", "Stored chat completions"),
        ("GET", "/v1/chat/completions/one/messages", "Stored chat completions"),
        ("DELETE", "/v1/models/gpt-5.5", "The deletion of models is not built here."),
        ("GET", "/anthropic/v1/messages/batches", "/batches of"),
        ("POST", "/anthropic/v1/agents", "/agents of"),
        ("GET", "/gemini/v1beta/tunedModels", "/tunedModels of"),
        ("POST", "/gemini/v1beta/models/imagen-4:predict", "/predict of"),
        ("GET", "/v1/nowhere", ""),
        ("PATCH", "/v1/chat/completions", ""),
        ("DELETE", "/v1/models", ""),
    ],
)
def test_what_is_left_out_says_so(server, http, method, path, note):
    headers = {**AUTHORIZED, "x-api-key": "sk-ok", "x-goog-api-key": "sk-ok"}
    refused = http.request(method, server().removesuffix("/v1") + path, headers=headers)

    message = refused.json()["error"]["message"]
    assert refused.status_code in (404, 405)
    assert note in message
    assert ("not built" in message) == bool(note)


def test_what_a_gateway_has_is_not_left_out(server, http):
    refused = http.patch(f"{server('infery')}/videos", headers=AUTHORIZED)

    assert "not built" not in refused.json()["error"]["message"]


def test_transcription_is_not_streamed(server, http, post):
    sound = post(*SPEECH).content

    refused = http.post(
        f"{server()}/audio/transcriptions",
        data={"model": "gpt-4o-transcribe", "stream": "true"},
        files={"file": ("speech.mp3", sound, "audio/mpeg")},
        headers=AUTHORIZED,
    )

    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "stream")


@pytest.mark.parametrize(
    "fields",
    [
        {"mcp_servers": [{"type": "url", "url": "https://mcp.example", "name": "m"}]},
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"output_format": {"type": "yaml"}},
        {"messages": [{"role": "user", "content": [{**PAPER, "citations": {"enabled": True}}]}]},
        {"model": "text-embedding-3-small"},
    ],
)
def test_anthropic_refuses_as_well(message, fields):
    refused = message(**fields)

    assert refused.status_code == 400
    assert any(name in refused.json()["error"]["message"] for name in (*fields, "model"))


def test_document_without_citations_is_read(message):
    content = [{**PAPER, "citations": {"enabled": False}, "context": "From a book."}]

    answer = message(messages=[{"role": "user", "content": content}]).json()

    assert "From a book.\nCats sleep." in answer["content"][0]["text"]


def test_anthropic_beta_of_structured_output(message):
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}

    answer = message(output_format={"type": "json_schema", "schema": schema}).json()

    assert json.loads(answer["content"][0]["text"]).keys() == {"city"}


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}}, "generationConfig.responseModalities"),
        ({"generation_config": {"response_modalities": ["AUDIO"]}}, "generationConfig.responseModalities"),
        ({"generationConfig": {"speechConfig": {"voiceConfig": {}}}}, "generationConfig.speechConfig"),
        ({"tools": [{"googleSearch": {}}]}, "tools[0].googleSearch"),
        ({"tools": [{"functionDeclarations": []}, {"codeExecution": {}}]}, "tools[1].codeExecution"),
        ({"tools": [{"functionDeclarations": None, "enterpriseWebSearch": {}}]}, "tools[0]"),
        ({"cachedContent": "cachedContents/nothing"}, "cachedContent"),
        ({"contents": [{"parts": [{"fileData": {"fileUri": "https://g.example/v1beta/files/nothing"}}]}]}, "fileUri"),
    ],
)
@pytest.mark.parametrize("method", ["generateContent", "streamGenerateContent?alt=sse"])
def test_gemini_refuses_as_well(server, http, method, fields, param):
    root = server().removesuffix("/v1")
    body = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], **fields}

    refused = http.post(
        f"{root}/gemini/v1beta/models/gemini-2.5-flash:{method}", json=body, headers={"x-goog-api-key": "sk-ok"}
    )

    assert refused.status_code == 400
    assert param in refused.text


@pytest.mark.parametrize("model", ["gemini-2.5-flash-image", "gemini-embedding-001"])
def test_gemini_models_of_another_kind_generate_no_words(server, http, model):
    root = server().removesuffix("/v1")
    body = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}

    refused = http.post(
        f"{root}/gemini/v1beta/models/{model}:generateContent", json=body, headers={"x-goog-api-key": "sk-ok"}
    )

    assert refused.status_code == 400


@pytest.mark.parametrize("request_", [CHAT, RESPONSE, IMAGE, SPEECH])
def test_unknown_parameter_is_refused_by_a_strict_server(request_):
    path, body = request_
    service = Service(gateway_contract.load(), fixtures.load(), Store(), strict=True)

    def answer(**fields):
        headers = {"authorization": "Bearer sk-ok", "content-type": "application/json", "host": "localhost"}
        raw = json.dumps({**body, **fields}).encode()
        return service.respond(Call(service.store.ids(), "POST", path, headers, raw, service.contract))

    assert answer().status == 200
    assert answer(unheard_of=1).body["error"] | {"message": ""} == {
        "message": "", "type": "invalid_request_error", "param": "unheard_of", "code": "unknown_parameter"
    }  # fmt: skip


def test_gateway_to_the_letter_is_strict(chat):
    assert chat(gateway="strict-openai", prompt_cache_key="k").status_code == 200
    assert chat(gateway="strict-openai", unheard_of=1).json()["error"]["code"] == "unknown_parameter"
