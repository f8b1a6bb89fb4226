"""The OpenAI dialect of chat: request body to `Prompt`, `Answer` to completion or chunks."""

from reference_server.protocols.openai.request import prompt_of
from reference_server.protocols.openai.response import Frame, chunks, completion, usage_body

__all__ = ["Frame", "chunks", "completion", "prompt_of", "usage_body"]
