"""One run: its options, its target, and the state that hooks and fixtures share."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

import gateway_contract
from conformance import target as targets
from conformance.errors import CannotConnect, TargetError, UsageError
from conformance.register import select
from conformance.target import KEY_VARIABLE, Target, reference
from conformance.wire.exchange import Exchange
from conformance.wire.recorder import Recorder
from conformance.words.ask import MAX_TOKENS, Ask

RECORDER = pytest.StashKey[Recorder]()
GATEWAY = pytest.StashKey[dict[str, Any]]()
RUN = pytest.StashKey[dict[str, Any]]()
TRANSPORT = pytest.StashKey[httpx.BaseTransport | None]()
"""What takes the place of the network, where a plugin puts something there."""

NOT_CHAT = re.compile(
    r"embed|whisper|tts|speech|transcri|dall-e|image|audio|realtime|moderation|rerank|video|sora|music|babbage|davinci"
)
CANDIDATES = 5
"""How many listed models are tried before the operator is asked to name one."""
CHEAP = re.compile(r"mini|nano|flash|haiku|lite|small|turbo|8b|echo")


def option(config: pytest.Config, name: str) -> str | None:
    """The value of `--conformance-NAME`."""
    return config.getoption(f"conformance_{name}", None)


@contextmanager
def target(config: pytest.Config) -> Iterator[Target]:
    """The target that the options describe; the reference server when they name no base URL."""
    base_url = config.getoption("base_url", None) or _recorded_url(config)
    file, gateway, model = (option(config, name) for name in ("target", "gateway", "model"))
    if file:
        described = targets.from_file(Path(file), base_url, gateway, model)
        _known(described.gateway)
        yield _limited(config, described)
    elif base_url:
        described = targets.from_options(base_url, gateway, model)
        _known(described.gateway)
        yield _limited(config, described)
    else:
        _known(gateway or "openai")
        with reference.serving(gateway) as served:
            models = {**served.models, "chat": model} if model else served.models
            yield _limited(config, replace(served, models=models, include=select.EXPENSIVE))


def _recorded_url(config: pytest.Config) -> str | None:
    """The base URL that a recording was made at."""
    if not (replay := option(config, "replay")):
        return None
    from conformance.report import har

    first = next(iter(har.load(Path(replay))), None)
    return str(first["url"]).removesuffix(first["path"]) if first else None


def _known(gateway: str) -> None:
    names = ("openai", *gateway_contract.names())
    if gateway not in names:
        raise UsageError(f"unknown gateway {gateway!r}", f"known: {', '.join(names)}")


def _limited(config: pytest.Config, described: Target) -> Target:
    names = ("timeout", "max_requests", "include", "node_modules")
    timeout, requests, include, node_modules = (option(config, name) for name in names)
    return replace(
        described,
        include=select.included(
            described.include if include is None else include.split(","), option(config, "feature")
        ),
        timeout=float(timeout) if timeout else described.timeout,
        max_requests=int(requests) if requests else described.max_requests,
        node_modules=node_modules or described.node_modules,
    )


def recorder(config: pytest.Config, target: Target) -> Recorder:
    """The recording client of this run, known to the hooks from now on."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    records = None
    if replay := option(config, "replay"):
        from conformance.report import har

        records = har.load(Path(replay))
    contract = gateway_contract.load(target.gateway)
    pace = target.pace(contract.gateway["limits"])
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    made = Recorder(
        target,
        records,
        first=int(worker) * 100_000,
        bases=target.bases(contract.bases),
        pace=max(1, pace // workers) if pace else None,
        transport=config.stash.get(TRANSPORT, None),
    )
    config.stash[RECORDER] = made
    return made


def ask(config: pytest.Config, recorder: Recorder, target: Target) -> Ask:
    """The asking client, once it is known that the target answers, takes the key, and has a model.

    What is asked to find that out counts as evidence of a check only when the run cannot go on.
    """
    probe, start = Ask(recorder, target.models.get("chat", "")), len(recorder.touched)
    first = _first_answer(probe)
    config.stash[RUN] = {
        "base_url": target.base_url,
        "gateway": target.gateway,
        "model": probe.model,
        "routes": probe.routes,
    }
    if first.status == 401:
        raise TargetError("the target refuses the key", f"set {KEY_VARIABLE} to a key that is valid there")
    if not first.status:
        raise CannotConnect(f"the target does not answer: {first.broken}", "is the base URL right?")
    del recorder.touched[start:]
    return probe


def _first_answer(probe: Ask) -> Exchange:
    """The answer of the named model, or of the first listed one that answers a plain chat request."""
    if probe.model:
        return probe.choose(probe.model)
    listed = probe.get("/models")
    if listed.status == 401:
        return listed
    for name in _candidates(listed.json)[:CANDIDATES]:
        first = probe.choose(name)
        if first.status not in {400, 403, 404, 422}:
            return first
    probe.model, probe.limit = "", MAX_TOKENS
    return listed


def _candidates(listed: object) -> list[str]:
    """The listed models, those first that look made for chat and cheap."""
    data = listed.get("data") if isinstance(listed, dict) else None
    names = [entry.get("id") for entry in data or [] if isinstance(entry, dict)]
    usable = [name for name in names if isinstance(name, str) and name]
    return sorted(usable, key=lambda name: (bool(NOT_CHAT.search(name.lower())), not CHEAP.search(name.lower())))
