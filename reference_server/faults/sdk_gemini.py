"""Ways to break the official Google GenAI client."""

from __future__ import annotations

from reference_server.faults import fault, rows
from reference_server.faults.words.edits import insert, rename, status
from reference_server.faults.words.gemini import ARGUMENTS, BATCH, GENERATE, NOT_FOUND, STREAM, as_events
from reference_server.faults.words.sdk import block
from reference_server.faults.words.situations import header, refused

content = rows(GENERATE, gateway="ofox")

gemini_client_blocked = content(
    "sdk.gemini.generate",
    "A firewall in front of the gateway refuses the official Google GenAI client as a robot.",
    block,
    when=header("user-agent", "google-genai-sdk"),
)
gemini_stream_greets = fault(
    STREAM,
    "The first event of a stream is a word instead of JSON.",
    insert(0, "ready"),
    when=as_events,
    breaks={"gemini.stream.json-events", "sdk.gemini.stream"},
    gateway="ofox",
)
gemini_args_renamed = content(
    "gemini.tools.arguments sdk.gemini.tools",
    "The arguments of a function call are called `arguments`, as in the OpenAI dialect.",
    rename(ARGUMENTS, "arguments"),
)
gemini_unknown_model_as_success = content(
    "gemini.errors.unknown-model sdk.gemini.errors",
    "A request for a model that does not exist is answered with 200 and an error in the body.",
    status(200),
    when=refused("unknown_model"),
)
gemini_version_unknown = fault(
    "generateContentV1",
    "Every route below v1, which recent clients use, is answered as unknown.",
    NOT_FOUND,
    breaks={"gemini.v1", "sdk.gemini.version"},
    gateway="ofox",
)
gemini_batch_under_data = fault(
    BATCH,
    "The vectors of a batch stand in `data`, as in the OpenAI dialect.",
    rename("embeddings", "data"),
    breaks={"gemini.embeddings.batch", "sdk.gemini.embeddings"},
)
