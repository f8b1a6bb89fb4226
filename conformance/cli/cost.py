"""What `run` says before it begins: who is judged, and what that is going to cost."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.run.runner import Sight
    from conformance.target import Target

WORK = 0.01
"""Seconds of our own that a request costs."""
LONGEST_CHAIN = 12
"""How many requests wait for each other, besides those that are in flight together."""


def announce(args: argparse.Namespace) -> Sight | None:
    """Prints the target, and the expected cost when the target may be billed: what was seen of it for that."""
    from conformance.report.har import target_of
    from conformance.target import from_file, from_options, gateways

    if args.replay:
        print(f"Target   {args.replay}, a recording of {target_of(args.replay)['base_url']}; nothing is sent")
        return None
    named = from_file(args.target, args.base_url, args.gateway, args.model) if args.target else None
    if not named and args.base_url:
        named = from_options(args.base_url, args.gateway, args.model)
    gateway = named.gateway if named else args.gateway
    gateways.check(gateway)
    print(f"Target   {named.base_url if named else 'the reference server, started for this run'}")
    print(f"Gateway  {gateway or 'openai'}", flush=True)
    sight = _announce_cost(args, named) if named else None
    sys.stdout.flush()
    return sight


def _announce_cost(args: argparse.Namespace, target: Target) -> Sight:
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
    print(inert(f"Model    {safe(seen.model) or 'none: it has no chat'}"))
    include = select.included(args.include if args.include is not None else target.include, ",".join(args.feature))
    if left_out := sorted(select.EXPENSIVE - include):
        print(f"Left out {', '.join(left_out)}: ask for them with --include")
    contract = gateway_contract.load(target.gateway)
    features, requirements, profiles = (",".join(one) for one in (args.feature, args.requirement, args.profile))
    wanted = select.wanted(features, args.level, requirements, profiles, args.shard)
    cost = plan(contract, replace(target, include=include), wanted, (args.examples or EXAMPLES) / EXAMPLES, seen.absent)
    areas = ", ".join(f"{requests} {area}" for area, requests in cost.areas.items() if requests)
    print(f"Cost     about {cost.requests} requests and {cost.tokens} tokens for {cost.checks} requirements: {areas}")
    if seen.thinks:
        print(f"         more: the model thinks before it speaks, so each answer may take {seen.cap} tokens")
    if pace := target.pace(contract.gateway["limits"]):
        print(f"Pace     {pace} requests a minute at most, so about {ceil(cost.requests / pace)} min")
    else:
        print(f"Time     about {duration(cost.requests, seen.latency, args.concurrency or CONCURRENCY)}")
    return seen


def duration(requests: int, latency: float, concurrency: int) -> str:
    """How long so many requests take, as people say it: at a few milliseconds of work each at least."""
    seconds = requests * max(latency / concurrency, WORK) + LONGEST_CHAIN * latency
    return f"{ceil(seconds)} s" if seconds < 120 else f"{ceil(seconds / 60)} min"
