"""Ways to break the official Python client where it reads responses."""

from __future__ import annotations

import json
from typing import Any

from reference_server.faults import fault
from reference_server.faults.responses import RESPONSE, messages
from reference_server.faults.responses_stream import ENDS, is_of, of
from reference_server.wire.call import Call
from reference_server.wire.reply import Event, Reply, encode_json


@fault(RESPONSE, breaks={"responses.output", "sdk.openai.responses.create"})
def response_output_null(reply: Reply) -> Reply:
    """`output` is null."""
    return reply.edit(lambda body: body.update(output=None))


@fault(RESPONSE, breaks={"responses.stream.created", "sdk.openai.responses.stream"})
def response_only_in_progress(reply: Reply) -> Reply:
    """The stream begins with response.in_progress."""
    return reply.without(lambda event: is_of(event, "response.created"))


@fault(RESPONSE, breaks={"responses.stream.id", "sdk.openai.responses.stream"})
def response_id_new_at_the_end(reply: Reply) -> None:
    """The last event has the id of the provider."""
    for chunk in of(reply, *ENDS):
        chunk["response"] = {**chunk["response"], "id": "chatcmpl-1"}


@fault(RESPONSE, breaks={"responses.errors.midstream", "sdk.openai.responses.stream.error"}, model="midstream-error")
def response_failure_in_a_comment(reply: Reply) -> Reply:
    """A stream that fails half-way tells it in a comment, which clients skip."""

    def hide(event: Event) -> Event:
        return b": upstream error\n\n" if is_of(event, "response.failed") else event

    return reply.map(hide)


@fault(RESPONSE, breaks={"responses.tools.stream.arguments", "sdk.openai.responses.tools"})
def last_response_with_decoded_arguments(reply: Reply) -> None:
    """In the response of the last event the arguments of a call are an object instead of its text."""
    for chunk in of(reply, *ENDS):
        output = [_decoded(item) for item in chunk["response"]["output"]]
        chunk["response"] = {**chunk["response"], "output": output}


def _decoded(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "arguments": json.loads(item["arguments"])} if item["type"] == "function_call" else item


@fault(RESPONSE, breaks={"sdk.openai.responses.parse"})
def titled_text_fenced(reply: Reply, call: Call) -> Reply:
    """An answer to a schema with a title, as one that is made of a class has, stands in a code fence."""
    if b'"title":"Book"' not in encode_json(call.body):
        return reply
    for message in messages(reply.body) if reply.ok and isinstance(reply.body, dict) else ():
        message["content"][0]["text"] = f"```json\n{message['content'][0]['text']}\n```"
    return reply
