"""Refuses what the documents of the providers describe and this server does not have.

A parameter that may be ignored, such as a cache key, is ignored. One whose loss a client would not notice is refused by
name. With `strict` so is one that no document describes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from gateway_contract import Contract
from reference_server.errors import Refusal

_UNSUPPORTED, _UNKNOWN = "unsupported_parameter", "unknown_parameter"


class Unbuilt:
    """A parameter, by its path, and whether a value asks for more than this server has. `first` begins the path."""

    def __init__(self, path: str, asks: Callable[[Any], bool] = bool) -> None:
        self.path = path
        self.asks = asks
        self.first = path.partition(".")[0].removesuffix("[]")


def _is_true(value: Any) -> bool:
    return value is True or value == "true"


def _more_than(*known: str) -> Callable[[Any], bool]:
    """Whether a list, or a text, is something else than the known words."""
    return lambda value: bool({str(one).lower() for one in (value if isinstance(value, list) else [value])} - {*known})


def _has_more_than(known: str) -> Callable[[Any], bool]:
    """Whether an object has another member than the known one."""
    return lambda value: isinstance(value, dict) and any(value[name] is not None for name in value if name != known)


_CONVERSATION = Unbuilt("conversation")
_DEFERRED = (
    Unbuilt("tools[].defer_loading", _is_true),
    Unbuilt("tools[].allowed_callers", _more_than("direct")),
)
_IMAGES = (
    Unbuilt("stream", _is_true),
    *(Unbuilt(name) for name in ("partial_images", "frame_count", "frame_duration_ms", "svg")),
)
_GEMINI = (
    Unbuilt("generationConfig.responseModalities", _more_than("text", "modality_unspecified")),
    Unbuilt("generationConfig.speechConfig"),
    Unbuilt("generationConfig.imageConfig"),
    Unbuilt("generationConfig.audioTimestamp", _is_true),
    Unbuilt("toolConfig.includeServerSideToolInvocations", _is_true),
    *(
        Unbuilt(f"tools[].{name}", lambda value: value is not None)
        for name in (
            *("googleSearch", "googleSearchRetrieval", "codeExecution", "urlContext", "computerUse", "fileSearch"),
            *("googleMaps", "mcpServers"),
        )
    ),
    Unbuilt("tools[]", _has_more_than("functionDeclarations")),
    Unbuilt("cachedContent"),
)
UNBUILT: dict[str, tuple[Unbuilt, ...]] = {
    "createChatCompletion": (
        Unbuilt("modalities", _more_than("text")),
        Unbuilt("audio"),
        Unbuilt("web_search_options", lambda value: value is not None),
        Unbuilt("functions"),
        Unbuilt("function_call", lambda value: value not in (None, "none")),
    ),
    "createResponse": (
        Unbuilt("background", _is_true),
        _CONVERSATION,
        Unbuilt("prompt"),
        Unbuilt("tools[].async", _is_true),
        *_DEFERRED,
    ),
    "countResponseTokens": (_CONVERSATION,),
    "createImage": _IMAGES,
    "createImageEdit": (*_IMAGES, Unbuilt("markup")),
    "createSpeech": (Unbuilt("stream_format", _more_than("audio")),),
    "createTranscription": (
        Unbuilt("stream", _is_true),
        Unbuilt("include"),
        Unbuilt("known_speaker_names"),
        Unbuilt("known_speaker_references"),
    ),
    "createMessage": (
        Unbuilt("mcp_servers"),
        *(Unbuilt(name) for name in ("compaction", "container", "thread")),
        Unbuilt("tools[].type", _more_than("custom")),
        Unbuilt("messages[].content[].citations.enabled"),
        Unbuilt("fallbacks"),
        *_DEFERRED,
    ),
    **dict.fromkeys(
        ("generateContent", "generateContentV1", "streamGenerateContent", "streamGenerateContentV1"), _GEMINI
    ),
}
"""By operation. Every other parameter of the documents is built, or may be ignored."""
_FIRST = {operation: frozenset(row.first for row in rows) for operation, rows in UNBUILT.items()}
_NONE: frozenset[str] = frozenset()

_CACHE = ("prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "safety_identifier", "moderation")
IGNORED: dict[str, tuple[str, ...]] = {
    "createChatCompletion": _CACHE,
    "createResponse": (
        *_CACHE,
        *("context_management", "include", "max_tool_calls", "reasoning", "service_tier", "stream_options"),
        *("access_programs", "image", "top_logprobs", "truncation", "user"),
    ),
    "countResponseTokens": ("parallel_tool_calls", "personality", "reasoning", "text", "tool_choice", "truncation"),
    "createMessage": (
        *("billing_policy", "context_management", "diagnostics", "fallback_credit_token", "inference_geo", "speed"),
        "user_profile_id",
    ),
    "countMessageTokens": ("speed", "user_profile_id"),
    "createImage": ("complexity", "safety_identifier"),
    "createImageEdit": ("complexity", "safety_identifier", "image"),
    "createTranscription": ("chunking_strategy", "keywords", "languages"),
}
"""Documented parameters that the contract leaves out and that may be ignored, by operation."""

_COLLECTIONS = {
    "openai": {
        *("assistants", "batches", "chatkit", "compact", "containers", "content_provenance_checks", "conversations"),
        *("evals", "fine_tuning", "organization", "projects", "realtime", "skills", "threads", "uploads"),
        *("variations", "vector_stores", "videos", "voice_consents", "voices"),
    },
    "anthropic": {
        *("agents", "batches", "complete", "deployment_runs", "deployments", "dreams", "environments", "files"),
        *("memory_stores", "organizations", "sessions", "skills", "tunnels", "user_profiles", "vaults"),
    },
    "gemini": {
        *("asyncBatchEmbedContent", "auth_tokens", "batches", "batchGenerateContent", "cachedContents", "corpora"),
        *("fileSearchStores", "generateAnswer", "interactions", "operations", "predict", "predictLongRunning"),
        *("tunedModels",),
    },
}
"""Collections and methods of each protocol that this server leaves out."""
_PARTS = {
    "openai": {
        r"GET .*/chat/completions|\w+ .*/chat/completions/.+": "Stored chat completions of this API are",
        r"DELETE .*/models/.+": "The deletion of models is",
    }
}
"""What it leaves out of a collection that it has, by method and path."""


def note_on(contract: Contract, protocol: str, method: str, path: str) -> str:
    """What the refusal of an unknown path adds where the path is documented and not built; nothing otherwise."""
    built = {step for one in contract.operations.values() if one.protocol == protocol for step in _steps(one.path)}
    names = [f"/{step} of this API is" for step in _steps(path) if step in _COLLECTIONS[protocol] - built]
    names += [name for form, name in _PARTS.get(protocol, {}).items() if re.fullmatch(form, f"{method} {path}")]
    return f" {names[0]} not built here." if names else ""


def _steps(path: str) -> list[str]:
    return re.split("[/:]", path)


def not_built(name: str) -> Refusal:
    """The refusal of a parameter that this server does not have."""
    return Refusal("invalid_value", f"Unsupported value for '{name}': it is not built.", name, _UNSUPPORTED)


def refuse_unbuilt(operation: str, body: Any) -> None:
    """Raise Refusal, naming the parameter, when a body asks for what this server does not have."""
    if not isinstance(body, dict) or _FIRST.get(operation, _NONE).isdisjoint(body):
        return
    for row in UNBUILT[operation]:
        for name, value in _values(body, row.path.split("."), ""):
            if value is not None and row.asks(value):
                raise not_built(name)


def refuse_unknown(operation: str, body: Any, documented: Collection[str]) -> None:
    """Raise Refusal when a body has a parameter that no document describes."""
    known = {*documented, *IGNORED.get(operation, ()), *(row.path for row in UNBUILT.get(operation, ()))}
    unknown = [name for name in body if name not in known] if isinstance(body, dict) else []
    if unknown:
        raise Refusal("invalid_value", f"Unknown parameter: '{unknown[0]}'.", unknown[0], _UNKNOWN)


def _values(value: Any, steps: list[str], at: str) -> Iterator[tuple[str, Any]]:
    """The values at a path, each with its name; `tools[]` stands for every item."""
    if not steps:
        yield at, value
        return
    name, every = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    if not isinstance(value, dict) or name not in value:
        return
    at = f"{at}.{name}" if at else name
    items = value[name] if every and isinstance(value[name], list) else ()
    places = [(f"{at}[{place}]", item) for place, item in enumerate(items)] if every else [(at, value[name])]
    for where, item in places:
        yield from _values(item, steps[1:], where)
