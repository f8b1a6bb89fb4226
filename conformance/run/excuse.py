"""One door for every check: what a limit, the network or its operator explains is no failure of the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.model import Requirement
from conformance.target import Target
from conformance.wire.exchange import REPORTED, Exchange
from conformance.wire.recorder import LEFT
from conformance.words.answer import LIMITS
from conformance.words.received import FRAMING

LIMITED_KEYS = {"limited", "limited-sibling", "rate-limited", "spend-limited", "no-payment"}
"""The keys of a target that are named for a limit."""
LIMITED_MODELS = ("rate-limited-upstream",)
FAILING_MODELS = ("midstream-error", "upstream-error", "flaky-once", "internal-error")
"""The models of a target whose provider meets a limit, or fails and may drop the connection."""
HTML = "text/html"
NOT_SET_UP = re.compile(
    r"not (been |yet )?(configured|enabled)|\bset\b.{0,40}\bconfig|\bconfig.{0,40}\bset\b", re.IGNORECASE
)
"""What an error says that asks the operator to set something up."""


def excuse(requirement: Requirement, looked_at: Iterable[Exchange], target: Target, unsteady: bool) -> str:
    """Why a failure says nothing about the gateway; nothing when it does.

    `unsteady` is whether the run has met a request that was answered only when it was sent again.
    """
    limits = requirement.area == "limits" or requirement.feature.startswith("limits.")
    answering = requirement.id.endswith(".never-5xx") and not unsteady
    for exchange in looked_at:
        if exchange.status in LIMITS and not limits and not _limited_on_purpose(exchange, target):
            return f"cannot be judged: a request was answered {exchange.status}: {exchange.text:.120}"
        if is_network_fault(exchange) and not answering and not _names(exchange, target, FAILING_MODELS):
            return f"cannot be judged: {exchange.broken:.160}"
        if REPORTED in exchange.marks and exchange.status >= 400 and NOT_SET_UP.search(exchange.text[:2000]):
            return f"cannot be judged: the gateway asks its operator to set it up for this: {exchange.text:.120}"
    return ""


def page(requirement: Requirement, looked_at: Iterable[Exchange]) -> str:
    """Why a check that passed has judged nothing: a success was a web page. Nothing when all were answers.

    What is demanded of the status alone, or of the page as such, is judged.
    """
    if requirement.id.endswith(".never-5xx") or requirement.area in ("wire", "valid"):
        return ""
    pages = (one for one in looked_at if 200 <= one.status < 300 and one.media_type == HTML)
    return next((f"cannot be judged: a request was answered with a web page: {one.text:.120}" for one in pages), "")


def is_network_fault(exchange: Exchange) -> bool:
    """There is no answer, or its end is missing. A body that breaks its own framing is the gateway's."""
    if exchange.broken in ("", LEFT):
        return False
    return not exchange.status or not exchange.broken.startswith(FRAMING)


def _limited_on_purpose(exchange: Exchange, target: Target) -> bool:
    return exchange.request.key in LIMITED_KEYS or _names(exchange, target, LIMITED_MODELS)


def _names(exchange: Exchange, target: Target, kinds: Iterable[str]) -> bool:
    """Whether the request is for a model that the target names for one of these states."""
    asked = (exchange.request.body or b"") + exchange.request.path.encode()
    return any(target.models[kind].encode() in asked for kind in kinds if target.models.get(kind))
