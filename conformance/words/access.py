"""Whether a target asks for keys at all: where it does not, nothing can be said of how it does."""

from __future__ import annotations

from conformance.target import KEY_VARIABLE
from conformance.words.ask import STRANGER, Ask
from conformance.words.check import NotEquipped, Unsupported


def demand_guarded(ask: Ask, documented: bool) -> None:
    """Raises `Unsupported` where no key is asked for, as behind many local servers.

    That is so when its operator gives none, or when the plainest request is served with no key and with one that was
    never issued. Where the gateway is `documented`, so are its keys, and an open door is one.
    """
    if "default" not in ask.recorder.target.keys:
        raise NotEquipped(f"the target is asked without a key: give one in {KEY_VARIABLE} if it takes any")
    if not documented and _is_open(ask):
        raise Unsupported("the target has no authentication: without a key and with a made-up one it serves as well")


def _is_open(ask: Ask) -> bool:
    keys = (None, STRANGER)
    answers = [ask.chat(key=key).exchange if ask.model else ask.get("/models", key=key) for key in keys]
    return all(answer.status == 200 for answer in answers)


def demand_bearer(ask: Ask) -> None:
    """Raises `Unsupported` where the target takes its key elsewhere than the documents say."""
    credential = ask.recorder.target.credential
    if not credential.usual:
        raise Unsupported(f"the target takes its key in {credential.header}, not as `Authorization: Bearer`")
