"""The rule for tokens: cutting loses nothing, and counting agrees with it."""

from __future__ import annotations

from random import Random

import pytest

from reference_server.model import tokens

TEXTS = ["", " ", "word", " words here", "ends with space\n", "a" * 300, "x" * 300 + " y", "日本語 \x1c\x85 é🙂\u200b"]


@pytest.mark.parametrize("text", TEXTS)
def test_cut_text_is_whole_and_counted(text):
    assert "".join(tokens.cut(text)) == text
    assert len(tokens.cut(text)) == tokens.count(text)


def test_any_text_is_counted_as_it_is_cut():
    random = Random(7)
    texts = ["".join(random.choices("ab  \t\n\x1f\x85\u3000é🙂", k=random.randrange(30))) for _ in range(3000)]

    assert [tokens.count(text) for text in texts] == [len(tokens.cut(text)) for text in texts]
