"""Films: what is refused, and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_error_body, demand_refused, leave_at_default
from conformance.words.ask import Ask
from conformance.words.check import requirement
from conformance.words.openai import job_checks, jobs
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.jobs import FILMS, PROMPT, Job
from gateway_contract import Contract


@pytest.fixture
def film(ask: Ask, contract: Contract) -> Job:
    """A short film, from its submission to its end."""
    return jobs.film(ask, contract, ask.model_for("videos"))


def _body(ask: Ask, **fields: Any) -> dict[str, Any]:
    return {"model": ask.model_for("videos"), "prompt": PROMPT, **fields}


def _without(ask: Ask, name: str) -> Exchange:
    return ask.post(FILMS, {field: value for field, value in _body(ask).items() if field != name})


def _unknown(ask: Ask, film: Job) -> Exchange:
    return ask.get(jobs.status_path(film.rules, "videos", jobs.nobodys_job(film).id))


@requirement("videos.unknown")
def test_unknown(ask: Ask, gateway: dict[str, Any], film: Job) -> None:
    """The status of a job that does not exist is not found."""
    demand_refused(_unknown(ask, film), gateway, *jobs.nobodys_job(film).causes)


@requirement("videos.missing")
@pytest.mark.parametrize("name", ["model", "prompt"])
def test_missing(ask: Ask, gateway: dict[str, Any], promised: bool, name: str) -> None:
    """A request without `model`, or without `prompt`, is refused with the status of a missing field."""
    answer = _without(ask, name)

    if name == "model":
        leave_at_default(answer, promised)
    demand_refused(answer, gateway, "missing_field")


@requirement("videos.types")
@pytest.mark.parametrize("fields", [{"model": 7}, {"prompt": {"text": PROMPT}}], ids=["model", "prompt"])
def test_types(ask: Ask, gateway: dict[str, Any], fields: dict[str, Any]) -> None:
    """A request whose `model` or `prompt` is not text is refused with a status of the caller's errors."""
    answer = ask.post(FILMS, _body(ask, **fields))

    demand_refused(answer, gateway, "invalid_value", "missing_field", "malformed_body", "unknown_model")


@requirement("videos.unknown-model")
def test_unknown_model(ask: Ask, gateway: dict[str, Any]) -> None:
    """A request for a model that does not exist is refused with its documented status."""
    demand_refused(ask.post(FILMS, _body(ask, model=NOWHERE)), gateway, "unknown_model")


@requirement("videos.envelope")
@pytest.mark.parametrize("case", ["unknown", "missing"])
def test_envelope(ask: Ask, film: Job, case: str) -> None:
    """Errors of submissions and of statuses have the envelope of every error."""
    answer = _unknown(ask, film) if case == "unknown" else _without(ask, "prompt")

    if answer.status >= 400:
        demand_error_body(answer)


@requirement("videos.credential")
@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("case", ["submission", "status"])
def test_credential(ask: Ask, film: Job, gateway: dict[str, Any], case: str) -> None:
    """Without a credential no job is accepted, and no status is given."""
    if case == "submission":
        answer = ask.post(FILMS, _body(ask), key=None)
    else:
        answer = ask.get(jobs.status_path(film.rules, "videos", film.id), key=None)

    demand_refused(answer, gateway, "missing_credential")


@requirement("videos.owner")
def test_owner(ask: Ask, film: Job) -> None:
    """The status of a job is not given to another account."""
    job_checks.stranger(ask.get(jobs.status_path(film.rules, "videos", film.id), key="stranger-account"))
