"""An invalid value is explained by the one parameter that is most likely wrong."""

from __future__ import annotations

from typing import Any

import pytest

import gateway_contract

HI = {"role": "user", "content": "hi"}


def request(**parameters: Any) -> dict[str, Any]:
    """A valid chat request with these parameters."""
    return {"model": "m", "messages": [HI], **parameters}


def message(**fields: Any) -> dict[str, Any]:
    """A chat request whose only message has these fields."""
    return request(messages=[fields])


def part(**fields: Any) -> dict[str, Any]:
    """A chat request whose only message has one content part with these fields."""
    return message(role="user", content=[fields])


def function(**fields: Any) -> dict[str, Any]:
    """A chat request with one function tool that has these fields."""
    return request(tools=[{"type": "function", "function": fields}])


BROKEN: list[tuple[object, str | None, str]] = [
    ([], None, "type"),
    (None, None, "type"),
    ({}, "model", "required"),
    ({"messages": [HI]}, "model", "required"),
    ({"model": "m"}, "messages", "required"),
    (request(model=7), "model", "type"),
    (request(model=""), "model", "minLength"),
    (request(messages="hi"), "messages", "type"),
    (request(messages=[]), "messages", "minItems"),
    (request(messages=["hi"]), "messages[0]", "type"),
    (request(messages=[HI, {"role": "tool", "content": "x"}]), "messages[1].tool_call_id", "required"),
    (message(content="x"), "messages[0].role", "required"),
    (message(role="alien", content="x"), "messages[0].role", "enum"),
    (message(role=5, content="x"), "messages[0].role", "enum"),
    (message(role="user"), "messages[0].content", "required"),
    (message(role="user", content=5), "messages[0].content", "type"),
    (message(role="user", content=[]), "messages[0].content", "minItems"),
    (message(role="system", content=[{"type": "image_url"}]), "messages[0].content[0].type", "enum"),
    (message(role="assistant", tool_calls=[{"id": "a"}]), "messages[0].tool_calls[0].type", "required"),
    (part(text="x"), "messages[0].content[0].type", "required"),
    (part(type="text"), "messages[0].content[0].text", "required"),
    (part(type="smell"), "messages[0].content[0].type", "enum"),
    (part(type="image_url", image_url="x"), "messages[0].content[0].image_url", "type"),
    (part(type="image_url", image_url={}), "messages[0].content[0].image_url.url", "required"),
    (
        part(type="image_url", image_url={"url": "x", "detail": "big"}),
        "messages[0].content[0].image_url.detail",
        "enum",
    ),
    (request(temperature="warm"), "temperature", "type"),
    (request(temperature=2.1), "temperature", "maximum"),
    (request(top_p=-0.1), "top_p", "minimum"),
    (request(n=0), "n", "minimum"),
    (request(n=1.5), "n", "type"),
    (request(max_tokens=0), "max_tokens", "minimum"),
    (request(presence_penalty=-2.1), "presence_penalty", "minimum"),
    (request(top_logprobs=21), "top_logprobs", "maximum"),
    (request(stop=5), "stop", "type"),
    (request(stop=["a", "b", "c", "d", "e"]), "stop", "maxItems"),
    (request(stop=[1]), "stop[0]", "type"),
    (request(stream="yes"), "stream", "type"),
    (request(stream_options={"include_usage": "yes"}), "stream_options.include_usage", "type"),
    (request(logit_bias={"50256": 200}), "logit_bias.50256", "maximum"),
    (request(metadata={"a": 1}), "metadata.a", "type"),
    (request(service_tier="gold"), "service_tier", "enum"),
    (request(modalities=["smell"]), "modalities[0]", "enum"),
    (request(tools={}), "tools", "type"),
    (request(tools=[{"function": {"name": "f"}}]), "tools[0].type", "required"),
    (function(), "tools[0].function.name", "required"),
    (function(name="not a name"), "tools[0].function.name", "pattern"),
    (function(name="f", parameters=[]), "tools[0].function.parameters", "type"),
    (request(tool_choice="sometimes"), "tool_choice", "enum"),
    (request(tool_choice=3), "tool_choice", "type"),
    (request(tool_choice={"type": "function"}), "tool_choice.function", "required"),
    (request(tool_choice={"type": "function", "function": {}}), "tool_choice.function.name", "required"),
    (request(response_format="json"), "response_format", "type"),
    (request(response_format={"type": "xml"}), "response_format.type", "enum"),
    (request(response_format={"type": "json_schema"}), "response_format.json_schema", "required"),
    (
        request(response_format={"type": "json_schema", "json_schema": {"name": "a b"}}),
        "response_format.json_schema.name",
        "pattern",
    ),
]

LEGAL: list[dict[str, Any]] = [
    request(),
    request(unknown_parameter={"deep": [1]}),
    request(temperature=None, top_p=None, n=None, stop=None, stream=None, seed=None, max_tokens=None, user=None),
    request(temperature=0),
    request(temperature=2),
    request(stop="x"),
    request(stop=["a", "b", "c", "d"]),
    request(n=1.0),
    message(role="developer", content=[{"type": "text", "text": "x"}]),
    message(role="assistant", content=None),
    message(role="function", content=None, name="f"),
    part(type="file", file={"file_id": "file-1"}),
    function(name="f"),
]


def chat(gateway: str | None = None) -> gateway_contract.Operation:
    """The chat operation of a contract."""
    return gateway_contract.load(gateway).operations["createChatCompletion"]


@pytest.mark.parametrize(("body", "param", "keyword"), BROKEN)
def test_problem_names_the_parameter(body: object, param: str | None, keyword: str) -> None:
    """The parameter and the keyword are those that a reader would blame, and the message names the parameter."""
    problem = chat().request_problem(body)

    assert problem is not None
    assert (problem.param, problem.keyword) == (param, keyword)
    assert param is None or f"'{param}'" in problem.message


@pytest.mark.parametrize("body", LEGAL)
def test_legal_request_has_no_problem(body: dict[str, Any]) -> None:
    """Unknown parameters, explicit nulls and the ends of ranges are legal."""
    assert chat().request_problem(body) is None


def test_path_is_the_param_in_steps() -> None:
    """`path` leads through the body to the field at fault."""
    problem = chat().request_problem(request(messages=[HI, {"role": "tool", "content": "x"}]))

    assert problem is not None
    assert problem.path == ("messages", 1, "tool_call_id")


def test_wrong_value_lists_the_supported_ones() -> None:
    """The message for a wrong role names every role."""
    problem = chat().request_problem(message(role="alien", content="x"))

    assert problem is not None
    assert all(role in problem.message for role in ("developer", "system", "user", "assistant", "tool", "function"))


def test_response_of_undocumented_status_is_a_problem() -> None:
    """A status that the document does not name has the keyword `status`."""
    problem = chat().response_problem(418, {})

    assert problem is not None
    assert problem.keyword == "status"


def test_response_is_judged_by_its_status() -> None:
    """200 demands a completion, an error status an error, and 5XX stands for every server error."""
    error = {"error": {"message": "no"}}

    assert chat().response_problem(200, error) is not None
    assert chat().response_problem(400, error) is None
    assert chat().response_problem(503, error) is None
    assert chat().response_problem(503, {"error": "no"}) is not None


@pytest.mark.parametrize("missing", ["id", "object", "created", "model", "choices"])
def test_chunk_lacks_a_field(missing: str) -> None:
    """A chunk without a required field is explained as a chunk, not as an error event."""
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
    del chunk[missing]

    problem = chat().event_problem(chunk)

    assert problem is not None
    assert problem.param == missing


def test_event_may_be_an_error() -> None:
    """An error that ends a stream is a legal event, with the error fields that the gateway documents."""
    event = {"error": {"message": "the provider failed"}}

    assert chat().event_problem(event) is None
    problem = chat("ofox").event_problem(event)
    assert problem is not None
    assert problem.param == "error.code"


@pytest.mark.parametrize(
    ("choice", "param"),
    [
        ({"delta": {}, "finish_reason": None}, "choices[0].index"),
        ({"index": 0, "finish_reason": None}, "choices[0].delta"),
        ({"index": 0, "delta": {"role": "user"}, "finish_reason": None}, "choices[0].delta.role"),
        ({"index": 0, "delta": {}, "finish_reason": "end_turn"}, "choices[0].finish_reason"),
        ({"index": 0, "delta": {"tool_calls": [{}]}, "finish_reason": None}, "choices[0].delta.tool_calls[0].index"),
    ],
)
def test_chunk_problem_names_the_field(choice: dict[str, Any], param: str) -> None:
    """A defect inside a choice is named by its path."""
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}

    problem = chat().event_problem(chunk)

    assert problem is not None
    assert problem.param == param


def test_gateway_validates_its_own_extension() -> None:
    """A documented extension has a schema where it is documented, and is an unknown parameter elsewhere."""
    body = request(provider={"routing": "fastest"})

    problem = chat("ofox").request_problem(body)

    assert problem is not None
    assert problem.param == "provider.routing"
    assert chat().request_problem(body) is None


def test_option_for_all_other_types_is_not_meant() -> None:
    """A value whose type one option names is explained by that option, not by the one for every other type."""
    problem = (
        gateway_contract.load()
        .operations["createResponse"]
        .request_problem({"model": "m", "input": "hi", "tools": [{"type": "function"}]})
    )

    assert problem is not None
    assert (problem.param, problem.keyword) == ("tools[0].name", "required")


@pytest.mark.parametrize("key", ["7", "07", "+7", "0", "00", "-7", "seven", "7/8", "7~8"])
def test_key_is_named_as_it_is_written(key: str) -> None:
    """A key that looks like a number is no place in an array."""
    problem = chat().request_problem(request(logit_bias={key: 200}))

    assert problem is not None
    assert problem.path == ("logit_bias", key)


@pytest.mark.parametrize("body", [message(role="\ud800", content="x"), message(role="user", **{"\ud800": 1})])
def test_half_a_surrogate_pair_is_explained(body: dict[str, Any]) -> None:
    """Text that JSON can spell and UTF-8 cannot carry is judged like any other."""
    problem = chat().request_problem(body)

    assert problem is not None
    assert problem.param in ("messages[0].role", "messages[0].content")


def test_empty_key_is_explained() -> None:
    """The validator does not name an empty key; the object that has it is blamed."""
    deep = request(tools=[{"type": "function", "function": {"name": "f", "parameters": {"": {"x": 1}}}}])
    problem = chat().request_problem({**deep, "metadata": {"": 1}, "logit_bias": {"": {"x": 1}}})

    assert problem is not None
    assert problem.param in ("metadata", "logit_bias")
