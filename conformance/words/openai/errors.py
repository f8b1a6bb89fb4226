"""Errors: how a check brings them about, and how it reads which field they name."""

from __future__ import annotations

import re
from typing import Any

from conformance.target import Target
from conformance.wire.exchange import Exchange
from conformance.words.ask import Ask
from conformance.words.openai.bad_requests import CHAT

STATES = {
    "forbidden": ("key", "restricted"),
    "spend_limit": ("key", "spend-limited"),
    "no_payment_method": ("key", "no-payment"),
    "rate_limited": ("key", "rate-limited"),
    "upstream": ("model", "upstream-error"),
    "internal": ("model", "internal-error"),
    "maintenance": ("model", "maintenance"),
}
"""Causes that only a fixture of the target can bring about."""


def field_words(text: str | None) -> set[str]:
    """The words of a text or path in lower case, in the singular. `topK` and `top_k` have the same ones."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text or "")
    return {word.removesuffix("s") for word in re.findall(r"[a-z]+", apart.lower())}


def provoke(cause: str, ask: Ask, target: Target, **fields: Any) -> Exchange | None:
    """The answer to a request that a fixture makes fail; None when the target does not name the fixture."""
    kind, name = STATES[cause]
    if not target.fixture(f"{kind}:{name}"):
        return None
    model, key = (target.models[name], "default") if kind == "model" else (ask.model, name)
    return ask.post(CHAT, ask.body(model=model, **fields), key=key, patient=False)
