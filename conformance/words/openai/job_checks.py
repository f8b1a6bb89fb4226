"""What is judged of every job, whatever it makes, and of what is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_json, demand_kind, demand_status, demand_text, leave_at_limit
from conformance.words.check import NotApplicable, inconclusive, pick
from conformance.words.decoders.media import Unreadable
from conformance.words.openai.jobs import STAGES, Job, accepted, is_address
from conformance.words.schema import demand_body
from gateway_contract import Contract

RANKS = {"waiting": 0, "running": 1, "success": 2, "failure": 2}


def taken(job: Job) -> None:
    """The answer to a submission is a job that has not ended, and not what it makes."""
    answer = job.exchange
    assert accepted(answer), f"the submission is answered {answer.status or answer.broken}: {answer.text:.160}"
    state, allowed = demand_json(answer).get("status"), [*job.rules["waiting"], *job.rules["running"]]
    assert state in allowed, f"the status of a job just submitted is {state!r:.60}, not {allowed}"


def identity(job: Job) -> None:
    """The job has an id, under the name that a submission must have it, where one is documented."""
    demanded = job.rules.get("submission")
    names = [demanded] if demanded else job.rules["ids"]
    values = {name: job.submission[name] for name in names if name in job.submission}

    assert values, f"the submission has no {' or '.join(names)}"
    for name, value in values.items():
        demand_text(value, name)


def statuses(job: Job) -> None:
    """The status of the job is answered, in a documented word."""
    if not job.polls:
        inconclusive("the submission gave no id to ask for")
    known = [word for stage in STAGES for word in job.rules[stage]]
    for poll in job.polls:
        demand_status(poll, [200])
        state = demand_kind(poll.json, f"the answer to GET {poll.request.path}", dict).get("status")
        assert state in known, f"status is {state!r:.60}, not one of {', '.join(known)}"


def order(job: Job) -> None:
    """The status of a job never goes back to an earlier stage."""
    stages = [(job.stage(body), body) for body in job.reports]
    known = [(RANKS[stage], body) for stage, body in stages if stage is not None]
    for (rank, body), (next_rank, following) in pairwise(known):
        assert rank <= next_rank, f"the status was {body['status']!r} and then {following['status']!r}"


def end(job: Job) -> None:
    """The status that a job ended with does not change."""
    ended = job.last
    later = job.later.json if job.later and job.later.status == 200 else inconclusive("the second question failed")
    state = pick(later, "status")

    assert job.stage(later) == job.stage(ended), f"the status was {ended['status']!r}, and later {state!r:.60}"


def progresses(job: Job) -> list[dict[str, Any]]:
    """Every report of the job with its progress. Raises `NotApplicable` when there is none."""
    reports = [body for body in job.reports if body.get("progress") is not None]
    if not reports:
        raise NotApplicable("the target reports no progress")
    return reports


def progress(job: Job) -> None:
    """Progress is a percentage."""
    for body in progresses(job):
        value = demand_kind(body["progress"], "progress", (int, float))
        assert 0 <= value <= 100, f"progress is {value!r}"


def growth(job: Job) -> None:
    """Progress does not shrink."""
    numbers = [body for body in progresses(job) if isinstance(body["progress"], (int, float))]
    for one, following in pairwise(numbers):
        before, after = one["progress"], following["progress"]
        assert before <= after, f"progress was {before} and then {after}"


def nothing_early(job: Job) -> None:
    """No result is given before the job has succeeded."""
    name = job.rules["results"]
    for body in job.reports:
        if job.stage(body) in ("waiting", "running"):
            assert not body.get(name), f"{name} is {body[name]!r:.80} while the status is {body['status']!r:.40}"


def no_error(job: Job) -> None:
    """A job that has not failed has no error."""
    for body in job.reports:
        if job.stage(body) != "failure":
            assert not body.get("error"), (
                f"error is {body['error']!r:.80} while the status is {body.get('status')!r:.40}"
            )


def results(job: Job) -> None:
    """A job that succeeded has an address for each of its results."""
    name = job.rules["results"]
    value = job.success.get(name)
    things = value if isinstance(value, list) else [value]

    assert things, f"{name} is empty"
    for thing in things:
        url = demand_kind(thing, name, dict).get("url")
        assert is_address(url), f"url of {name} is {url!r:.80}"


def failure(job: Job) -> None:
    """A job that failed has an error with a message."""
    error = job.failure.get("error")
    message = error.get("message") if isinstance(error, dict) else error

    demand_text(message, "the message of the error")


def stranger(answer: Exchange) -> None:
    """The status is not given to another account."""
    leave_at_limit(answer)
    assert answer.status >= 400, f"somebody else's job is answered {answer.status}: {answer.text:.120}"


def opens(fetched: Exchange, decode: Callable[[bytes], Any]) -> None:
    """The file at an address can be opened."""
    demand_status(fetched, [200])
    decodes(fetched.body, fetched.url, decode)


def decodes(data: bytes, name: str, decode: Callable[[bytes], Any]) -> None:
    """A decoder reads the bytes to their end."""
    try:
        decode(data)
    except Unreadable as problem:
        raise AssertionError(f"{name:.80}: {problem}") from None


def schema(job: Job, contract: Contract, submitted: str, asked: str) -> None:
    """The submission and every status satisfy the schemas of their operations."""
    pairs = [(submitted, job.exchange.status, job.submission), *((asked, 200, body) for body in job.statuses)]
    for operation, status, body in pairs:
        demand_body(contract.operations[operation], body, status)
