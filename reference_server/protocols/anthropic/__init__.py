"""The Anthropic protocol: a request body to `Prompt`, `Answer` to a message or to the events of a stream."""

from reference_server.protocols.anthropic.request import prompt_of
from reference_server.protocols.anthropic.response import events, message, text_at_once, usage_body
from reference_server.protocols.anthropic.version import VERSION, refuse_removed

__all__ = ["VERSION", "events", "message", "prompt_of", "refuse_removed", "text_at_once", "usage_body"]
