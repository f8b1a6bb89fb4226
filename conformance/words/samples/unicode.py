"""Text of every plane of Unicode, code and names, and what becomes of them on a careless way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from unicodedata import normalize

from conformance.words.check import inconclusive
from conformance.words.samples.prompts import LONG_RULES

EVERY_PLANE = "Zażółć, Ελλάδα, 世界, नमस्ते, שלום, 👩‍👩‍👧, 𝔘𝔫𝔦, 𠜎"
CODE = 'def half(x):\n    if x < 2 or x & 1:\n        return "it is odd"\n    return re.sub(r"\\s+", "", x)'
"""Code with white space, a backslash, and what means something in HTML."""
CODE_PROMPT = f"Repeat exactly: {CODE}"
UNICODE_PROMPT = f"Repeat exactly: {EVERY_PLANE}"
TEXT = f"{EVERY_PLANE}\n{CODE}"
TEXT_PROMPT = f"Repeat exactly: {TEXT}"
NAME = "Łódź"
"""A name that every language writes with these letters, none of them but one in ASCII."""
PLAIN_NAME = "Lodz"
"""The same as some models write it."""
CODEWORD = f"The codeword is {NAME}."
RULES = f"{LONG_RULES} {CODEWORD}"
"""Instructions of more than `FEWEST` tokens, which answer a question."""
CODEWORD_PROMPT = "What is the codeword?"
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
DAMAGED_NAME = (
    *(_BEYOND_ASCII.sub("?", NAME), NAME.encode().decode("ascii", "replace").replace("�", "?"), "�"),
    *(NAME.encode().decode("latin-1"), NAME.encode().decode("cp1252", "ignore")),
    *(normalize("NFD", NAME), "&oacute;", "&#"),
)
"""What no model makes of the name by itself."""
_ENTITY = re.compile(r"&(lt|amp|quot|#34|#x22|#38|#60);")


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


def demand_code(text: str) -> None:
    """Demands that code which was to be repeated is the same letter for letter; inconclusive when there is none."""
    if not re.search(r"def half\(x\):.*if x.*return.*it is odd.*return re\.sub", text, re.DOTALL):
        inconclusive("the model did not repeat the code")
    assert "\n" in text, f"the code has lost its line breaks: {text!r:.120}"
    assert "\r" not in text, f"the code has other line breaks: {text!r:.120}"
    assert not re.search(r"^ ?(if|return) ", text, re.MULTILINE), f"the code has lost its indentation: {text!r:.120}"
    assert not _ENTITY.search(text), f"the code is escaped as if it were HTML: {text!r:.160}"
    assert '"s+"' not in text, f"the code has lost a backslash: {text[-60:]!r}"


def demand_name(texts: Iterable[str]) -> None:
    """Demands that the name is undamaged in texts that hold it; inconclusive when none does."""
    seen = " ".join(texts)
    damaged = [form for form in DAMAGED_NAME if form in seen]
    assert not damaged, f"the name {NAME} has become {damaged[0]!r}: {seen!r:.120}"
    if NAME not in seen:
        inconclusive(f"the model does not write the name {NAME}: {seen!r:.120}")


def leave_damaged(text: str) -> None:
    """Leaves the check where not even a plain text is repeated with its letters: it shows nothing of other texts."""
    if EVERY_PLANE.split()[0] not in text:
        inconclusive(f"cannot be judged: no text comes back with its letters: {text!r:.120}")


def leave_damaged_name(texts: Iterable[str]) -> None:
    """Leaves the check where the name is damaged, which another requirement tells."""
    seen = " ".join(texts)
    if any(form in seen for form in DAMAGED_NAME):
        inconclusive(f"cannot be judged: the name {NAME} is damaged: {seen!r:.120}")
