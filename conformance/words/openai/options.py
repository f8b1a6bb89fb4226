"""The optional parameters of chat, asked for together: a value that is served with others need not be asked alone."""

from __future__ import annotations

from typing import Any

from conformance.words.ask import Ask
from gateway_contract import Contract

FEATURES = {
    "temperature": "chat.sampling",
    "top_p": "chat.sampling",
    "max_tokens": "chat.max-tokens",
    "max_completion_tokens": "chat.max-completion-tokens",
    "frequency_penalty": "chat.penalties",
    "presence_penalty": "chat.penalties",
    "stop": "chat.stop",
    "n": "chat.n",
    "seed": "chat.seed",
    "logprobs": "chat.logprobs",
    "top_logprobs": "chat.logprobs",
    "logit_bias": "chat.logit-bias",
    "user": "chat.user",
    "metadata": "chat.metadata",
}
"""The feature that each parameter belongs to which may be null."""
STOPS = {"string": "zebra", "one": ["zebra"], "four": ["zebra", "yak", "xerus", "wombat"]}
TOGETHER: tuple[dict[str, Any], ...] = (
    {"temperature": 0, "top_p": 0, "frequency_penalty": -2, "presence_penalty": -2, "stop": STOPS["string"]},
    {"temperature": 0.4, "top_p": 0.9, "frequency_penalty": 0.5, "presence_penalty": 0.5, "stop": STOPS["one"]},
    {"temperature": 2, "top_p": 1, "frequency_penalty": 2, "presence_penalty": 2, "stop": STOPS["four"]},
    {
        "logit_bias": {"1734": -100, "2435": 0.5},
        "user": "user-7f3a",
        "metadata": {"purpose": "conformance"},
        "response_format": {"type": "text"},
    },
    dict.fromkeys(FEATURES),
)
"""Values that are asked for in one request."""


def served_together(ask: Ask, contract: Contract, name: str, value: object) -> bool:
    """Whether a request that has this value, and others that the gateway claims, is served."""
    sets = (fields for fields in TOGETHER if name in fields and fields[name] == value)
    answers = (ask.chat(**_claimed(ask, contract, fields)) for fields in sets)
    return any(answer.served and answer.readable for answer in answers)


def _claimed(ask: Ask, contract: Contract, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that the gateway claims, and of the limits the one that the model takes."""
    other = {"max_tokens"} - {ask.limit}
    return {
        name: value
        for name, value in fields.items()
        if FEATURES.get(name, "chat") in contract.features and name not in other
    }
