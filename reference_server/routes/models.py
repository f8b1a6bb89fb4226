"""`GET /models` and `GET /models/{model}`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reference_server.answering import CONTEXT
from reference_server.fixtures import OWNER, Model
from reference_server.routes import route
from reference_server.state.metering import CREDITS_PER_TOKEN, USD_PER_CREDIT
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply, encode_json

if TYPE_CHECKING:
    from reference_server.service import Service

_CREATED: dict[str, int | str] = {"unix": 1767225600, "iso8601": "2026-01-01T00:00:00Z"}
"""The day all models were made, as the gateway writes times."""
_USD = CREDITS_PER_TOKEN * USD_PER_CREDIT
"""The price of a token."""
_PROVIDERS = {
    "anthropic": ("claude",),
    "google": ("gemini", "veo", "lyria"),
    "openai": ("gpt-", "text-", "omni-", "dall-e", "tts-", "whisper"),
    "deepseek": ("deepseek",),
}
"""The beginnings of names by which models without a provider in their name are known."""
_TAKES = ("temperature", "top_p", "max_tokens", "stop", "tools", "tool_choice", "response_format")


@route("listModels")
def list_models(service: Service, call: Call) -> Reply:
    """Every name of every model, or of those of one kind, where the gateway documents that."""
    kind = call.query.get("modality")
    return Reply.json(_encoded(service) if call.at_once and not kind else _list(service, kind))


@lru_cache(maxsize=4)
def _encoded(service: Service) -> bytes:
    return encode_json(_list(service))


def _list(service: Service, kind: str | None = None) -> dict[str, Any]:
    names = [name for name in _names(service) if kind is None or kind.lower() in _made(service.model(name))]
    return {"object": "list", "data": [_model(service, name) for name in names]}


def _made(model: Model) -> list[str]:
    """What a model answers with."""
    if model.chats:
        return ["text"]
    made = {"embedding": model.dimensions, "audio": model.speaks, "transcription": model.transcribes}
    return [*sorted(model.makes), *(kind for kind, does in made.items() if does), *["moderation"] * model.moderates]


def _names(service: Service) -> list[str]:
    """All names, each with a provider where the gateway's names have one."""
    names = service.fixtures.names
    if service.contract.gateway["models"].get("naming") != "provider/model":
        return names
    return list(dict.fromkeys(name if "/" in name else f"{OWNER}/{name}" for name in names))


@route("retrieveModel")
def retrieve_model(service: Service, call: Call) -> Reply:
    """One model, as it stands in the list."""
    name = call.parameters["model"]
    service.model(name)
    return Reply.json(_model(service, name))


def _model(service: Service, name: str) -> dict[str, Any]:
    """The usual fields, and any further field that the contract documents."""
    created = _CREATED[service.contract.gateway["timestamps"]]
    usual = {"id": name, "object": "model", "created": created, "owned_by": name.rpartition("/")[0] or OWNER}
    further = _described(name, service.model(name))
    return {**{field: further[field] for field in service.model_fields if field in further}, **usual}


def _described(name: str, model: Model) -> dict[str, Any]:
    """What any gateway tells of a model."""
    took = ["text", *sorted(model.accepts)]
    skills = {"chat": model.chats, "tools": model.chats, "json_mode": model.chats, "vision": "image" in took}
    return {
        "provider": _provider(name),
        "context_window": CONTEXT,
        "input_per_1k_usd": round(1000 * _USD, 6),
        "output_per_1k_usd": round(1000 * _USD, 6),
        "supports": [skill for skill, has in skills.items() if has] or _made(model),
        "supportsVision": "image" in took,
        "supportsPdf": "file" in took,
        "supportsAudioInput": "audio" in took,
        "canonical_slug": name,
        "name": name.rpartition("/")[2],
        "description": model.doc,
        "context_length": CONTEXT,
        "architecture": {"input_modalities": took, "output_modalities": _made(model)},
        "pricing": {"prompt": f"{_USD:.6f}", "completion": f"{_USD:.6f}"},
        "top_provider": {"context_length": CONTEXT, "max_completion_tokens": CONTEXT, "is_moderated": False},
        "per_request_limits": None,
        "supported_parameters": [*_TAKES] if model.chats else [],
        "default_parameters": None,
        "expiration_date": None,
    }


def _provider(name: str) -> str:
    known = next((provider for provider, starts in _PROVIDERS.items() if name.startswith(starts)), OWNER)
    return name.rpartition("/")[0] or known
