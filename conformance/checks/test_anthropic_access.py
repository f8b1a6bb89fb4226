"""The Anthropic protocol: credentials, versions, and the id of a request."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_status
from conformance.words.anthropic.messages import CLIENTS, LATER, VERSION, Anthropic
from conformance.words.ask import STRANGER
from conformance.words.check import each, inconclusive, requirement
from conformance.words.openai.bad_requests import NOWHERE
from gateway_contract import Contract

WRONG = {
    "bearer": {"authorization": f"Bearer {STRANGER.reveal()}"},
    "x-api-key": {"x-api-key": STRANGER.reveal()},
}
"""A wrong key, by the kind of credential."""


@requirement("anthropic.credential")
@pytest.mark.usefixtures("guarded")
def test_credential(anthropic: Anthropic) -> None:
    """A valid key in the documented header opens the operation."""
    answer = anthropic.message()

    assert answer.status not in {401, 403}, f"{anthropic.credential}: {answer.status}: {answer.exchange.text:.160}"


@requirement("anthropic.credential.clients")
@pytest.mark.usefixtures("guarded")
@each("credential", CLIENTS)
def test_credential_clients(anthropic: Anthropic, credential: str) -> None:
    """A valid key is taken in `x-api-key` and in `Authorization: Bearer`: official clients send either."""
    _known(anthropic)

    answer = anthropic.message(credential=credential)

    assert answer.status not in {401, 403}, f"a valid key in {credential} is answered {answer.status}"


@requirement("anthropic.credential.first")
@pytest.mark.usefixtures("guarded")
def test_credential_first(anthropic: Anthropic) -> None:
    """A right key in the documented header is not spoiled by a wrong one in the other."""
    _known(anthropic)
    other = next(credential for credential in CLIENTS if credential != anthropic.credential)

    answer = anthropic.message(headers=WRONG[other])

    assert answer.status not in {401, 403}, f"a wrong key in {other} beside a right one is answered {answer.status}"


def _known(anthropic: Anthropic) -> None:
    """Leaves the check when the documented credential does not open the operation either."""
    if anthropic.message().status in {401, 403}:
        inconclusive("the documented credential is refused as well")


@requirement("anthropic.version.later")
@each("credential", CLIENTS)
def test_version_later(anthropic: Anthropic, credential: str) -> None:
    """Version 2026-10-21, which the official clients send since then, is served."""
    if anthropic.message(credential=credential).status != 200:
        inconclusive(f"version {VERSION} is refused as well")

    answer = anthropic.message(version=LATER, credential=credential)

    demand_status(answer.exchange, {200})


@requirement("anthropic.version.missing")
def test_version_missing(anthropic: Anthropic, contract: Contract, gateway: dict[str, Any]) -> None:
    """A missing `anthropic-version` is served, or refused where the header is documented as required."""
    _plain_known(anthropic)
    required = "anthropic-version" in contract.operations["createMessage"].required_headers
    refusals = set(gateway["errors"]["status"]["missing_field"]) if required else set()

    demand_status(anthropic.message(version="").exchange, {200} | refusals)


@requirement("anthropic.version.unknown")
def test_version_unknown(anthropic: Anthropic) -> None:
    """An unknown `anthropic-version` is ignored, or refused as the caller's error."""
    _plain_known(anthropic)

    answer = anthropic.message(version="2099-12-31")

    demand_status(answer.exchange, {200, *range(400, 500)})


@requirement("anthropic.version.removed")
def test_version_removed(anthropic: Anthropic, gateway: dict[str, Any]) -> None:
    """A sampling parameter in version 2026-10-21, which removed it, is ignored or refused as an invalid value."""
    if anthropic.message(version=LATER).status != 200:
        inconclusive(f"version {LATER} is refused as such")

    answer = anthropic.message(version=LATER, temperature=1)

    demand_status(answer.exchange, {200, *gateway["errors"]["status"]["invalid_value"]})


def _plain_known(anthropic: Anthropic) -> None:
    if anthropic.message().status != 200:
        inconclusive(f"version {VERSION} is refused as well")


@pytest.fixture
def answers(anthropic: Anthropic) -> dict[str, Exchange]:
    """One answer of each kind."""
    return {
        "a whole answer": anthropic.message().exchange,
        "a stream": anthropic.stream().exchange,
        "a refusal": anthropic.message(model=NOWHERE).exchange,
    }


@requirement("anthropic.request-id")
def test_request_id(answers: dict[str, Exchange]) -> None:
    """Every answer, whole, streamed or an error, has the header `request-id` that the official clients read."""
    lacking = [kind for kind, answer in answers.items() if not answer.headers.get("request-id")]

    assert not lacking, f"request-id is missing from {', '.join(lacking)}"


@requirement("anthropic.request-id.unique")
def test_request_id_unique(answers: dict[str, Exchange]) -> None:
    """No two answers have the same `request-id`."""
    ids = [answer.headers["request-id"] for answer in answers.values() if "request-id" in answer.headers]
    if len(ids) < 2:
        inconclusive("cannot be judged: no two answers have a request-id")

    assert len(set(ids)) == len(ids), f"the ids are {', '.join(ids)}"
