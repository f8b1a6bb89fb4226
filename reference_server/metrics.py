"""What Prometheus reads at `/metrics`: how many requests had which status, how long they took, and who went away."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from reference_server.wire.reply import Reply

PATH = "/metrics"
_PREFIX = "reference_server"
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts requests by their operation, since the server started. Unknown routes have the operation `none`."""

    def __init__(self) -> None:
        self._requests = Counter[tuple[str, int]]()
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._disconnects = Counter[str]()

    def add(self, operation: str, status: int, seconds: float, stayed: bool) -> None:
        """Count a request, which took so long to the end of its answer, or until its client went away."""
        self._requests[operation, status] += 1
        self._seconds[operation] += seconds
        self._disconnects[operation] += not stayed

    def reply(self) -> Reply:
        """All counters in the text format."""
        requests = (
            (f'operation="{name}",status="{status}"', count) for (name, status), count in self._requests.items()
        )
        lines = [
            *_metric("requests_total", "counter", "Requests by operation and status.", requests),
            *_metric("disconnects_total", "counter", "Clients that went away.", _labelled(self._disconnects)),
            *_metric("seconds_total", "counter", "Seconds to the end of the answers.", _labelled(self._seconds)),
        ]
        return Reply(200, {"content-type": _TYPE}, "\n".join([*lines, ""]).encode())


def _labelled(values: dict[str, float] | Counter[str]) -> Iterable[tuple[str, float]]:
    return ((f'operation="{name}"', value) for name, value in values.items())


def _metric(name: str, kind: str, text: str, values: Iterable[tuple[str, float]]) -> list[str]:
    whole = f"{_PREFIX}_{name}"
    lines = [f"{whole}{{{labels}}} {value:.15g}" for labels, value in sorted(values)]
    return [f"# HELP {whole} {text}", f"# TYPE {whole} {kind}", *lines]
