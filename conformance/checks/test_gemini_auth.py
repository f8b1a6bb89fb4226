"""Credentials in the Gemini protocol."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import KEY_HERE
from conformance.words.answer import demand_status
from conformance.words.ask import CREDENTIALS, STRANGER
from conformance.words.check import Unsupported, requirement
from conformance.words.gemini.contents import Gemini, Generated
from conformance.words.gemini.demands import OWN

NOBODY = STRANGER.reveal()


pytestmark = pytest.mark.usefixtures("guarded")


def _allowed(gateway: dict[str, Any], promised: bool, cause: str) -> set[int]:
    """The documented statuses; where no document speaks of this protocol, its own as well."""
    documented = set(gateway["errors"]["status"][cause])
    return documented if promised else documented | OWN


def _stranger(gemini: Gemini) -> Generated:
    return gemini.generate(key=STRANGER)


@requirement("gemini.auth.key")
def test_key(gemini: Gemini) -> None:
    """A valid key in the documented header alone opens whole answers and streams."""
    for answer in (gemini.generate().exchange, gemini.stream().exchange):
        assert answer.status not in {401, 403}, f"a valid key is answered {answer.status}: {answer.text:.120}"


@requirement("gemini.auth.missing")
def test_missing(gemini: Gemini, gateway: dict[str, Any], promised: bool) -> None:
    """A request without a credential is refused with its documented status."""
    answer = gemini.generate(key=None, headers={}).exchange

    demand_status(answer, _allowed(gateway, promised, "missing_credential"))


@requirement("gemini.auth.stream")
def test_stream(gemini: Gemini, gateway: dict[str, Any], promised: bool) -> None:
    """A stream without a key is refused before it begins."""
    answer = gemini.stream(key=None, headers={}).exchange

    demand_status(answer, _allowed(gateway, promised, "missing_credential"))
    assert answer.media_type != "text/event-stream", "the refusal is a stream"


@requirement("gemini.auth.unknown")
def test_unknown(gemini: Gemini, gateway: dict[str, Any], promised: bool) -> None:
    """A key that was never issued is refused with its documented status."""
    demand_status(_stranger(gemini).exchange, _allowed(gateway, promised, "invalid_credential"))


@requirement("gemini.auth.echo")
def test_echo(gemini: Gemini) -> None:
    """A refused key is not repeated in full."""
    answer = _stranger(gemini).exchange

    assert NOBODY not in answer.text, f"the error repeats the whole key: {answer.text:.200}"


@requirement("gemini.auth.precedence")
def test_precedence(gemini: Gemini, gateway: dict[str, Any]) -> None:
    """`x-goog-api-key` decides when `Authorization` carries another credential."""
    if "x-goog-api-key" not in gateway["protocols"]["gemini"]["credentials"]:
        raise Unsupported("x-goog-api-key is not documented")
    headers = {**CREDENTIALS["x-goog-api-key"], "authorization": f"Bearer {NOBODY}"}
    answer = gemini.generate(headers=headers).exchange

    demand_status(answer, {200})


@requirement("gemini.auth.query")
def test_query(gemini: Gemini) -> None:
    """A key in the query is accepted. It ends up in logs, so it has a key of its own."""
    answer = gemini.generate(key="in-query", query=f"key={KEY_HERE}", headers={"authorization": ""}).exchange

    demand_status(answer, {200})
