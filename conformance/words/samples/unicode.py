"""Text of every plane of Unicode, and what becomes of it on a careless way."""

from __future__ import annotations

import json
import re
from unicodedata import normalize

from conformance.words.check import inconclusive

EVERY_PLANE = "Zażółć, Ελλάδα, 世界, नमस्ते, שלום, 👩‍👩‍👧, 𝔘𝔫𝔦, 𠜎"
CODE = "def double(x):\n    y = 2 * x\n    return y"
CODE_PROMPT = f"Repeat exactly: {CODE}"
UNICODE_PROMPT = f"Repeat exactly: {EVERY_PLANE}"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_BEYOND_16_BITS = re.compile(r"[\U00010000-\U0010ffff]")
DAMAGED = {
    "has a question mark for each letter outside ASCII": _BEYOND_ASCII.sub("?", EVERY_PLANE),
    "has a question mark for each byte outside ASCII": EVERY_PLANE.encode()
    .decode("ascii", "replace")
    .replace("�", "?"),
    "has lost the letters outside ASCII": _BEYOND_ASCII.sub("", EVERY_PLANE),
    "has question marks for the letters beyond the first plane": _BEYOND_16_BITS.sub("?", EVERY_PLANE),
    "has lost the letters beyond the first plane": _BEYOND_16_BITS.sub("", EVERY_PLANE),
    "has its letters taken apart": normalize("NFD", EVERY_PLANE),
    "is escaped twice": json.dumps(EVERY_PLANE)[1:-1],
    "is UTF-8 that was read as Latin-1": "世界".encode().decode("latin-1"),
    "is UTF-8 that was read as Windows-1252": "世界".encode().decode("cp1252", "ignore"),
}
"""What no model writes by itself, and how to say it."""


def demand_undamaged(text: str) -> None:
    """Demands that a text which was to be repeated is not damaged; inconclusive when it was not repeated at all."""
    assert "�" not in text, f"the text has replacement characters: {text!r:.120}"
    assert not any("\ud800" <= letter <= "\udfff" for letter in text), (
        f"the text has half a surrogate pair: {text!r:.120}"
    )
    for damage, seen in DAMAGED.items():
        assert seen not in text, f"the text {damage}: {text!r:.120}"
    if "世界" not in text:
        inconclusive("the model did not repeat the text")


def demand_indented(text: str) -> None:
    """Demands that code which was to be repeated has its lines and its indentation; inconclusive when there is none."""
    if not re.search(r"def double\(x\):.*y = 2 \* x.*return y", text, re.DOTALL):
        inconclusive("the model did not repeat the code")
    assert "\n" in text, f"the code has lost its line breaks: {text!r:.120}"
    assert not re.search(r"^ ?(y = 2|return y)", text, re.MULTILINE), (
        f"the code has lost its indentation: {text!r:.120}"
    )
