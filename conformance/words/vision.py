"""Whether a model saw the image of a message: what the image costs, and what the answer tells of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from conformance.words.check import inconclusive

COLOUR = "Which colour fills this image? Answer in one word."
RED = re.compile(r"\bred\b|ff0000|crimson|scarlet|\brouge\b|\brot\b", re.IGNORECASE)
"""What an answer tells of the red square."""
LOGO = re.compile(r"blue|yellow|python|snake", re.IGNORECASE)
"""What an answer tells of the public image."""


def leave_unseen(text: object) -> None:
    """Leaves the check, as inconclusive, where the answer does not show that the model saw the red square."""
    if not isinstance(text, str) or not RED.search(text):
        inconclusive(f"nothing shows that the model saw the image: asked for its colour, it says {text!r:.120}")


def leave_unfetched(text: object, costs: Callable[[], tuple[int, int]]) -> None:
    """Leaves the check, as inconclusive, where nothing shows that the public image reached the model.

    `costs` are the tokens of the request without it and with it; they are asked for where the answer is no sign.
    """
    if isinstance(text, str) and LOGO.search(text):
        return
    without, with_it = costs()
    if with_it <= without:
        inconclusive(f"nothing shows that the model saw the image, which costs no token: {text!r:.120}")


def demand_each_image(without: int, once: int, together: int) -> None:
    """Demands that a turn with an image, and another with two, cost two images more than the first one by itself."""
    image = once - without
    assert together - once >= 1.5 * image, f"an image costs {image} tokens, two more in a second turn {together - once}"


def demand_kept(text: object, without: int, with_it: int, longer: Callable[[], int]) -> None:
    """Demands that an image which costs nothing is seen at least. `longer` are the tokens of a longer text."""
    if with_it > without:
        return
    if longer() <= without:
        inconclusive("cannot be judged: not even text is counted")
    if not isinstance(text, str) or not text.strip():
        inconclusive("cannot be judged: the answer holds no text")

    assert RED.search(text), f"the image costs no token, and asked for its colour the model says {text!r:.120}"
