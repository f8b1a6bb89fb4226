"""What `run` says before it begins: who is judged, and what that is going to cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from types import SimpleNamespace
from typing import TYPE_CHECKING

from gateway_contract.commandline import unread

if TYPE_CHECKING:
    from conformance.run.agenda import Plan
    from conformance.run.runner import Sight
    from conformance.target import Target

WORK = 0.01
"""Seconds of our own that a request costs."""
LONGEST_CHAIN = 12
"""How many requests wait for each other, besides those that are in flight together."""


@dataclass(slots=True)
class Subject:
    """Who is judged: a target that may be billed, if it is one, and the gateway whose documents it is held to.

    `plan` is what that is going to cost, once it was announced.
    """

    gateway: str
    place: str
    target: Target | None = None
    plan: Plan | None = None


def subject(args: SimpleNamespace) -> Subject:
    """Who the options name. Raises `UsageError`."""
    from conformance.report.har import target_of
    from conformance.target import from_file, from_options, gateways

    if args.replay:
        recorded = target_of(args.replay)
        place = f"{args.replay}, a recording of {recorded['base_url']}; nothing is sent"
        return Subject(args.gateway or recorded.get("gateway", "openai"), place)
    named = from_file(args.target, args.base_url, args.gateway, args.model) if args.target else None
    if not named and args.base_url:
        named = from_options(args.base_url, args.gateway, args.model)
    gateway = (named.gateway if named else args.gateway) or "openai"
    gateways.check(gateway)
    return Subject(gateway, named.base_url if named else "the reference server, started for this run", named)


def announce(args: SimpleNamespace, judged: Subject) -> Sight | None:
    """Prints who is judged, and the expected cost when the target may be billed: what was seen of it for that."""
    silent = args.quiet or args.json

    def say(text: str) -> None:
        with unread():
            if not silent:
                print(text)

    say(f"Target   {judged.place}")
    if args.replay:
        return None
    say(f"Gateway  {judged.gateway}")
    if judged.target is None:
        return None
    return _announce_cost(args, judged, judged.target, say)


def _announce_cost(args: SimpleNamespace, judged: Subject, target: Target, say: Callable[[str], None]) -> Sight:
    """Finds out whether there is something to judge, and says what that is going to cost."""
    import gateway_contract
    from conformance.register import select
    from conformance.report.inert import inert
    from conformance.run.agenda import plan
    from conformance.run.runner import look
    from conformance.run.schedule import CONCURRENCY
    from conformance.run.session import EXAMPLES
    from conformance.target import headers_from
    from conformance.wire.secrets import safe

    headers = {**target.headers, **headers_from(args.header)}
    timeout, max_time = args.timeout or target.timeout, args.max_time or target.max_time
    target = replace(target, timeout=timeout, max_time=max_time, headers=headers)
    seen = look(target)
    say(inert(f"Model    {safe(seen.model) or 'none: it has no chat'}"))
    include = select.included(args.include if args.include is not None else target.include, ",".join(args.feature))
    if left_out := sorted(select.EXPENSIVE - include):
        say(f"Left out {', '.join(left_out)}: ask for them with --include")
    contract = gateway_contract.load(target.gateway)
    features, requirements, profiles = (",".join(one) for one in (args.feature, args.requirement, args.profile))
    wanted = select.wanted(features, args.level, requirements, profiles, args.shard)
    cost = plan(contract, replace(target, include=include), wanted, (args.examples or EXAMPLES) / EXAMPLES, seen.absent)
    judged.plan = cost
    areas = ", ".join(f"{requests} {area}" for area, requests in cost.areas.items() if requests)
    say(f"Cost     about {cost.requests} requests and {cost.tokens} tokens for {cost.checks} requirements: {areas}")
    if seen.thinks:
        say(f"         more: the model thinks before it speaks, so each answer may take {seen.cap} tokens")
    if pace := target.pace(contract.gateway["limits"]):
        say(f"Pace     {pace} requests a minute at most, so about {ceil(cost.requests / pace)} min")
    else:
        say(f"Time     about {duration(cost.requests, seen.latency, args.concurrency or CONCURRENCY)}")
    return seen


def duration(requests: int, latency: float, concurrency: int) -> str:
    """How long so many requests take, as people say it: at a few milliseconds of work each at least."""
    seconds = requests * max(latency / concurrency, WORK) + LONGEST_CHAIN * latency
    return f"{ceil(seconds)} s" if seconds < 120 else f"{ceil(seconds / 60)} min"
