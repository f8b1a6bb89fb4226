"""Films: the job from its submission to its end."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_kind
from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, inconclusive, requirement
from conformance.words.decoders.media import Unreadable
from conformance.words.decoders.media import film as decoded_film
from conformance.words.openai import job_checks, jobs
from conformance.words.openai.jobs import Job
from gateway_contract import Contract

SLACK = 1.0
"""Seconds by which a film may differ from what is told of it."""


@pytest.fixture
def film(ask: Ask, contract: Contract) -> Job:
    """A short film, from its submission to its end."""
    return jobs.film(ask, contract, ask.model_for("videos"))


@pytest.fixture
def failing(ask: Ask, contract: Contract) -> Job:
    """A film that cannot be made."""
    return jobs.film(ask, contract, ask.recorder.target.models["failing-video"])


@pytest.fixture
def fetched(ask: Ask, film: Job) -> Exchange:
    """What stands behind the address of the film."""
    return ask.fetch(film.addresses[0])


@requirement("videos.submit")
def test_submit(film: Job) -> None:
    """A request for a film is answered with a job that waits or is worked on, and not with the film."""
    job_checks.taken(film)


@requirement("videos.id")
def test_id(film: Job) -> None:
    """The job has an id under its documented name, a string that is not empty."""
    job_checks.identity(film)


@requirement("videos.schema")
def test_schema(film: Job, contract: Contract) -> None:
    """The submission and every status satisfy the documented schema."""
    asked = "retrieveVideo" if "retrieveVideo" in contract.operations else "retrieveTask"

    job_checks.schema(film, contract, "createVideo", asked)


@requirement("videos.status")
def test_status(film: Job) -> None:
    """The documented path answers 200 with the status of the job, in a documented word."""
    job_checks.statuses(film)


@requirement("videos.status.same")
def test_status_same(film: Job) -> None:
    """A status that names a job names the one that was asked for."""
    own = [film.id, *(film.submission.get(name) for name in film.rules["ids"])]
    for status in film.statuses:
        for name in film.rules["ids"]:
            if status.get(name) is not None:
                assert status[name] in own, f"{name} is {status[name]!r:.80}, but the job is {film.id!r:.80}"


@requirement("videos.order")
def test_order(film: Job) -> None:
    """A job never goes back to an earlier state."""
    job_checks.order(film)


@requirement("videos.progress")
def test_progress(film: Job) -> None:
    """Progress, where it is reported, is a number from 0 to 100."""
    job_checks.progress(film)


@requirement("videos.progress.grows")
def test_progress_grows(film: Job) -> None:
    """Progress, where it is reported, never decreases."""
    job_checks.growth(film)


@requirement("videos.end")
def test_end(film: Job) -> None:
    """The state in which a job ends stays."""
    job_checks.end(film)


@requirement("videos.result")
def test_result(film: Job) -> None:
    """A job that ended well has a result with an absolute `url`."""
    job_checks.results(film)


@requirement("videos.result.early")
def test_result_early(film: Job) -> None:
    """There is no result before the job has ended well."""
    job_checks.nothing_early(film)


@requirement("videos.result.film")
def test_film(fetched: Exchange) -> None:
    """Behind the `url` of the result is a film, without a credential."""
    job_checks.opens(fetched, decoded_film)


@requirement("videos.result.agrees")
def test_agrees(film: Job, fetched: Exchange) -> None:
    """The film is as long and as large as the result says, where it does."""
    entry = film.made(film.success)[0]
    seconds, size = entry.get("duration_seconds"), str(entry.get("resolution")).lower()
    if seconds is None and "x" not in size:
        raise NotApplicable("the target tells neither duration nor resolution")
    try:
        real = decoded_film(fetched.body)
    except Unreadable as problem:
        inconclusive(str(problem))

    if isinstance(seconds, (int, float)) and real.seconds:
        assert abs(real.seconds - seconds) <= SLACK, (
            f"{seconds} s are reported, but the film lasts {real.seconds:.1f} s"
        )
    if "x" in size:
        assert f"{real.width}x{real.height}" == size, f"{size:.40} is reported, but it is {real.width}x{real.height}"


@requirement("videos.credits")
def test_credits(film: Job, gateway: dict[str, Any]) -> None:
    """A job that succeeded reports its cost in credits, a number of 0 or more, where credits are documented."""
    if not gateway["headers"]["credits"]:
        raise NotApplicable("no credits are documented")
    value = film.success.get("credits_used")

    assert demand_kind(value, "credits_used", (int, float)) >= 0, f"credits_used is {value!r}"


@requirement("videos.error.absent")
def test_error_absent(film: Job) -> None:
    """A job that has not failed has no error."""
    job_checks.no_error(film)


@requirement("videos.failure.ends")
def test_failure_ends(failing: Job) -> None:
    """A job whose film cannot be made ends as failed."""
    stage, words = failing.stage(failing.last), failing.rules["failure"]

    assert stage == "failure", f"expected {' or '.join(words)}, but the status is {failing.last['status']!r}"


@requirement("videos.failure.reason")
def test_failure_reason(failing: Job) -> None:
    """A failed job says why, in `error`."""
    job_checks.failure(failing)


@requirement("videos.failure.no-result")
def test_failure_no_result(failing: Job) -> None:
    """A failed job has no result."""
    name = failing.rules["results"]

    assert not failing.failure.get(name), f"{name} of a failed job is {failing.failure[name]!r:.80}"
