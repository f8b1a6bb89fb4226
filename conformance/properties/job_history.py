"""Histories of jobs: several at a time, each of which goes forward, ends once, and tells nothing of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import Inconclusive
from conformance.properties.bodies import subjects
from conformance.properties.history import Asking, History, Step, demand_room
from conformance.words.ask import Ask
from conformance.words.ids import nobodys
from conformance.words.openai import jobs
from conformance.words.openai.job_checks import RANKS
from conformance.words.openai.jobs import MADE_UP, SECONDS
from gateway_contract import Contract

MODEL, APART, UNKNOWN = "properties.jobs.model", "properties.jobs.apart", "properties.jobs.unknown"
STEPS = 12
MOST = 3
"""The most jobs of one history: each of them costs."""
SHORT = ("duration_seconds", "duration")


@dataclass(frozen=True)
class Kind:
    """A kind of job: where it is submitted, and the least that its body needs, and cheap."""

    name: str
    path: str
    body: Mapping[str, Any]


@dataclass
class Work:
    """A job of a history. `addresses` are those of what it has made."""

    name: str
    kind: Kind
    id: str
    ids: set[str]
    stage: str | None
    addresses: set[str] = field(default_factory=set)

    @property
    def ended(self) -> bool:
        """Whether the job has succeeded or failed."""
        return self.stage in ("success", "failure")


def kinds(contract: Contract, ask: Ask) -> list[Kind]:
    """The kinds of jobs that a gateway documents, that the target has, and that may be asked for."""
    kinds, rules = [], contract.gateway["async"]
    for subject in subjects(contract, ask):
        name = str(subject.operation.document.get("x-model"))
        if subject.bodies and name in rules["status_paths"] and rules.get(name) != "whole":
            known = subject.operation.request_schema()["properties"]
            body = {"model": subject.bodies[0]["model"], **{short: SECONDS for short in SHORT if short in known}}
            kinds.append(Kind(name, subject.path, body))
    return kinds


def operations(contract: Contract) -> set[str]:
    """The operations that histories of jobs ask: those that submit one, and those that answer for its status."""
    rules = contract.gateway["async"] or {"status_paths": {}}
    asked = set[str]()
    for operation in contract.operations.values():
        name = str(operation.document.get("x-model"))
        if operation.method == "POST" and name in rules["status_paths"] and rules.get(name) != "whole":
            status = contract.find("GET", jobs.status_path(rules, name, "none"))
            asked |= {operation.id, *([status.id] if status else [])}
    return asked


class JobHistory(History):
    """Submits jobs and asks for them, in any order. The `first` of a submission says which kind it is of."""

    make = "submit"
    acts = ("ask", "ask", "wait", "submit", "ask for nobody")
    most_first = 2

    def __init__(self, asking: Asking, rules: Mapping[str, Any], known: list[Kind]) -> None:
        super().__init__(asking)
        self.rules = rules
        self.known = known
        self.works: dict[int, Work] = {}

    def words(self, step: Step) -> str:
        """What the step is; empty for one job too many."""
        if step.thing > MOST:
            return ""
        name = f"job {step.thing}"
        known = {
            "submit": f"submit {name} ({self._kind(step).name})",
            "ask": f"ask for {name}",
            "wait": f"wait for {name}",
            "ask for nobody": f"ask for an id like that of {name}",
        }
        return known[step.act]

    def _kind(self, step: Step) -> Kind:
        return self.known[(step.thing + step.first) % len(self.known)]

    def do(self, step: Step) -> None:
        """Does it."""
        if step.act == "submit":
            self._submit(step.thing, self._kind(step))
        elif step.thing in self.works:
            work = self.works[step.thing]
            {"ask": self._look, "wait": self._finish, "ask for nobody": self._look_for_nobody}[step.act](work)

    def closing(self) -> list[Step]:
        """Every job is asked for once more."""
        return [Step("ask", number) for number in self.works]

    def end(self) -> None:
        """Jobs end by themselves."""

    def _submit(self, number: int, kind: Kind) -> None:
        prompt = f"A red ball rolls over a white table, {number} times."
        answer = self.asking.ask.post(kind.path, {**kind.body, "prompt": prompt}, take=self.asking.take)
        body = demand_room(answer).json
        name = jobs.identity(self.rules, body) if jobs.accepted(answer) and isinstance(body, dict) else None
        if name is None:
            raise Inconclusive(f"the submission was answered {answer.status}: {answer.text:.120}")
        ids = {body[name] for name in self.rules["ids"] if isinstance(body.get(name), str)}
        work = Work(f"job {number}", kind, name, ids, _stage(self.rules, body))
        shared = {other for one in self.works.values() for other in one.ids} & ids
        self.works[number] = work
        self.demand(not shared, APART, f"{work.name} has the id of an earlier one, {name}")

    def _look(self, work: Work) -> bool:
        """A job is told as it is. Whether it was."""
        path = jobs.status_path(self.rules, work.kind.name, work.id)
        answer = self.asking.look(
            lambda: self.asking.ask.get(path, take=self.asking.take), lambda one: one.status == 200
        )
        demand_room(answer)
        if answer.status >= 500:
            raise Inconclusive(f"{work.name} was answered {answer.status}: {answer.text:.120}")
        self.demand(answer.status == 200, MODEL, f"{work.name} is unknown: answered {answer.status}")
        if answer.status != 200 or not isinstance(answer.json, dict):
            return False
        self._judge(work, answer.json)
        return True

    def _judge(self, work: Work, body: dict[str, Any]) -> None:
        """A status is the job's own, and not before what was known of it."""
        for name in self.rules["ids"]:
            name_in_body = body.get(name)
            self.demand(
                name_in_body is None or name_in_body in work.ids,
                APART,
                f"{name} of {work.name} is {name_in_body!r:.80}",
            )
        addresses = _addresses(self.rules, body)
        for other in self.works.values():
            shared = addresses & other.addresses if other is not work else set()
            self.demand(not shared, APART, f"{work.name} gives what {other.name} has made")
        stage = _stage(self.rules, body)
        if stage is None:
            return
        self._compare(work, stage)
        work.stage, work.addresses = stage, work.addresses | addresses

    def _compare(self, work: Work, stage: str) -> None:
        forward = work.stage is None or (RANKS[work.stage] <= RANKS[stage] and not (work.ended and work.stage != stage))
        words = {name: self.rules[name][0] for name in RANKS}
        before = words.get(work.stage or "")
        self.demand(forward, MODEL, f"{work.name} was {before} and is {words[stage]}")

    def _look_for_nobody(self, work: Work) -> None:
        """An id that no job has is unknown, however much it looks like one."""
        name = nobodys(work.id, MADE_UP).id
        answer = self.asking.ask.get(jobs.status_path(self.rules, work.kind.name, name), take=self.asking.take)
        demand_room(answer)
        self.demand(
            answer.status >= 400, UNKNOWN, f"the id {name!r:.80}, which no job has, is answered {answer.status}"
        )

    def _finish(self, work: Work) -> None:
        """A job ends."""
        for pause in jobs.pauses(self.asking.ask.recorder.target.local):
            body = self._look(work)
            if work.ended:
                return
            if not body:
                break
            self.asking.wait(pause)
        raise Inconclusive(f"{work.name} has not ended")


def _stage(rules: Mapping[str, Any], body: Mapping[str, Any]) -> str | None:
    return next((stage for stage in RANKS if body.get("status") in rules[stage]), None)


def _addresses(rules: Mapping[str, Any], body: Mapping[str, Any]) -> set[str]:
    value = body.get(rules["results"])
    made = value if isinstance(value, list) else [value]
    return {one["url"] for one in made if isinstance(one, dict) and jobs.is_address(one.get("url"))}
