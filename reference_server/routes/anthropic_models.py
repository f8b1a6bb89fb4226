"""The models of the Anthropic protocol: listed by the page, and one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference_server.errors import Refusal
from reference_server.routes import route
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

if TYPE_CHECKING:
    from reference_server.service import Service

_CREATED = "2026-01-01T00:00:00Z"
"""The day all models were made."""
_USUAL_PAGE = 20


@route("listAnthropicModels")
def list_models(service: Service, call: Call) -> Reply:
    """The page after a model, or the one before it; the first page unless the request names one."""
    names, size = service.fixtures.names, int(call.query.get("limit") or _USUAL_PAGE)
    if before := call.query.get("before_id"):
        end = _place(before, names, "before_id")
        page = names[max(end - size, 0) : end]
        return _page(page, more=end > size)
    after = call.query.get("after_id")
    start = _place(after, names, "after_id") + 1 if after else 0
    return _page(names[start : start + size], more=start + size < len(names))


@route("retrieveAnthropicModel")
def retrieve_model(service: Service, call: Call) -> Reply:
    """One model, as it stands in the list."""
    name = call.parameters["model"]
    service.model(name)
    return Reply.json(_model(name))


def _place(name: str, names: list[str], param: str) -> int:
    """The place of the model at which a page ends or begins. Raises Refusal when it is not listed."""
    if name not in names:
        raise Refusal("invalid_value", f"{param}: there is no model {name!r}.", param)
    return names.index(name)


def _page(names: list[str], more: bool) -> Reply:
    ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
    return Reply.json({"data": [_model(name) for name in names], "has_more": more, **ends})


def _model(name: str) -> dict[str, Any]:
    shown = name.rpartition("/")[2].replace("-", " ").title()
    return {"type": "model", "id": name, "display_name": shown, "created_at": _CREATED}
