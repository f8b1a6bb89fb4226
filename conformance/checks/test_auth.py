"""Credentials: who is let in, who is not, and what they are told."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import KEY_HERE, Exchange
from conformance.words.ask import STRANGER, Ask
from conformance.words.check import NotApplicable, inconclusive, requirement
from conformance.words.openai.bad_requests import CHAT
from gateway_contract import Contract

NOBODY = STRANGER.reveal()
MALFORMED = {
    "scheme-alone": "Bearer",
    "basic": "Basic c2stdGhpcy1rZXk6d2FzLW5ldmVyLWlzc3VlZA==",
    "no-scheme": NOBODY,
}


def _chat(ask: Ask, key: Any, headers: dict[str, str] | None = None, **fields: Any) -> Exchange:
    return ask.post(CHAT, ask.body(**fields), key=key, headers=headers)


def _demand(answer: Exchange, allowed: list[int], caller: str) -> None:
    if answer.status == 429:
        inconclusive("the request was answered 429")
    assert answer.status in allowed, f"{caller} is answered {answer.status}, not {allowed}: {answer.text:.120}"


@requirement("auth.bearer")
@pytest.mark.usefixtures("bearer", "guarded")
@pytest.mark.parametrize("operation", ["createChatCompletion", "listModels"], ids=["chat", "models"])
def test_bearer(ask: Ask, contract: Contract, operation: str) -> None:
    """A valid key in `Authorization: Bearer` opens every operation."""
    if operation not in contract.operations:
        return
    answer = _chat(ask, "default") if operation == "createChatCompletion" else ask.get("/models")

    assert answer.status not in {401, 403}, f"a valid key is answered {answer.status}: {answer.text:.120}"


@requirement("auth.missing")
@pytest.mark.usefixtures("guarded")
def test_missing(ask: Ask, gateway: dict[str, Any]) -> None:
    """A completion without a credential is a 401."""
    _demand(_chat(ask, None), gateway["errors"]["status"]["missing_credential"], "a request without a key")


@requirement("auth.stream")
@pytest.mark.usefixtures("guarded")
def test_stream(ask: Ask, gateway: dict[str, Any]) -> None:
    """A stream without a key is refused before it begins."""
    answer = _chat(ask, None, stream=True)

    _demand(answer, gateway["errors"]["status"]["missing_credential"], "a stream without a key")
    assert answer.media_type != "text/event-stream", "the refusal is a stream"


@requirement("auth.models")
@pytest.mark.usefixtures("guarded")
def test_models(ask: Ask, gateway: dict[str, Any]) -> None:
    """The list of models needs a key, unless it is documented as public."""
    if gateway["models"]["auth"] == "optional":
        raise NotApplicable("the list of models is public")

    _demand(
        ask.get("/models", key=None), gateway["errors"]["status"]["missing_credential"], "GET /models without a key"
    )


@requirement("auth.unknown")
@pytest.mark.usefixtures("guarded")
def test_unknown(ask: Ask, gateway: dict[str, Any]) -> None:
    """A key that was never issued is refused with its documented status."""
    _demand(_chat(ask, STRANGER), gateway["errors"]["status"]["invalid_credential"], "a made-up key")


@requirement("auth.before-validation")
@pytest.mark.usefixtures("guarded")
def test_before_validation(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """A bad key with a bad body is refused for the key, where that is documented."""
    if not promised:
        raise NotApplicable("no document says whether the key or the body is looked at first")
    answer = ask.post(CHAT, {"messages": 7}, key=STRANGER)

    _demand(answer, gateway["errors"]["status"]["invalid_credential"], "a made-up key with a wrong body")


@requirement("auth.malformed")
@pytest.mark.usefixtures("bearer", "guarded")
@pytest.mark.parametrize("form", MALFORMED)
def test_malformed(ask: Ask, form: str) -> None:
    """An `Authorization` that is no bearer token is refused."""
    answer = _chat(ask, None, {"authorization": MALFORMED[form]})

    assert 400 <= answer.status < 500, f"`Authorization: {MALFORMED[form]}` is answered {answer.status}"


@requirement("auth.malformed-status")
@pytest.mark.usefixtures("bearer", "guarded")
@pytest.mark.parametrize("form", MALFORMED)
def test_malformed_status(ask: Ask, gateway: dict[str, Any], form: str) -> None:
    """An `Authorization` that is no bearer token is refused with the status of a missing or invalid credential."""
    answer, statuses = _chat(ask, None, {"authorization": MALFORMED[form]}), gateway["errors"]["status"]

    if answer.status < 400 or answer.status >= 500:
        inconclusive(f"cannot be judged: the request is answered {answer.status}")
    allowed = [*statuses["missing_credential"], *statuses["invalid_credential"]]
    assert answer.status in allowed, f"`Authorization: {MALFORMED[form]}` is answered {answer.status}"


@requirement("auth.scheme-case")
@pytest.mark.usefixtures("bearer", "guarded")
@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_scheme_case(ask: Ask, scheme: str) -> None:
    """The scheme `Bearer` is read whatever its case."""
    answer = _chat(ask, "default", {"authorization": f"{scheme} {KEY_HERE}"})

    if ask.chat().status != 200:
        inconclusive("the request is refused with the usual scheme as well")
    assert answer.status not in {400, 401, 403}, f"`Authorization: {scheme} <key>` is answered {answer.status}"


@requirement("auth.code")
@pytest.mark.usefixtures("guarded")
def test_code(ask: Ask, gateway: dict[str, Any]) -> None:
    """`error.code` of a bad key is the documented one."""
    _demand_documented("code", gateway["errors"]["codes"], ask)


@requirement("auth.type")
@pytest.mark.usefixtures("guarded")
def test_type(ask: Ask, gateway: dict[str, Any]) -> None:
    """`error.type` of a bad key is the documented one."""
    _demand_documented("type", gateway["errors"]["types"], ask)


def _demand_documented(name: str, documented: dict[str, list[str]], ask: Ask) -> None:
    words = documented.get("invalid_credential")
    if not words:
        raise NotApplicable(f"no {name} is documented for a bad key")
    error = _chat(ask, STRANGER).json
    details = error.get("error") if isinstance(error, dict) else None
    if not isinstance(details, dict):
        inconclusive("cannot be judged: the answer has no error object")

    assert details.get(name) in words, f"{name} of a bad key is {details.get(name)!r:.80}, not {' or '.join(words)}"


@requirement("auth.echo")
@pytest.mark.usefixtures("guarded")
def test_echo(ask: Ask) -> None:
    """A refused key is not repeated in full."""
    answer = _chat(ask, STRANGER)

    assert NOBODY not in answer.text, f"the error repeats the whole key: {answer.text:.200}"


@requirement("auth.expired")
def test_expired(ask: Ask, gateway: dict[str, Any]) -> None:
    """An expired key is refused with its documented status."""
    _demand(_chat(ask, "expired"), gateway["errors"]["status"]["expired_credential"], "an expired key")


@requirement("auth.revoked")
def test_revoked(ask: Ask, gateway: dict[str, Any]) -> None:
    """A revoked key is refused like an unknown one."""
    _demand(_chat(ask, "revoked"), gateway["errors"]["status"]["invalid_credential"], "a revoked key")
