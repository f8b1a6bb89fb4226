"""Ways to break moderations, and how they may legally differ."""

from __future__ import annotations

from typing import Any

from reference_server.faults import differences, rows
from reference_server.faults.words.edits import change, drop, each, put, refuse
from reference_server.faults.words.situations import asked, both, sent, served
from reference_server.wire.call import Call

moderation = rows("createModeration", when=served)
moderated_otherwise = differences("createModeration", when=served)

_RESULT = "results[]"


def _of(kind: type) -> Any:
    """The input is a text, or a list whose first entry is of this kind."""

    def test(call: Call) -> bool:
        value = sent(call).get("input")
        return isinstance(value[0] if isinstance(value, list) and value else None, kind)

    return both(served, asked(test))


_several, _parts = _of(str), _of(dict)


def _percent(scores: dict[str, float]) -> dict[str, float]:
    return {name: score * 100 for name, score in scores.items()}


def _texts_only(result: dict[str, Any]) -> None:
    for name in ("illicit", "illicit/violent"):
        del result["categories"][name], result["category_scores"][name]
    del result["category_applied_input_types"]


moderation_without_id = moderation("moderations.answers", "A moderation has no id.", drop("id"))
moderation_of_no_model = moderation("moderations.answers", "A moderation does not say by which model.", drop("model"))
flagged_is_a_word = moderation("moderations.answers", "`flagged` is a word.", put(f"{_RESULT}.flagged", "no"))
moderation_twice = moderation(
    "moderations.answers moderations.several moderations.images",
    "Every result is there twice.",
    change("results", lambda results: results * 2, list),
)
categories_are_names = moderation(
    "moderations.categories",
    "Categories are listed by their names.",
    change(f"{_RESULT}.categories", list),
)
categories_are_numbers = moderation(
    "moderations.categories",
    "Whether a category applies is 0 or 1.",
    change(f"{_RESULT}.categories", lambda some: {name: int(applies or 0) for name, applies in some.items()}),
)
no_scores = moderation("moderations.categories", "There are no scores.", drop(f"{_RESULT}.category_scores"))
score_missing = moderation(
    "moderations.categories", "A category has no score.", drop(f"{_RESULT}.category_scores.violence")
)
scores_in_percent = moderation(
    "moderations.categories", "Scores go from 0 to 100.", change(f"{_RESULT}.category_scores", _percent)
)
category_missing = moderation(
    "moderations.categories.documented",
    "A result knows nothing of self-harm.",
    drop(f"{_RESULT}.categories.self-harm"),
)
never_flagged = moderation(
    "moderations.flagged", "Nothing is flagged, whatever applies.", put(f"{_RESULT}.flagged", False)
)
always_flagged = moderation("moderations.flagged", "Everything is flagged.", put(f"{_RESULT}.flagged", True))
image_judged_in_a_text = moderation(
    "moderations.input-types",
    "The categories of a text are said to be those of an image as well.",
    put(f"{_RESULT}.category_applied_input_types.violence", ["text", "image"]),
)
one_result_for_all = moderation(
    "moderations.several",
    "Several texts have one result.",
    change("results", lambda results: results[:1], list),
    when=_several,
)
results_in_another_order = moderation(
    "moderations.several.order",
    "The results of several texts stand in the opposite order.",
    change("results", lambda results: results[::-1], list),
    when=_several,
)
result_for_each_part = moderation(
    "moderations.images",
    "A text and its image have a result each.",
    change("results", lambda results: results * 2, list),
    when=_parts,
)

moderated_as_before_images = moderated_otherwise(
    "The model judges texts only: it knows two categories less, and says nothing of kinds of input.",
    each(_RESULT, _texts_only),
)
moderation_of_further_categories = moderated_otherwise(
    "A result has a category of the gateway's own.",
    put(f"{_RESULT}.categories.spam", False),
    put(f"{_RESULT}.category_scores.spam", 0),
)
images_not_moderated = moderated_otherwise(
    "Images are refused by a model that judges texts.", refuse(400, "Images are not supported."), when=_parts
)
