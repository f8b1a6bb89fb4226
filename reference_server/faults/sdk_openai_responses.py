"""Ways to break the official Python client where it reads responses."""

from __future__ import annotations

import json

from reference_server.faults import rows
from reference_server.faults.words.edits import change, put
from reference_server.faults.words.prompts import BOOK
from reference_server.faults.words.responses import CREATED, ENDS, FAILED, RESPONSE, messages
from reference_server.faults.words.situations import asks
from reference_server.faults.words.typed import fence, in_events, resend, skip, typed

response = rows(RESPONSE)

response_output_null = response(
    "responses.output sdk.openai.responses.create", "`output` is null.", put("output", None)
)
response_only_in_progress = response(
    "responses.stream.created sdk.openai.responses.stream", "A stream has no response.created.", skip(CREATED)
)
response_id_new_at_the_end = response(
    "responses.stream.id sdk.openai.responses.stream",
    "The last event has the id of the provider.",
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
    "In the response of the last event the arguments of a call are an object instead of its text.",
    in_events(typed("response.output[]", "function_call", change("arguments", json.loads)), *ENDS),
)
titled_text_fenced = response(
    "sdk.openai.responses.parse",
    "An answer to a schema with a title, as one that is made of a class has, stands in a code fence.",
    messages(change("content[0].text", fence)),
    when=asks(BOOK),
)
