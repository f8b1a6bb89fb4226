"""What stands between an official client and the recorder.

Whatever language a client is written in, it hands its requests to a `ClientRecording` and gets the recorded exchange
back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb
from typing import Any, TypeVar

from conformance.errors import Inconclusive, Unsupported
from conformance.target import Secret
from conformance.wire.body import MOST, limit
from conformance.wire.exchange import KEY_HERE, VALID, Exchange, Request, decoded
from conformance.wire.recorder import Recorder
from conformance.words.answer import LIMITS, is_refusal, leave_at_limit
from conformance.words.ask import BOUNDARY, encoded
from conformance.words.check import inconclusive

PLACEHOLDER = "sk-placeholder"
"""What a client believes to be its key. The recorder sends the real one."""
Result = TypeVar("Result")
FIRST = (
    *("model", "messages", "input", "max_tokens", "max_completion_tokens", "max_output_tokens"),
    *("stream", "stream_options", "tools", "tool_choice"),
)
"""The order of the fields of a request as the suite itself sends them."""
OF_THE_CONNECTION = {"host", "connection", "content-length", "accept-encoding", "transfer-encoding"}
CODED = {"content-encoding", "content-length", "transfer-encoding", "connection"}
"""Headers that say how a body was sent: the recorder keeps it decoded."""
LARGEST = 1 << 20
"""The most bytes of an answer, media apart, that a client is given: it makes many copies of it."""
_BOUNDARY = re.compile(r"^multipart/form-data;.*boundary=\"?([^\";]+)")
CUT = {"LengthFinishReasonError", "ContentFilterFinishReasonError"}
"""What the official clients raise where an answer is to be put together or parsed, and a limit or a filter cut it."""
_CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
}


@dataclass
class ClientRecording:
    """Sends what a client asks, for one check.

    `entire` sends the client's own headers, too. `patient` waits for a rate limit to pass, as the recorder does.
    `fresh` asks the target each time, from the take `first` on.
    """

    recorder: Recorder
    protocol: str = "openai"
    key: str | Secret | None = "default"
    entire: bool = False
    patient: bool = True
    fresh: bool = False
    first: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    failure: Exception | None = None
    """What ended an exchange and is not the client's doing, such as a spent budget."""

    @property
    def base_url(self) -> str:
        """The base URL that the client is given."""
        return self.recorder.bases[self.protocol]

    @property
    def last(self) -> Exchange:
        """The last exchange; a client that is refused is the finding, as long as the refusal is no limit."""
        last = self.exchanges[-1]
        leave_at_limit(last)
        return last

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Exchange:
        """The exchange for a client's request. Whatever the recorder raises is kept in `failure`."""
        path = url.removeprefix(self.base_url)
        headers, body = _with_known_boundary(headers, body)
        request = Request(method, path, _ordered(body), self._own(headers), self.key, self.protocol)
        try:
            take = self.first + len(self.exchanges) if self.fresh else 0
            exchange = self.recorder.ask(request, take, self.patient)
            if exchange.size > LARGEST and limit(path) == MOST:
                inconclusive(f"cannot be judged: the answer has {exchange.size} bytes")
        except Exception as error:
            self.failure = error
            raise
        self.exchanges.append(exchange)
        return exchange

    def _own(self, headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """The headers that go with the request: none where the suite's own request asks the same."""
        if not self.entire:
            return ()
        own = {name.lower(): value for name, value in headers.items() if name.lower() not in OF_THE_CONNECTION}
        own = {"authorization": ""} | own
        return tuple((name, value.replace(PLACEHOLDER, KEY_HERE)) for name, value in sorted(own.items()))

    def result(self, use: Callable[[], Result], *, dependent: bool = False, served: bool = False) -> Result:
        """What `use` gives. An exception that the client raises is the finding.

        A refused request has a check of its own, unless the same request is known to be `served` without the client.
        What is `dependent` on the model may be refused.
        """
        try:
            return use()
        except (Inconclusive, Unsupported):
            raise
        except Exception as error:
            self.blame(dependent, served)
            self.leave_cut(type(error).__name__)
            raise AssertionError(crashes(error)) from error

    def raised(self, use: Callable[[], object]) -> Exception | None:
        """What the client raises for the target's answer, if anything."""
        try:
            use()
        except (Inconclusive, Unsupported):
            raise
        except Exception as error:
            if self.failure:
                raise self.failure from None
            return error
        return None

    def leave_cut(self, name: str) -> None:
        """Leaves the check when the client raised what it documents for an answer that the model did not end itself.

        `name` is that of the exception. Of a response that is incomplete, clients have no final or parsed one to give.
        """
        last = self.exchanges[-1] if self.exchanges else None
        if name in CUT or (last and last.status == 200 and _is_incomplete(last)):
            inconclusive(f"the answer was cut off, for which the client documents {name}")

    def blame(self, dependent: bool, served: bool) -> None:
        """Leaves the check when what went wrong is the network's or another requirement's affair."""
        if self.failure:
            raise self.failure from None
        last = self.exchanges[-1] if self.exchanges else None
        if last is None or last.status == 200 or (served and last.status not in LIMITS):
            return
        last.marks.add(VALID)
        if dependent and is_refusal(last):
            raise Unsupported(f"the target refuses the request: {last.text:.160}")
        inconclusive(f"the request was answered {last.status or last.broken}: {last.text:.120}")


def _with_known_boundary(headers: Mapping[str, str], body: bytes | None) -> tuple[Mapping[str, str], bytes | None]:
    """A form with the suite's own boundary: that of a client is random, and a replay would not know the request."""
    for name, value in headers.items():
        if name.lower() == "content-type" and (found := _BOUNDARY.search(value)):
            known = BOUNDARY.encode()
            form = body.replace(found[1].encode(), known) if body else body
            return {**headers, name: value.replace(found[1], BOUNDARY)}, form
    return headers, body


def _is_incomplete(exchange: Exchange) -> bool:
    """A response that ended before its time, whole or streamed."""
    if exchange.media_type == "text/event-stream":
        events = [decoded(event.data) for event in exchange.stream.events]
        return any(isinstance(one, dict) and one.get("type") == "response.incomplete" for one in events)
    return isinstance(exchange.json, dict) and exchange.json.get("status") == "incomplete"


def _ordered(body: bytes | None) -> bytes | None:
    """The same JSON in the suite's own order, so that it is known to be the same."""
    value = decoded(body) if body else None
    if not isinstance(value, dict):
        return body or None
    return encoded({**{name: value[name] for name in FIRST if name in value}, **value})


def plain_headers(exchange: Exchange) -> list[tuple[str, str]]:
    """The headers of an answer, without those that say how its body was sent."""
    return [(name, value) for name, value in exchange.headers.multi_items() if name.lower() not in CODED]


def crashes(error: Exception) -> str:
    """What a message says of an exception that the client raised; where it says nothing itself, where it arose."""
    said = " ".join(str(error).split()) or _place(error)
    return f"crashes: {type(error).__name__}: {said:.200}".removesuffix(": ")


def _place(error: Exception) -> str:
    """`client/streaming.py: assert tool.type == "function"`, without the folders of this machine."""
    steps = extract_tb(error.__traceback__)
    return f"{'/'.join(Path(steps[-1].filename).parts[-3:])}: {steps[-1].line}" if steps else ""


def class_for(status: int, other: str) -> str:
    """The name of what the official clients raise for a status; `other` where it has none of its own."""
    return "InternalServerError" if status >= 500 else _CLASSES.get(status, other)


def shown(value: Any) -> str:
    """A value as a message shows it."""
    return f"{json.dumps(value, ensure_ascii=False, default=repr)!s:.160}"
