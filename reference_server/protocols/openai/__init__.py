"""The OpenAI protocol: a request body to `Prompt`, `Answer` to a completion or a response, whole or streamed."""

from reference_server.protocols.openai.completions import (
    Completed,
    completed,
    completion_prompts,
    text_chunks,
    text_completion,
)
from reference_server.protocols.openai.request import prompt_of
from reference_server.protocols.openai.response import Frame, chunks, completion, text_at_once, usage_body
from reference_server.protocols.openai.responses_answer import (
    ResponseFrame,
    failed_events,
    output_items,
    response_at_once,
    response_body,
    response_events,
)
from reference_server.protocols.openai.responses_request import input_items, response_prompt

__all__ = [
    "Completed",
    "Frame",
    "ResponseFrame",
    "chunks",
    "completed",
    "completion",
    "completion_prompts",
    "failed_events",
    "input_items",
    "output_items",
    "prompt_of",
    "response_at_once",
    "response_body",
    "response_events",
    "response_prompt",
    "text_at_once",
    "text_chunks",
    "text_completion",
    "usage_body",
]
