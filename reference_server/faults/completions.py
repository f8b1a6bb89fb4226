"""Ways to break completions."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import change, drop, in_chunks, put
from reference_server.faults.words.situations import streamed, whole
from reference_server.wire.reply import Reply

completion = rows("createCompletion", when=whole)
stream = rows("createCompletion", when=streamed)

completion_called_chat = completion(
    "completions.answers", "`object` of a completion is `chat.completion`.", put("object", "chat.completion")
)
completion_with_messages = completion(
    "completions.answers", "A choice has a message instead of a text.", drop("choices[].text")
)
completion_twice = completion(
    "completions.answers",
    "A single text gets two choices.",
    change("choices", lambda choices: choices * 2 if len(choices) == 1 else choices),
)
completion_for_no_reason = completion(
    "completions.finish", "A choice does not say why it ended.", put("choices[].finish_reason", None)
)
completion_without_usage = completion("completions.usage", "A completion has no usage.", drop("usage"))
completion_of_a_free_prompt = completion(
    "completions.usage",
    "The prompt costs nothing.",
    put("usage.prompt_tokens", 0),
    change("usage", lambda usage: usage | {"total_tokens": usage["completion_tokens"]}),
)
completion_total_of_nothing = completion(
    "completions.usage", "The sum of the tokens is 0.", put("usage.total_tokens", 0)
)
completion_indices_alike = completion(
    "completions.several", "The choices of several texts all have the index 0.", put("choices[].index", 0)
)
completion_events_of_chat = stream(
    "completions.stream", "The events are chat completions.", in_chunks(put("object", "chat.completion.chunk"))
)
completion_pieces_of_chat = stream(
    "completions.stream", "The pieces of the text are called `content`.", in_chunks(drop("choices[].text"))
)


@stream("completions.stream")
def completion_without_done(reply: Reply) -> Reply:
    """The stream of a completion ends without `[DONE]`."""
    return reply.without(lambda event: event == "[DONE]")


@stream("completions.stream")
def completion_stream_is_empty(reply: Reply) -> Reply:
    """The stream of a completion holds `[DONE]` and nothing else."""
    return reply.without(lambda event: event != "[DONE]")
