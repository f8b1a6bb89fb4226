"""Ways to break the official Google GenAI client."""

from __future__ import annotations

from typing import Any

from reference_server.faults import fault
from reference_server.faults.gemini import refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_GENERATE = "generateContent"
_BLOCKED = b"<html><body><h1>403 Forbidden</h1>Sorry, you have been blocked.</body></html>"


@fault(_GENERATE, breaks={"sdk.gemini.generate"}, gateway="ofox")
def gemini_client_blocked(reply: Reply, call: Call) -> Reply:
    """A firewall in front of the gateway takes the official Google GenAI client for a robot."""
    blocked = "google-genai-sdk" in call.headers.get("user-agent", "")
    return Reply(403, {"content-type": "text/html", "x-request-id": call.id}, _BLOCKED) if blocked else reply


@fault("streamGenerateContent", breaks={"gemini.stream.json-events", "sdk.gemini.stream"}, gateway="ofox")
def gemini_stream_greets(reply: Reply, call: Call) -> None:
    """The first event of a stream is a word."""
    if reply.events and call.query.get("alt") == "sse":
        reply.events.insert(0, "ready")


@fault(_GENERATE, breaks={"gemini.tools.arguments", "sdk.gemini.tools"}, gateway="ofox")
def gemini_args_renamed(reply: Reply) -> Reply:
    """The arguments of a function call are called `arguments`, as in the OpenAI dialect."""

    def rename(body: dict[str, Any]) -> None:
        for candidate in body.get("candidates") or ():
            for part in candidate["content"]["parts"]:
                if "functionCall" in part:
                    part["functionCall"]["arguments"] = part["functionCall"].pop("args")

    return reply.edit(rename)


@fault(_GENERATE, breaks={"gemini.errors.unknown-model", "sdk.gemini.errors"}, gateway="ofox")
def gemini_unknown_model_as_success(reply: Reply) -> None:
    """A model that does not exist is answered 200 with an error in the body."""
    if reply.cause == "unknown_model":
        reply.status = 200


@fault("generateContentV1", breaks={"gemini.v1", "sdk.gemini.version"}, gateway="ofox")
def gemini_version_unknown(reply: Reply) -> Reply:
    """There is nothing below v1, where recent clients ask."""
    return refused(404, "NOT_FOUND") if reply.ok else reply


@fault("batchEmbedContents", breaks={"gemini.embeddings.batch", "sdk.gemini.embeddings"})
def gemini_batch_under_data(reply: Reply) -> Reply:
    """The vectors of a batch stand in `data`, as in the OpenAI dialect."""
    return reply.edit(lambda body: body.update(data=body.pop("embeddings")))
