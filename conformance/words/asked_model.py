"""Whether the model that answers is the one that was asked for, as far as the list of models tells."""

from __future__ import annotations

import re

from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask
from conformance.words.check import Failed, inconclusive, member

ROUTED = re.compile(r"latest|auto|default|router|smart|best")
"""What names have in them that leave the choice of the model to the gateway."""

VERSION = re.compile(r"([-@:]\d[\d-]*|-latest|:[\w.-]+)?")


def demand_asked_model(ask: Ask, model: str, *answers: tuple[str, Exchange]) -> None:
    """Demands that the names in these answers are of no other model in the list; a version or a provider may be added.

    Inconclusive where the model that was asked for may be the name of a choice: it is not listed, or says so.
    """
    entries = member(ask.get("/models").json, "data")
    listed = {str(member(entry, "id")) for entry in entries} if isinstance(entries, list) else set()
    bare = {_bare(name) for name in listed}
    if _bare(model) not in bare or ROUTED.search(model.lower()):
        inconclusive(f"{model} may be the name of a choice: it is not listed, or says so")

    for name, answer in answers:
        if _bare(name) in bare and not _alike(_bare(model), _bare(name)):
            place = f"{answer.request.method} {answer.request.path}"
            message = f"{model} was asked for by {place}, and {name} answered, which is listed as another model"
            raise Failed(message, [answer])


def _alike(one: str, other: str) -> bool:
    """One name is the other, or adds a version or a variant to it."""
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and VERSION.fullmatch(long[len(short) :]) is not None


def _bare(name: str) -> str:
    """The name of a model without its provider or collection."""
    return name.rpartition("/")[2]
