"""Ways to break the official Python client: by a defect on the wire, or by what only a client sends or reads."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import (
    Members,
    change,
    each,
    header,
    in_chunks,
    insert,
    put,
    refuse,
    reshape,
    status,
)
from reference_server.faults.words.openai import (
    CALLS,
    CHAT,
    DELTA,
    EMBED,
    FILE_CONTENT,
    FILES,
    FRAGMENTS,
    MODEL,
    MODELS,
    SPEECH,
    TEXT,
    TRANSCRIPTION,
    turns,
)
from reference_server.faults.words.prompts import BOOK, TRIES_AGAIN
from reference_server.faults.words.responses import CREATED, ENDS, FAILED, RESPONSE, messages
from reference_server.faults.words.sdk import block
from reference_server.faults.words.situations import asked, asks, refused
from reference_server.faults.words.situations import header as has_header
from reference_server.faults.words.typed import fence, in_events, resend, skip, typed
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

chat = rows(CHAT)
response = rows(RESPONSE)


def _drop_last_delta(choice: dict[str, Any]) -> None:
    if choice["finish_reason"]:
        del choice["delta"]


def _repeat_role(choice: dict[str, Any]) -> None:
    if choice["finish_reason"]:
        choice["delta"]["role"] = "assistant"


def _drop_choices(chunk: Chunk) -> None:
    if chunk.get("usage"):
        chunk.pop("choices", None)


def _begin_fence(delta: dict[str, Any]) -> None:
    if "role" in delta:
        delta["content"] = "```json\n"


python_client_blocked = chat(
    "chat.sdk-headers sdk.openai.create sdk.openai.environment",
    "A firewall in front of the gateway refuses the official Python client as a robot.",
    block,
    when=has_header("user-agent", "OpenAI/Python"),
)
created_with_fraction = chat(
    "chat.created sdk.openai.types", "`created` has a fraction.", change("created", lambda seconds: seconds + 0.5)
)
empty_data_between = chat(
    "chat.stream.json-events sdk.openai.stream", "A keep-alive event has empty data.", insert(1, b"data:\n\n")
)
last_delta_missing = chat(
    "chat.stream.choices sdk.openai.stream.helper",
    "The choice that ends a stream has no delta.",
    in_chunks(each("choices[]", _drop_last_delta)),
)
usage_chunk_without_choices = chat(
    "chat.stream.usage.choices sdk.openai.stream.empty-choices",
    "The chunk that reports the usage has no `choices`.",
    in_chunks(Members(_drop_choices)),
)
role_repeated_at_the_end = chat(
    "chat.stream.role-once sdk.openai.stream.helper",
    "The delta that ends a stream repeats the role.",
    in_chunks(each("choices[]", _repeat_role)),
)


@chat("chat.stream.object sdk.openai.stream.helper")
def first_chunk_without_object(reply: Reply) -> None:
    """The first chunk has no `object`."""
    for chunk in reply.chunks[:1]:
        chunk.pop("object", None)


byte_order_mark = chat(
    "sdk.openai.stream.helper",
    "A stream starts with a byte order mark, which its standard allows but which makes the client lose a chunk.",
    insert(0, b"\xef\xbb\xbf"),
)
failure_as_comment = chat(
    "chat.stream.error-event sdk.openai.stream.error",
    "A stream that fails half-way says so only in a comment, which clients skip.",
    lambda reply, _: reply.map(lambda chunk: b": upstream error\n\n" if "error" in chunk else chunk),
    model="midstream-error",
)
arguments_encoded_twice = chat(
    "tools.call.arguments tools.no-parameters tools.stream.equals-whole sdk.openai.tools",
    "The arguments of a call are encoded in JSON twice.",
    change(f"{CALLS}.function.arguments", json.dumps),
)
own_fields_refused = chat(
    "sdk.openai.tools.loop",
    "A message is refused for its `refusal`, a field that the target itself had sent.",
    refuse(400, "Unknown field 'messages[1].refusal'."),
    when=asked(lambda call: any(isinstance(turn, dict) and "refusal" in turn for turn in turns(call))),
)


@chat("tools.stream.name-once sdk.openai.tools.stream")
def call_named_again_at_the_end(reply: Reply) -> None:
    """The last fragment of a streamed call repeats the name of the function."""
    names: dict[Any, tuple[str, dict[str, Any]]] = {}

    def note(fragment: dict[str, Any]) -> None:
        name = fragment["function"].get("name") or names[fragment["index"]][0]
        names[fragment["index"]] = (name, fragment["function"])

    for chunk in reply.chunks:
        each(FRAGMENTS, note).apply(chunk)
    for name, last in names.values():
        last["name"] = name


titled_schema_fenced = chat(
    "sdk.openai.parse sdk.openai.parse.stream",
    "An answer to a schema that has a title, as one made from a class does, stands in a code fence.",
    change(TEXT, fence),
    in_chunks(each(DELTA, _begin_fence)),
    when=asks(BOOK),
)
models_as_names = fault(
    MODELS,
    "The list of models holds names instead of objects.",
    change("data", lambda models: [model["id"] for model in models]),
    breaks={"models.list", "sdk.openai.models.list"},
)
retrieved_model_under_data = fault(
    MODEL,
    "A retrieved model stands under `data`.",
    reshape(lambda body: {"data": body}),
    breaks={"models.retrieve", "sdk.openai.models.retrieve"},
)
forbidden_model_as_success = chat(
    "limits.restricted-model sdk.openai.errors.class",
    "A request for a model outside the account is answered with 200 and an error in the body.",
    status(200),
    model="forbidden-model",
)


@chat("sdk.openai.errors.fields", model="forbidden-model")
def forbidden_model_in_problem_details(reply: Reply) -> None:
    """A request for a model outside the account is refused in the problem details format."""
    reply.body = {"title": "Forbidden", "status": 403, "detail": reply.body["error"]["message"]}


forbidden_model_without_request_id = chat(
    "sdk.openai.errors.request-id",
    "A refusal of a model outside the account has no x-request-id.",
    header("x-request-id", None),
    model="forbidden-model",
)
limit_forbids_to_try_again = chat(
    "sdk.openai.retry.limit",
    "A 429 tells the client not to retry, although the limit passes.",
    header("x-should-retry", "false"),
    when=refused("rate_limited"),
)


def _set_request_id(reply: Reply, call: Call) -> None:
    reply.headers["x-request-id"] = call.id


failure_forbids_to_try_again = chat(
    "sdk.openai.retry.upstream",
    "A passing failure tells the client not to retry.",
    refuse(502, "Bad gateway.", type="x"),
    header("x-should-retry", "false"),
    _set_request_id,
    when=asks(TRIES_AGAIN),
    model="flaky-once",
)

# Responses.
response_output_null = response(
    "responses.output sdk.openai.responses.create", "`output` of a response is null.", put("output", None)
)
response_only_in_progress = response(
    "responses.stream.created sdk.openai.responses.stream", "A stream has no `response.created` event.", skip(CREATED)
)
response_id_new_at_the_end = response(
    "responses.stream.id sdk.openai.responses.stream",
    "The response of the last event has another id.",
    in_events(put("response.id", "chatcmpl-1"), *ENDS),
)
response_failure_in_a_comment = response(
    "responses.errors.midstream sdk.openai.responses.stream.error",
    "A stream that fails half-way says so only in a comment, which clients skip.",
    resend(lambda _: b": upstream error\n\n", FAILED),
    model="midstream-error",
)
last_response_with_decoded_arguments = response(
    "responses.tools.stream.arguments sdk.openai.responses.tools",
    "In the response of the last event the arguments of a call are an object instead of a string.",
    in_events(typed("response.output[]", "function_call", change("arguments", json.loads)), *ENDS),
)
titled_text_fenced = response(
    "sdk.openai.responses.parse",
    "An answer to a schema that has a title, as one made from a class does, stands in a code fence.",
    messages(change("content[0].text", fence)),
    when=asks(BOOK),
)


# Other areas.
@fault(EMBED, breaks={"embeddings.base64.decodes", "sdk.openai.embeddings"})
def base64_of_doubles(reply: Reply) -> None:
    """The base64 of a vector holds numbers of 64 bits instead of 32."""
    for entry in reply.body["data"] if reply.ok else ():
        if isinstance(entry["embedding"], str):
            data = base64.b64decode(entry["embedding"])
            numbers = struct.unpack(f"<{len(data) // 4}f", data)
            entry["embedding"] = base64.b64encode(struct.pack(f"<{len(numbers)}d", *numbers)).decode()


moderation_under_data = fault(
    "createModeration",
    "The moderation stands under `data`.",
    reshape(lambda body: {"data": body}),
    breaks={"moderations.answers", "sdk.openai.moderations"},
)


@fault(FILE_CONTENT, breaks={"files.content", "files.content.binary", "files.content.large", "sdk.openai.files"})
def content_in_json(reply: Reply) -> None:
    """The content of a file is downloaded as a string in JSON."""
    if reply.ok and isinstance(reply.body, bytes):
        reply.body = json.dumps(reply.body.decode("utf-8", "replace")).encode()


cursor_is_not_read = request_fault(
    FILES,
    "Every page is the first one, whatever `after` says.",
    lambda call: call.query.pop("after", None),
    breaks={"files.paging.after", "sdk.openai.files.pages"},
)


@fault(SPEECH, breaks={"audio.speech.answers", "sdk.openai.speech"})
def speech_within_json(reply: Reply) -> Reply:
    """Speech is answered as base64 in JSON."""
    if not (reply.ok and isinstance(reply.body, bytes)):
        return reply
    return Reply.json({"audio": base64.b64encode(reply.body).decode()})


transcription_under_data = fault(
    TRANSCRIPTION,
    "The transcription stands under `data`.",
    reshape(lambda body: {"data": body} if isinstance(body, dict) else None),
    breaks={"audio.transcriptions.default", "audio.transcriptions.verbose", "sdk.openai.transcriptions"},
)
