"""Says whether texts are harmful: those that hold one of a few words are."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

_WORDS = {
    "harassment": r"idiot|stupid|loser",
    "harassment/threatening": r"threaten\w*|or else",
    "hate": r"hate|hatred",
    "hate/threatening": r"exterminate",
    "illicit": r"shoplift|cocaine|counterfeit",
    "illicit/violent": r"bomb|grenade",
    "self-harm": r"suicide|self-harm",
    "self-harm/intent": r"kill myself|hurt myself",
    "self-harm/instructions": r"ways to die",
    "sexual": r"sex|porn|nude",
    "sexual/minors": r"underage",
    "violence": r"kill|murder|attack",
    "violence/graphic": r"gore|blood|behead",
}
"""What makes a text harmful, by category: words, which may have an ending."""
_HARMFUL = {name: re.compile(rf"\b(?:{words})(?:s|ed|ing|er|ers)?\b", re.IGNORECASE) for name, words in _WORDS.items()}
_SEEN = ("self-harm", "sexual", "violence")
"""The categories that are judged of images as well, with those below them, except for minors."""
_CERTAIN, _UNLIKELY = 0.98, 0.0001


def judged(text: str, kinds: Collection[str], illicit: bool = True) -> dict[str, Any]:
    """The result for a text, or for parts of these kinds, `text` and `image`, that hold it. Images are harmless.

    Unless what is `illicit` is judged, its categories are null.
    """
    known = {name: illicit or not name.startswith("illicit") for name in _HARMFUL}
    hits = {name: known[name] and bool(words.search(text)) for name, words in _HARMFUL.items()}
    return {
        "flagged": any(hits.values()),
        "categories": {name: hit if known[name] else None for name, hit in hits.items()},
        "category_scores": {name: _score(hit, known[name]) for name, hit in hits.items()},
        "category_applied_input_types": {name: _applied(name, kinds) if known[name] else [] for name in hits},
    }


def _score(hit: bool, known: bool) -> float:
    if not known:
        return 0.0
    return _CERTAIN if hit else _UNLIKELY


def _applied(category: str, kinds: Collection[str]) -> list[str]:
    """Of the kinds of parts, those of which the category is judged."""
    seen = category.startswith(_SEEN) and not category.endswith("minors")
    return [kind for kind in ("text", "image") if kind in kinds and (kind == "text" or seen)]
