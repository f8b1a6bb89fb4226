"""What `doctor` looks at: the way to a target, its key, its models and protocols, its limits, and what a run costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from math import ceil
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import gateway_contract
from conformance.cli import cost
from conformance.errors import BudgetSpent, ConformanceError, KeyRefused, NoModel, NotTheApi, TargetError, Unsupported
from conformance.register import select
from conformance.run import agenda, preflight
from conformance.run.schedule import CONCURRENCY
from conformance.target import KEY_VARIABLE, Target, checked_file
from conformance.wire.exchange import Exchange
from conformance.wire.recorder import Recorder
from conformance.words import discovery
from conformance.words.ask import Ask

MOST = 12
"""The most requests of an examination."""
OK, NOTE, PROBLEM = "ok", "note", "problem"
NEAR, FAR = 5, 300
"""How many seconds two clocks may differ unnoticed, and how many before signed requests and tokens are refused."""
SUBJECTS = {KeyRefused: "key", NoModel: "models", NotTheApi: "api"}
ROUTES = {"chat": "createChatCompletion", "responses": "createResponse", "embeddings": "createEmbedding"}
NATIVE = {"anthropic": "createMessage", "gemini": "generateContent"}
LIMITS = ("x-ratelimit-", "ratelimit", "retry-after", "anthropic-ratelimit-")
"""How the names of headers begin that tell a limit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `state` is `ok`, `note` or `problem`."""

    name: str
    state: str
    text: str
    hint: str = ""


def file_line(path: Path) -> Line:
    """Whether a target file can be used. No variable has to be set for that."""
    try:
        target = checked_file(path)
    except ConformanceError as error:
        named = path.name in str(error)
        return Line("file", PROBLEM, str(error) if named else f"{path}: {error}", error.hint)
    return Line("file", OK, f"{path}: {target.base_url or 'any base URL'}, held to {target.gateway}")


class Examination:
    """Looks at one target."""

    def __init__(self, target: Target, recorder: Recorder) -> None:
        self.target = target
        self.recorder = recorder
        self.ask = Ask(recorder, target.models.get("chat", ""))
        self.contract = gateway_contract.load(target.gateway)

    def lines(self) -> Iterator[Line]:
        """A line for each thing, in the order in which they depend on each other."""
        yield _proxy(self.target)
        try:
            listing = self.ask.get("/models", patient=False)
        except TargetError as error:
            yield Line("reached", PROBLEM, str(error), error.hint)
            return
        yield _reached(self.target, listing)
        if listing.status:
            yield from self._of_an_answer(listing)

    def _of_an_answer(self, listing: Exchange) -> Iterator[Line]:
        try:
            preflight.check(self.ask)
        except TargetError as error:
            yield Line(SUBJECTS.get(type(error), "account"), PROBLEM, str(error), error.hint)
            yield from self._of_all_answers()
            return
        try:
            yield self._key()
            yield self._models(listing)
            yield from self._protocols()
        except BudgetSpent:
            yield Line("protocols", NOTE, f"no others were looked for: the {MOST} requests are spent")
        except TargetError as error:
            yield Line("reached", PROBLEM, f"it answered, and then: {error}", error.hint)
        yield from self._of_all_answers()
        yield from self._costs()

    def _key(self) -> Line:
        if "default" not in self.target.keys:
            return Line("key", OK, f"none is given, and none is asked for; if it takes one: export {KEY_VARIABLE}=...")
        if discovery.DEFAULT in self.ask.absent:
            return Line("key", NOTE, "whether it opens anything is not known: there is no list of models to try it on")
        answer = self.ask.get("/models", key=None, patient=False)
        if answer.status in {401, 403}:
            return Line("key", OK, "it opens the target, which is closed without it")
        open_to_all = "; the list of models is open to anyone" if answer.status == 200 else ""
        return Line("key", OK, f"requests with it are served{open_to_all}")

    def _models(self, listing: Exchange) -> Line:
        names, model = preflight.names(listing), self.ask.model
        listed = f"it lists {len(names)}" if names else "it lists none"
        if not model:
            return Line("models", NOTE, f"{listed}, and has no chat completions", "chat is not judged")
        thinks = "; it thinks before it speaks, so each answer costs more" if self.ask.thinks else ""
        return Line("models", OK, f"{listed}; {model} answers{thinks}")

    def _protocols(self) -> Iterator[Line]:
        yield self._own_dialect()
        for name, operation in NATIVE.items():
            if operation in self.contract.operations:
                problem = self._problem(operation)
                yield Line(name, NOTE if problem else OK, problem or f"it is served at {self.recorder.bases[name]}")

    def _own_dialect(self) -> Line:
        known = {name: one for name, one in ROUTES.items() if one in self.contract.operations}
        served = [name for name, one in known.items() if not self._problem(one)]
        absent = [name for name in known if name not in served]
        text = f"{', '.join(served) or 'nothing'} at {self.target.base_url}"
        return Line("openai", OK if served else NOTE, f"{text}; no {', '.join(absent)}" if absent else text)

    def _problem(self, operation: str) -> str:
        """Why an operation is not judged; nothing when it is."""
        try:
            discovery.demand(self.ask, [self.contract.operations[operation]], self.contract)
        except Unsupported as error:
            return str(error)
        return ""

    def _of_all_answers(self) -> Iterator[Line]:
        answers = [one for one in self.recorder.recorded if one.status]
        yield _clock(answers[-1])
        yield self._limits(answers)
        seconds = median(one.elapsed for one in answers)
        yield Line("latency", OK, f"{1000 * seconds:.0f} ms, the median of {len(answers)} answers")

    def _limits(self, answers: list[Exchange]) -> Line:
        headers = {name.lower(): value for one in answers for name, value in one.headers.multi_items()}
        limits = [f"{name}: {value}" for name, value in headers.items() if name.startswith(LIMITS)]
        pace = self.target.pace(self.contract.gateway["limits"])
        kept = f"a run keeps to {pace} requests a minute" if pace else "a run keeps no pace"
        if any(one.status in preflight.AT_LIMIT for one in answers):
            return Line("limits", PROBLEM, f"it is at a limit; {kept}", "wait, or set requests_per_minute")
        return Line("limits", OK, f"{', '.join(limits) or 'no header tells any'}; {kept}")

    def _costs(self) -> Iterator[Line]:
        core, quick = select.wanted(None, None, None, "core"), select.wanted(None, None, ",".join(select.QUICK))
        latency = min(one.elapsed for one in self.recorder.recorded)
        pace = self.target.pace(self.contract.gateway["limits"])
        for words, wanted in (("run", None), ("run --profile core", core), ("run --quick", quick)):
            plan = agenda.plan(self.contract, self.target, wanted, absent=self.ask.absent)
            time = f"{ceil(plan.requests / pace)} min" if pace else cost.duration(plan.requests, latency, CONCURRENCY)
            yield Line("cost", OK, f"{words}: about {plan.requests} requests, {plan.tokens} tokens, {time}")


def _reached(target: Target, listing: Exchange) -> Line:
    if not listing.status:
        text = f"{target.base_url} takes a connection and does not answer: {listing.broken}"
        return Line("reached", PROBLEM, text, "is it up, is the port right, and does it speak https:// there?")
    return Line("reached", OK, f"{target.base_url} answers, with {listing.http_version}")


def _proxy(target: Target) -> Line:
    """Which proxy the requests go through."""
    if target.way.proxy:
        return Line("proxy", OK, f"requests go through {_place(target.way.proxy)}, which the target file names")
    if target.local:
        return Line("proxy", OK, "none: the target is on this machine")
    parts, proxies = urlsplit(target.base_url), getproxies()
    address = proxies.get(parts.scheme) or proxies.get("all")
    if not address:
        return Line("proxy", OK, "none is set")
    if proxy_bypass(parts.hostname or ""):
        return Line("proxy", OK, f"none: NO_PROXY names {parts.hostname}")
    return Line("proxy", NOTE, f"requests go through {_place(address)}, which the environment names")


def _place(address: str) -> str:
    """The host and port of a proxy, whose address may have no scheme, and a password."""
    parts = urlsplit(address if "://" in address else f"http://{address}")
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _clock(answer: Exchange) -> Line:
    """How far the clock of the target is from ours, told by the header of an answer."""
    text = answer.headers.get("date", "")
    try:
        theirs = parsedate_to_datetime(text)
    except ValueError:
        return Line("clock", NOTE, f"the target tells no time: Date is {text!r}")
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    ours = datetime.fromisoformat(answer.started) + timedelta(seconds=answer.elapsed)
    apart = (theirs - ours).total_seconds()
    if abs(apart) <= NEAR:
        return Line("clock", OK, "the target's and ours agree")
    text = f"the target's is {abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} ours"
    return Line("clock", PROBLEM if abs(apart) > FAR else NOTE, text, "set the clock that is wrong: date -u")
