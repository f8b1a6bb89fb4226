"""The body of an error: one JSON object that says what is wrong, for people and for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from conformance.properties.whole_run import WholeRun
from conformance.target import Target
from conformance.wire.exchange import Exchange
from conformance.words import discovery
from conformance.words.answer import demand_error_body, demand_json, demand_kind, demand_text
from conformance.words.anthropic import bad_requests as native
from conformance.words.anthropic.messages import Anthropic
from conformance.words.ask import Ask
from conformance.words.check import Inconclusive, NotApplicable, Unsupported, inconclusive, pick, requirement
from conformance.words.gemini.contents import Gemini
from conformance.words.openai import bad_requests
from conformance.words.openai.bad_requests import BadChatRequest, each_bad_request
from conformance.words.openai.errors import STATES, field_words, provoke
from conformance.words.openai.responses import Responses
from conformance.words.received import error_text
from gateway_contract import Contract

BY_CAUSE = {
    "malformed_body": [bad_requests.MALFORMED],
    "missing_field": [bad_requests.NO_MODEL, bad_requests.NO_MESSAGES],
    "invalid_value": bad_requests.WRONG_TYPE,
    "unknown_model": bad_requests.UNKNOWN_MODEL,
    "unknown_route": bad_requests.UNKNOWN_ROUTE,
}
TRACES = re.compile(
    r"Traceback \(most recent call last\)|File \"/[^\"]+\.py\", line \d+|/site-packages/|/node_modules/"
    r"|\n\s+at \S+ \(?[^\s()]+:\d+:\d+\)?|goroutine \d+ \[|thread '[^']+' panicked at|\.(java|kt|scala):\d+\)"
    r"|\.go:\d+ |\.cs:line \d+|\.php(\(\d+\)| on line \d+)|\.rb:\d+:in |\bobject at 0x[0-9a-f]{6,}"
    r"|(?<![\w.:/])/(app|home|opt|root|srv|usr|var)/([\w.@-]+/)*[\w.@-]+\.(py|js|mjs|ts|go|rs|rb|php|java)\b"
)
"""Stack traces of the usual languages, the address of an object, the path of a source file."""


def _error(answer: Exchange) -> dict[str, Any] | None:
    """The error object; None when the request was taken, inconclusive when the error has none."""
    return pick(answer.json, "error", kind=dict) if answer.status >= 400 else None


@requirement("errors.json")
@each_bad_request(bad_requests.ANSWERED_AS_ERROR)
def test_json(ask: Ask, bad_request: BadChatRequest) -> None:
    """An error is a JSON object sent as `application/json`, never HTML or plain text."""
    answer = bad_request.send(ask)

    if answer.status >= 400:
        demand_json(answer)


@requirement("errors.envelope")
@each_bad_request(bad_requests.ANSWERED_AS_ERROR)
def test_envelope(ask: Ask, bad_request: BadChatRequest) -> None:
    """The body of an error has one top-level `error` object."""
    answer = bad_request.send(ask)

    if answer.status >= 400:
        body = pick(answer.json, kind=dict)
        demand_kind(body.get("error"), f"error of a {answer.status}", dict)


@requirement("errors.message")
def test_message(ask: Ask) -> None:
    """`error.message` is a non-empty string."""
    for bad_request, error in _objects(ask):
        demand_text(error.get("message"), f"{bad_request.name}: message")


@requirement("errors.type")
def test_type(ask: Ask, gateway: dict[str, Any]) -> None:
    """`error.type` is a non-empty string; null or absent where it is not documented."""
    _demand_word("type", ask, gateway)


@requirement("errors.code")
def test_code(ask: Ask, gateway: dict[str, Any]) -> None:
    """`error.code` is a non-empty string and no number; null or absent where it is not documented."""
    _demand_word("code", ask, gateway)


@requirement("errors.param")
def test_param(ask: Ask) -> None:
    """`error.param` is a string, null or absent."""
    for bad_request, error in _objects(ask):
        param = error.get("param")
        assert param is None or isinstance(param, str), f"{bad_request.name}: param is {param!r:.80}"


@requirement("errors.schema")
@each_bad_request(
    [bad_request for bad_request in bad_requests.ANSWERED_AS_ERROR if bad_request.path == bad_requests.CHAT]
)
def test_schema(ask: Ask, contract: Contract, bad_request: BadChatRequest) -> None:
    """The documented schema of an error holds. Whether the status is documented is checked elsewhere."""
    answer = bad_request.send(ask)
    body = pick(answer.json, kind=dict) if answer.status >= 400 else {}
    problem = contract.operations["createChatCompletion"].response_problem(answer.status, body)

    if body and problem:
        assert problem.keyword == "status", f"the body of a {answer.status} breaks its schema: {problem.message}"


def _demand_word(name: str, ask: Ask, gateway: dict[str, Any]) -> None:
    """The field is a word; it may be null or absent where no document has it."""
    for bad_request, error in _objects(ask):
        word = error.get(name)
        if word is not None or name in gateway["errors"]["fields"]:
            demand_text(word, f"{bad_request.name}: {name}")


def _objects(ask: Ask) -> Iterator[tuple[BadChatRequest, dict[str, Any]]]:
    """Each bad request whose answer has an error object, and that object; inconclusive when none has."""
    found = False
    for bad_request in bad_requests.ANSWERED_AS_ERROR:
        answer = bad_request.send(ask)
        if answer.status >= 400 and isinstance(answer.json, dict) and isinstance(answer.json.get("error"), dict):
            found = True
            yield bad_request, answer.json["error"]
    if not found:
        inconclusive("no answer has an error object")


@requirement("errors.param-names-field")
@each_bad_request(bad_requests.OF_ONE_FIELD)
def test_param_names_field(ask: Ask, gateway: dict[str, Any], bad_request: BadChatRequest) -> None:
    """`error.param` names the field at fault; where it is documented, every error of one field has it."""
    error = _error(bad_request.send(ask))
    if error is None:
        return
    param = error.get("param")

    if param is None:
        assert "param" not in gateway["errors"]["fields"], f"{bad_request.at} is at fault, but param names no field"
    elif isinstance(param, str):
        assert field_words(param) & field_words(bad_request.at), (
            f"{bad_request.at} is at fault, but param is {param!r:.80}"
        )


@requirement("errors.message-names-field")
@each_bad_request(bad_requests.OF_ONE_FIELD)
def test_message_names_field(ask: Ask, bad_request: BadChatRequest) -> None:
    """The message names the field at fault, in any language where `param` names it already."""
    error = _error(bad_request.send(ask))

    if error is not None and not field_words(str(error.get("param"))) & field_words(bad_request.at):
        message = pick(error, "message", kind=str)
        assert field_words(message) & field_words(bad_request.at), (
            f"the message does not name {bad_request.at}: {message!r:.160}"
        )


@requirement("errors.routing-envelope")
@each_bad_request([*bad_requests.UNKNOWN_ROUTE, *bad_requests.WRONG_METHOD])
def test_routing_envelope(ask: Ask, promised: bool, bad_request: BadChatRequest) -> None:
    """Unknown routes are answered in the same error format as known ones, where a document has one format for all."""
    if not promised:
        raise NotApplicable("no document says how errors of unknown routes look")
    answer = bad_request.send(ask)

    if answer.status >= 400:
        demand_error_body(answer)


@requirement("errors.documented-code")
def test_documented_code(ask: Ask, gateway: dict[str, Any], target: Target) -> None:
    """Each cause has the `code` that is documented for it."""
    _demand_documented("code", gateway["errors"]["codes"], ask, target)


@requirement("errors.documented-type")
def test_documented_type(ask: Ask, gateway: dict[str, Any], target: Target) -> None:
    """Each cause has the `type` that is documented for it."""
    _demand_documented("type", gateway["errors"]["types"], ask, target)


def _demand_documented(name: str, documented: dict[str, list[str]], ask: Ask, target: Target) -> None:
    answers = {cause: _answers(cause, ask, target) for cause in documented}
    if not any(answers.values()):
        raise NotApplicable(f"no {name} is documented for a cause that can be brought about")

    for cause, words in documented.items():
        for answer in answers[cause]:
            error = _error(answer)
            assert not error or error.get(name) in words, (
                f"{name} of {cause.replace('_', ' ')} is {error.get(name)!r:.80}, not {' or '.join(words)}"
            )


def _answers(cause: str, ask: Ask, target: Target) -> list[Exchange]:
    """How the target answers a cause; empty without the fixture that brings it about."""
    if cause not in STATES:
        return [bad_request.send(ask) for bad_request in BY_CAUSE.get(cause, ())]
    answer = provoke(cause, ask, target)
    return [answer] if answer is not None else []


@requirement("errors.not-leaking")
def test_not_leaking(ask: Ask, target: Target, contract: Contract, whole_run: WholeRun) -> None:
    """No error of the run, in any protocol, whole or within a stream, shows a stack trace or paths of the server."""
    for question in _mistakes(ask, target, contract.operations.keys() & set(whole_run.judged), contract):
        with suppress(Inconclusive, Unsupported):
            question()
    own = [one for one in whole_run.exchanges if not one.request.path.startswith(("http://", "https://"))]

    for answer in own:
        trace = TRACES.search(error_text(answer).replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"'))
        if trace:
            ask.recorder.touched.append(answer)
        assert not trace, f"an error ({answer.status}) shows a stack trace: {trace.group(0).strip()!r:.120}"


def _mistakes(ask: Ask, target: Target, operations: set[str], contract: Contract) -> Iterator[Callable[[], object]]:
    """What brings about every error that is known, in chat and in the protocols of some operations."""
    yield from (partial(bad_request.send, ask) for bad_request in bad_requests.ALL)
    yield from (partial(provoke, cause, ask, target) for cause in STATES)
    if "createResponse" in operations:
        yield partial(Responses(ask).create, 7)
    for name in {"createMessage", "generateContent"} & operations:
        yield partial(_ask_natively, ask, contract, name)


def _ask_natively(ask: Ask, contract: Contract, name: str) -> None:
    """Asks a native protocol, where it is served, what is wrong in it."""
    operation = contract.operations[name]
    discovery.demand(ask, [operation], contract)
    credential = contract.gateway["protocols"][operation.protocol]["credentials"][0]
    if operation.protocol == "anthropic":
        for bad_request in native.ALL:
            bad_request.send(Anthropic(ask, credential))
    else:
        for body in (b'{"contents":[{"role":"user",', {"contents": 7}):
            Gemini(ask, credential).post(name, body)
