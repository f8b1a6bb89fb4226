"""Wrong requests: which status each cause has, and that nothing worse happens."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_status, leave_at_limit
from conformance.words.ask import Ask
from conformance.words.check import Check, each, inconclusive, requirement
from conformance.words.openai import bad_requests as mistakes
from conformance.words.openai.bad_requests import Mistake
from gateway_contract import Contract


def each_mistake(some: list[Mistake]) -> Callable[[Check], Check]:
    """One case for each mistake."""
    return each("mistake", some, attrgetter("name"))


def _seen(answer: Exchange) -> str:
    return f"answered {answer.status}: {answer.text:.160}" if answer.status else f"not answered: {answer.broken}"


def _demand_status(ask: Ask, gateway: dict[str, Any], mistake: Mistake) -> None:
    """The status is one that the contract gives to the cause."""
    demand_status(mistake.send(ask), mistake.allowed(gateway))


@requirement("errors.never-5xx")
@each_mistake(mistakes.ALL)
def test_never_5xx(ask: Ask, mistake: Mistake) -> None:
    """What the caller did wrong is not the server's failure, and never ends the connection."""
    answer = mistake.send(ask)

    unimplemented = answer.status == 501 and mistake.method != "POST"
    assert unimplemented or 0 < answer.status < 500, f"the request is {_seen(answer)}"


@requirement("errors.never-2xx")
@each_mistake(mistakes.NEVER_SERVED)
def test_never_2xx(ask: Ask, mistake: Mistake) -> None:
    """What cannot be served is not answered as if it were."""
    answer = mistake.send(ask)

    assert not 200 <= answer.status < 300, f"the request is {_seen(answer)}"


@requirement("errors.malformed-json")
def test_malformed_json(ask: Ask, gateway: dict[str, Any]) -> None:
    """Half a JSON text is refused."""
    _demand_status(ask, gateway, mistakes.MALFORMED)


@requirement("errors.empty-body")
def test_empty_body(ask: Ask, gateway: dict[str, Any]) -> None:
    """No body is refused."""
    _demand_status(ask, gateway, mistakes.EMPTY)


@requirement("errors.not-an-object")
@each_mistake(mistakes.NOT_AN_OBJECT)
def test_not_an_object(ask: Ask, gateway: dict[str, Any], mistake: Mistake) -> None:
    """JSON that is no object is refused."""
    _demand_status(ask, gateway, mistake)


@requirement("errors.missing-model")
def test_missing_model(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """Without a model there is nobody to answer, unless the gateway has a default one."""
    answer = mistakes.NO_MODEL.send(ask)

    if answer.status == 200 and not promised:
        inconclusive("the target answers without a model, as if it had a default one")
    _demand_status(ask, gateway, mistakes.NO_MODEL)


@requirement("errors.missing-messages")
def test_missing_messages(ask: Ask, gateway: dict[str, Any]) -> None:
    """Without messages there is nothing to answer."""
    _demand_status(ask, gateway, mistakes.NO_MESSAGES)


@requirement("errors.model-type")
def test_model_type(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """A number is no model; who takes it for a name may say that no model has it."""
    answer, allowed = mistakes.MODEL_TYPE.send(ask), mistakes.MODEL_TYPE.allowed(gateway)
    if not promised:
        allowed += gateway["errors"]["status"]["unknown_model"]

    demand_status(answer, allowed)


@requirement("errors.wrong-type")
@each_mistake(mistakes.WRONG_TYPE)
def test_wrong_type(ask: Ask, gateway: dict[str, Any], promised: bool, mistake: Mistake) -> None:
    """A value that cannot be read is refused; a number that is none may be ignored where no document promises more."""
    if mistake in mistakes.WRONG_NUMBER and mistake.send(ask).status == 200 and not promised:
        inconclusive(f"the target ignores a {mistake.at} that is no number")

    _demand_status(ask, gateway, mistake)


@requirement("errors.wrong-option")
@each_mistake([*mistakes.WRONG_NUMBER, *mistakes.WRONG_OPTION])
def test_wrong_option(ask: Ask, gateway: dict[str, Any], contract: Contract, mistake: Mistake) -> None:
    """An option that cannot be read is refused, unless the gateway does not know it."""
    if mistake.feature not in contract.features and mistake.send(ask).status == 200:
        return

    _demand_status(ask, gateway, mistake)


@requirement("errors.empty-messages")
def test_empty_messages(ask: Ask, gateway: dict[str, Any]) -> None:
    """A conversation has at least one message."""
    _demand_status(ask, gateway, mistakes.EMPTY_MESSAGES)


@requirement("errors.missing-role")
def test_missing_role(ask: Ask, gateway: dict[str, Any]) -> None:
    """Somebody says each message."""
    _demand_status(ask, gateway, mistakes.NO_ROLE)


@requirement("errors.unknown-model")
@each_mistake(mistakes.UNKNOWN_MODEL)
def test_unknown_model(ask: Ask, gateway: dict[str, Any], mistake: Mistake) -> None:
    """No other model answers in its place, whole or streamed."""
    _demand_status(ask, gateway, mistake)


@requirement("errors.unknown-route")
@each_mistake(mistakes.UNKNOWN_ROUTE)
def test_unknown_route(ask: Ask, gateway: dict[str, Any], mistake: Mistake) -> None:
    """What does not exist is not found."""
    _demand_status(ask, gateway, mistake)


@requirement("errors.wrong-method")
@each_mistake(mistakes.WRONG_METHOD)
def test_wrong_method(ask: Ask, gateway: dict[str, Any], mistake: Mistake) -> None:
    """A method that a route does not take is refused as such."""
    _demand_status(ask, gateway, mistake)


@requirement("errors.wrong-media-type")
@each_mistake(mistakes.WRONG_MEDIA_TYPE)
def test_wrong_media_type(ask: Ask, gateway: dict[str, Any], mistake: Mistake) -> None:
    """JSON under another name is read all the same, or refused for its name."""
    if mistake.send(ask).status == 200:
        return

    _demand_status(ask, gateway, mistake)


@requirement("errors.stable")
def test_stable(ask: Ask) -> None:
    """After everything that is wrong, what is right still works."""
    for mistake in mistakes.ALL:
        mistake.send(ask)

    answer = ask.chat("Say hello once more.")

    leave_at_limit(answer.exchange)
    assert answer.status == 200, f"after many wrong requests a plain one is {_seen(answer.exchange)}"
