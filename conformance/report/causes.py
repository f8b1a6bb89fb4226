"""The causes behind the failures of a run: what to repair first, and which requirements that meets.

Failures that show the same sign have one cause: the same exchange, the same status or shape of answer on the same
route, the same missing member or header, the same message. What a client makes of an answer belongs to what is wrong
with the answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.model import STRONGEST_FIRST, WORST_FIRST, Finding, Harm, Level, Requirement, Verdict
from conformance.report.signs import CASE, Answer, Key, Kind, Routes, Sign, sign

BECAUSE = re.compile(r"^because of ([\w.-]+): ")
VERB = re.compile(r"^(crashes|corrupts|silently accepts)\b")
LONGEST = 110
"""The most characters of a title, and of what a client says."""


CLIENTS = {
    "sdk.openai": "openai for Python",
    "sdk.node": "openai for Node",
    "sdk.anthropic": "anthropic for Python",
    "sdk.gemini": "google-genai for Python",
}
"""The official clients, by how the ids of their requirements begin."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What an official client made of an answer, by the message of the check that saw it."""

    requirement: str
    client: str
    message: str

    @property
    def words(self) -> str:
        """`openai for Python crashes: AssertionError`"""
        return f"{self.client} {self.message}" if VERB.match(self.message) else f"{self.client}: {self.message}"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong. `requirements` failed because of it, `consequences` were not judged because of it.

    `clients` is what official clients made of the same exchanges. `worst` is the requirement whose impact stands for
    all; `level` is the strongest of them.
    """

    title: str
    level: Level
    harm: Harm
    impact: str
    remedy: str
    worst: str
    requirements: tuple[str, ...]
    consequences: tuple[str, ...] = ()
    clients: tuple[Seen, ...] = ()

    @property
    def cost(self) -> int:
        """How many requirements it costs."""
        return len(self.requirements) + len(self.consequences)


@dataclass(frozen=True, slots=True)
class _Failure:
    """A failed requirement and what it shows."""

    requirement: Requirement
    level: Level
    message: str
    sign: Sign
    answers: tuple[Answer, ...]


def causes(
    findings: Iterable[Finding], requirement: Callable[[str], Requirement], base_url: str, gateway: str
) -> tuple[Cause, ...]:
    """The causes of all failures that the target file does not expect, the worst first."""
    entries = list(findings)
    routes = Routes(base_url, gateway)
    failures = _failures(entries, requirement, routes)
    groups = _consequences(_dead_routes(_grouped(failures), entries, requirement))
    hidden = _hidden(entries)
    return tuple(sorted((_cause(group, hidden) for group in groups), key=rank))


def _failures(findings: Iterable[Finding], requirement: Callable[[str], Requirement], routes: Routes) -> list[_Failure]:
    """Each failed requirement once, with the sign that most of its cases show."""
    cases: dict[str, list[Finding]] = {}
    for one in findings:
        if one.verdict is Verdict.FAILED and not one.expected:
            cases.setdefault(one.requirement, []).append(one)
    return [_failure(own, requirement(name), routes) for name, own in cases.items()]


def _failure(cases: list[Finding], requirement: Requirement, routes: Routes) -> _Failure:
    signs = [sign(one, requirement, routes) for one in cases]
    commonest = Counter(one.keys for one in signs).most_common(1)[0][0]
    place = next(index for index, one in enumerate(signs) if one.keys == commonest)
    answers = tuple(routes.answer(shown) for one in cases for shown in one.evidence)
    return _Failure(requirement, cases[0].level, cases[place].message, signs[place], answers)


def _grouped(failures: Iterable[_Failure]) -> list[list[_Failure]]:
    """The failures by what their signs have in common."""
    groups: list[tuple[set[Key], list[_Failure]]] = []
    for failure in failures:
        keys, members = set(failure.sign.keys), [failure]
        touching = [group for group in groups if group[0] & keys]
        for group in touching:
            keys |= group[0]
            members = [*group[1], *members]
            groups.remove(group)
        groups.append((keys, members))
    return [members for _, members in groups]


def _dead_routes(
    groups: list[list[_Failure]], findings: Iterable[Finding], requirement: Callable[[str], Requirement]
) -> list[list[_Failure]]:
    """A route that serves no request refuses wrong ones for the same reason."""
    served = {
        name
        for one in findings
        if one.verdict is Verdict.PASSED
        for name in requirement(one.requirement).operations[:1]
        if not requirement(one.requirement).area.startswith("properties")
    }
    for group in groups:
        if group and _is_dead(group[0], served):
            for other in groups:
                same = [one for one in other if other is not group and _same_answer(one.sign, group[0].sign)]
                group += same
                other[:] = [one for one in other if one not in same]
    return [group for group in groups if group]


def _is_dead(failure: _Failure, served: set[str]) -> bool:
    """Whether a valid request is refused on a route that serves none."""
    operations = set(failure.requirement.operations)
    return failure.sign.kind is Kind.REFUSES and bool(operations) and not served & operations


def _same_answer(one: Sign, other: Sign) -> bool:
    """Whether a route answers both alike."""
    places = [(each.status, each.answer.words, each.answer.route) for each in (one, other)]
    return places[0] == places[1]


def _consequences(groups: list[list[_Failure]]) -> list[list[_Failure]]:
    """What a client makes of an answer goes to what is wrong with that answer, or with one to a question like it."""
    wire = [group for group in groups if group[0].sign.kind is not Kind.CONSEQUENCE]
    alone = []
    for group in groups:
        if group[0].sign.kind is Kind.CONSEQUENCE:
            home = next((other for rule in (_same_exchange, _alike) for other in wire if rule(group, other)), None)
            if home is None:
                alone.append(group)
            else:
                home += group
    return [*wire, *alone]


def _same_exchange(group: list[_Failure], other: list[_Failure]) -> bool:
    seen = {answer.exchange for one in group for answer in one.answers[:1]}
    return any(one.sign.answer.exchange in seen for one in other)


def _alike(group: list[_Failure], other: list[_Failure]) -> bool:
    """Whether an answer has the route, the status and the question's members in common, and these are special."""
    seen = {
        (answer.route, answer.status, answer.asked)
        for one in group
        for answer in one.answers
        if answer.asked or answer.route.startswith("GET")
    }
    places = ((one.sign.answer.route, one.sign.answer.status, one.sign.answer.asked) for one in other)
    return any(place in seen for place in places)


def _hidden(findings: Iterable[Finding]) -> Mapping[str, list[str]]:
    """What was not judged, by the failed requirement that explains it."""
    table: dict[str, list[str]] = {}
    for one in findings:
        if one.verdict is Verdict.INCONCLUSIVE and (found := BECAUSE.match(one.message)):
            table.setdefault(found[1], []).append(one.requirement)
    return table


def _cause(group: list[_Failure], hidden: Mapping[str, list[str]]) -> Cause:
    ordered = sorted(group, key=_weight)
    names = tuple(dict.fromkeys(one.requirement.id for one in ordered))
    after = dict.fromkeys(name for one in names for name in hidden.get(one, ()) if name not in names)
    worst, level = ordered[0].requirement, min((one.level for one in ordered), key=STRONGEST_FIRST.index)
    clients = tuple(_seen_by_clients(ordered))
    return Cause(title(ordered), level, worst.harm, worst.impact, worst.remedy, worst.id, names, tuple(after), clients)


def _seen_by_clients(group: Iterable[_Failure]) -> Iterator[Seen]:
    """What clients made of the exchanges that failures on the wire rest on."""
    clients = {one: _client(one.requirement.id) for one in group}
    wire = {answer.exchange for one, client in clients.items() if not client for answer in one.answers}
    for one, client in clients.items():
        if client and wire & {answer.exchange for answer in one.answers}:
            yield Seen(one.requirement.id, client, " ".join(CASE.sub("", one.message).split())[:LONGEST])


def _client(requirement: str) -> str:
    return next((name for prefix, name in CLIENTS.items() if requirement.startswith(f"{prefix}.")), "")


def _weight(failure: _Failure) -> tuple[int, int, bool]:
    """The worst of the strongest level comes first, the plain before the broad."""
    one = failure.requirement
    return STRONGEST_FIRST.index(failure.level), WORST_FIRST.index(one.harm), one.broad


def rank(cause: Cause) -> tuple[int, int, int, str]:
    """What harms users most comes first; what is only recommended counts a step less, and what is allowed two."""
    level = STRONGEST_FIRST.index(cause.level)
    return WORST_FIRST.index(cause.harm) + level, level, -cause.cost, cause.title


def title(group: list[_Failure]) -> str:
    """The cause in a line."""
    head = min(group, key=lambda one: one.sign.kind)
    text = _TITLES.get(head.sign.kind, _as_said)(head, group)
    return text if len(text) <= LONGEST else text[: LONGEST - 3].rstrip() + "..."


def _refuses(head: _Failure, group: list[_Failure]) -> str:
    found, words = head.sign, _words(head)
    if any(one.sign.kind is Kind.CRASHES for one in group):
        return f"{found.answer.route} answers {found.status} to everything"
    text = f"{found.answer.route} answers {found.status} to a valid request"
    return f"{text}: {words}" if words else text


def _crashes(head: _Failure, group: list[_Failure]) -> str:
    found = head.sign
    what = "An unknown model" if _about(group, "unknown-model", "[model-unknown") else "A wrong request"
    return f"{what} is answered {found.status}{_made_of(found.answer.kind)}, where {found.due} is due"


def _about(group: list[_Failure], name: str, case: str) -> bool:
    """Whether all that says which request it is about is about that."""
    told = [one for one in group if one.sign.kind is Kind.CRASHES and not one.requirement.broad]
    return bool(told) and all(one.requirement.id.endswith(name) or one.message.startswith(case) for one in told)


def _made_of(kind: str) -> str:
    return f" with {kind}" if kind in ("HTML", "text", "nothing") else ""


def _accepts(head: _Failure, group: list[_Failure]) -> str:
    if len(group) > 1:
        return f"{head.sign.answer.route} accepts wrong values"
    what = head.requirement.id.rpartition(".")[2].replace("-", " ")
    return f"{head.sign.answer.route} accepts a wrong value: {what}"


def _instead(head: _Failure, group: list[_Failure]) -> str:
    found = head.sign
    if not found.due:
        return _as_said(head, group)
    words = _words(head)
    return f"{found.status} where {found.due} is due" + (f": {words}" if words else "")


def _words(failure: _Failure) -> str:
    """What the answer says, up to a body that it quotes."""
    return failure.sign.answer.text.partition("{")[0].rstrip(" -:")


def _error_body(head: _Failure, group: list[_Failure]) -> str:
    kind = head.sign.answer.kind
    if kind in ("HTML", "text"):
        return f"Errors are {kind}, not JSON"
    if kind == "`error`":
        return _as_said(head, group)
    return f"Errors carry {kind}, not `error`"


def _lacks(head: _Failure, group: list[_Failure]) -> str:
    members = list(dict.fromkeys(one.sign.member for one in group if one.sign.member))
    *others, last = [f"`{name}`" for name in members]
    what = f"{', '.join(others)} and {last}" if others else last
    return f"{_answers(head, all(one.sign.answer.streamed for one in group))} lack {what}"


def _header(head: _Failure, _: list[_Failure]) -> str:
    return f"{_answers(head)} carry no {head.sign.member}"


def _counts(head: _Failure, group: list[_Failure]) -> str:
    if len(group) == 1:
        return _as_said(head, group)
    return f"{_answers(head, any(answer.streamed for answer in head.answers))} count tokens wrongly"


def _answers(head: _Failure, streamed: bool = False) -> str:
    """`Streams of POST /chat/completions`"""
    route = head.sign.answer.route
    return ("Streams" if streamed else "Answers") + (f" of {route}" if route else "")


def _as_said(head: _Failure, _: list[_Failure]) -> str:
    """The message, after the route."""
    message = re.split(r"""; |(?<!['"]): (?=["'{])""", CASE.sub("", head.message), maxsplit=1)[0]
    message = " ".join(message.split()) or head.requirement.id
    route = head.sign.answer.route
    return f"{route}: {message}" if route else message


_TITLES: dict[Kind, Callable[[_Failure, list[_Failure]], str]] = {
    Kind.REFUSES: _refuses,
    Kind.CRASHES: _crashes,
    Kind.ACCEPTS: _accepts,
    Kind.INSTEAD: _instead,
    Kind.ERROR_BODY: _error_body,
    Kind.LACKS: _lacks,
    Kind.HEADER: _header,
    Kind.COUNTS: _counts,
}
