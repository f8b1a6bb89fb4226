"""What a run with the usual budget says of a server with a mutant.

One run of a right server is recorded. A mutant that answers none of its requests otherwise is not seen by such a run.
With the others, the checks that looked at what is different judge again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import gateway_contract
from conformance import register
from conformance.model import Verdict
from gateway_contract import Contract, Problem
from reference_server import fixtures
from reference_server.app import Application
from reference_server.faults import Fault
from reference_server.service import Service
from reference_server.state.store import Store
from tests.contract_mutation.answers import AnswerMutant, answer_mutants
from tests.contract_mutation.requests import SHARED, RequestMutant, request_mutants, schemas_of, shared_mutants, unsaid
from tests.faults.bench import Bench, Case
from tests.faults.clock import CLOCK
from tests.faults.inside import ADDRESS, Inside
from tests.faults.recorded import WHOLE, Change, record
from tests.odd_values.members import bodies

Mutant = RequestMutant | AnswerMutant
JUDGED = {name for name, one in register.load().requirements.items() if not one.area.startswith("sdk_")}
"""All but what restates the rest through an official client."""

CLEAR = "properties.generated.fields.values"
"""The requirement that judges whether a refusal is clear."""
REFUSALS = range(400, 500)
FEW = 3
"""So many requirements are asked before all that looked at a difference."""


class Outcome(StrEnum):
    """What became of a mutant. The last four are no differences that the documents forbid, and are not counted."""

    FOUND = "found"
    SEEN = "seen, not judged wrong"
    UNSEEN = "not asked for"
    REFUSED = "refused clearly, as a model may"
    SAME = "refused all the same, for another reason"
    LEGAL = "legal"
    ABSENT = "not in any answer"


EQUIVALENT = {Outcome.REFUSED, Outcome.SAME, Outcome.LEGAL, Outcome.ABSENT}


class Result(NamedTuple):
    """An outcome, and the requirements that found the mutant, or that looked at it in vain."""

    outcome: Outcome
    requirements: list[str]


class Sent(NamedTuple):
    """A body that was sent, and whether the documents allow it."""

    body: Any
    media_type: str
    right: bool


def mutants(contract: Contract, apart: bool = False) -> list[Mutant]:
    """Every mutant of a contract. `apart` has a mutant for each operation that uses the same schema."""
    operations = contract.operations.values()
    alone = [one for operation in operations for one in request_mutants(operation)]
    requests = alone if apart else [*shared_mutants(contract), *(one for one in alone if one.steps[0] == "parameters")]
    return [*requests, *(one for operation in operations for one in answer_mutants(operation))]


class Trial:
    """Judges one mutant after another."""

    def __init__(self, gateway: str | None, bench: Bench) -> None:
        self._contract = gateway_contract.load(gateway)
        self._bench = bench
        self._gateway = gateway
        self._session = record(bench, gateway, JUDGED)

    def judge(self, mutant: Mutant) -> Result:
        """Whether a run finds the mutant."""
        if isinstance(mutant, AnswerMutant):
            if outcome := self._no_difference(mutant):
                return Result(outcome, [])
            return self._judge(mutant.fault(), self._contract)
        contract = mutant.contract(self._contract)
        operations = self._reading_otherwise(mutant, contract)
        if not operations:
            return Result(Outcome.SAME if unsaid(mutant, self._contract) else Outcome.UNSEEN, [])
        name = next(iter(operations)) if len(operations) == 1 else SHARED
        fault = Fault("contract_mutant", str(mutant), name, frozenset({"contract"}), _nothing, "validation")
        result = self._judge(fault, contract)
        if result.outcome is Outcome.FOUND:
            return result
        if mutant.of_parameter:
            return result if mutant.may_be else result._replace(outcome=Outcome.LEGAL)
        if result.outcome is Outcome.SEEN and mutant.may_be and CLEAR in result.requirements:
            return result._replace(outcome=Outcome.REFUSED)
        statuses = self._session.statuses(fault, contract)
        same = all(old == new or (old in REFUSALS and new in REFUSALS) for old, new in statuses)
        return result._replace(outcome=Outcome.SAME) if same else result

    def _reading_otherwise(self, mutant: RequestMutant, contract: Contract) -> set[str]:
        """The operations that take a body of the session which they should refuse, or the other way round."""
        if mutant.of_parameter:
            return {mutant.operation}
        return {
            name
            for name, bodies in self._sent.items()
            if (mutant.operation == name or mutant.steps[0] in self._schemas[name])
            and any(contract.operations[name].accepts(one.body, one.media_type) != one.right for one in bodies)
        }

    @cached_property
    def _sent(self) -> dict[str, list[Sent]]:
        """By operation, the bodies that the session sent."""
        sent: dict[str, list[Sent]] = defaultdict(list)
        for call, *_ in self._session.plain:
            media_type = call.headers.get("content-type", "").partition(";")[0]
            if call.operation and call.body is not None and media_type in call.operation.request_types:
                right = call.operation.accepts(call.body, media_type)
                sent[call.operation.id].append(Sent(call.body, media_type, right))
        return sent

    @cached_property
    def _schemas(self) -> dict[str, set[str]]:
        """By operation, the names of the schemas that its requests are made of."""
        return {name: schemas_of(self._contract, [one]) for name, one in self._contract.operations.items()}

    def _judge(self, fault: Fault, contract: Contract) -> Result:
        change = self._session.changed_by(fault, contract)
        if not change.requirements:
            return Result(Outcome.UNSEEN, [])
        for some in self._few(change.requirements), change.requirements:
            if failed := self._failures(fault, contract, change._replace(requirements=some)):
                return Result(Outcome.FOUND, failed)
        return Result(Outcome.SEEN, sorted(change.requirements))

    def _few(self, requirements: set[str]) -> set[str]:
        """Those that look at the fewest answers, and all that look at whatever was looked at: most find a mutant."""
        looking = sorted(requirements - WHOLE, key=lambda name: len(self._session.looked_at[name]))
        return {*looking[:FEW], *(requirements & WHOLE)}

    def _failures(self, fault: Fault, contract: Contract, change: Change) -> list[str]:
        application = Application(Service(contract, fixtures.load(), Store(CLOCK.time)), (fault,))
        place = ADDRESS + application.base, self._gateway, Inside(application)
        runs = [self._bench.judge(Case(*place, known), names) for names, known in change.parts()]
        found = chain.from_iterable(run.findings for run in runs)
        return sorted({one.requirement for one in found if one.verdict is Verdict.FAILED})

    def _no_difference(self, mutant: AnswerMutant) -> Outcome | None:
        """Why the answers of the right server show no difference that the documents forbid."""
        outcome = Outcome.ABSENT
        for status, body in self._bodies(mutant):
            changed = deepcopy(body)
            mutant.apply(changed)
            if changed != body:
                if self._problem(mutant, status, changed):
                    return None
                outcome = Outcome.LEGAL
        return outcome

    def _bodies(self, mutant: AnswerMutant) -> Iterator[tuple[int, Any]]:
        """The bodies that a mutant may change, each with the status of its answer."""
        for answered in self._session.plain:
            if answered.call.operation and answered.call.operation.id == mutant.operation:
                reply = answered.reply()
                yield from ((reply.status, body) for kind, body in bodies(reply) if kind == mutant.kind)

    def _problem(self, mutant: AnswerMutant, status: int, body: Any) -> Problem | None:
        operation = self._contract.operations[mutant.operation]
        return operation.event_problem(body) if mutant.kind == "chunk" else operation.response_problem(status, body)


def _nothing(_: object) -> None:
    """Nothing but the contract is different."""
