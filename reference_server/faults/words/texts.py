"""What becomes of texts and of their parts on a careless way."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from reference_server.wire.call import Call

Part = dict[str, Any]
Parts = list[Part]
_TEXT = ("text", "input_text")
_NAMES = {"type", "role", "id", "name", "model", "data", "url", "mimeType", "media_type"}
"""Members whose text is not the user's."""


def entities(text: str) -> str:
    """The text as it would stand in HTML."""
    return html.escape(text)


def question_marks(text: str) -> str:
    """The text with a question mark for each letter outside ASCII."""
    return text.encode("ascii", "replace").decode()


def one_line(text: str) -> str:
    """The text without its line breaks."""
    return text.replace("\n", " ")


def within(value: Any, function: Callable[[str], str]) -> Any:
    """The JSON value with each text in it changed."""
    if isinstance(value, str):
        return function(value)
    if isinstance(value, list):
        return [within(one, function) for one in value]
    if isinstance(value, dict):
        return {name: one if name in _NAMES else within(one, function) for name, one in value.items()}
    return value


def understand(function: Callable[[str], str], *names: str) -> Callable[[Call], None]:
    """Change each text under these members of a request."""

    def edit(call: Call) -> None:
        for name in names:
            if name in call.body:
                call.body[name] = within(call.body[name], function)

    return edit


def _is_text(part: Part) -> bool:
    return part.get("type") in _TEXT or ("text" in part and "type" not in part)


def first_text(parts: Parts) -> Parts:
    """The parts, of which only the first text is left."""
    texts = [part for part in parts if _is_text(part)]
    return [part for part in parts if part not in texts or part is texts[0]]


def last_text(parts: Parts) -> Parts:
    """The parts, of which only the last text is left."""
    texts = [part for part in parts if _is_text(part)]
    return [part for part in parts if part not in texts or part is texts[-1]]


def no_text_after_image(parts: Parts) -> Parts:
    """The parts without the texts that follow an image."""
    others = [place for place, part in enumerate(parts) if "image" in str(part.get("type", "")) or "inlineData" in part]
    return [part for place, part in enumerate(parts) if not _is_text(part) or not others or place < others[0]]


def one_image(parts: Parts) -> Parts:
    """The parts with one image at most."""
    images = [place for place, part in enumerate(parts) if "image" in str(part.get("type", "")) or "inlineData" in part]
    return [part for place, part in enumerate(parts) if place not in images[1:]]
