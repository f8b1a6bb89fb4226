"""How moderations may legally differ."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences
from reference_server.faults.words.edits import each, put, refuse
from reference_server.faults.words.situations import inputs, served

moderation = differences("createModeration", when=served)

_RESULT = "results[]"


def _texts_only(result: dict[str, Any]) -> None:
    for name in ("illicit", "illicit/violent"):
        del result["categories"][name], result["category_scores"][name]
    del result["category_applied_input_types"]


moderated_as_before_images = moderation(
    "The model judges texts only: it knows two categories less, and says nothing of kinds of input.",
    each(_RESULT, _texts_only),
)
moderation_of_further_categories = moderation(
    "A result has a category of the gateway's own.",
    put(f"{_RESULT}.categories.spam", False),
    put(f"{_RESULT}.category_scores.spam", 0),
)
images_not_moderated = moderation(
    "Images are refused by a model that judges texts.", refuse(400, "Images are not supported."), when=inputs(dict)
)
