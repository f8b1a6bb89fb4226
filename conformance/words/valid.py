"""Valid requests, which checks have marked as such, and what is demanded where one fails: by a 500, or within a stream.

Other failures are not meant: a 502, 503, 504 or 529 is a provider's, a 501 says that something is not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from conformance.wire.exchange import REPORTED, VALID, Exchange
from conformance.wire.recorder import Recorder
from conformance.words.answer import leave_at_limit
from conformance.words.check import inconclusive
from conformance.words.received import failure_within, succeeded
from gateway_contract import Contract

FAILURE = 500
FAILING = ("upstream-error", "internal-error", "maintenance", "midstream-error", "flaky-once", "chain", "failing-video")
"""The models of a target that fail on purpose."""
USUAL = {
    *("model", "messages", "max_tokens", "max_completion_tokens", "input", "max_output_tokens", "prompt", "contents"),
    *("generationConfig", "file"),
}
"""Members of a body that do not tell what is asked for."""
NOT_SUPPORTED = re.compile(r"(not|n't) (yet )?(be )?(support|implement)|unsupported|unimplemented", re.IGNORECASE)
OF_ANOTHER = re.compile(
    r"quota|rate.?limit|too many requests|overloaded|capacity|credit|billing|unavailable|\b(402|429|502|503|504|529)\b",
    re.IGNORECASE,
)
"""What an error holds that is about a limit or a provider, whatever its status."""
LASTING = {"files", "videos", "music", "tasks"}
"""The first words of paths where a request leaves something behind, or costs much, when it is served after all."""
AGAIN = (98, 99)
"""The takes of a request that is repeated: no check asks so often."""
ASKED_AGAIN = 8
"""The most requests that are repeated."""


def marked(recorder: Recorder, protocols: Iterable[str]) -> list[Exchange]:
    """The answers to valid requests in these protocols, but of models that fail on purpose."""
    names = [name for kind in FAILING if (name := recorder.target.models.get(kind))]
    answers = [one for one in recorder.recorded if VALID in one.marks and one.request.protocol in protocols]
    return [one for one in answers if not any(_asks(one, name) for name in names)]


def _asks(exchange: Exchange, model: str) -> bool:
    """Whether the model is asked, by its name in the body or in the path."""
    return _body(exchange).get("model") == model or f"/{quote(model, safe='')}:" in exchange.request.path


def failures(exchanges: Iterable[Exchange], contract: Contract) -> dict[str, Exchange]:
    """The first failure of each kind of request, by what was asked for, of which no other check has told."""
    kinds: dict[str, Exchange] = {}
    for exchange in exchanges:
        if failure(exchange) and REPORTED not in exchange.marks:
            kinds.setdefault(_kind(exchange, contract), exchange)
    return kinds


def leave_reported(exchanges: Iterable[Exchange]) -> None:
    """Leaves the check, as inconclusive, when a failure has failed another requirement."""
    for exchange in exchanges:
        if REPORTED in exchange.marks and failure(exchange):
            inconclusive(f"this fails another requirement: answered {failure(exchange)}")


def failure(exchange: Exchange) -> str:
    """What is told of a failure by a 500, or within a stream; nothing when there is none."""
    if exchange.status == FAILURE:
        return f"500: {exchange.text:.160}"
    told = failure_within(exchange) if succeeded(exchange) else ""
    return f"by a stream that fails: {told:.160}" if told else ""


def says_unsupported(exchange: Exchange) -> bool:
    """The error says that what is asked for is not supported."""
    return bool(NOT_SUPPORTED.search(failure(exchange)))


def demand_answer(recorder: Recorder, exchange: Exchange) -> None:
    """Demands that the request does not fail each time."""
    recorder.touched.append(exchange)
    request, reason = exchange.request, failure(exchange)
    if OF_ANOTHER.search(reason):
        inconclusive(f"a limit or a provider: answered {reason}")
    if request.method == "POST" and request.path.split("/")[1] in LASTING:
        inconclusive(f"not asked again: answered {reason}")
    for take in AGAIN:
        again = recorder.ask(request, take=take)
        leave_at_limit(again)
        if not failure(again):
            inconclusive(f"not so when it was asked again: answered {reason}")
    raise AssertionError(f"a valid request is answered, each of {len(AGAIN) + 1} times, {reason}")


def _kind(exchange: Exchange, contract: Contract) -> str:
    """The operation, and what is asked of it beyond the usual: `createChatCompletion with n, stream`."""
    request = exchange.request
    operation = contract.find(request.method, request.path.partition("?")[0], request.protocol)
    place = operation.id if operation else f"{request.method} {request.path:.60}"
    body = _body(exchange)
    more = sorted(name for name in body.keys() - USUAL if body[name] is not False)
    return f"{place} with {', '.join(more)}" if more else place


def _body(exchange: Exchange) -> dict[str, object]:
    """The members of a request in JSON; none of any other."""
    return exchange.asked if isinstance(exchange.asked, dict) else {}
