"""Moderations: whether texts and images are harmful."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.words.answer import JsonAnswer, demand_kind, demand_objects, demand_text
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick, requirement
from conformance.words.samples.media import image_part, text_part
from conformance.words.usual_models import HARMLESS

PATH = "/moderations"
HARMFUL = "I hate them and I want to kill them all."
CATEGORIES = {
    *("harassment", "harassment/threatening", "hate", "hate/threatening"),
    *("self-harm", "self-harm/intent", "self-harm/instructions"),
    *("sexual", "sexual/minors", "violence", "violence/graphic"),
}
"""Those that every documented model judges."""
DOCUMENTED = CATEGORIES | {"illicit", "illicit/violent"}
Moderate = Callable[[Any], JsonAnswer]
each_text = pytest.mark.parametrize("text", [HARMLESS, HARMFUL], ids=["harmless", "harmful"])


@pytest.fixture
def moderate(ask: Ask) -> Moderate:
    """Asks for the moderation of an input."""
    return lambda value: JsonAnswer(ask.post(PATH, {"model": ask.model_for("moderations"), "input": value}))


@pytest.fixture
def result(moderate: Moderate) -> dict[str, Any]:
    """The result of the harmless text."""
    return results(moderate(HARMLESS))[0]


def results(answer: JsonAnswer) -> list[dict[str, Any]]:
    """The results of an answer; inconclusive when there are none."""
    return [pick(one, kind=dict) for one in pick(answer.body, "results", kind=list)] or inconclusive("no result")


def known(members: dict[str, Any]) -> dict[str, Any]:
    """What is said of the documented categories; a gateway may have others. Inconclusive when it is nothing."""
    some = {name: members[name] for name in sorted(DOCUMENTED & members.keys())}
    return some or inconclusive("there is no documented category")


@requirement("moderations.answers")
def test_answers(moderate: Moderate, demand_supported: Callable[..., Any]) -> None:
    """A model and a text are answered by an id, the model, and one result whose `flagged` is true or false."""
    answer = demand_supported(moderate(HARMLESS)).body

    for name in ("id", "model"):
        demand_text(answer.get(name), name)
    entries = demand_objects(answer.get("results"), "results")
    assert len(entries) == 1, f"{len(entries)} results for one text"
    assert isinstance(entries[0].get("flagged"), bool), f"flagged is {entries[0].get('flagged')!r:.80}"


@requirement("moderations.categories")
@each_text
def test_categories(moderate: Moderate, text: str) -> None:
    """A result says of each category whether it applies, and has a score from 0 to 1 for it."""
    result = results(moderate(text))[0]
    categories = known(demand_kind(result.get("categories"), "categories", dict))
    scores = demand_kind(result.get("category_scores"), "category_scores", dict)

    for name, applies in categories.items():
        assert applies is None or isinstance(applies, bool), f"{name} is {applies!r:.80}"
        score = scores.get(name, 0 if applies is None else None)
        assert 0 <= demand_kind(score, f"the score of {name}", (int, float)) <= 1, f"the score of {name} is {score}"


@requirement("moderations.categories.documented")
def test_categories_documented(result: dict[str, Any]) -> None:
    """A result has the eleven categories that every documented model judges."""
    lost = CATEGORIES - pick(result, "categories", kind=dict).keys()

    assert not lost, f"there is no {', '.join(sorted(lost))}"


@requirement("moderations.flagged")
@each_text
def test_flagged(moderate: Moderate, text: str) -> None:
    """`flagged` is true when a category applies, and false when none does."""
    result = results(moderate(text))[0]
    categories = pick(result, "categories", kind=dict)
    for name in known(categories):
        pick(categories, name, kind=(bool, type(None)))
    applying = [name for name, applies in categories.items() if applies is True]

    assert pick(result, "flagged", kind=bool) == bool(applying), f"flagged is not what {applying or 'no category'} says"


@requirement("moderations.input-types")
def test_input_types(result: dict[str, Any]) -> None:
    """`category_applied_input_types`, where it is there, names no kind of input but text when a text was sent."""
    kinds = pick(result, "category_applied_input_types", kind=dict)

    for name, some in known(kinds).items():
        wrong = [kind for kind in demand_kind(some, name, list) if kind != "text"]
        assert not wrong, f"{name} was judged of {wrong!r:.80}, and a text was sent"


@requirement("moderations.several")
def test_several(moderate: Moderate, demand_supported: Callable[..., Any]) -> None:
    """Several texts have one result each."""
    answer = demand_supported(moderate([HARMFUL, HARMLESS]))

    count = len(results(answer))
    assert count == 2, f"2 texts have {count} results"


@requirement("moderations.several.order")
def test_several_order(moderate: Moderate) -> None:
    """The results of several texts stand in the order of the texts."""
    alone = [_flagged(moderate(text)) for text in (HARMFUL, HARMLESS)]
    together = [pick(one, "flagged", kind=bool) for one in results(moderate([HARMFUL, HARMLESS]))]
    if alone != [True, False] or sorted(together) != [False, True]:
        inconclusive("the model does not tell the harmful text from the harmless one")

    assert together == alone, "the first text is harmful, and the second result says so"


def _flagged(answer: JsonAnswer) -> bool:
    return bool(pick(results(answer)[0], "flagged", kind=bool))


@requirement("moderations.images")
def test_images(moderate: Moderate, demand_supported: Callable[..., Any]) -> None:
    """A text and an image that are sent together have one result."""
    parts = [text_part(HARMLESS), image_part()]
    answer = demand_supported(moderate(parts))

    count = len(results(answer))
    assert count == 1, f"a text and its image have {count} results"
