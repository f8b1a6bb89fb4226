"""Requests with one optional field each, at every kind of value that the contract allows, and that it refuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from typing import Any

import pytest

from conformance.properties import pairs, trials, values
from conformance.properties.bodies import DEFAULTED, Subject, form_subjects, json_subjects
from conformance.properties.pairs import Together
from conformance.properties.trials import Trial
from conformance.wire.exchange import VALID, Exchange
from conformance.words.answer import CREDENTIAL, is_refusal
from conformance.words.ask import Ask, encoded
from conformance.words.check import Failed, NotApplicable, Once, at_once, every, inconclusive, requirement
from conformance.words.openai.errors import field_words
from conformance.words.received import failure_within, succeeded
from conformance.words.schema import demand_conforming
from conformance.words.valid import OF_ANOTHER
from gateway_contract import Contract

ForEach = Callable[[Callable[[Trial, Exchange], None]], None]
SOME = 3
"""The fewest options of an operation of which it is odd that all are refused."""
SURE = {values.PLAIN, values.MOST}
"""Values that are served wherever the field is: bounds, words and forms may depend on the model."""


@pytest.fixture
def taking(once: Once, contract: Contract, ask: Ask) -> list[Subject]:
    """The operations of the target that take JSON."""
    return once("taking", lambda: json_subjects(contract, ask))


@pytest.fixture
def forms(once: Once, contract: Contract, ask: Ask) -> list[Subject]:
    """The operations of the target that take a form."""
    return once("forms", lambda: form_subjects(contract, ask))


@pytest.fixture
def allowed(
    once: Once, taking: list[Subject], forms: list[Subject], contract: Contract, examples: int, seed: int
) -> dict[str, list[Trial]]:
    """The valid requests with one value at one place, by operation."""
    return once("allowed", lambda: {one.name: trials.right(one, contract, examples, seed) for one in taking + forms})


@pytest.fixture
def refused(
    once: Once, taking: list[Subject], forms: list[Subject], contract: Contract, examples: int, seed: int
) -> list[Trial]:
    """The requests with one value at one place that its schema refuses."""
    subjects = taking + forms
    return once("refused", lambda: [one for each in subjects for one in trials.wrong(each, contract, examples, seed)])


def _send(ask: Ask, trial: Trial) -> Exchange:
    return _asked(ask, trial, trial.body)


def _asked(ask: Ask, trial: Trial, body: Any) -> Exchange:
    return trial.subject.send(ask, trial.subject.encoded(trial.subject.capped(body)))


def _base_served(ask: Ask, trial: Trial) -> bool:
    """Whether the request is served that differs from this one in the one value alone."""
    return trial.base is None or succeeded(_asked(ask, trial, trial.base))


@pytest.fixture
def each_allowed(ask: Ask, allowed: dict[str, list[Trial]]) -> ForEach:
    """Judges the answer to every valid request with one field more."""
    some = [trial for one in allowed.values() for trial in one]
    return lambda demand: every(
        some, lambda trial: demand(trial, _send(ask, trial)), ask.recorder.touched, attrgetter("label")
    )


@requirement("properties.options")
def test_options(ask: Ask, taking: list[Subject], contract: Contract, seed: int) -> None:
    """The plain options of an operation are served together, or some of them alone where that is refused."""

    def demand(subject: Subject) -> None:
        body, alone = trials.together(subject, contract, seed)
        if len(alone) < SOME:
            raise NotApplicable(f"{subject.operation.id} has few plain options")
        answer = subject.send(ask, encoded(body))
        answer.marks.add(VALID)
        if not succeeded(answer):
            _demand_some(answer, alone, at_once(partial(_send, ask, one) for one in alone))

    every(taking, demand, ask.recorder.touched, attrgetter("operation.id"))


def _demand_some(together: Exchange, alone: list[Trial], answers: list[Exchange]) -> None:
    """Demands that not all options are refused; inconclusive where they fail in another way, or with what is plain."""
    for answer in answers:
        answer.marks.add(VALID)
    if any(succeeded(answer) for answer in answers):
        return
    if not all(400 <= answer.status < 500 and answer.status not in CREDENTIAL for answer in (together, *answers)):
        inconclusive(f"answered {together.status or together.broken}: {together.text:.120}")
    plain = alone[0].subject
    names = ", ".join(one.name for one in alone)
    raise Failed(f"{plain.operation.id} refuses all of {names}: {together.text:.120}", [together, *answers[:SOME]])


@requirement("properties.generated.fields.never-5xx")
def test_fields_never_5xx(each_allowed: ForEach) -> None:
    """No optional field makes a valid request fail, by its status or within the stream."""

    each_allowed(lambda _, answer: _demand_no_failure(answer))


def _demand_no_failure(answer: Exchange) -> None:
    told = failure_within(answer) if succeeded(answer) else answer.text
    if answer.status in {0, 501, 502, 503, 504, 529} or (answer.status >= 500 and OF_ANOTHER.search(told)):
        inconclusive(f"a provider, or not there: answered {answer.status or answer.broken}: {told:.120}")
    assert answer.status < 500, f"answered {answer.status}: {told:.160}"
    assert not (succeeded(answer) and told), f"the stream fails: {told:.160}"


@requirement("properties.generated.fields.pairs")
def test_fields_pairs(ask: Ask, taking: list[Subject], contract: Contract, examples: int, seed: int) -> None:
    """No two optional fields fail together. What fails is told with the fewest fields."""

    def demand(together: Together) -> None:
        answer = _asked_with(ask, together)
        while answer.status == 500 and (smaller := _smaller(ask, together)):
            together, answer = smaller
        try:
            _demand_no_failure(answer)
        except AssertionError as failure:
            raise Failed(f"{together.label}: {failure}", [answer]) from None

    some = [one for subject in taking for one in pairs.of(subject, contract, examples, seed)]
    every(some, demand, ask.recorder.touched, attrgetter("label"))


def _asked_with(ask: Ask, together: Together) -> Exchange:
    return together.subject.send(ask, together.subject.encoded(together.body))


def _smaller(ask: Ask, together: Together) -> tuple[Together, Exchange] | None:
    """The request with one field less, if it fails as well."""
    for one in together.smaller():
        answer = _asked_with(ask, one) if one.valid else None
        if answer is not None and answer.status == 500:
            return one, answer
    return None


@requirement("properties.generated.fields.conform")
def test_fields_conform(each_allowed: ForEach) -> None:
    """The answer to a request with one optional field more has the documented shape."""

    def demand(trial: Trial, answer: Exchange) -> None:
        if succeeded(answer):
            demand_conforming(trial.subject.operation, answer)

    each_allowed(demand)


@requirement("properties.generated.fields.values")
def test_fields_values(ask: Ask, allowed: dict[str, list[Trial]]) -> None:
    """Where a field is served, so are all its plain values and null; any other refusal names the field."""

    def demand(some: list[Trial]) -> None:
        answers = [(trial, _send(ask, trial)) for trial in some]
        served = [trial for trial, answer in answers if succeeded(answer) and trial.kind != values.NULL]
        for trial, answer in answers:
            refused = not succeeded(answer) and answer.status < 500 and answer.status not in CREDENTIAL
            if refused and _base_served(ask, trial):
                _demand_named(trial, answer)
                others = [one for one in served if trial.kind == values.NULL or {trial.kind, one.kind} <= SURE]
                if others:
                    raise Failed(f"{trial.label} is refused, and {others[0].value!r:.60} is served", [answer])

    fields = defaultdict[tuple[Any, ...], list[Trial]](list)
    for name, some in allowed.items():
        for trial in some:
            fields[name, *trial.neighbourhood].append(trial)
    groups = list(fields.values())
    every(groups, demand, ask.recorder.touched, lambda some: f"{some[0].subject.name}: {some[0].name}")


def _demand_named(trial: Trial, answer: Exchange) -> None:
    """Demands that a refusal names the field, what it needs, or something of what stands in it: a member, or a word."""
    steps = (step for path in (trial.path, *trial.place.needs) for step in path)
    names = {*(step for step in steps if isinstance(step, str)), *_names(trial.value)}
    words = set().union(*(field_words(name) for name in names))
    if not (is_refusal(answer) and field_words(answer.text) & words):
        raise Failed(f"{trial.label} is refused without being named: {answer.status}: {answer.text:.120}", [answer])


def _names(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from (name, *_names(member))
    elif isinstance(value, list):
        for one in value:
            yield from _names(one)
    elif isinstance(value, str):
        yield value


@requirement("properties.generated.fields.some")
def test_fields_some(ask: Ask, allowed: dict[str, list[Trial]]) -> None:
    """An operation does not refuse all of its optional fields."""

    def demand(name: str) -> None:
        some = [trial for trial in allowed[name] if trial.optional and trial.kind != values.NULL]
        some = [trial for trial in some if trial.path != ("stream",)]
        fields = {trial.name for trial in some}
        if len(fields) < SOME:
            raise NotApplicable(f"{name} has few optional fields")
        answers = [_send(ask, trial) for trial in some]
        if not succeeded(_asked(ask, some[0], some[0].subject.bodies[0])):
            raise NotApplicable("the plainest request is not served")
        if all(400 <= answer.status < 500 for answer in answers):
            raise Failed(f"all of {', '.join(sorted(fields))} are refused: {answers[0].text:.120}", answers[:SOME])

    every(list(allowed), demand, ask.recorder.touched)


@requirement("properties.generated.fields.refused")
def test_fields_refused(ask: Ask, gateway: dict[str, Any], refused: list[Trial]) -> None:
    """Each field, at every depth, is refused at every kind of value that its schema refuses."""
    statuses = gateway["errors"]["status"]
    causes = ("invalid_value", "missing_field", "malformed_body")
    expected = {status for cause in causes for status in statuses[cause]}

    def demand(trial: Trial) -> None:
        answer = _send(ask, trial)
        if answer.status in expected or _may_be(answer, trial, statuses["unknown_model"]):
            return
        if 400 <= answer.status < 500 and not _base_served(ask, trial):
            inconclusive(f"what is beside it is refused: answered {answer.status}: {answer.text:.120}")
        assert answer.status in expected, f"answered {answer.status or answer.broken}, not one of {expected}"

    every(refused, demand, ask.recorder.touched, attrgetter("label"))


def _may_be(answer: Exchange, trial: Trial, unknown: list[int]) -> bool:
    """A gateway may look the model up first, and may have a default for what is missing."""
    if trial.path == ("model",):
        return answer.status in unknown
    return trial.kind in DEFAULTED and succeeded(answer)
