"""The reference server calls tools when it should, with arguments that satisfy their schemas."""

from __future__ import annotations

import json
from collections import defaultdict

import jsonschema
import pytest

WEATHER = {
    "type": "object",
    "properties": {
        "city": {"type": "string"},
        "unit": {"enum": ["celsius", "fahrenheit"]},
        "days": {"type": "integer", "minimum": 1},
    },
    "required": ["city"],
    "additionalProperties": False,
}
TIME = {"type": "object", "properties": {"zone": {"type": "string", "pattern": "^[A-Z]{3}$"}}, "required": ["zone"]}
TREE = {
    "$defs": {
        "Node": {
            "type": "object",
            "properties": {"left": {"$ref": "#/$defs/Node"}, "value": {"type": "number"}},
            "required": ["value"],
        }
    },
    "type": "object",
    "properties": {"root": {"$ref": "#/$defs/Node"}},
    "required": ["root"],
}


def function(name, parameters):
    return {"type": "function", "function": {"name": name, "description": "Does it.", "parameters": parameters}}


TOOLS = [function("get_weather", WEATHER), function("get_time", TIME), function("plant_tree", TREE)]
CUSTOM = {"type": "custom", "custom": {"name": "shell"}}


def calls_of(response):
    return response.json()["choices"][0]["message"].get("tool_calls", [])


def names_of(response):
    return [call["function"]["name"] for call in calls_of(response)]


@pytest.mark.parametrize(
    ("text", "choice", "names"),
    [
        ("How is the weather in Oslo?", None, ["get_weather"]),
        ("How is the weather in Oslo?", "auto", ["get_weather"]),
        ("How is the weather in Oslo?", "none", []),
        ("Hello", "auto", []),
        ("Hello", "required", ["get_weather"]),
        ("Use plant_tree", "required", ["plant_tree"]),
        ("Hello", {"type": "function", "function": {"name": "get_time"}}, ["get_time"]),
        ("Weather and time, please", "auto", ["get_weather", "get_time"]),
        ("Compare the weather in Oslo, Rome and Bern", "auto", ["get_weather"] * 3),
    ],
)
def test_choice_decides_what_is_called(chat, text, choice, names):
    response = chat(text, tools=TOOLS, tool_choice=choice) if choice else chat(text, tools=TOOLS)

    assert names_of(response) == names
    assert response.json()["choices"][0]["finish_reason"] == ("tool_calls" if names else "stop")
    assert (response.json()["choices"][0]["message"]["content"] is None) == bool(names)


def test_allowed_tools_limit_the_choice(chat):
    allowed = {"mode": "required", "tools": [{"type": "function", "function": {"name": "get_time"}}]}

    assert names_of(
        chat("The weather?", tools=TOOLS, tool_choice={"type": "allowed_tools", "allowed_tools": allowed})
    ) == ["get_time"]


def test_calls_are_single_when_they_must_be(chat):
    assert names_of(chat("Weather and time", tools=TOOLS, parallel_tool_calls=False)) == ["get_weather"]


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool["function"]["name"])
def test_arguments_satisfy_the_schema(chat, tool):
    (call,) = calls_of(chat("Hello", tools=[tool], tool_choice="required"))

    jsonschema.validate(json.loads(call["function"]["arguments"]), tool["function"]["parameters"])
    assert call["type"] == "function"
    assert call["id"]


@pytest.mark.parametrize("function", [{"name": "ping"}, {"name": "ping", "parameters": {}}])
def test_function_without_parameters_takes_an_empty_object(chat, function):
    (call,) = calls_of(chat("Hello", tools=[{"type": "function", "function": function}], tool_choice="required"))

    assert json.loads(call["function"]["arguments"]) == {}


def test_arguments_follow_the_question(chat):
    calls = calls_of(chat("How is the weather in Paris and London?", tools=TOOLS))

    assert [json.loads(call["function"]["arguments"])["city"] for call in calls] == ["Paris", "London"]
    assert len({call["id"] for call in calls}) == 2


def test_result_of_a_tool_is_quoted(chat):
    first = chat("How is the weather in Oslo?", tools=TOOLS).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": "-4 °C, snow"}

    response = chat([{"role": "user", "content": "How is the weather in Oslo?"}, first, result], tools=TOOLS)

    assert response.json()["choices"][0]["message"]["content"] == "The tool answered: -4 °C, snow"
    assert response.json()["choices"][0]["finish_reason"] == "stop"


def test_custom_tool_takes_text(chat):
    (call,) = calls_of(chat("Say hello", tools=[CUSTOM], tool_choice={"type": "custom", "custom": {"name": "shell"}}))

    assert call["custom"] == {"name": "shell", "input": "The user said: Say hello"}


def test_limit_cuts_the_arguments(chat):
    response = chat("How is the weather in Oslo?", tools=TOOLS, max_tokens=3)

    assert response.json()["choices"][0]["finish_reason"] == "length"
    assert response.json()["usage"]["completion_tokens"] == 3


def test_streamed_calls_equal_the_whole_answer(chat, events):
    whole = calls_of(chat("How is the weather in Paris and London?", tools=TOOLS))
    streamed = events(chat("How is the weather in Paris and London?", tools=TOOLS, stream=True).content)

    fragments = defaultdict(list)
    for chunk in streamed[:-1]:
        for fragment in chunk["choices"][0]["delta"].get("tool_calls", ()):
            fragments[fragment["index"]].append(fragment)
    assert [set(part) for part in fragments[0]] == [{"index", "id", "type", "function"}] + [{"index", "function"}] * (
        len(fragments[0]) - 1
    )
    joined = ["".join(part["function"]["arguments"] for part in fragments[index]) for index in (0, 1)]
    assert joined == [call["function"]["arguments"] for call in whole]


def test_schema_that_nothing_satisfies_is_refused(chat):
    impossible = {
        "type": "object",
        "properties": {"x": {"enum": []}},
        "required": ["x"],
        "minProperties": 3,
        "maxProperties": 1,
    }

    response = chat("Hello", tools=[function("no", impossible)], tool_choice="required")

    assert response.status_code == 400
    assert response.json()["error"]["param"] == "tools[0].function.parameters"


ORDER = {
    "type": "object",
    "properties": {
        "product": {"type": "string"},
        "number": {"type": "integer", "maximum": 100},
        "price": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "speed": {"enum": ["slow", "fast"]},
    },
    "required": ["product", "number"],
}


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("order(tea)", {"product": "tea"}),
        ("What is order('green tea', 3, price=2.5)?", {"product": "green tea", "number": 3, "price": 2.5}),
        ("Order 3 of 'green tea' at 2.5", {"product": "green tea", "number": 3, "price": 2.5}),
        ('It\'s my order: "你好啊集团", 7', {"product": "你好啊集团", "number": 7}),
        ("A fast order of 12", {"number": 12, "speed": "fast"}),
        ("Order for New York and San Francisco", {"product": "New York"}),
        ("Order for San Francisco, CA", {"product": "San Francisco, CA"}),
        ("Order 1,000 of model-5 v2", {}),
    ],
)
def test_arguments_are_what_the_user_states(chat, text, arguments):
    call, *_ = calls_of(chat(text, tools=[function("order", ORDER)]))

    assert json.loads(call["function"]["arguments"]).items() >= arguments.items()
    jsonschema.validate(json.loads(call["function"]["arguments"]), ORDER)


def test_addresses_and_dates_are_arguments_of_their_format(chat):
    formats = {"name": None, "mail": "email", "day": "date", "page": "uri"}
    properties = {name: {"type": "string", **({"format": form} if form else {})} for name, form in formats.items()}
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    text = 'Invite "Ann Lee", ann@cats.example, on 2027-05-01, see https://cats.example/party.'

    call, *_ = calls_of(chat(text, tools=[function("invite", parameters)]))

    assert json.loads(call["function"]["arguments"]) == {
        "name": "Ann Lee",
        "mail": "ann@cats.example",
        "day": "2027-05-01",
        "page": "https://cats.example/party",
    }


def test_stated_value_that_the_schema_forbids_is_no_argument(chat):
    call, *_ = calls_of(chat("Order 101 of 'tea'", tools=[function("order", ORDER)]))

    assert json.loads(call["function"]["arguments"])["number"] <= 100


@pytest.mark.parametrize(
    "text",
    ["Answer as JSON with 'setup' and 'punchline' keys.", "An object with the keys `setup`, `punchline`, please"],
)
def test_object_has_the_keys_that_the_user_names(chat, text):
    answer = chat(text, response_format={"type": "json_object"}).json()["choices"][0]["message"]["content"]

    assert list(json.loads(answer)) == ["setup", "punchline"]
