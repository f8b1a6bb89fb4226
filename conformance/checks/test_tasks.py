"""Tasks: one way to submit everything, and one path to ask for it."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.wire.exchange import Exchange
from conformance.words.answer import (
    demand_error_body,
    demand_kind,
    demand_refused,
    demand_status,
    demand_text,
    leave_at_default,
)
from conformance.words.ask import Ask
from conformance.words.check import Unsupported, inconclusive, pick, requirement
from conformance.words.decoders.media import picture, sound
from conformance.words.openai import job_checks, jobs
from conformance.words.openai.bad_requests import NOWHERE
from conformance.words.openai.jobs import Job
from gateway_contract import Contract

IMAGES = "/images/generations"
AUDIO = "/audios/generations"
PROMPT = "A red ball on a white table."
LINE = "Hello."
LASTING = ("id", "object", "type", "created")


@pytest.fixture
def image(ask: Ask, gateway: dict[str, Any]) -> Job:
    """The task of one image, from its submission to its end. Of all kinds it is the cheapest."""
    answer = jobs.submit(ask, IMAGES, _body(ask))
    return jobs.follow(ask, gateway["async"], "images", answer)


def _body(ask: Ask, **fields: Any) -> dict[str, Any]:
    return {"model": ask.model_for("images"), "prompt": PROMPT, **fields}


def _without(ask: Ask, name: str) -> Exchange:
    return ask.post(IMAGES, {field: value for field, value in _body(ask).items() if field != name})


def _unknown(ask: Ask, image: Job) -> Exchange:
    return ask.get(jobs.status_path(image.rules, "images", jobs.nobodys_job(image).id))


@requirement("tasks.submit")
def test_submit(image: Job) -> None:
    """A request for an image is answered with a task that waits or is worked on."""
    job_checks.taken(image)


@requirement("tasks.id")
def test_id(image: Job) -> None:
    """The task has an `id`, a string that is not empty."""
    job_checks.identity(image)


@requirement("tasks.schema")
def test_schema(image: Job, contract: Contract) -> None:
    """The submission and every status satisfy the documented schema."""
    job_checks.schema(image, contract, "createImageTask", "retrieveTask")


@requirement("tasks.kind")
def test_kind(image: Job) -> None:
    """A task says in `object` and `type` what it makes."""
    body = image.submission

    assert pick(body, "object") == "image.generation.task", f"object is {body['object']!r:.80}"
    assert pick(body, "type") == "image", f"type is {body['type']!r:.80}"


@requirement("tasks.status")
def test_status(image: Job) -> None:
    """The documented path answers 200 with the status of the task, in a documented word."""
    job_checks.statuses(image)


@requirement("tasks.status.same")
def test_status_same(image: Job) -> None:
    """`id`, `object`, `type` and `created` of a task are the same whenever it is asked for."""
    first = image.submission
    for status in image.statuses:
        for name in LASTING:
            if name in first:
                assert status.get(name) == first[name], (
                    f"{name} was {first[name]!r:.60} and is {status.get(name)!r:.60}"
                )


@requirement("tasks.status.fresh")
def test_status_fresh(ask: Ask, image: Job) -> None:
    """The status is also given when `sync_upstream` asks for the latest one."""
    if not any(poll.status == 200 for poll in image.polls):
        inconclusive("no question for the status was answered")
    answer = ask.get(f"{jobs.status_path(image.rules, 'images', image.id)}?sync_upstream=true")

    demand_status(answer, [200])


@requirement("tasks.order")
def test_order(image: Job) -> None:
    """A task never goes back to an earlier state."""
    job_checks.order(image)


@requirement("tasks.progress")
def test_progress(image: Job) -> None:
    """`progress` is a number from 0 to 100."""
    job_checks.progress(image)


@requirement("tasks.progress.grows")
def test_progress_grows(image: Job) -> None:
    """`progress` never decreases."""
    job_checks.growth(image)


@requirement("tasks.end")
def test_end(image: Job) -> None:
    """The state in which a task ends stays."""
    job_checks.end(image)


@requirement("tasks.results")
def test_results(image: Job) -> None:
    """A completed task lists its `results`, each with an absolute `url`."""
    demand_kind(image.success.get("results"), "results", list)
    job_checks.results(image)


@requirement("tasks.results.early")
def test_results_early(image: Job) -> None:
    """There are no `results` before the task is completed."""
    job_checks.nothing_early(image)


@requirement("tasks.error.absent")
def test_error_absent(image: Job) -> None:
    """A task that has not failed has no `error`."""
    job_checks.no_error(image)


@requirement("tasks.failure.code")
def test_failure_code(ask: Ask, contract: Contract) -> None:
    """The error of a failed task has a `code`, a `message` and a `type`."""
    task = jobs.film(ask, contract, ask.recorder.target.models["failing-video"])
    error = pick(task.failure, "error", kind=dict)

    for name in ("code", "type"):
        demand_text(error.get(name), f"{name} of error")


@requirement("tasks.images")
def test_images(ask: Ask, image: Job) -> None:
    """Behind the `url` of a completed task of an image is a picture, without a credential."""
    for address in image.addresses:
        job_checks.opens(ask.fetch(address), picture)


@requirement("tasks.audio")
def test_audio(ask: Ask, gateway: dict[str, Any]) -> None:
    """A speech task ends like any other task, and its result can be played."""
    answer = jobs.submit(ask, AUDIO, {"model": ask.model_for("music"), "prompt": LINE})
    if 400 <= answer.status < 500 and "tasks.audio" in gateway["model_dependent"]:
        raise Unsupported(f"the model does not take a prompt alone: {answer.text:.120}")
    task = jobs.follow(ask, gateway["async"], "audio", answer)

    job_checks.taken(task)
    job_checks.statuses(task)
    for address in task.addresses:
        job_checks.opens(ask.fetch(address), sound)


@requirement("tasks.unknown")
def test_unknown(ask: Ask, gateway: dict[str, Any], image: Job) -> None:
    """The status of a task that does not exist is not found."""
    demand_refused(_unknown(ask, image), gateway, *jobs.nobodys_job(image).causes)


@requirement("tasks.missing")
@pytest.mark.parametrize("name", ["model", "prompt"])
def test_missing(ask: Ask, gateway: dict[str, Any], promised: bool, name: str) -> None:
    """A request without `model`, or without `prompt`, is refused with the status of a missing field."""
    answer = _without(ask, name)

    if name == "model":
        leave_at_default(answer, promised)
    demand_refused(answer, gateway, "missing_field")


@requirement("tasks.unknown-model")
def test_unknown_model(ask: Ask, gateway: dict[str, Any]) -> None:
    """A request for a model that does not exist is refused with its documented status."""
    demand_refused(ask.post(IMAGES, _body(ask, model=NOWHERE)), gateway, "unknown_model")


@requirement("tasks.envelope")
@pytest.mark.parametrize("case", ["unknown", "missing"])
def test_envelope(ask: Ask, image: Job, case: str) -> None:
    """Errors of submissions and of statuses have the envelope of every error."""
    answer = _unknown(ask, image) if case == "unknown" else _without(ask, "prompt")

    if answer.status < 400:
        inconclusive(f"the wrong request is answered {answer.status}")
    demand_error_body(answer)


@requirement("tasks.credential")
@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("case", ["submission", "status"])
def test_credential(ask: Ask, image: Job, gateway: dict[str, Any], case: str) -> None:
    """Without a credential no task is accepted, and no status is given."""
    if case == "submission":
        answer = ask.post(IMAGES, _body(ask), key=None)
    else:
        answer = ask.get(jobs.status_path(image.rules, "images", image.id), key=None)

    demand_refused(answer, gateway, "missing_credential")


@requirement("tasks.owner")
def test_owner(ask: Ask, image: Job) -> None:
    """The status of a task is not given to another account."""
    job_checks.stranger(ask.get(jobs.status_path(image.rules, "images", image.id), key="stranger-account"))
