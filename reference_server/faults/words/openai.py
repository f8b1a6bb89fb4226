"""The words of the OpenAI dialect: its operations, paths in a completion, and the requests that faults wait for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults.words.edits import Edit, Members, change, in_objects
from reference_server.faults.words.prompts import HELLO
from reference_server.faults.words.situations import sent
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


def add_chunk(make: Callable[[Chunk], Chunk]) -> Edit:
    """Put a chunk, which is made of the first one, at the end of a stream, before `[DONE]`."""

    def edit(reply: Reply, _: Call) -> None:
        if reply.events and reply.chunks:
            place = reply.events.index(DONE) if DONE in reply.events else len(reply.events)
            reply.events.insert(place, make(reply.chunks[0]))

    return edit
