"""A legal variation changes bytes, but not what a standard-conforming reader understands."""

from __future__ import annotations

import itertools

import openai
import pytest

from reference_server import faults
from reference_server.faults.words.openai import CHAT

VARIATIONS = sorted(name for name, fault in faults.load().items() if fault.legal and fault.operation in ("*", CHAT))
COUNTED_OTHERWISE = {"completions_estimated"}
"""Legal ways of counting tokens that are not the server's own."""
BREAK_OFF = {"every_third_stream_fails"}
"""Legal ways in which a stream does not come to its end."""
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]
TEXT = "Repeat exactly: grün ≠ 緑 🌿"


def understood(events):
    """The content of a stream, however it is cut into chunks."""
    choices = [choice for event in events if event != "[DONE]" for choice in event["choices"]]
    fragments = [part for choice in choices for part in choice["delta"].get("tool_calls", ())]
    arguments = [
        "".join(part["function"]["arguments"] for part in group)
        for _, group in itertools.groupby(fragments, key=lambda part: part["index"])
    ]
    usage = [event["usage"] for event in events if event != "[DONE]" and event.get("usage")]
    return {
        "content": "".join(choice["delta"].get("content") or "" for choice in choices),
        "arguments": arguments,
        "finish": [choice["finish_reason"] for choice in choices if choice["finish_reason"]],
        "tokens": [one["total_tokens"] for one in usage],
        "done": events.count("[DONE]"),
    }


def test_there_are_enough_variations():
    assert len(VARIATIONS) >= 15


@pytest.mark.parametrize("name", VARIATIONS)
@pytest.mark.parametrize("fields", [{}, {"tools": TOOLS, "tool_choice": "required"}], ids=["text", "tools"])
def test_stream_means_the_same(chat, events, name, fields):
    fields = {**fields, "stream": True, "stream_options": {"include_usage": True}}

    varied = chat(TEXT, via=f"variation/{name}", **fields)

    assert varied.headers["content-type"].partition(";")[0] == "text/event-stream"
    meant, plain = understood(events(varied.content)), understood(events(chat(TEXT, **fields).content))
    assert meant | ({"tokens": plain["tokens"]} if name in COUNTED_OTHERWISE else {}) == plain


@pytest.mark.parametrize("name", VARIATIONS)
@pytest.mark.parametrize("fields", [{}, {"tools": TOOLS, "tool_choice": "required"}], ids=["text", "tools"])
def test_answer_means_the_same(chat, name, fields):
    varied, plain = chat(TEXT, via=f"variation/{name}", **fields).json(), chat(TEXT, **fields).json()

    for body in (varied, plain):
        message = body["choices"][0]["message"]
        message["content"] = message["content"] or None
        message["tool_calls"] = [call["function"]["arguments"] for call in message.get("tool_calls") or ()]
    assert varied["choices"][0]["message"]["content"] == plain["choices"][0]["message"]["content"]
    assert varied["choices"][0]["message"]["tool_calls"] == plain["choices"][0]["message"]["tool_calls"]
    assert name in COUNTED_OTHERWISE or varied["usage"]["total_tokens"] == plain["usage"]["total_tokens"]


@pytest.mark.parametrize("name", VARIATIONS)
def test_error_means_the_same(chat, name):
    varied = chat(via=f"variation/{name}", n=0)

    assert varied.status_code in (400, 422)
    assert varied.json()["error"]["message"] == chat(n=0).json()["error"]["message"]


@pytest.mark.parametrize("name", [name for name in VARIATIONS if name not in BREAK_OFF])
def test_official_client_reads_it(server, name):
    base = server().replace("/v1", f"/variation/{name}/v1")
    with openai.OpenAI(api_key="sk-ok", base_url=base, max_retries=0) as client:
        whole = client.chat.completions.create(model="echo", messages=[{"role": "user", "content": TEXT}])
        with client.chat.completions.stream(model="echo", messages=[{"role": "user", "content": TEXT}]) as stream:
            streamed = stream.get_final_completion()

    assert whole.choices[0].message.content == "grün ≠ 緑 🌿"
    assert streamed.choices[0].message.content == "grün ≠ 緑 🌿"
    assert streamed.choices[0].finish_reason == "stop"


def test_variations_vary_the_bytes(chat):
    plain = chat(TEXT, stream=True).content
    same = ["capital_header_names", "one_byte_per_write"]

    assert b"\r\n" in chat(TEXT, via="variation/lines_end_in_crlf", stream=True).content
    assert b"\n" not in chat(TEXT, via="variation/lines_end_in_cr", stream=True).content
    assert all(len(chat(TEXT, via=f"variation/{name}", stream=True).content) == len(plain) for name in same)
    headers = chat(via="variation/capital_header_names").headers.raw
    assert b"X-REQUEST-ID" in [name for name, _ in headers]
    assert chat(via="variation/last_allowed_status", n=0).status_code == 422
