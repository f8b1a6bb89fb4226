"""The words of the OpenAI dialect: its operations, paths in a completion, and the requests that faults wait for."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from reference_server.faults.words.edits import Edit, Members, change, in_objects
from reference_server.faults.words.prompts import HELLO
from reference_server.faults.words.situations import asked, both, no, sent, streamed
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

CHAT = "createChatCompletion"
RESPONSES = "createResponse"
EMBED = "createEmbedding"
MODELS = "listModels"
MODEL = "retrieveModel"
IMAGE = "createImage"
IMAGE_EDIT = "createImageEdit"
IMAGE_TASK = "createImageTask"
AUDIO_TASK = "createAudioTask"
TASK = "retrieveTask"
VIDEO = "createVideo"
VIDEO_STATE = "retrieveVideo"
MUSIC = "createMusic"
MUSIC_STATE = "retrieveMusic"
SPEECH = "createSpeech"
TRANSCRIPTION = "createTranscription"
UPLOAD = "uploadFile"
FILES = "listFiles"
FILE = "retrieveFile"
FILE_CONTENT = "downloadFile"
DELETE_FILE = "deleteFile"
ACCOUNT = "getAccount"
USAGE = "getUsage"
DAILY_USAGE = "getAccountUsage"

TEXT, FINISH, CALLS = "choices[].message.content", "choices[].finish_reason", "choices[].message.tool_calls[]"
DELTA, PIECE, FRAGMENTS = "choices[].delta", "choices[].delta.content", "choices[].delta.tool_calls[]"
DONE = "[DONE]"


def plain(_: Reply, call: Call) -> bool:
    """The request is the plainest there is: a model, a greeting, a limit, and perhaps `stream`."""
    body = sent(call)
    return len(body) == (4 if body.get("stream") else 3) and HELLO in str(body.get("messages"))


def streams(call: Call) -> bool:
    """The request asks for a stream."""
    return bool(sent(call).get("stream"))


def turns(call: Call) -> list[Any]:
    """The messages of a request; none where they are no list."""
    messages = sent(call).get("messages")
    return messages if isinstance(messages, list) else []


def roles(call: Call) -> set[Any]:
    """The roles that speak in a request."""
    return {turn.get("role") for turn in turns(call) if isinstance(turn, dict)}


def reword(function: Callable[[str], str]) -> Members:
    """Change the text of each choice of a whole answer."""
    return change(TEXT, function, str)


def reword_all(function: Callable[[str], str]) -> Edit:
    """Change the text of an answer, whole or in each piece."""
    return in_objects(reword(function) | change(PIECE, function, str))


def keep_turns(test: Callable[[Any], bool]) -> Members:
    """Keep only the messages of a request that pass a test."""
    return change("messages", lambda messages: [turn for turn in messages if test(turn)], list)


def add_chunk(**members: Any) -> Edit:
    """Put a chunk at the end of a stream, before `[DONE]`: the last one with other members."""

    def edit(reply: Reply, _: Call) -> None:
        if reply.events and reply.chunks:
            place = reply.events.index(DONE) if DONE in reply.events else len(reply.events)
            reply.events.insert(place, reply.chunks[-1] | deepcopy(members))

    return edit


def insert_chunk(place: int, **members: Any) -> Edit:
    """Put a chunk into a stream at this place: the one before it with other members."""

    def edit(reply: Reply, _: Call) -> None:
        before = reply.events[place - 1] if reply.events and len(reply.events) >= place else None
        if reply.events and isinstance(before, dict) and "choices" in before:
            reply.events.insert(place, before | deepcopy(members))

    return edit


def piece(reason: str | None = None, **delta: Any) -> list[Chunk]:
    """The choices of a chunk that adds this delta to the first choice, and ends it when a reason is given."""
    return [{"index": 0, "delta": delta, "finish_reason": reason}]


def choices(reply: Reply) -> list[Chunk]:
    """What the chunks of a stream say of the choices, one after the other."""
    return [choice for chunk in reply.chunks for choice in chunk.get("choices") or ()]


def fragments(reply: Reply) -> list[Chunk]:
    """The fragments of tool calls that a stream carries."""
    return [fragment for choice in choices(reply) for fragment in choice["delta"].get("tool_calls") or ()]


def fail_within(**error: object) -> Edit:
    """Report a failure after the first chunk of a stream, and end it as if all were well."""

    def edit(reply: Reply, _: Call) -> None:
        if reply.events:
            reply.events[1:] = [{"error": error}, DONE]

    return edit


PROVIDER_FAILS = fail_within(message="The provider broke off.", type="server_error", code=None)
OF_THE_MODEL = both(streamed, no(asked(lambda call: sent(call).get("model") == "midstream-error")))
"""A stream that is not asked of the model that fails on purpose."""
