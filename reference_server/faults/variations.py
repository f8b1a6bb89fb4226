"""Legal differences between gateways: allowed by a standard or left open by the contract, they break nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec

from reference_server.faults import differences, variation
from reference_server.faults.words.edits import (
    Edit,
    answer,
    change,
    each,
    header,
    in_chunks,
    in_objects,
    insert,
    refuse,
)
from reference_server.faults.words.openai import CHAT, DELTA, FRAGMENTS, MODELS
from reference_server.faults.words.situations import both, has, served
from reference_server.protocols import DEFAULT
from reference_server.protocols.gemini.envelope import name_of
from reference_server.protocols.openai.envelope import Envelope
from reference_server.state.access import limit_headers
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply, encode_json

chat = differences(CHAT)
anywhere = differences("*")

_PING = b": ping\n\n"
_MOST_WRITES = 1_000
_OF_THE_MODEL = {"input", "args"}
"""Fields whose content is the model's and not the gateway's: what a tool is called with."""


def _in_stream(function: Callable[[bytes], bytes]) -> Edit:
    """Change the bytes of each event."""
    return lambda reply, _: reply.raw(function) if reply.events is not None else None


# Server-sent events, as the HTML standard allows them.
lines_end_in_crlf = chat("Lines of a stream end in CR LF.", _in_stream(lambda data: data.replace(b"\n", b"\r\n")))
lines_end_in_cr = chat("Lines of a stream end in CR alone.", _in_stream(lambda data: data.replace(b"\n", b"\r")))
comments_inside_events = chat(
    "A comment line stands right before the data line of each event.", _in_stream(lambda data: b": keep-alive\n" + data)
)
no_space_after_data = chat(
    "`data:` is not followed by a space.", _in_stream(lambda data: data.replace(b"data: ", b"data:", 1))
)
ids_on_events = chat("Every event has an `id:` field.", _in_stream(lambda data: b"id: 7\n" + data))
retry_field_first = chat("The first event has a `retry:` field.", insert(0, b"retry: 3000\n"))
blank_lines_between_events = chat("Two more blank lines follow each event.", _in_stream(lambda data: data + b"\n\n"))


@chat()
def comments_between_events(reply: Reply) -> None:
    """A comment line stands between any two events."""
    if reply.events is not None:
        reply.events = [_PING, *(part for event in reply.events for part in (event, _PING))][: len(reply.events) * 2]


data_in_several_lines = chat("The JSON of a chunk spans several `data:` lines.", lambda reply, _: reply.map(_in_lines))


# Writes, headers and connections.


@anywhere()
def one_byte_per_write(reply: Reply) -> None:
    """The body arrives byte by byte, so that reads end inside characters and lines, unless it is very long."""
    reply.fragment = 1 if len(reply.encoded()) <= _MOST_WRITES else 61


@anywhere()
def odd_bytes_per_write(reply: Reply) -> None:
    """The body arrives in writes of 61 bytes, whatever the bounds of its events."""
    reply.fragment = 61


@chat()
def event_per_write(reply: Reply) -> None:
    """Each event is a write of its own, with a short pause."""
    if reply.events is not None:
        reply.pause = reply.pause or 0.001


@anywhere()
def capital_header_names(reply: Reply) -> None:
    """Header names are written in capitals."""
    reply.headers = {name.upper(): value for name, value in reply.headers.items()}


charset_in_content_type = anywhere(
    "The content type names its charset.", header("content-type", "{}; charset=utf-8".format)
)
connection_closes = anywhere("The server closes the connection after each answer.", header("connection", "close"))
further_headers = anywhere(
    "Undocumented headers are sent.",
    header("x-served-by", "node-7"),
    header("via", "1.1 proxy"),
    header("x-runtime", "0.012"),
)


@anywhere()
def limits_on_success(reply: Reply) -> None:
    """The rate limit headers are sent on success as well."""
    if reply.ok:
        reply.headers |= limit_headers(200, 199, 1)


no_challenge = anywhere("A 401 has no WWW-Authenticate header.", header("www-authenticate", None))

# JSON, and fields that the contract leaves open.
unknown_fields = anywhere(
    "Every object has undocumented fields, except the arguments of a call.",
    lambda reply, _: reply.edit_objects(_add_unknown_field),
)
max_tokens_not_taken = chat(
    "The model takes `max_completion_tokens` only, and does not say so.",
    refuse(400, "Unsupported parameter: 'max_tokens'.", param="max_tokens", code="unsupported_parameter"),
    when=both(served, lambda _, call: "max_tokens" in call.body),
)
temperature_or_top_p = chat(
    "The model takes `temperature` or `top_p`, not both, and says so.",
    refuse(400, "Give temperature or top_p, not both."),
    when=both(served, has("temperature", "top_p")),
)


@chat(model="midstream-error")
def failure_breaks_off(reply: Reply) -> None:
    """A stream that fails half-way says nothing, and the connection is dropped: no client takes it for complete."""
    if reply.events:
        reply.events = [event for event in reply.events if not (isinstance(event, dict) and "error" in event)]
        reply.cut = True


models_listed_by_date = variation(
    MODELS,
    "A model answers to a shorter name than the one in the list.",
    change("data", lambda models: [one for one in models if not one["id"].endswith("gpt-4o-mini")]),
)


@anywhere()
def characters_escaped(reply: Reply) -> Reply:
    r"""Characters outside ASCII are written as \u escapes, also in tool arguments, and there is more white space."""
    if not reply.array:
        reply.map(lambda chunk: _escaped(chunk, reply.named))
    if reply.events is None and isinstance(reply.body, dict):
        reply.body = json.dumps(reply.body, indent=1).encode()
    return reply


other_id_prefix = chat(
    "Completion ids have another prefix.", in_objects(change("id", lambda id_: id_.replace("chatcmpl-", "gen_"), str))
)
system_fingerprint = chat(
    "Completions and chunks have the further fields that some models send.",
    lambda reply, _: reply.edit_objects(_add_fingerprint),
)
only_required_fields = chat(
    "No optional null or detail is sent: neither refusal nor logprobs, nor details of the usage.",
    lambda reply, _: reply.edit_objects(_drop_optional),
)


@chat()
def usage_absent_before_the_end(reply: Reply) -> None:
    """Chunks before the usage chunk have no `usage` instead of null."""
    for chunk in reply.chunks:
        if chunk.get("usage", 0) is None:
            del chunk["usage"]


role_with_null_content = chat(
    "The first delta has the role, and its content is null.",
    in_chunks(each(DELTA, lambda delta: "role" in delta and delta.update(content=None))),
)
role_without_content = chat(
    "The first delta has only a role.",
    in_chunks(each(DELTA, lambda delta: "role" in delta and delta.pop("content", None))),
)
null_role_in_later_deltas = chat(
    "Deltas after the first have a role that is null.",
    in_chunks(each(DELTA, lambda delta: delta.setdefault("role", None))),
)
later_types_are_functions = chat(
    "Every fragment of a call has the type `function`.",
    in_chunks(each(FRAGMENTS, lambda fragment: fragment.setdefault("type", "function"))),
)
several_choices_refused_in_detail = chat(
    "Several choices are refused with a `detail` that says so.",
    answer({"detail": "One choice is the most that this model gives."}, 400),
    when=both(served, has("n")),
)
last_delta_with_empty_content = chat(
    'The delta beside the finish reason has content "".',
    in_chunks(each("choices[]", lambda choice: choice["finish_reason"] and choice["delta"].update(content=""))),
)
empty_content_next_to_calls = chat(
    'A message that calls tools has content "" instead of null.',
    each("choices[].message", lambda message: message.get("tool_calls") and message.update(content="")),
)


@chat()
def empty_deltas_between(reply: Reply) -> None:
    """A chunk with an empty delta keeps the stream alive after the role."""
    events = reply.events or []
    for place, event in enumerate(events):
        if isinstance(event, dict) and event.get("choices"):
            choice = {**event["choices"][0], "delta": {}, "logprobs": None}
            events.insert(place + 1, {**event, "choices": [choice]})
            return


@chat()
def call_in_one_fragment(reply: Reply) -> None:
    """A streamed tool call comes whole, in its first fragment."""
    starts: dict[tuple[int, int], Chunk] = {}
    reply.without(lambda event: isinstance(event, dict) and _joined(event, starts))


@anywhere()
def bare_errors(reply: Reply, call: Call) -> Reply:
    """Fields of an error in the OpenAI dialect that the contract does not demand are null."""
    rules = call.contract.gateway["errors"]
    demanded = {*rules["fields"], "message", *(["code"] if rules["codes"] else [])}
    if call.protocol != DEFAULT:
        return reply
    return reply.edit_error(
        lambda body: body["error"].update({name: None for name in ("param", "code") if name not in demanded})
    )


@anywhere()
def last_allowed_status(reply: Reply, call: Call) -> None:
    """Where the contract allows several statuses for a cause, the last one is used."""
    if reply.cause is not None:
        reply.status = Envelope(call.contract.gateway["errors"]).statuses(reply.cause)[-1]
        if call.protocol == "gemini":
            reply.body["error"] |= {"code": reply.status, "status": name_of(reply.status)}


def _in_lines(chunk: Chunk) -> bytes:
    pretty = msgspec.json.format(encode_json(chunk), indent=2)
    return b"".join(b"data: " + line + b"\n" for line in pretty.split(b"\n")) + b"\n"


def _escaped(chunk: Chunk, named: bool) -> bytes:
    name = f"event: {chunk['type']}\n" if named else ""
    return f"{name}data: {json.dumps(chunk)}\n\n".encode()


def _add_unknown_field(value: Any) -> None:
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in _OF_THE_MODEL:
                _add_unknown_field(part)
        value["x_unknown"] = {"since": "1.0", "tags": []}
    elif isinstance(value, list):
        for part in value:
            _add_unknown_field(part)


def _add_fingerprint(body: Chunk) -> None:
    if "object" in body:
        body |= {"system_fingerprint": "fp_44709d6fcb", "service_tier": "default"}
        if body["object"] == "chat.completion.chunk":
            body["obfuscation"] = "aB3xQ9"


def _drop_optional(body: Chunk) -> None:
    for choice in body.get("choices", ()):
        if choice.get("logprobs") is None:
            choice.pop("logprobs", None)
        choice.get("message", choice.get("delta", {})).pop("refusal", None)
    for name in ("prompt_tokens_details", "completion_tokens_details"):
        (body.get("usage") or {}).pop(name, None)


def _joined(chunk: Chunk, starts: dict[tuple[int, int], Chunk]) -> bool:
    """The chunk continues a tool call, and was added to the call's first fragment."""
    choices = chunk.get("choices") or []
    fragments = choices[0]["delta"].get("tool_calls") if choices else None
    if not fragments:
        return False
    place = (choices[0]["index"], fragments[0]["index"])
    if place not in starts:
        starts[place] = fragments[0]
        return False
    kind = "function" if "function" in fragments[0] else "custom"
    for name, text in fragments[0][kind].items():
        starts[place][kind][name] += text
    return True
