"""Jobs as a check reads them: submitted once, and followed until they end.

The words of a gateway come from `x-gateway`'s `async`. Reading what is not there is `Inconclusive`: the requirement
that demands it has a check of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from conformance.wire.exchange import Exchange
from conformance.words.answer import leave_at_limit
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, pick
from conformance.words.ids import Nobodys, nobodys
from gateway_contract import Contract

MADE_UP = "no-such-job-anywhere"
FILMS = "/videos/generations"
PROMPT = "A red ball rolls slowly over a white table."
SECONDS = 4
"""What many models take as the shortest duration of a film."""
STAGES = ("waiting", "running", "success", "failure")
SHORTEST, LONGEST = 2.0, 5.0
"""Seconds between two questions for the status of a job."""
PATIENCE = 300.0
"""Seconds that a job may take."""
QUICK, QUICK_PATIENCE = 0.02, 60.0
"""The same for a target on this machine: the first pause, and the time a job may take."""
MOST = 30.0
"""The longest Retry-After, in seconds, that is waited for between two questions."""


@dataclass(frozen=True)
class Job:
    """A job. `polls` are the answers to the question for its status until it ended, `later` is one more after that."""

    rules: Mapping[str, Any]
    exchange: Exchange
    polls: tuple[Exchange, ...] = ()
    later: Exchange | None = None

    @cached_property
    def submission(self) -> dict[str, Any]:
        """The decoded answer to the submission; inconclusive when it was refused."""
        if not accepted(self.exchange):
            inconclusive(f"the submission was answered {self.exchange.status}: {self.exchange.text:.120}")
        return pick(self.exchange.json, kind=dict)

    @property
    def id(self) -> str:
        """The id of the job."""
        return identity(self.rules, self.submission) or inconclusive("the submission gave no id")

    @cached_property
    def statuses(self) -> list[dict[str, Any]]:
        """The statuses that the job reported, in order."""
        bodies = [poll.json for poll in self.polls if poll.status == 200 and isinstance(poll.json, dict)]
        return bodies or inconclusive("no question for the status was answered")

    @property
    def reports(self) -> list[dict[str, Any]]:
        """The submission, and the statuses that followed."""
        return [self.submission, *self.statuses]

    @property
    def last(self) -> dict[str, Any]:
        """The status that the job ended with; inconclusive when it did not end."""
        last = self.statuses[-1]
        if self.stage(last) not in ("success", "failure"):
            inconclusive(f"the job has not ended: its status is {last.get('status')!r:.60}")
        return last

    @property
    def success(self) -> dict[str, Any]:
        """The status of a job that ended well; inconclusive otherwise."""
        if self.stage(self.last) != "success":
            inconclusive(f"the job failed: {self.last.get('error')!r:.160}")
        return self.last

    @property
    def failure(self) -> dict[str, Any]:
        """The status of a job that failed; inconclusive otherwise."""
        return self.last if self.stage(self.last) == "failure" else inconclusive("the job did not fail")

    def stage(self, body: Mapping[str, Any]) -> str | None:
        """Which of the stages the status of a body is; None when it is no documented word."""
        return next((stage for stage in STAGES if body.get("status") in self.rules[stage]), None)

    def made(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What a status says that the job made: nothing, one thing, or several."""
        value = body.get(self.rules["results"])
        entries = value if isinstance(value, list) else [value] if value else []
        return [one for one in entries if isinstance(one, dict)]

    @property
    def addresses(self) -> list[str]:
        """Where the things are that a job made which ended well; inconclusive when it gives none."""
        addresses = [one["url"] for one in self.made(self.success) if is_address(one.get("url"))]
        return addresses or inconclusive("the job ended well and gives no address")


def accepted(answer: Exchange) -> bool:
    """Whether a submission was taken."""
    return 200 <= answer.status < 300


def is_address(value: object) -> bool:
    """Whether a value is an absolute web address."""
    return isinstance(value, str) and urlsplit(value).scheme in {"http", "https"} and bool(urlsplit(value).hostname)


def identity(rules: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    """The id that a body holds under one of its documented names."""
    values = (body.get(name) for name in rules["ids"])
    return next((value for value in values if isinstance(value, str) and value), None)


def submit(ask: Ask, path: str, *bodies: Mapping[str, Any], **options: Any) -> Exchange:
    """The answer to the first of the bodies that is not refused for its values, which may not suit the model."""
    answer = ask.post(path, bodies[0], **options)
    for body in bodies[1:]:
        if answer.status not in {400, 422}:
            break
        answer = ask.post(path, body, **options)
    leave_at_limit(answer)
    return answer


def nobodys_job(job: Job) -> Nobodys:
    """The id of a job that nobody has submitted."""
    body = job.exchange.json if accepted(job.exchange) and isinstance(job.exchange.json, dict) else {}
    return nobodys(identity(job.rules, body), MADE_UP)


def status_path(rules: Mapping[str, Any], kind: str, name: str) -> str:
    """Where the status of a job of that kind is."""
    template: str = rules["status_paths"][kind]
    return template.replace("{id}", quote(name, safe=""))


def follow(ask: Ask, rules: Mapping[str, Any], kind: str, exchange: Exchange) -> Job:
    """Asks for the status of a submitted job until it ends, and once more then."""
    body = exchange.json if accepted(exchange) and isinstance(exchange.json, dict) else {}
    name = identity(rules, body)
    job = Job(rules, exchange)
    if name is None:
        return job
    path = status_path(rules, kind, name)
    polls, after = list[Exchange](), 0.0
    for pause in pauses(ask.recorder.target.local):
        polls.append(ask.get(path, take=len(polls) + 1, after=after))
        job = Job(rules, exchange, tuple(polls))
        after = _pause(pause, polls[-1])
        if not _goes_on(job, polls[-1]):
            break
    if _goes_on(job, polls[-1]):
        return job
    after = _pause(QUICK if ask.recorder.target.local else SHORTEST, polls[-1])
    return Job(rules, exchange, tuple(polls), ask.get(path, take=len(polls) + 1, after=after))


def pauses(local: bool) -> Iterator[float]:
    """The pauses between two questions, in seconds, growing, until the patience is at an end."""
    pause, left = (QUICK, QUICK_PATIENCE) if local else (SHORTEST, PATIENCE)
    while left > 0:
        yield pause
        left -= pause
        pause = min(pause * 1.5, LONGEST)


def _goes_on(job: Job, poll: Exchange) -> bool:
    """The job waits or is worked on, as far as its last status says."""
    return poll.status == 200 and isinstance(poll.json, dict) and job.stage(poll.json) in ("waiting", "running")


def _pause(pause: float, last: Exchange) -> float:
    """How long to wait before the next question. Retry-After prolongs the pause."""
    seconds = last.headers.get("retry-after", "")
    return max(pause, min(float(seconds), MOST)) if re.fullmatch(r"\d+(\.\d+)?", seconds) else pause


def film(ask: Ask, contract: Contract, model: str) -> Job:
    """A short film, from its submission to its end."""
    plain = {"model": model, "prompt": PROMPT}
    known = contract.operations["createVideo"].request_schema()["properties"]
    short = {name: SECONDS for name in ("duration_seconds", "duration") if name in known}
    return follow(ask, contract.gateway["async"], "videos", submit(ask, FILMS, plain | short, plain))
