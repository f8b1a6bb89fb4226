"""What holds for every operation of the contract: wrong requests are refused, and nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import cycle, islice
from operator import attrgetter
from typing import Any, NamedTuple

import pytest

from conformance.properties import defects, parameters, valued
from conformance.properties.bodies import DEFAULTED, Subject, native_subjects, subjects
from conformance.properties.defects import Defect
from conformance.properties.valued import Valued
from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_error_body
from conformance.words.ask import Ask
from conformance.words.check import Inconclusive, NotApplicable, Once, at_once, every, pick, requirement
from conformance.words.openai.errors import field_words
from conformance.words.schema import demand_conforming
from gateway_contract import JSON, Contract

METHODS = ("PATCH", "DELETE", "PUT", "POST")
READING = ("HEAD", "OPTIONS")


class Case(NamedTuple):
    """A defect, and the operation that is asked with it."""

    subject: Subject
    defect: Defect

    @property
    def label(self) -> str:
        """`createChatCompletion: messages missing`."""
        return f"{self.subject.operation.id}: {self.defect.name}"

    def send(self, ask: Ask) -> Exchange:
        """The answer to it."""
        return self.subject.send(ask, self.defect.body, headers=self.defect.headers)


ForEachCase = Callable[[Callable[[Case], None]], None]


@pytest.fixture
def every_operation(once: Once, contract: Contract, ask: Ask) -> list[Subject]:
    """The operations of the target in the OpenAI dialect."""
    return once("every_operation", lambda: subjects(contract, ask))


@pytest.fixture
def native(once: Once, contract: Contract, ask: Ask) -> list[Subject]:
    """The operations of the target that take JSON, in the other protocols."""
    return once("native_operations", lambda: native_subjects(contract, ask))


@pytest.fixture
def every_body(every_operation: list[Subject], native: list[Subject]) -> list[Subject]:
    """The operations of the target that take JSON, in every protocol."""
    return [*(one for one in every_operation if one.bodies), *native]


@pytest.fixture
def wrong_fields(once: Once, every_body: list[Subject], contract: Contract, ask: Ask, seed: int) -> ForEachCase:
    """Judges bodies with one wrong field, of every operation."""
    cases = once(
        "wrong_fields",
        lambda: [Case(one, defect) for one in every_body for defect in defects.of_fields(one, contract, seed)],
    )
    return lambda demand: every(cases, demand, ask.recorder.touched, attrgetter("label"))


@pytest.fixture
def wrong_bytes(every_body: list[Subject], ask: Ask) -> ForEachCase:
    """Judges bodies that are no JSON, or odd JSON, of every operation."""
    cases = [Case(one, defect) for number, one in enumerate(every_body) for defect in defects.of_bytes(one, number)]
    return lambda demand: every(cases, demand, ask.recorder.touched, attrgetter("label"))


def _demand_answer(answer: Exchange) -> None:
    assert answer.status, f"not answered: {answer.broken}"
    assert answer.status < 500, f"answered {answer.status}: {answer.text:.120}"


@requirement("properties.invalid.never-5xx")
def test_invalid_never_5xx(ask: Ask, wrong_fields: ForEachCase) -> None:
    """A body with a field that is missing or wrong is never answered with a 5xx, on any operation."""
    wrong_fields(lambda case: _demand_answer(case.send(ask)))


@requirement("properties.invalid.refused")
def test_invalid_refused(ask: Ask, gateway: dict[str, Any], wrong_fields: ForEachCase) -> None:
    """Every wrong field is refused; a gateway that looks the model up first may answer that it is unknown."""

    def demand(case: Case) -> None:
        statuses = gateway["errors"]["status"]
        allowed = [*statuses["invalid_value"], *statuses["missing_field"], *statuses["malformed_body"]]
        allowed += statuses["unknown_model"] if case.defect.at == "model" else []
        answer = case.send(ask)
        if 200 <= answer.status < 300 and case.defect.name in DEFAULTED:
            raise NotApplicable(f"{case.defect.name}: the target answers, as if there was a default")
        assert answer.status in allowed, f"answered {answer.status or answer.broken}, not one of {set(allowed)}"

    wrong_fields(demand)


@requirement("properties.invalid.envelope")
def test_invalid_envelope(ask: Ask, wrong_fields: ForEachCase) -> None:
    """The refusal of a wrong body is a JSON object with an error that has a message, on every operation."""

    def demand(case: Case) -> None:
        answer = case.send(ask)
        if 400 <= answer.status < 500:
            demand_error_body(answer)

    wrong_fields(demand)


@requirement("properties.invalid.names-field")
def test_invalid_names_field(ask: Ask, wrong_fields: ForEachCase) -> None:
    """The refusal of a wrong field names it, in `param` or in the message, on every operation."""

    def demand(case: Case) -> None:
        answer = case.send(ask)
        if 400 <= answer.status < 500:
            error = pick(answer.json, "error", kind=dict)
            text = f"{error.get('param') or ''} {error.get('message') or ''}"
            assert field_words(text) & field_words(case.defect.at), f"{case.defect.at} is not named: {text!r:.120}"

    wrong_fields(demand)


@requirement("properties.bytes.never-5xx")
def test_bytes_never_5xx(ask: Ask, wrong_bytes: ForEachCase) -> None:
    """Bytes that are no JSON, or odd JSON, are never answered with a 5xx, on any operation."""
    wrong_bytes(lambda case: _demand_answer(case.send(ask)))


@requirement("properties.bytes.refused")
def test_bytes_refused(ask: Ask, wrong_bytes: ForEachCase) -> None:
    """Half a body, or a body in an array, is refused, on every operation."""

    def demand(case: Case) -> None:
        if case.defect.cause:
            answer = case.send(ask)
            assert not 200 <= answer.status < 300, f"answered {answer.status}: {answer.text:.120}"

    wrong_bytes(demand)


@requirement("properties.parameters.never-5xx")
def test_parameters_never_5xx(ask: Ask, contract: Contract, seed: int, once: Once) -> None:
    """A wrong query parameter or an odd id is refused or ignored, and never answered with a 5xx, on any path."""
    cases = once("odd_parameters", lambda: parameters.of_target(contract, ask, seed))

    every(cases, lambda case: _demand_answer(case.send(ask, contract)), ask.recorder.touched, attrgetter("label"))


@requirement("properties.parameters.valid")
def test_parameters_valid(ask: Ask, contract: Contract, once: Once) -> None:
    """Each documented query parameter or header is served at its values, as documented, or refused by name."""

    def demand(case: Valued) -> None:
        answer, plain = at_once([partial(one.send, ask) for one in (case.request, case.plain)])
        if answer.status in {401, 402, 403, 429} or not 200 <= plain.status < 300:
            raise Inconclusive(f"answered {answer.status}, or not served without it: {answer.text:.120}")
        if plain.media_type == JSON and case.operation.response_problem(plain.status, plain.json):
            raise NotApplicable("without it the answer has not the documented shape either")
        if case.named and answer.status in {400, 404, 410}:
            raise Inconclusive(f"what an answer named may be gone: answered {answer.status}: {answer.text:.120}")
        _demand_answer(answer)
        if 200 <= answer.status < 300:
            demand_conforming(case.operation, answer)
        else:
            named = field_words(answer.text) & field_words(case.name)
            assert named, f"answered {answer.status}, and {case.name} is not named: {answer.text:.120}"

    every(once("valued", lambda: valued.of_target(contract, ask)), demand, ask.recorder.touched, attrgetter("label"))


@requirement("properties.auth")
@pytest.mark.usefixtures("guarded")
def test_auth(ask: Ask, every_operation: list[Subject], native: list[Subject]) -> None:
    """No operation is open without a key, whether the key or the rest of the request is looked at first."""

    def demand(subject: Subject) -> None:
        if not subject.operation.auth_required or "Models" in subject.operation.document["tags"]:
            raise NotApplicable(f"{subject.operation.id} may be public")
        empty = b"{}" if subject.operation.request_types else None
        body = subject.encoded(subject.capped(subject.bodies[0])) if subject.bodies else empty
        answer = subject.send(ask, body, key=None)
        assert not 200 <= answer.status < 300, f"without a key answered {answer.status}: {answer.text:.120}"

    every([*every_operation, *native], demand, ask.recorder.touched, attrgetter("operation.id"))


@requirement("properties.method")
def test_method(
    ask: Ask, contract: Contract, gateway: dict[str, Any], every_operation: list[Subject], native: list[Subject]
) -> None:
    """A method that a path does not take is refused as such, on every path of every protocol."""
    allowed = [*gateway["errors"]["status"]["wrong_method"], 501]

    def demand(subject: Subject) -> None:
        taken = contract.allowed(subject.path.partition("?")[0], subject.operation.protocol)
        unknown = next(method for method in METHODS if method not in taken)
        answer = _ask(ask, subject, unknown, b"{}" if unknown != "DELETE" else None)
        assert answer.status in allowed, f"{unknown} is answered {answer.status}, not {allowed}: {answer.text:.120}"

    every(_of_each_path([*every_operation, *native]), demand, ask.recorder.touched, attrgetter("path"))


def _ask(ask: Ask, subject: Subject, method: str, body: bytes | None = None) -> Exchange:
    """The answer to another method of the path of an operation."""
    return ask.send(method, subject.path, body, protocol=subject.operation.protocol, headers=dict(subject.headers))


@requirement("properties.head-options")
def test_head_options(ask: Ask, every_operation: list[Subject], native: list[Subject], seed: int) -> None:
    """HEAD and OPTIONS, in turn, are never answered with a 5xx other than 501, on any path of any protocol."""

    def demand(case: tuple[str, Subject]) -> None:
        method, subject = case
        answer = _ask(ask, subject, method)
        assert answer.status, f"not answered: {answer.broken}"
        assert answer.status < 500 or answer.status == 501, f"answered {answer.status}"

    methods = islice(cycle(READING), seed % len(READING), None)
    cases = list(zip(methods, _of_each_path([*every_operation, *native]), strict=False))
    every(cases, demand, ask.recorder.touched, lambda case: f"{case[0]} {case[1].path}")


def _of_each_path(some: list[Subject]) -> list[Subject]:
    """The first operation of each path."""
    first: dict[tuple[str, str], Subject] = {}
    for subject in some:
        first.setdefault((subject.operation.protocol, subject.path), subject)
    return list(first.values())
