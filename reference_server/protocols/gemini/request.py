"""Turns a validated request body into a prompt, and refuses what no schema can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from reference_server.content import Files
from reference_server.errors import Refusal
from reference_server.model.prompt import Message, Mode, Output, Part, Prompt, Tool, ToolCall, ToolChoice
from reference_server.protocols.gemini.parts import Body, data_of, kind_of
from reference_server.protocols.gemini.schemas import json_schema

_MODES: dict[str, Mode] = {"ANY": "required", "NONE": "none"}


def prompt_of(model: str, body: Body, files: Files) -> Prompt:
    """The prompt of a request. Raises Refusal, naming the field, when its fields contradict each other."""
    config = body.get("generationConfig") or {}
    tools = _tools(body)
    return Prompt(
        model=model,
        messages=(*_system(body, files), *_messages(body["contents"], files)),
        tools=tools,
        choice=_tool_choice(body, tools),
        output=_output(config),
        stop=tuple(config.get("stopSequences") or ()),
        max_tokens=config.get("maxOutputTokens"),
        choices=int(config.get("candidateCount") or 1),
        logprobs=_logprobs(config),
        thinking=_thinking(config),
    )


def _system(body: Body, files: Files) -> Iterator[Message]:
    instruction = body.get("systemInstruction")
    if instruction:
        parts = _data(instruction["parts"], files, "systemInstruction")
        yield Message("system", parts)


def _messages(contents: list[Body], files: Files) -> Iterator[Message]:
    past_calls: list[ToolCall] = []
    for place, content in enumerate(contents):
        at = f"contents[{place}]"
        if content.get("role") == "model":
            calls = tuple(_calls(content["parts"], at, len(past_calls)))
            past_calls.extend(calls)
            yield Message("assistant", _data(content["parts"], files, at), calls)
        else:
            yield from _results(content["parts"], past_calls, files, at)
            parts = _data(content["parts"], files, at)
            if parts:
                yield Message("user", parts)


def _data(parts: list[Body], files: Files, at: str) -> tuple[Part, ...]:
    """The parts that are neither calls nor results nor thoughts."""
    content = []
    for place, part in enumerate(parts):
        kind = kind_of(part, f"{at}.parts[{place}]")
        if kind not in ("functionCall", "functionResponse") and not part.get("thought"):
            content.append(data_of(part, files, f"{at}.parts[{place}]"))
    return tuple(content)


def _calls(parts: list[Body], at: str, known: int) -> Iterator[ToolCall]:
    """The calls of a turn. A call without an id gets one from its position."""
    for place, part in enumerate(parts):
        if kind_of(part, f"{at}.parts[{place}]") == "functionCall":
            call = part["functionCall"]
            yield ToolCall(call.get("id") or f"call-{known + place}", call["name"], _text(call.get("args") or {}))


def _results(parts: list[Body], past_calls: list[ToolCall], files: Files, at: str) -> Iterator[Message]:
    for place, part in enumerate(parts):
        where = f"{at}.parts[{place}]"
        if kind_of(part, where) == "functionResponse":
            result = part["functionResponse"]
            answered = _answered(result, past_calls, f"{where}.functionResponse")
            shown = _data(result.get("parts") or [], files, f"{where}.functionResponse")
            yield Message("tool", (Part("text", _result(result["response"]), at=where), *shown), answers=answered.id)


def _answered(result: Body, past_calls: list[ToolCall], at: str) -> ToolCall:
    """The earlier call that a result belongs to: by its id where it has one, else by its name."""
    for call in past_calls:
        if call.name == result["name"] and result.get("id") in (None, "", call.id):
            return call
    raise Refusal("invalid_value", f"No earlier turn made this call of {result['name']!r}.", at)


def _result(response: Body) -> str:
    """The result of a function as text. A single text under `result` or `output` is taken as it is."""
    for name in ("result", "output"):
        if set(response) == {name} and isinstance(response[name], str):
            return str(response[name])
    return _text(response)


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _tools(body: Body) -> tuple[Tool, ...]:
    return tuple(
        _tool(declared, f"tools[{place}].functionDeclarations[{number}]")
        for place, tool in enumerate(body.get("tools") or ())
        for number, declared in enumerate(tool.get("functionDeclarations") or ())
    )


def _tool(declared: Body, at: str) -> Tool:
    _refuse_both(declared, "parameters", "parametersJsonSchema", at)
    name = "parametersJsonSchema" if "parametersJsonSchema" in declared else "parameters"
    schema = declared.get(name) or {}
    if name == "parameters" and schema:
        schema = json_schema(schema, f"{at}.parameters")
    return Tool(declared["name"], schema, f"{at}.{name}", declared.get("description") or "")


def _refuse_both(body: Body, one: str, other: str, at: str) -> None:
    if body.get(one) is not None and body.get(other) is not None:
        raise Refusal("invalid_value", f"Only one of `{one}` and `{other}` may be given.", f"{at}.{other}")


def _tool_choice(body: Body, tools: tuple[Tool, ...]) -> ToolChoice:
    config = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    at = "toolConfig.functionCallingConfig"
    mode, names = _MODES.get(config.get("mode", ""), "auto"), config.get("allowedFunctionNames") or ()
    if mode == "required" and not tools:
        raise Refusal("invalid_value", "Mode ANY needs functions to call.", f"{at}.mode")
    return ToolChoice(mode, frozenset(names) if names else None)


def _output(config: Body) -> Output:
    at = "generationConfig"
    _refuse_both(config, "responseSchema", "responseJsonSchema", at)
    form = config.get("responseMimeType")
    as_json, as_option = form == "application/json", form == "text/x.enum"
    name = "responseJsonSchema" if config.get("responseJsonSchema") is not None else "responseSchema"
    schema = config.get(name)
    if as_option and not (schema or {}).get("enum"):
        raise Refusal("invalid_value", "`responseMimeType` text/x.enum needs a schema with `enum`.", f"{at}.{name}")
    if schema is None:
        return Output("json") if as_json else Output()
    if not as_json and not as_option:
        raise Refusal("invalid_value", f"`{name}` needs `responseMimeType` application/json.", f"{at}.{name}")
    if name == "responseSchema":
        schema = json_schema(schema, f"{at}.{name}")
    return Output("option" if as_option else "schema", schema, f"{at}.{name}")


def _thinking(config: Body) -> bool:
    """Whether thoughts are asked for, and allowed."""
    thinking = config.get("thinkingConfig") or {}
    return bool(thinking.get("includeThoughts")) and thinking.get("thinkingBudget") != 0


def _logprobs(config: Body) -> int | None:
    if not config.get("responseLogprobs"):
        return None
    return int(config.get("logprobs") or 0)
