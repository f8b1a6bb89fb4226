"""The Gemini protocol: request body to `Prompt`, `Answer` to one content or to the parts of a stream."""

from reference_server.protocols.gemini.request import prompt_of
from reference_server.protocols.gemini.response import Frame, chunks, content, text_at_once
from reference_server.protocols.gemini.spelling import spelled

__all__ = ["Frame", "chunks", "content", "prompt_of", "spelled", "text_at_once"]
