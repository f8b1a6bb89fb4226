"""`GET /models` and `GET /models/{model}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_CREATED = 1767225600
"""2026-01-01, the day all models were made."""


@route("listModels")
def list_models(service: Service, _call: Call) -> Reply:
    """Every name of every model."""
    return Reply.json({"object": "list", "data": [_model(service, name) for name in service.fixtures.names]})


@route("retrieveModel")
def retrieve_model(service: Service, call: Call) -> Reply:
    """One model, as it stands in the list."""
    name = call.parameters["model"]
    service.model(name)
    return Reply.json(_model(service, name))


def _model(service: Service, name: str) -> dict[str, Any]:
    """The usual fields, and any further field that the contract documents."""
    usual = {"id": name, "object": "model", "created": _CREATED, "owned_by": name.rpartition("/")[0] or "reference"}
    return {**service.model_fields, **usual}
