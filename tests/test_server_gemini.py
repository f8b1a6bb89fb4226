"""The reference server speaks the Gemini protocol: requests, answers, streams, errors, credentials."""

from __future__ import annotations

import base64
import json

import pytest

import gateway_contract
from conformance.words.samples import media
from reference_server import fixtures

MODEL = "google/gemini-3-flash-preview"
OWN = {"x-goog-api-key": "sk-ok"}
HELLO = {"contents": [{"parts": [{"text": "Hello there"}]}]}
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CAPITALS = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}, "required": ["city"]}
WEATHER = "What is the weather in Paris?"


@pytest.fixture
def post(server, http):
    """`post(body, method, model, ...)`: the response to one request."""

    def send(
        body, method="generateContent", model=MODEL, *, gateway=None, headers=OWN, version="v1beta", query="", raw=None
    ):
        base = server(gateway).removesuffix("/v1") + ("" if gateway == "foxapi" else "/gemini")
        content = json.dumps(body).encode() if raw is None else raw
        return http.post(
            f"{base}/{version}/models/{model}:{method}{query}",
            content=content,
            headers={"content-type": "application/json", **headers},
        )

    return send


def turn(text, role="user"):
    return {"role": role, "parts": [{"text": text}]}


def spoken(response):
    return response.json()["candidates"][0]["content"]["parts"][0]["text"]


def tools(**function):
    return [{"functionDeclarations": [{"name": "get_weather", **function}]}]


@pytest.mark.parametrize("model", ["echo", MODEL, MODEL.replace("/", "%2F")])
@pytest.mark.parametrize("version", ["v1beta", "v1"])
def test_answer(post, model, version):
    response = post(HELLO, model=model, version=version)

    body = response.json()
    assert response.status_code == 200
    assert gateway_contract.load().operations["generateContent"].response_problem(200, body) is None
    assert body["candidates"][0]["content"] == {"role": "model", "parts": [{"text": "You said: Hello there"}]}
    assert body["modelVersion"] == model.replace("%2F", "/")


@pytest.mark.parametrize(
    ("gateway", "headers"),
    [
        (None, OWN),
        (None, {"authorization": "Bearer sk-ok"}),
        (None, {**OWN, "authorization": "Bearer sk-nobody"}),
        ("ofox", OWN),
        ("foxapi", {"authorization": "Bearer sk-ok"}),
    ],
)
def test_documented_credentials_open(post, gateway, headers):
    assert post(HELLO, gateway=gateway, headers=headers).status_code == 200


def test_key_in_the_query_opens(post):
    assert post(HELLO, headers={}, query="?key=sk-ok").status_code == 200
    assert post(HELLO, "streamGenerateContent", headers={}, query="?alt=sse&key=sk-ok").status_code == 200
    assert post(HELLO, headers={"x-goog-api-key": "sk-nobody"}, query="?key=sk-ok").status_code == 401


def test_query_of_another_protocol_carries_no_key(server, http):
    body = {"model": "echo", "messages": [{"role": "user", "content": "Hello"}]}

    assert http.post(f"{server()}/chat/completions?key=sk-ok", json=body).status_code == 401


@pytest.mark.parametrize(("gateway", "name"), [("ofox", "countTokens"), ("foxapi", "countTokens")])
def test_undocumented_methods_are_not_there(post, gateway, name):
    headers = OWN if gateway == "ofox" else {"authorization": "Bearer sk-ok"}

    assert post(HELLO, name, gateway=gateway, headers=headers).status_code == 404


def test_events(post, events):
    response = post(HELLO, "streamGenerateContent", query="?alt=sse")

    chunks = events(response.content)
    operation = gateway_contract.load().operations["streamGenerateContent"]
    assert response.headers["content-type"] == "text/event-stream"
    assert [operation.event_problem(chunk) for chunk in chunks] == [None] * len(chunks)
    texts = [chunk["candidates"][0]["content"]["parts"][0]["text"] for chunk in chunks]
    assert "".join(texts) == "You said: Hello there"
    assert ["usageMetadata" in chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert ["finishReason" in chunk["candidates"][0] for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


@pytest.mark.parametrize("query", ["", "?alt=json"])
def test_array_says_what_events_say(post, events, query):
    response = post(HELLO, "streamGenerateContent", query=query)

    plain = events(post(HELLO, "streamGenerateContent", query="?alt=sse").content)
    assert response.headers["content-type"] == "application/json"
    assert [chunk["candidates"] for chunk in response.json()] == [chunk["candidates"] for chunk in plain]


def test_array_comes_piece_by_piece(server, http):
    address = server().replace("/v1", "/gemini/v1beta/models/slow:streamGenerateContent")
    with http.stream("POST", address, json=HELLO, headers=OWN) as response:
        pieces = list(response.iter_raw())

    assert len(pieces) > 10
    assert pieces[0].startswith(b"[{")
    assert len(json.loads(b"".join(pieces))) > 10


def test_unknown_framing_is_refused(post):
    assert post(HELLO, "streamGenerateContent", query="?alt=proto").status_code == 400


def test_array_and_events_break_alike(post, events):
    array = post(HELLO, "streamGenerateContent", "midstream-error").json()
    streamed = events(post(HELLO, "streamGenerateContent", "midstream-error", query="?alt=sse").content)

    assert array[-1] == streamed[-1]
    assert array[-1]["error"] == {"code": 502, "message": "The provider failed midway.", "status": "UNAVAILABLE"}
    assert "finishReason" not in array[-2]["candidates"][0]


def test_snake_case_means_the_same(post):
    camel = {
        **HELLO,
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "generationConfig": {"maxOutputTokens": 2, "stopSequences": ["x"]},
        "tools": tools(parametersJsonSchema=CITY),
        "toolConfig": {"functionCallingConfig": {"mode": "NONE"}},
    }
    snake = {
        **HELLO,
        "system_instruction": {"parts": [{"text": "Be brief."}]},
        "generation_config": {"max_output_tokens": 2, "stop_sequences": ["x"]},
        "tools": [{"function_declarations": [{"name": "get_weather", "parameters_json_schema": CITY}]}],
        "tool_config": {"function_calling_config": {"mode": "NONE"}},
    }

    one, other = post(camel).json(), post(snake).json()

    assert one["candidates"] == other["candidates"]
    assert one["usageMetadata"] == other["usageMetadata"]


def test_names_of_the_caller_keep_their_spelling(post):
    schema = {"type": "OBJECT", "properties": {"city_name": {"type": "STRING"}}, "required": ["city_name"]}
    body = {"contents": [turn(WEATHER)], "tools": tools(parameters=schema)}

    call = post(body).json()["candidates"][0]["content"]["parts"][0]["functionCall"]

    assert call["args"] == {"city_name": "Paris"}


@pytest.mark.parametrize("form", [{"parameters": CAPITALS}, {"parametersJsonSchema": CITY}])
def test_call_and_tokens_as_in_the_openai_dialect(post, chat, form):
    function = {"name": "get_weather", "description": "", "parameters": CITY}
    other = chat(WEATHER, tools=[{"type": "function", "function": function}]).json()
    body = post({"contents": [turn(WEATHER)], "tools": tools(**form)}).json()

    function_call = other["choices"][0]["message"]["tool_calls"][0]["function"]
    call = body["candidates"][0]["content"]["parts"][0]["functionCall"]
    assert (call["name"], call["args"]) == (function_call["name"], json.loads(function_call["arguments"]))
    assert body["candidates"][0]["finishReason"] == "STOP"
    assert body["usageMetadata"] == {
        "promptTokenCount": other["usage"]["prompt_tokens"],
        "candidatesTokenCount": other["usage"]["completion_tokens"],
        "totalTokenCount": other["usage"]["total_tokens"],
    }


def conversation(result, **call):
    part = {"functionCall": {"name": "get_weather", "args": {"city": "Paris"}, **call}}
    answered = {"functionResponse": {"name": "get_weather", **result}}
    return [turn(WEATHER), {"role": "model", "parts": [part]}, {"role": "user", "parts": [answered]}]


@pytest.mark.parametrize(
    ("response", "heard"),
    [({"result": "sunny"}, "sunny"), ({"output": "sunny"}, "sunny"), ({"sky": "blue"}, '{"sky":"blue"}')],
)
def test_result_comes_back(post, response, heard):
    answer = post({"contents": conversation({"response": response}), "tools": tools(parameters=CAPITALS)})

    assert spoken(answer) == f"The tool answered: {heard}"


def test_result_tokens_as_in_the_openai_dialect(post, chat):
    tool_call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "get_weather", "arguments": '{"city":"Paris"}'},
    }
    turns = [
        {"role": "user", "content": WEATHER},
        {"role": "assistant", "content": None, "tool_calls": [tool_call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
    ]

    body = post({"contents": conversation({"response": {"result": "sunny"}})}).json()

    assert body["usageMetadata"]["promptTokenCount"] == chat(turns).json()["usage"]["prompt_tokens"]


def config(**fields):
    return {**HELLO, "generationConfig": fields}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "contents"),
        ({"contents": []}, "contents"),
        ({"contents": "Hello"}, "contents"),
        ({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}, "contents[0].role"),
        ({"contents": [{"parts": [{}]}]}, "contents[0].parts[0]"),
        ({"contents": [{"parts": [{"text": "x", "functionCall": {"name": "x"}}]}]}, "contents[0].parts[0]"),
        (
            {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "!!!"}}]}]},
            "contents[0].parts[0].inlineData.data",
        ),
        (
            {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "aGVsbG8="}}]}]},
            "contents[0].parts[0].inlineData.data",
        ),
        ({"contents": [{"parts": [{"fileData": {"fileUri": "nowhere"}}]}]}, "contents[0].parts[0].fileData.fileUri"),
        ({"contents": conversation({"response": {}})[2:]}, "contents[0].parts[0].functionResponse"),
        (
            {"contents": conversation({"response": {}, "id": "other"}, id="call_1")},
            "contents[2].parts[0].functionResponse",
        ),
        (config(temperature=3), "generationConfig.temperature"),
        (config(maxOutputTokens=0), "generationConfig.maxOutputTokens"),
        (config(responseSchema=CAPITALS), "generationConfig.responseSchema"),
        (
            config(responseSchema=CAPITALS, responseJsonSchema=CITY, responseMimeType="application/json"),
            "generationConfig.responseJsonSchema",
        ),
        (
            config(responseSchema={"type": "TUPLE"}, responseMimeType="application/json"),
            "generationConfig.responseSchema.type",
        ),
        (
            config(responseSchema={"type": "ARRAY", "minItems": "some"}, responseMimeType="application/json"),
            "generationConfig.responseSchema.minItems",
        ),
        (config(logprobs=2), "generationConfig.logprobs"),
        (
            {**HELLO, "tools": tools(parameters=CAPITALS, parametersJsonSchema=CITY)},
            "tools[0].functionDeclarations[0].parametersJsonSchema",
        ),
        (
            {**HELLO, "toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
            "toolConfig.functionCallingConfig.mode",
        ),
        (
            {**HELLO, "toolConfig": {"functionCallingConfig": {"allowedFunctionNames": ["x"]}}, "tools": tools()},
            "toolConfig.functionCallingConfig.allowedFunctionNames",
        ),
    ],
)
def test_wrong_field_is_named(post, body, field):
    response = post(body)

    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (400, 400, "INVALID_ARGUMENT")
    assert error["details"][0]["fieldViolations"][0]["field"] == field


@pytest.mark.parametrize(
    ("raw", "headers", "status"),
    [
        (b"", {}, 400),
        (b"[]", {}, 400),
        (b'{"contents":', {}, 400),
        (b"\xff", {}, 400),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b" " * (33 * 1024 * 1024), {}, 413),
    ],
    ids=["empty", "array", "cut", "not UTF-8", "text", "too large"],
)
def test_unreadable_body_is_refused(post, raw, headers, status):
    response = post(None, raw=raw, headers={**OWN, **headers})

    error = response.json()["error"]
    assert (response.status_code, error["code"], error["status"]) == (status, status, "INVALID_ARGUMENT")


def test_route_and_method_are_refused_in_this_form(server, http):
    root = server("ofox").replace("/v1", "/gemini")
    unknown = http.post(f"{root}/v1beta/models/echo:dream", json=HELLO, headers=OWN)
    wrong = http.get(f"{root}/v1beta/models/echo:generateContent", headers=OWN)

    assert (unknown.status_code, unknown.json()["error"]["status"]) == (404, "NOT_FOUND")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, 405)
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("kind", "data", "heard"),
    [
        ("image/png", media.png(), "I see an image (image/png)"),
        ("audio/wav", media.wav(), "I hear an audio clip (audio/wav)"),
        ("application/pdf", media.pdf(), "I read the document"),
        ("text/plain", b"Some words", "Some words"),
    ],
)
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_data_is_seen(post, kind, data, heard, encode):
    inline = {"inlineData": {"mimeType": kind, "data": encode(data).decode()}}
    parts = [inline, {"text": "Look"}]

    assert heard in spoken(post({"contents": [{"parts": parts}]}))
    assert post({"contents": [{"parts": parts}]}, model="text-only").status_code == 400


def test_stored_file_is_read(post):
    part = {"fileData": {"fileUri": "files/file-reference"}}

    assert "heron" in spoken(post({"contents": [{"parts": [part, {"text": "Read"}]}]}))


def test_thoughts_of_earlier_turns_are_not_counted(post):
    thought = {"text": "I think for long.", "thought": True}
    turns = [turn("Hello"), {"role": "model", "parts": [thought, {"text": "Hi"}]}, turn("Bye")]
    plain = [turn("Hello"), turn("Hi", "model"), turn("Bye")]

    assert post({"contents": turns}).json()["usageMetadata"] == post({"contents": plain}).json()["usageMetadata"]


def test_json_and_schema(post):
    schema = {"type": "OBJECT", "properties": {"n": {"type": "INTEGER", "nullable": True}}, "required": ["n"]}
    plain = post(config(responseMimeType="application/json"))
    formed = post(config(responseMimeType="application/json", responseSchema=schema))
    array = {"type": "ARRAY", "items": {"type": "STRING", "format": "date"}, "minItems": "2", "maxItems": "2"}
    dates = post(config(responseMimeType="application/json", responseSchema=array))

    assert isinstance(json.loads(spoken(plain)), dict)
    assert set(json.loads(spoken(formed))) == {"n"}
    assert json.loads(spoken(dates)) == ["2026-01-02"] * 2


def test_cut_call_is_none(post):
    body = {
        "contents": [turn(WEATHER)],
        "tools": tools(parameters=CAPITALS),
        "generationConfig": {"maxOutputTokens": 2},
    }

    candidate = post(body).json()["candidates"][0]

    assert candidate["finishReason"] == "MAX_TOKENS"
    assert not [part for part in candidate["content"]["parts"] if "functionCall" in part]


@pytest.mark.parametrize("body", [HELLO, {"generateContentRequest": HELLO}, {"generate_content_request": HELLO}])
def test_count_tokens(post, body):
    used = post(HELLO).json()["usageMetadata"]["promptTokenCount"]

    assert post(body, "countTokens").json() == {"totalTokens": used}
    assert post(body, "countTokens", "no-such-model").status_code == 404
    assert post({}, "countTokens").status_code == 400


def test_models(server, http):
    root = server().replace("/v1", "/gemini/v1beta")
    listed = http.get(f"{root}/models", headers=OWN).json()["models"]

    assert http.get(f"{root}/models/{MODEL}", headers=OWN).json() in listed
    assert http.get(f"{root}/models/no-such-model", headers=OWN).status_code == 404
    assert http.get(f"{root}/models", headers={"x-goog-api-key": "sk-restricted"}).status_code == 200


@pytest.mark.parametrize("key", sorted(fixtures.load().keys))
@pytest.mark.parametrize("gateway", [None, "ofox"])
def test_contract_is_kept_for_every_key(post, gateway, key):
    response = post(HELLO, gateway=gateway, headers={"x-goog-api-key": key})

    operation = gateway_contract.load(gateway).operations["generateContent"]
    assert operation.response_problem(response.status_code, response.json()) is None


def test_flaky_model_answers_the_second_request(post):
    statuses = [post({"contents": [turn("Once more")]}, model="flaky-once").status_code for _ in range(2)]

    assert statuses == [502, 200]


def test_fault_of_the_openai_dialect_leaves_this_protocol_alone(server, http):
    address = server().replace("/v1", "/fault/errors_without_request_id/gemini/v1beta/models/none:generateContent")

    assert "x-request-id" in http.post(address, json=HELLO, headers=OWN).headers


@pytest.mark.parametrize(
    ("budget", "thinks"), [({}, True), ({"thinkingBudget": 0}, False), ({"thinkingBudget": 99}, True)]
)
def test_thoughts_come_first_where_they_are_asked_for(post, budget, thinks):
    body = {**HELLO, "generationConfig": {"thinkingConfig": {"includeThoughts": True, **budget}}}
    answer = post(body).json()

    parts, counts = answer["candidates"][0]["content"]["parts"], answer["usageMetadata"]
    assert [part.get("thought", False) for part in parts] == ([True, False] if thinks else [False])
    assert bool(counts.get("thoughtsTokenCount")) == thinks
    total = counts["promptTokenCount"] + counts["candidatesTokenCount"] + counts.get("thoughtsTokenCount", 0)
    assert total == counts["totalTokenCount"]
