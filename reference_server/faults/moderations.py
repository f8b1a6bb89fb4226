"""Ways to break moderations."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import change, drop, put
from reference_server.faults.words.situations import inputs, served

moderation = rows("createModeration", when=served)

_RESULT = "results[]"


def _percent(scores: dict[str, float]) -> dict[str, float]:
    return {name: score * 100 for name, score in scores.items()}


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
    when=inputs(str),
)
results_in_another_order = moderation(
    "moderations.several.order",
    "The results of several texts stand in the opposite order.",
    change("results", lambda results: results[::-1], list),
    when=inputs(str),
)
result_for_each_part = moderation(
    "moderations.images",
    "A text and its image have a result each.",
    change("results", lambda results: results * 2, list),
    when=inputs(dict),
)
