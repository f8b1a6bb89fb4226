"""Applies one gateway's overlay to the base document.

The Overlay Specification ignores an action that matches nothing; here it is an error.
"""

from __future__ import annotations

from typing import Any

from gateway_contract.errors import InvalidOverlay

Document = dict[str, Any]


def apply_overlay(document: Document, overlay: Document, name: str) -> Document:
    """The document after every action of the overlay, with the overlay's `x-gateway` at its root.

    `document` is changed in place. `name` is the gateway's, for messages.

    Raises:
        InvalidOverlay: an action is malformed, or its target matches nothing.
    """
    for number, action in enumerate(overlay.get("actions", []), start=1):
        document = _applied(document, action, f"{name}, action {number} ({action.get('target')})")
    if "x-gateway" not in overlay:
        raise InvalidOverlay(f"{name}: the overlay has no x-gateway", "Add the root extension `x-gateway`.")
    document["x-gateway"] = overlay["x-gateway"]
    return document


def _applied(document: Document, action: Document, label: str) -> Document:
    from oas_patch.overlay import apply_overlay as patch

    if ("update" in action) == ("remove" in action):
        raise InvalidOverlay(f"{label}: not exactly one of update and remove", "Split the action in two.")
    if not _matches(document, str(action.get("target")), label):
        raise InvalidOverlay(f"{label}: the target matches nothing")
    changed = patch(document, {"actions": [action]})
    assert isinstance(changed, dict)
    return changed


def _matches(document: Document, target: str, label: str) -> bool:
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.ext import parser

    try:
        return bool(parser.parse(target).find(document))
    except JSONPathError as error:
        raise InvalidOverlay(f"{label}: the target is not a JSONPath ({error})") from error
