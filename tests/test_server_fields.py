"""Every option of every request is honoured, or refused by name. What has no effect is listed, with the reason.

The options come from the contract. One is honoured when the answer with it is not the answer without it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

import gateway_contract
from reference_server import fixtures
from reference_server.model.instance import instance
from reference_server.service import Service
from reference_server.state.frozen import FrozenClock, SeededIds
from reference_server.state.store import Store
from reference_server.unbuilt import IGNORED, UNBUILT
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

CONTRACT = gateway_contract.load()
TURNS = [{"role": "user", "content": "Count from 1 to 9, please, for the weather."}]
CONTENTS = [{"role": "user", "parts": [{"text": TURNS[0]["content"]}]}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
GEMINI_SCHEMA = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}
TOOLS = {
    "createChatCompletion": [{"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}],
    "createResponse": [{"type": "function", "name": "get_weather", "parameters": SCHEMA}],
    "createMessage": [{"name": "get_weather", "input_schema": SCHEMA}],
    "generateContent": [{"functionDeclarations": [{"name": "get_weather", "parameters": GEMINI_SCHEMA}]}],
}
BODIES: dict[str, dict[str, Any]] = {
    "createChatCompletion": {"model": "gpt-4o", "messages": TURNS},
    "createCompletion": {"model": "gpt-3.5-turbo-instruct", "prompt": TURNS[0]["content"]},
    "createResponse": {"model": "gpt-4o", "input": TURNS[0]["content"]},
    "createEmbedding": {"model": "text-embedding-3-small", "input": "Hello"},
    "createModeration": {"input": "Hello"},
    "createImage": {"model": "gpt-image-2", "prompt": "a cat", "size": "16x16"},
    "createSpeech": {"model": "tts-1", "input": "Hello", "voice": "alloy"},
    "createMessage": {"model": "claude-sonnet-4-5", "max_tokens": 2000, "messages": TURNS},
    "countMessageTokens": {"model": "claude-sonnet-4-5", "messages": TURNS},
    "generateContent": {"contents": CONTENTS},
    "embedContent": {"content": CONTENTS[0]},
}
MODELS = {"generateContent": "gemini-2.5-flash", "embedContent": "gemini-embedding-001"}
"""Models that are named in the path."""
TWO_PLACES = "What is the weather in Paris and Rome?"
BESIDE: dict[str, dict[str, Any]] = {
    "createChatCompletion.top_logprobs": {"logprobs": True},
    "createChatCompletion.stream_options": {"stream": True},
    "createCompletion.stream_options": {"stream": True},
    **{f"{name}.tool_choice": {"tools": TOOLS[name]} for name in TOOLS if name != "generateContent"},
    "createChatCompletion.parallel_tool_calls": {
        "tools": TOOLS["createChatCompletion"],
        "messages": [{"role": "user", "content": TWO_PLACES}],
    },
    "createResponse.parallel_tool_calls": {"tools": TOOLS["createResponse"], "input": TWO_PLACES},
    "generateContent.toolConfig": {"tools": TOOLS["generateContent"]},
    "generateContent.generationConfig.logprobs": {"generationConfig": {"responseLogprobs": True}},
    "generateContent.generationConfig.responseSchema": {"generationConfig": {"responseMimeType": "application/json"}},
    "generateContent.generationConfig.responseJsonSchema": {
        "generationConfig": {"responseMimeType": "application/json"}
    },
}
"""What an option needs beside it, so that it means something."""
VALUES: dict[str, Any] = {
    "n": 2,
    "best_of": 2,
    "stop": "4",
    "stop_sequences": ["4"],
    "encoding_format": "base64",
    "store": False,
    "quality": "high",
    "output_format": "jpeg",
    "speed": 2,
    "metadata": {"a": "b"},
    "top_logprobs": 2,
    "parallel_tool_calls": False,
    "tool_choice": "none",
    "modalities": ["text", "audio"],
    "include_usage": True,
    "candidateCount": 2,
    "stopSequences": ["4"],
    "mode": "NONE",
    "logprobs": 3,
    "responseMimeType": "application/json",
    "thinkingConfig": {"includeThoughts": True},
    "responseModalities": ["AUDIO"],
    "speechConfig": {"voiceConfig": {}},
    "allowedFunctionNames": ["unknown"],
    "createChatCompletion.logprobs": True,
    "createChatCompletion.response_format": {"type": "json_object"},
    "createImage.response_format": "url",
    "createSpeech.response_format": "wav",
    "createMessage.tool_choice": {"type": "none"},
    "countMessageTokens.tool_choice": {"type": "none"},
    "generateContent.tools": TOOLS["generateContent"],
    "generateContent.toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
    "generateContent.toolConfig.functionCallingConfig": {"mode": "NONE"},
    "contents": [{"parts": [{"text": "Hello"}]}],
    "content": {"parts": [{"text": "Hello"}]},
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "createModeration.input": "I want to kill them.",
}
"""Values that show what an option does, by its name, or by operation and path, where the first that fits does not."""
SAMPLING = "the model says the same again and again"
GUIDES = "it advises a model, which may do as it likes"
NOTED = "it is kept with the request, which nobody can read here"
UNSEEN = "it changes time, price or storage, and answers say nothing of them"
COUNTING = "counting does not answer"
WITHOUT_EFFECT: dict[str, str] = {
    **dict.fromkeys(("countMessageTokens.thinking", "countMessageTokens.output_config"), COUNTING),
    **dict.fromkeys(("countMessageTokens.output_config.format", "countMessageTokens.stop_sequences"), COUNTING),
    "countMessageTokens.tool_choice": COUNTING,
    **dict.fromkeys(("temperature", "top_p", "top_k", "topP", "topK", "seed", "logit_bias"), SAMPLING),
    **dict.fromkeys(("frequency_penalty", "presence_penalty", "frequencyPenalty", "presencePenalty"), SAMPLING),
    "embedContent.model": "the path names the model",
    **dict.fromkeys(("reasoning_effort", "verbosity", "output_config.effort", "instructions", "style"), GUIDES),
    **dict.fromkeys(("voice", "taskType", "title", "mediaResolution"), GUIDES),
    **dict.fromkeys(("user", "metadata", "metadata.user_id", "store"), NOTED),
    **dict.fromkeys(("prediction", "include_obfuscation", "cache_control", "service_tier"), UNSEEN),
    **dict.fromkeys(("output_compression", "autoTruncate", "safetySettings", "retrievalConfig", "moderation"), UNSEEN),
}


def options() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each option of a request: the operation, the path of the option, and its schema."""
    for name in BODIES:
        yield from ((name, path, schema) for path, schema in _members(CONTRACT.operations[name].request_schema(), ""))


def _members(schema: dict[str, Any], at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in [schema, *map(_resolved, schema.get("allOf", ()))]:
        for name, one in part.get("properties", {}).items():
            member = _resolved(one)
            yield at + name, member
            if "object" in member.get("type", ()) and not member.get("required"):
                yield from _members(member, f"{at}{name}.") if name not in ("responseSchema",) else ()


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = CONTRACT.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def ask(name: str, body: dict[str, Any] | bytes, strict: bool = False, media_type: str = "application/json") -> Reply:
    """The reply of a new server, whose clock stands still and whose ids are the same each time."""
    service = Service(CONTRACT, fixtures.load(), Store(FrozenClock(), SeededIds(0)), strict)
    operation = CONTRACT.operations[name]
    keys = dict.fromkeys(("x-api-key", "x-goog-api-key"), "sk-ok") | {"authorization": "Bearer sk-ok"}
    headers = {**keys, "anthropic-version": "2023-06-01", "content-type": media_type, "host": "localhost"}
    path = operation.path.replace("{model}", MODELS.get(name, ""))
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return service.respond(Call(service.store.ids(), "POST", path, headers, raw, CONTRACT, operation.protocol))


def put(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with a value at a path."""
    body = deepcopy(body)
    *steps, last = path.split(".")
    place = body
    for step in steps:
        place = place.setdefault(step, {})
    place[last] = value
    return body


def value_of(name: str, path: str, schema: dict[str, Any]) -> Any:
    """A value that shows what the option does."""
    listed = next((one for one in (f"{name}.{path}", path, path.rpartition(".")[2]) if one in VALUES), None)
    return VALUES[listed] if listed else instance({**schema, "components": CONTRACT.document["components"]})


def beside(name: str, path: str) -> dict[str, Any]:
    """The body of a request in which the option means something."""
    needed = next((more for place, more in BESIDE.items() if f"{name}.{path}".startswith(place)), {})
    return {**BODIES[name], **needed}


def reason_of(name: str, path: str) -> str | None:
    """Why an option has no effect, where that is known."""
    places = (f"{name}.{path}", path, path.rpartition(".")[2])
    return next((WITHOUT_EFFECT[one] for one in places if one in WITHOUT_EFFECT), None)


@pytest.mark.parametrize(("name", "path", "schema"), [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in options()])
def test_option_is_honoured_or_refused(name, path, schema):
    body, value = beside(name, path), value_of(name, path, schema)
    plain, reply = ask(name, body), ask(name, put(body, path, value))

    assert plain.status == 200
    assert reply.status in (200, 400, 404)
    if reply.status != 200:
        assert path.rpartition(".")[2] in reply.encoded().decode()
    elif reply.encoded() == plain.encoded():
        assert reason_of(name, path), f"{path} of {name} is silently ignored"


@pytest.mark.parametrize(
    ("name", "row"),
    [pytest.param(name, row, id=f"{name}-{row.path}") for name in BODIES for row in UNBUILT.get(name, ())],
)
def test_what_is_not_built_is_refused(name, row):
    value = next(one for one in (True, "sample", ["sample"], {"a": 1}) if row.asks(one))
    for step in reversed(row.path.split(".")):
        value = {step.removesuffix("[]"): [value] if step.endswith("[]") else value}

    refused = ask(name, {**BODIES[name], **value})

    assert refused.status == 400
    assert row.path.rpartition(".")[2].removesuffix("[]") in refused.encoded().decode()


@pytest.mark.parametrize(("name", "path"), [(name, path) for name in BODIES for path in IGNORED.get(name, ())])
def test_what_may_be_ignored_is_taken(name, path):
    assert ask(name, {**BODIES[name], path: None}).status == 200


def test_no_reason_is_left_over():
    known = {place for name, path, _ in options() for place in (f"{name}.{path}", path, path.rpartition(".")[2])}

    assert set(WITHOUT_EFFECT) <= known
    assert {one for one in VALUES if "." in one} | set(BESIDE) <= known


@pytest.mark.parametrize("name", BODIES)
def test_strict_server_takes_what_is_documented(name):
    assert ask(name, BODIES[name], strict=True).status == 200
