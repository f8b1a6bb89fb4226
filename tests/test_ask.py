"""How the suite asks: the limit of an answer is found once, under the name that the model takes."""

from __future__ import annotations

import pytest

from conformance.words.ask import Ask

from .canned import Canned, answer

NAMED = answer({"error": {"message": "Use max_completion_tokens instead."}}, 400)
HIDDEN = answer({"error": {"message": "max_tokens is not supported."}}, 422)
OTHER = answer({"error": {"message": "The model is not known."}}, 400)


@pytest.mark.parametrize(
    ("answers", "limit"),
    [
        ([answer()], "max_tokens"),
        ([NAMED, answer()], "max_completion_tokens"),
        ([HIDDEN, answer()], "max_completion_tokens"),
        ([HIDDEN, OTHER], "max_tokens"),
        ([OTHER], "max_tokens"),
    ],
)
def test_limit_is_found_with_the_model(answers: list[dict[str, object]], limit: str) -> None:
    """A model that takes only `max_completion_tokens` says so, or takes it where it refuses `max_tokens`."""
    ask = Ask(Canned(*answers), "")

    ask.choose("one")

    assert ask.limit == limit
    assert limit in ask.body()


def test_limit_is_not_asked_again() -> None:
    """Once the limit is known, a request costs one exchange and looks at no other answer."""
    recorder = Canned(NAMED, answer())
    ask = Ask(recorder, "")
    first = ask.choose("one")
    recorder.touched.clear()

    plain = ask.chat().exchange
    ask.chat("Another prompt.")

    assert plain is first
    assert len(recorder.sent) == 3
    assert len(recorder.touched) == 2
