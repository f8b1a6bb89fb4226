"""Ways to break single members of responses, whole and streamed."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.faults.responses import RESPONSE, is_plain, items, messages, sent
from reference_server.faults.responses_stream import ENDS, of
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_ADDED = "response.output_item.added"
_TEXT = ("response.output_text.delta", "response.output_text.done")


@fault(RESPONSE, breaks={"responses.id"})
def response_id_is_a_number(reply: Reply) -> Reply:
    """The id of a response is a number, another one each time."""
    return reply.edit(lambda body: body.update(id=hash(body["id"]) % 10**9 + 1))


@fault(RESPONSE, breaks={"responses.output"})
def response_item_is_a_text(reply: Reply, call: Call) -> Reply:
    """The plainest response ends with an item that is a text."""
    return reply.edit(lambda body: body["output"].append("Bye.")) if is_plain(call) else reply


@fault(RESPONSE, breaks={"responses.output", "responses.input.own-output"})
def response_text_null(reply: Reply, call: Call) -> Reply:
    """The message of the plainest response ends with a part whose text is null, which is not taken back."""

    def add(body: dict[str, Any]) -> None:
        for message in messages(body):
            message["content"].append({"type": "output_text", "text": None, "annotations": []})

    return reply.edit(add) if is_plain(call) else reply


@fault(RESPONSE, breaks={"responses.usage.counted"})
def response_input_free(reply: Reply) -> Reply:
    """No request costs input tokens."""
    return _without_tokens(reply, "input_tokens")


@fault(RESPONSE, breaks={"responses.usage.counted"})
def response_output_free(reply: Reply) -> Reply:
    """No answer costs output tokens."""
    return _without_tokens(reply, "output_tokens")


def _without_tokens(reply: Reply, name: str) -> Reply:
    def forget(body: dict[str, Any]) -> None:
        usage = body["usage"]
        usage.update({name: 0, "total_tokens": usage["total_tokens"] - usage[name]})

    return reply.edit(forget)


@fault(RESPONSE, breaks={"responses.stream.usage"})
def streamed_response_output_free(reply: Reply) -> None:
    """No streamed answer costs output tokens."""
    for chunk in of(reply, *ENDS):
        if usage := chunk["response"]["usage"]:
            chunk["response"] = {**chunk["response"], "usage": {**usage, "output_tokens": 0}}


@fault(RESPONSE, breaks={"responses.stream.items"})
def streamed_places_as_text(reply: Reply) -> None:
    """The places of items are told as texts."""
    for chunk in reply.chunks:
        if "output_index" in chunk:
            chunk["output_index"] = str(chunk["output_index"])


@fault(RESPONSE, breaks={"responses.stream.parts"})
def messages_never_begin(reply: Reply) -> Reply:
    """The parts of a message begin, and the message itself does not."""
    begun = [chunk for chunk in of(reply, _ADDED) if chunk["item"]["type"] == "message"]
    return reply.without(lambda event: any(event is chunk for chunk in begun))


@fault(RESPONSE, breaks={"responses.stream.text"})
def text_at_the_end_alone(reply: Reply) -> Reply:
    """A stream holds its text in the last event and in no other."""
    told = of(reply, *_TEXT)
    return reply.without(lambda event: any(event is chunk for chunk in told))


@fault(RESPONSE, breaks={"responses.errors.midstream"}, model="midstream-error")
def response_completed_after_failure(reply: Reply) -> None:
    """A failure is followed by the event of a success."""
    if reply.events and (ended := of(reply, "response.failed")):
        whole = {**ended[-1]["response"], "status": "completed", "error": None}
        reply.events.append({"type": "response.completed", "sequence_number": len(reply.events), "response": whole})


@fault(RESPONSE, breaks={"responses.json-schema.valid"})
def schema_value_within_another(reply: Reply, call: Call) -> Reply:
    """The value of the schema is a member of another object."""

    def wrap(body: dict[str, Any]) -> None:
        for message in messages(body):
            for part in message["content"]:
                part["text"] = f'{{"answer": {part["text"]}}}'

    return reply.edit(wrap) if sent(call).get("text") else reply


@fault(RESPONSE, breaks={"responses.tools.call-id"})
def response_calls_share_a_call_id(reply: Reply) -> Reply:
    """All calls of a response that makes several have one `call_id`."""

    def share(body: dict[str, Any]) -> None:
        calls = [item for item in body["output"] if item["type"] == "function_call"]
        for made in calls[1:]:
            made["call_id"] = calls[0]["call_id"]

    return reply.edit(share)


@fault(RESPONSE, breaks={"responses.tools.result"})
def response_result_not_answered(reply: Reply, call: Call) -> Reply:
    """What is said of the result of the model's own call is lost."""
    own = any("sunny" in str(item.get("output")) for item in items(call, "function_call_output"))
    alone = "previous_response_id" in sent(call)
    return reply.edit(lambda body: body.update(output=[])) if own and not alone else reply


@fault(RESPONSE, breaks={"responses.tools.stream.item"})
def streamed_call_with_namespace(reply: Reply) -> None:
    """The name of a streamed call has a prefix that was not offered."""
    for chunk in of(reply, _ADDED):
        if chunk["item"]["type"] == "function_call":
            chunk["item"]["name"] = f"functions.{chunk['item']['name']}"
