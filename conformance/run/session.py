"""One run: its options, its target, and the state that hooks and fixtures share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

import httpx
import pytest

import gateway_contract
from conformance import target as targets
from conformance.errors import UsageError
from conformance.register import select
from conformance.run import preflight, schedule
from conformance.target import Target, gateways, reference
from conformance.wire.ahead import Ahead
from conformance.wire.recorder import Recorder
from conformance.words.ask import Ask
from pytest_gateway_conformance import EMPTY_URL

RECORDER = pytest.StashKey[Recorder]()
GATEWAY = pytest.StashKey[dict[str, Any]]()
RUN = pytest.StashKey[dict[str, Any]]()
LOOKED = pytest.StashKey[Recorder]()
"""What has looked at the target before the run began."""
TRANSPORT = pytest.StashKey[httpx.BaseTransport | None]()
"""What takes the place of the network, where a plugin puts something there."""

DAY = 86_400
EXAMPLES = 40
"""How many requests are generated for each operation, unless the caller says."""


def option(config: pytest.Config, name: str) -> str | None:
    """The value of `--conformance-NAME`."""
    return config.getoption(f"conformance_{name}", None)


@contextmanager
def target(config: pytest.Config) -> Iterator[Target]:
    """The target that the options describe; the reference server when they name no base URL."""
    base_url = config.getoption("base_url", None)
    file, gateway, model = (option(config, name) for name in ("target", "gateway", "model"))
    demand_values(gateway=gateway, model=model, target=file, base_url="" if config.stash[EMPTY_URL] else None)
    if replayed := recorded(config):
        yield _limited(config, targets.from_recording(replayed, gateway, model))
    elif file:
        described = targets.from_file(Path(file), base_url, gateway, model)
        gateways.check(described.gateway)
        yield _limited(config, described)
    elif base_url:
        described = targets.from_options(base_url, gateway, model)
        gateways.check(described.gateway)
        yield _limited(config, described)
    else:
        gateways.check(gateway or "openai")
        with reference.serving(gateway) as served:
            models = {**served.models, "chat": model} if model else served.models
            yield _limited(config, replace(served, models=models, include=select.EXPENSIVE))


def demand_values(**options: object) -> None:
    """Raises `UsageError` for an option that is given without a value: in a pipeline, of a variable that is not set."""
    for name, value in options.items():
        if value is not None and not str(value).strip():
            words = name.replace("_", "-")
            raise UsageError(f"--{words} is empty", f"is the variable set that --{words} is taken from?")


def recorded(config: pytest.Config) -> dict[str, Any]:
    """What the recording that is judged again knows of its target; nothing in any other run."""
    if not (replay := option(config, "replay")):
        return {}
    from conformance.report import har

    return har.target_of(Path(replay))


def _limited(config: pytest.Config, described: Target) -> Target:
    names = ("max_requests", "include", "node_modules")
    requests, include, node_modules = (option(config, name) for name in names)
    if node_modules:
        targets.checked_folder(Path(node_modules), "--node-modules")
    return replace(
        described,
        include=select.included(
            described.include if include is None else include.split(","), option(config, "feature")
        ),
        timeout=_seconds(config, "timeout") or described.timeout,
        max_time=_seconds(config, "max_time") or described.max_time,
        max_requests=_share(config, int(requests) if requests else described.max_requests),
        node_modules=node_modules or described.node_modules,
        headers={
            **described.headers,
            **targets.headers_from(filter(None, (option(config, "header") or "").split("\n"))),
        },
    )


def _seconds(config: pytest.Config, name: str) -> float | None:
    """The value of an option that is a time. Raises `UsageError` when it is none that a run could wait for."""
    text = option(config, name)
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = nan
    if not 0 < seconds <= DAY:
        words = name.replace("_", "-")
        raise UsageError(f"--{words} {text} is no time to wait", f"give seconds, above 0 and at most {DAY}")
    return seconds


def _share(config: pytest.Config, requests: int | None) -> int | None:
    """What one worker may send of the requests that all may send together."""
    if requests is None:
        return None
    worker, workers = _worker(config)
    return len(range(worker, requests, workers))


def _worker(config: pytest.Config) -> tuple[int, int]:
    """Which worker of pytest-xdist this is, from 0, and of how many."""
    given: dict[str, Any] = getattr(config, "workerinput", {})
    return int(str(given.get("workerid", "gw0")).removeprefix("gw")), int(given.get("workercount", 1))


def seed(config: pytest.Config) -> int:
    """The seed of what is generated."""
    return int(option(config, "seed") or recorded(config).get("seed", 0))


def examples(config: pytest.Config) -> int:
    """How many requests are generated for each operation."""
    return int(option(config, "examples") or recorded(config).get("examples", EXAMPLES))


def recorder(config: pytest.Config, target: Target) -> Recorder:
    """The recording client of this run, known to the hooks from now on."""
    records = None
    if replay := option(config, "replay"):
        from conformance.report import har

        records = har.load(Path(replay))
    worker, workers = _worker(config)
    transport, ahead = config.stash.get(TRANSPORT, None), config.stash.get(schedule.AHEAD, None)
    recorder = config.stash[RECORDER] = recorder_of(target, records, worker, workers, transport, ahead)
    if LOOKED in config.stash:
        recorder.adopt(config.stash[LOOKED])
    return recorder


def recorder_of(
    target: Target,
    records: Iterable[Mapping[str, Any]] | None = None,
    worker: int = 0,
    workers: int = 1,
    transport: httpx.BaseTransport | None = None,
    ahead: Ahead | None = None,
) -> Recorder:
    """A recording client for a target, at its documented addresses and pace, of which each worker has its share."""
    contract = gateway_contract.load(target.gateway)
    pace = target.pace(contract.gateway["limits"])
    return Recorder(
        target,
        records,
        first=worker * 100_000,
        bases=target.bases(contract.bases),
        pace=max(1, pace // workers) if pace else None,
        transport=transport,
        ahead=ahead,
    )


def ask(config: pytest.Config, recorder: Recorder, target: Target) -> Ask:
    """The asking client, once it is known that there is something to judge.

    What is asked to find that out counts as evidence of a check only when the run cannot go on.
    """
    asking, start = Ask(recorder, target.models.get("chat", "")), len(recorder.touched)
    config.stash[RUN] = run = {
        "base_url": target.base_url,
        "gateway": target.gateway,
        "model": asking.model,
        "routes": asking.routes,
        "replayed": bool(option(config, "replay")),
        "target": {**target.described(), "seed": seed(config), "examples": examples(config)},
    }
    with recorder.in_place():
        preflight.check(asking)
    run["model"] = asking.model
    del recorder.touched[start:]
    return asking
