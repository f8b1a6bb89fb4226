"""Every member of a message's parts, of tools and of forms is honoured, or refused by name, or has a reason.

As `test_server_fields.py` has it of the options of requests, by the same rule: one is honoured when the answer with it
is not the answer without it. What the contract documents of a part has to stand in the table.
"""

from __future__ import annotations

import base64
import io
import wave
from copy import deepcopy
from typing import Any

import httpx
import pytest

from reference_server.unbuilt import UNBUILT
from tests.test_server_fields import CONTRACT, GEMINI_SCHEMA, SCHEMA, ask

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
IMAGE, TEXT = base64.b64encode(PNG).decode(), base64.b64encode(b"Cats sleep.").decode()
CHAT, RESPONSE, MESSAGE, GEMINI = "createChatCompletion", "createResponse", "createMessage", "generateContent"
WEATHER = "What is the weather in Paris?"
CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": "{}"}}


def chat(part):
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": [part, {"type": "text", "text": "Look."}]}]}


def response(part):
    return {"model": "gpt-4o", "input": [{"role": "user", "content": [part, {"type": "input_text", "text": "Look."}]}]}


def message(*turns):
    return {"model": "claude-sonnet-4-5", "max_tokens": 2000, "messages": list(turns)}


def block(one):
    return message({"role": "user", "content": [one, {"type": "text", "text": "Look."}]})


def gemini(part):
    return {"contents": [{"role": "user", "parts": [part, {"text": "Look."}]}]}


def asking(tools, **fields):
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": WEATHER}], "tools": tools, **fields}


BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "TextPart": (CHAT, chat({"type": "text", "text": "Hello."})),
    "ImagePart": (CHAT, chat({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{IMAGE}"}})),
    "AudioPart": (CHAT, chat({"type": "input_audio", "input_audio": {"data": TEXT, "format": "wav"}})),
    "FilePart": (CHAT, chat({"type": "file", "file": {"file_data": f"data:text/plain;base64,{TEXT}"}})),
    "AssistantMessage": (
        CHAT,
        {
            "model": "gpt-4o",
            "messages": [
                {"role": "assistant", "content": None, "tool_calls": [CALL]},
                {"role": "tool", "tool_call_id": "c", "content": "42"},
            ],
        },
    ),
    "FunctionTool": (CHAT, asking([{"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}])),
    "CustomTool": (CHAT, asking([{"type": "custom", "custom": {"name": "get_weather"}}])),
    "JsonSchemaFormat": (
        CHAT,
        {
            "model": "gpt-4o",
            "messages": [{"role": "user", "content": "Look."}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "city", "schema": SCHEMA}},
        },
    ),
    "ResponseInputImage": (
        RESPONSE,
        response({"type": "input_image", "image_url": f"data:image/png;base64,{IMAGE}"}),
    ),
    "ResponseInputFile": (RESPONSE, response({"type": "input_file", "file_data": f"data:text/plain;base64,{TEXT}"})),
    "ResponseFunctionCallOutput": (
        RESPONSE,
        {
            "model": "gpt-4o",
            "input": [
                {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c", "output": "42"},
            ],
        },
    ),
    "ResponseFunctionTool": (
        RESPONSE,
        {
            "model": "gpt-4o",
            "input": WEATHER,
            "tools": [{"type": "function", "name": "get_weather", "parameters": SCHEMA}],
        },
    ),
    "AnthropicTextInput": (MESSAGE, block({"type": "text", "text": "Hello."})),
    "AnthropicImage": (
        MESSAGE,
        block({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": IMAGE}}),
    ),
    "AnthropicDocument": (
        MESSAGE,
        block({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "Cats sleep."}}),
    ),
    "AnthropicToolResult": (
        MESSAGE,
        message(
            {"role": "user", "content": "Look."},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "look", "input": {}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "42"}]},
        ),
    ),
    "AnthropicTool": (
        MESSAGE,
        message({"role": "user", "content": WEATHER}) | {"tools": [{"name": "get_weather", "input_schema": SCHEMA}]},
    ),
    "Part": (GEMINI, gemini({"text": "Hello."})),
    "InlineData": (GEMINI, gemini({"inlineData": {"mimeType": "text/plain", "data": TEXT}})),
    "FileData": (GEMINI, gemini({"fileData": {"fileUri": "https://cats.example/one.txt"}})),
    "FunctionResponse": (
        GEMINI,
        {
            "contents": [
                {"role": "model", "parts": [{"functionCall": {"name": "look", "args": {}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": "look", "response": {"result": "42"}}}]},
            ]
        },
    ),
    "FunctionDeclaration": (
        GEMINI,
        {
            "contents": [{"parts": [{"text": WEATHER}]}],
            "tools": [{"functionDeclarations": [{"name": "get_weather", "parameters": GEMINI_SCHEMA}]}],
        },
    ),
}
"""Requests that hold one part, by the part."""
PLACES = {
    CHAT: "messages.0.content.0",
    RESPONSE: "input.0.content.0",
    MESSAGE: "messages.0.content.0",
    GEMINI: "contents.0.parts.0",
    "AssistantMessage": "messages.0",
    "FunctionTool": "tools.0",
    "CustomTool": "tools.0",
    "JsonSchemaFormat": "response_format",
    "ResponseFunctionCallOutput": "input.1",
    "ResponseFunctionTool": "tools.0",
    "AnthropicToolResult": "messages.2.content.0",
    "AnthropicTool": "tools.0",
    "InlineData": "contents.0.parts.0.inlineData",
    "FileData": "contents.0.parts.0.fileData",
    "FunctionResponse": "contents.1.parts.0.functionResponse",
    "FunctionDeclaration": "tools.0.functionDeclarations.0",
}
"""Where the part stands, by the part, or by its operation."""
CACHED = {"type": "ephemeral"}
PRICED = "it changes what a request costs, and nothing is cached here"
SIZED = "an image costs the same whatever its size"
NAMED = "it names a speaker or a call, and no answer depends on it"
FITTING = "arguments and answers follow their schema anyway"
ADVICE = "it advises a model, which may do as it likes"
LIVE = "the documents say that it has a meaning in live sessions only"
FILMS = "no film is looked at"
MEMBERS: dict[str, dict[str, tuple[Any, str | None]]] = {
    "TextPart": {"text": ("Bye.", None), "prompt_cache_breakpoint": ({"mode": "explicit"}, PRICED)},
    "ImagePart": {
        "image_url.detail": ("low", SIZED),
        "image_url.url": ("https://cats.example/one.png", None),
        "prompt_cache_breakpoint": ({"mode": "explicit"}, PRICED),
    },
    "AudioPart": {"input_audio.format": ("mp3", None), "input_audio.data": ("no base64", None)},
    "FilePart": {"file.filename": ("cats.txt", None), "file.file_id": ("file-none", None)},
    "AssistantMessage": {
        "name": ("Ann", NAMED),
        "audio": ({"id": "audio_1"}, None),
        "refusal": ("No.", None),
        "content": ("Yes.", None),
        "tool_calls": (None, None),
        "function_call": ({"name": "look", "arguments": "{}"}, None),
    },
    "FunctionTool": {"function.description": ("Rain or sun", None), "function.strict": (True, FITTING)},
    "CustomTool": {
        "custom.description": ("Rain or sun", None),
        "custom.format": ({"type": "grammar", "grammar": {"syntax": "regex", "definition": "[0-9]"}}, None),
    },
    "JsonSchemaFormat": {
        "json_schema.description": ("A city", ADVICE),
        "json_schema.strict": (True, FITTING),
        "json_schema.schema": ({"type": "object"}, None),
    },
    "ResponseInputImage": {"detail": ("low", SIZED), "file_id": ("file-none", None), "image_url": ("no", None)},
    "ResponseInputFile": {
        "filename": ("cats.txt", None),
        "file_id": ("file-none", None),
        "file_data": ("no base64", None),
        "file_url": ("https://cats.example/one.pdf", None),
        "detail": ("low", SIZED),
    },
    "ResponseFunctionCallOutput": {"id": ("fco_1", NAMED), "status": ("completed", NAMED), "output": ("43", None)},
    "ResponseFunctionTool": {
        "description": ("Rain or sun", None),
        "parameters": ({"type": "object"}, None),
        "strict": (True, None),
        "defer_loading": (True, None),
        "allowed_callers": (["programmatic"], None),
        "async": (True, None),
    },
    "AnthropicTextInput": {"cache_control": (CACHED, PRICED), "citations": ([], "they are earlier answers' own")},
    "AnthropicImage": {"cache_control": (CACHED, PRICED), "transformations": ([{"type": "crop"}], None)},
    "AnthropicDocument": {
        "cache_control": (CACHED, PRICED),
        "citations": ({"enabled": True}, None),
        "context": ("From a book.", None),
        "title": ("Cats", None),
    },
    "AnthropicToolResult": {"cache_control": (CACHED, PRICED), "is_error": (True, None), "content": ("43", None)},
    "AnthropicTool": {
        "cache_control": (CACHED, PRICED),
        "description": ("Rain or sun", None),
        "type": ("web_search_20250305", None),
        "strict": (True, FITTING),
        "input_examples": ([{"city": "Rome"}], ADVICE),
        "eager_input_streaming": (True, "it changes only how soon arguments come"),
        "defer_loading": (True, None),
        "allowed_callers": (["code_execution_20250825"], None),
    },
    "Part": {
        "text": ("Bye.", None),
        "thought": (True, None),
        "thoughtSignature": ("eA==", "no thought has to be proved"),
        "videoMetadata": ({"startOffset": "1s"}, FILMS),
        "mediaResolution": ({"level": "MEDIA_RESOLUTION_LOW"}, SIZED),
        "inlineData": ({"mimeType": "text/plain", "data": TEXT}, None),
        "fileData": ({"fileUri": "files/none"}, None),
        "functionCall": ({"name": "look"}, None),
        "functionResponse": ({"name": "look", "response": {}}, None),
        "executableCode": ({"language": "PYTHON", "code": "1"}, None),
        "codeExecutionResult": ({"outcome": "OUTCOME_OK"}, None),
    },
    "InlineData": {"displayName": ("cats.txt", None), "mimeType": ("audio/wav", None)},
    "FileData": {"displayName": ("cats.txt", None), "mimeType": ("image/png", None)},
    "FunctionResponse": {
        "id": ("unknown", None),
        "willContinue": (True, LIVE),
        "scheduling": ("SILENT", LIVE),
        "parts": ([{"inlineData": {"mimeType": "image/png", "data": IMAGE}}], None),
    },
    "FunctionDeclaration": {
        "description": ("Rain or sun", None),
        "parameters": ({"type": "OBJECT"}, None),
        "parametersJsonSchema": (SCHEMA, None),
        "behavior": ("NON_BLOCKING", LIVE),
        "response": ({"type": "STRING"}, ADVICE),
        "responseJsonSchema": ({"type": "string"}, ADVICE),
    },
}
"""The members of each part: a value that shows what it does, and why it does nothing, where it does nothing."""
ROWS = [(part, path, *member) for part, members in MEMBERS.items() for path, member in members.items()]


def put(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The body with a value at a path, in which a number is a place in a list."""
    body = deepcopy(body)
    *steps, last = path.split(".")
    place: Any = body
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    place[last] = value
    return body


@pytest.mark.parametrize(("part", "path", "value", "reason"), ROWS, ids=[f"{row[0]}-{row[1]}" for row in ROWS])
def test_member_is_honoured_or_refused(part, path, value, reason):
    operation, body = BODIES[part]
    place = PLACES.get(part) or PLACES[operation]

    plain, reply = ask(operation, body), ask(operation, put(body, f"{place}.{path}", value))

    assert plain.status == 200, plain.encoded()
    assert reply.status in (200, 400)
    assert (reply.encoded() == plain.encoded()) == bool(reason)


@pytest.mark.parametrize("part", [part for part in MEMBERS if part in CONTRACT.document["components"]["schemas"]])
def test_no_documented_member_is_left_out(part):
    schema = CONTRACT.document["components"]["schemas"][part]
    optional = set(schema["properties"]) - set(schema.get("required", ()))

    assert optional <= {path.partition(".")[0] for path in MEMBERS[part]}


def sound() -> bytes:
    """A tenth of a second of silence, as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1), written.setsampwidth(2), written.setframerate(16_000)
        written.writeframes(bytes(3200))
    return file.getvalue()


FORMS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "createTranscription": ({"model": "whisper-1", "response_format": "verbose_json"}, {"file": ("a.wav", sound())}),
    "createTranslation": ({"model": "whisper-1"}, {"file": ("a.wav", sound())}),
    "createImageEdit": (
        {"prompt": "a cat", "model": "gpt-image-2", "size": "16x16"},
        {"image": ("a.png", PNG, "image/png")},
    ),
    "uploadFile": ({"purpose": "user_data"}, {"file": ("a.txt", b"Cats sleep.", "text/plain")}),
}
SAMPLING = "the model says the same again and again"
STORED = "answers say nothing of it"
FIELDS: dict[str, dict[str, tuple[Any, str | None]]] = {
    "createTranscription": {
        "language": ("fr", None),
        "prompt": ("Cats", ADVICE),
        "response_format": ("srt", None),
        "temperature": ("0.5", None),
        "timestamp_granularities[]": ("word", None),
        "stream": ("true", None),
        "include[]": ("logprobs", None),
        "chunking_strategy": ("auto", ADVICE),
        "known_speaker_names[]": ("Ann", None),
        "known_speaker_references[]": ("data:audio/wav;base64,AAAA", None),
        "keywords[]": ("Cats", ADVICE),
        "languages[]": ("fr", ADVICE),
    },
    "createTranslation": {
        "prompt": ("Cats", ADVICE),
        "response_format": ("verbose_json", None),
        "temperature": ("0.5", SAMPLING),
    },
    "createImageEdit": {
        "n": ("2", None),
        "size": ("32x16", None),
        "quality": ("high", None),
        "response_format": ("url", None),
        "output_format": ("webp", None),
        "output_compression": ("50", STORED),
        "background": ("transparent", None),
        "input_fidelity": ("high", ADVICE),
        "moderation": ("low", STORED),
        "user": ("ann", STORED),
        "model": ("gpt-4o", None),
        "stream": ("true", None),
        "partial_images": ("2", None),
        "frame_count": ("2", None),
        "frame_duration_ms": ("100", None),
        "svg": ("{}", None),
        "markup": ("none", None),
    },
    "uploadFile": {"expires_after[seconds]": ("3600", None), "expires_after[anchor]": ("noon", None)},
}
"""The fields of each form, as the members of parts."""
FORM_ROWS = [(name, field, *row) for name, fields in FIELDS.items() for field, row in fields.items()]


def send(operation: str, data: dict[str, Any], files: dict[str, Any]) -> Any:
    request = httpx.Request(
        "POST", "http://localhost/", data=data, files=files, headers={"content-type": "multipart/form-data; boundary=b"}
    )
    return ask(operation, request.read(), media_type=request.headers["content-type"])


@pytest.mark.parametrize(
    ("operation", "field", "value", "reason"), FORM_ROWS, ids=[f"{row[0]}-{row[1]}" for row in FORM_ROWS]
)
def test_field_of_a_form_is_honoured_or_refused(operation, field, value, reason):
    data, files = FORMS[operation]

    plain, reply = send(operation, data, files), send(operation, {**data, field: value}, files)

    assert plain.status == 200, plain.encoded()
    assert reply.status in (200, 400)
    if reply.status == 400:
        assert field.removesuffix("[]").partition("[")[0] in reply.encoded().decode()
    assert (reply.encoded() == plain.encoded()) == bool(reason)


def test_mask_of_an_edit_is_seen():
    data, files = FORMS["createImageEdit"]

    masked = send("createImageEdit", data, {**files, "mask": ("m.png", PNG, "image/png")})

    assert masked.encoded() != send("createImageEdit", data, files).encoded()


@pytest.mark.parametrize("operation", FORMS)
def test_no_documented_field_of_a_form_is_left_out(operation):
    known = {field.partition("[")[0] for field in FIELDS[operation]} | {"mask"}
    documented = CONTRACT.operations[operation].request_fields("multipart/form-data")

    assert set(documented) - {*FORMS[operation][0], *FORMS[operation][1]} <= known
    assert {row.first for row in UNBUILT.get(operation, ())} <= known
