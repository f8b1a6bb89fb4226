"""A recorder that needs no target, and canned answers for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from conformance.target import Secret, Target
from conformance.wire.exchange import Exchange, Request
from conformance.wire.recorder import Recorder

KEY = "sk-very-secret-credential"
TARGET = Target("http://gateway.test/v1", keys={"default": Secret(KEY)})
COMPLETION = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}]}
REFUSED = {"error": {"message": "Slow down.", "type": "rate_limit", "param": None, "code": "slow"}}


def answer(body: Any = COMPLETION, status: int = 200, **fields: Any) -> dict[str, Any]:
    """The fields of an exchange with a JSON body."""
    headers = httpx.Headers({"content-type": "application/json", "x-request-id": "one"} | fields.pop("headers", {}))
    return {"status": status, "headers": headers, "chunks": ((0.1, json.dumps(body).encode()),), **fields}


def streamed(*chunks: tuple[float, bytes], **fields: Any) -> dict[str, Any]:
    """The fields of an exchange with a stream that arrived in these reads."""
    return {"status": 200, "headers": httpx.Headers({"content-type": "text/event-stream"}), "chunks": chunks, **fields}


class Canned(Recorder):
    """A recorder that answers from a list and records the requests; the last answer repeats."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        super().__init__(TARGET)
        self.answers = list(answers) or [answer()]
        self.sent: list[Request] = []

    def send(self, request: Request, until: Callable[[bytes], bool] | None = None) -> Exchange:  # noqa: ARG002
        """The next answer."""
        self.sent.append(request)
        result = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(result, Exception):
            raise result
        return Exchange(len(self.sent), request, "http://gateway.test", "", **result)
