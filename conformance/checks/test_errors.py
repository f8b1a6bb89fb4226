"""Wrong requests: which status each cause has, and that nothing worse happens."""

from __future__ import annotations

from typing import Any

from conformance.wire.exchange import Exchange
from conformance.words.answer import demand_refused, demand_status, leave_at_default, leave_at_limit
from conformance.words.ask import Ask
from conformance.words.check import inconclusive, requirement
from conformance.words.openai import bad_requests
from conformance.words.openai.bad_requests import BadChatRequest, each_bad_request
from gateway_contract import Contract


def _seen(answer: Exchange) -> str:
    return f"answered {answer.status}: {answer.text:.160}" if answer.status else f"not answered: {answer.broken}"


@requirement("errors.never-5xx")
@each_bad_request(bad_requests.ALL)
def test_never_5xx(ask: Ask, bad_request: BadChatRequest) -> None:
    """A bad request is never answered with a 5xx, and never breaks the connection."""
    answer = bad_request.send(ask)

    unimplemented = answer.status == 501 and bad_request.method != "POST"
    assert unimplemented or 0 < answer.status < 500, f"the request is {_seen(answer)}"


@requirement("errors.never-2xx")
@each_bad_request(bad_requests.NEVER_SERVED)
def test_never_2xx(ask: Ask, bad_request: BadChatRequest) -> None:
    """A request that cannot be served is never answered with a 2xx."""
    answer = bad_request.send(ask)

    assert not 200 <= answer.status < 300, f"the request is {_seen(answer)}"


@requirement("errors.malformed-json")
def test_malformed_json(ask: Ask, gateway: dict[str, Any]) -> None:
    """A body that is not JSON is refused with the status documented for it."""
    demand_refused(bad_requests.MALFORMED.send(ask), gateway, *bad_requests.MALFORMED.causes)


@requirement("errors.empty-body")
def test_empty_body(ask: Ask, gateway: dict[str, Any]) -> None:
    """An empty body is refused as malformed, or for what is missing from it."""
    demand_refused(bad_requests.EMPTY.send(ask), gateway, *bad_requests.EMPTY.causes)


@requirement("errors.not-an-object")
@each_bad_request(bad_requests.NOT_AN_OBJECT)
def test_not_an_object(ask: Ask, gateway: dict[str, Any], bad_request: BadChatRequest) -> None:
    """A body that is a JSON array, string, number or null is refused as malformed or invalid."""
    demand_refused(bad_request.send(ask), gateway, *bad_request.causes)


@requirement("errors.missing-model")
def test_missing_model(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """A request without a model is refused, unless the gateway has a default model."""
    answer = bad_requests.NO_MODEL.send(ask)

    leave_at_default(answer, promised)
    demand_refused(answer, gateway, *bad_requests.NO_MODEL.causes)


@requirement("errors.missing-messages")
def test_missing_messages(ask: Ask, gateway: dict[str, Any]) -> None:
    """A request without `messages` is refused with the status of a missing field."""
    demand_refused(bad_requests.NO_MESSAGES.send(ask), gateway, *bad_requests.NO_MESSAGES.causes)


@requirement("errors.model-type")
def test_model_type(ask: Ask, gateway: dict[str, Any], promised: bool) -> None:
    """A model that is a number is refused; a gateway that takes it for a name may answer that it is unknown."""
    answer, allowed = bad_requests.MODEL_TYPE.send(ask), bad_requests.MODEL_TYPE.allowed(gateway)
    if not promised:
        allowed += gateway["errors"]["status"]["unknown_model"]

    demand_status(answer, allowed)


@requirement("errors.wrong-type")
@each_bad_request(bad_requests.WRONG_TYPE)
def test_wrong_type(ask: Ask, gateway: dict[str, Any], promised: bool, bad_request: BadChatRequest) -> None:
    """An unreadable value is refused; a bad number may be ignored where no document promises more."""
    if bad_request in bad_requests.WRONG_NUMBER and bad_request.send(ask).status == 200 and not promised:
        inconclusive(f"the target ignores a {bad_request.at} that is no number")

    demand_refused(bad_request.send(ask), gateway, *bad_request.causes)


@requirement("errors.wrong-option")
@each_bad_request([*bad_requests.WRONG_NUMBER, *bad_requests.WRONG_OPTION])
def test_wrong_option(ask: Ask, gateway: dict[str, Any], contract: Contract, bad_request: BadChatRequest) -> None:
    """An unreadable option is refused, unless the gateway does not know it."""
    if bad_request.feature not in contract.features and bad_request.send(ask).status == 200:
        return

    demand_refused(bad_request.send(ask), gateway, *bad_request.causes)


@requirement("errors.empty-messages")
def test_empty_messages(ask: Ask, gateway: dict[str, Any]) -> None:
    """An empty `messages` is refused with the status of an invalid value."""
    demand_refused(bad_requests.EMPTY_MESSAGES.send(ask), gateway, *bad_requests.EMPTY_MESSAGES.causes)


@requirement("errors.missing-role")
def test_missing_role(ask: Ask, gateway: dict[str, Any]) -> None:
    """A message without `role` is refused."""
    demand_refused(bad_requests.NO_ROLE.send(ask), gateway, *bad_requests.NO_ROLE.causes)


@requirement("errors.unknown-model")
@each_bad_request(bad_requests.UNKNOWN_MODEL)
def test_unknown_model(ask: Ask, gateway: dict[str, Any], bad_request: BadChatRequest) -> None:
    """A model that does not exist is refused with its documented status, whole and streamed."""
    demand_refused(bad_request.send(ask), gateway, *bad_request.causes)


@requirement("errors.unknown-route")
@each_bad_request(bad_requests.UNKNOWN_ROUTE)
def test_unknown_route(ask: Ask, gateway: dict[str, Any], bad_request: BadChatRequest) -> None:
    """A route that does not exist is a 404."""
    demand_refused(bad_request.send(ask), gateway, *bad_request.causes)


@requirement("errors.wrong-method")
@each_bad_request(bad_requests.WRONG_METHOD)
def test_wrong_method(ask: Ask, gateway: dict[str, Any], bad_request: BadChatRequest) -> None:
    """A method that a route does not take is refused as a wrong method or an unknown route."""
    demand_refused(bad_request.send(ask), gateway, *bad_request.causes)


@requirement("errors.wrong-media-type")
@each_bad_request(bad_requests.WRONG_MEDIA_TYPE)
def test_wrong_media_type(ask: Ask, gateway: dict[str, Any], bad_request: BadChatRequest) -> None:
    """JSON under another media type is read all the same, or refused for its media type."""
    if bad_request.send(ask).status == 200:
        return

    demand_refused(bad_request.send(ask), gateway, *bad_request.causes)


@requirement("errors.stable")
def test_stable(ask: Ask) -> None:
    """After all wrong requests a right one is answered."""
    for bad_request in bad_requests.ALL:
        bad_request.send(ask)

    answer = ask.chat("Say hello once more.")

    leave_at_limit(answer.exchange)
    assert answer.status == 200, f"after many wrong requests a plain one is {_seen(answer.exchange)}"
