"""`GET /models` and `GET /models/{model}`."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reference_server.fixtures import OWNER
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply, encode_json

if TYPE_CHECKING:
    from reference_server.service import Service

_CREATED: dict[str, int | str] = {"unix": 1767225600, "iso8601": "2026-01-01T00:00:00Z"}
"""The day all models were made, as the gateway writes times."""


@route("listModels")
def list_models(service: Service, call: Call) -> Reply:
    """Every name of every model."""
    return Reply.json(_encoded(service) if call.at_once else _list(service))


@lru_cache(maxsize=4)
def _encoded(service: Service) -> bytes:
    return encode_json(_list(service))


def _list(service: Service) -> dict[str, Any]:
    return {"object": "list", "data": [_model(service, name) for name in _names(service)]}


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
    return {**service.model_fields, **usual}
