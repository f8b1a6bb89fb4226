"""Ways to ignore in a stream of the Gemini protocol what its request asks for."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import drop, each, in_chunks, swap
from reference_server.faults.words.gemini import FINISH, STREAM, USAGE, forget

stream = rows(STREAM)
request = rows(STREAM, request_fault)

streams_without_max_output_tokens = request(
    "gemini.stream.max-tokens", "`maxOutputTokens` is ignored where a stream is asked for.", forget("maxOutputTokens")
)
cut_pieces_end_with_stop = stream(
    "gemini.stream.max-tokens.finish-reason",
    "A stream that the limit cuts off ends with STOP.",
    in_chunks(swap(FINISH, "MAX_TOKENS", "STOP")),
)
streams_without_stop_sequences = request(
    "gemini.stream.stop", "`stopSequences` are ignored where a stream is asked for.", forget("stopSequences")
)
streams_without_instruction = request(
    "gemini.stream.system-instruction",
    "`systemInstruction` does not reach the model of a stream.",
    drop("systemInstruction"),
)
streams_without_schema = request(
    "gemini.stream.json",
    "`responseSchema` is ignored where a stream is asked for.",
    forget("responseSchema", "responseMimeType"),
)
streams_without_tool_config = request(
    "gemini.tools.stream.allowed", "`toolConfig` is ignored where a stream is asked for.", drop("toolConfig")
)
streams_without_functions = request(
    "gemini.tools.stream.allowed", "Functions are ignored where a stream is asked for.", drop("tools", "toolConfig")
)
pieces_cost_one_token = stream(
    "gemini.stream.usage.numbers gemini.stream.usage.equals-whole",
    "Every stream costs one token.",
    in_chunks(
        each(USAGE, lambda usage: usage.update(candidatesTokenCount=1, totalTokenCount=usage["promptTokenCount"] + 1))
    ),
)
pieces_cost_twice = stream(
    "gemini.stream.usage.equals-whole gemini.stream.max-tokens",
    "The tokens of a stream are counted twice.",
    in_chunks(
        each(
            USAGE,
            lambda usage: usage.update({name: 2 * count for name, count in usage.items() if isinstance(count, int)}),
        )
    ),
)
