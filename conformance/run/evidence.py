"""An exchange as a reader of a failure wants it: what was sent, what came back, and a curl that repeats it."""

from __future__ import annotations

import base64
import re
import shlex
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from conformance.model import Evidence
from conformance.run.earlier import Origin, needed, origins
from conformance.target import KEY_VARIABLE
from conformance.wire.exchange import KEY_HERE, MASK, Exchange

LARGEST = 60_000
"""The most bytes of a request body that a command line carries."""
MOST_EVENTS = 100
"""The most events of a stream whose times a report shows."""
LIMIT = 4000
"""The most characters of one body, and of its headers, that a report shows. The HAR file has more of it."""
ADDED_BY_CLIENT = {"host", "connection", "content-length", "user-agent", "accept", "accept-encoding", "authorization"}


def evidence(exchange: Exchange, earlier: Sequence[Exchange] = (), before: Sequence[Exchange] = ()) -> Evidence:
    """The evidence of one exchange. Holds no credential. `before` is asked first, and what the request needs of it.

    `earlier` are the exchanges in which that is looked for.
    """
    command = script(exchange, earlier, before or needed(exchange, earlier))
    events = exchange.stream.events if exchange.media_type == "text/event-stream" else []
    times = tuple(round(event.arrived, 4) for event in events[:MOST_EVENTS])
    return Evidence(exchange.number, command, _sent(exchange), _received(exchange), times)


def script(exchange: Exchange, earlier: Sequence[Exchange], before: Sequence[Exchange]) -> str:
    """Shell commands that repeat some requests and at last this one, with the ids that they now give each other."""
    variables: dict[str, str] = {}
    lines = []
    wanted = [origin for one in (*before, exchange) for origin in origins(one, earlier)]
    for one in before:
        own = [origin for origin in wanted if origin.exchange is one]
        command = curl(one, variables)
        for origin in dict.fromkeys(own):
            variables[origin.value] = f"id{len(variables) + 1}"
        lines.append(_taking(command, list(dict.fromkeys(own)), variables))
    command = curl(exchange, variables)
    polls = sum(one.request == exchange.request and one.number < exchange.number for one in earlier) if before else 0
    if polls and exchange.request.method == "GET":
        lines.append(f"for _ in $(seq {polls}); do {command} > /dev/null; sleep 1; done")
    return "\n".join([*lines, command])


def _taking(command: str, origins: list[Origin], variables: Mapping[str, str]) -> str:
    """The command, with the ids of its answer taken into variables."""
    if not origins:
        return command
    lines = [f"answer=$({command})"]
    for one in origins:
        pick = f"""grep -o '"{one.member}": *"[^"]*"' | sed -n {one.place}p | cut -d'"' -f4"""
        lines.append(f'{variables[one.value]}=$(printf %s "$answer" | {pick})')
    return "\n".join(lines)


def curl(exchange: Exchange, variables: Mapping[str, str] = MappingProxyType({})) -> str:
    """A shell command that repeats the request; the key is read from the environment, and ids from variables."""
    request = exchange.request
    words = ["curl", "-sS", "-i"] + (["-N"] if _streamed(exchange) else [])
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != ("GET" if request.body is None else "POST"):
        words += ["-X", request.method]
    words.append(_address(exchange, variables))
    words += _headers(exchange) + _authorization(exchange)
    if request.body is None:
        return " ".join(words)
    try:
        return " ".join([*words, "--data-binary", _quoted(request.body.decode(), variables)])
    except UnicodeDecodeError:
        return _binary(exchange, words)


def _streamed(exchange: Exchange) -> bool:
    return b'"stream":true' in (exchange.request.body or b"") or ":stream" in exchange.request.path


def _quoted(text: str, variables: Mapping[str, str]) -> str:
    """The text as one word of a shell, in which ids are read from variables."""
    parts = re.split("(" + "|".join(map(re.escape, variables)) + ")", text) if variables else [text]
    return "".join(f'"${variables[one]}"' if one in variables else shlex.quote(one) for one in parts if one)


def _address(exchange: Exchange, variables: Mapping[str, str]) -> str:
    """The URL; a key that it hides is read from the environment."""
    if MASK not in exchange.url:
        return _quoted(exchange.url, variables)
    holder = str(exchange.request.key) if KEY_HERE in exchange.request.path else "query"
    return f'"{exchange.url.replace(MASK, f"${_variable(holder)}")}"'


def _binary(exchange: Exchange, words: list[str]) -> str:
    """A body that is no text goes through base64; one that is too long for a command line is named."""
    body = exchange.request.body or b""
    if len(body) > LARGEST:
        return f"# BODY: {len(body)} bytes, request {exchange.number}\n{' '.join(words)} --data-binary @BODY"
    return f"echo {base64.b64encode(body).decode()} | base64 -d | {' '.join(words)} --data-binary @-"


def _headers(exchange: Exchange) -> list[str]:
    """The headers that curl would not send by itself; a hidden key is read from the environment."""
    own = {name.lower() for name, _ in exchange.request.headers}
    shown = [(name, value) for name, value in exchange.sent if name in own or name not in ADDED_BY_CLIENT]
    key = exchange.request.key
    variable = _variable(key) if isinstance(key, str) else KEY_VARIABLE
    own |= _credential(exchange)
    return [_header(name, value, variable if name in own else _variable(name)) for name, value in shown]


def _credential(exchange: Exchange) -> set[str]:
    """The header that carries the key where `Authorization` does not: the only one that is hidden."""
    hidden = {name for name, value in exchange.sent if MASK in value}
    return hidden if isinstance(exchange.request.key, str) and len(hidden) == 1 else set()


def _header(name: str, value: str, variable: str) -> str:
    if MASK in value:
        return f'-H "{name}: {value.replace(MASK, f"${variable}")}"'
    return f"-H {shlex.quote(f'{name}: {value}')}"


def _authorization(exchange: Exchange) -> list[str]:
    """The credential as a shell variable, or in clear when it is one that the suite made up."""
    sent = dict(exchange.sent).get("authorization")
    if not sent or any(name.lower() == "authorization" for name, _ in exchange.request.headers):
        return []
    key = exchange.request.key
    return [_header("Authorization", sent, _variable(key) if isinstance(key, str) else "")]


def _variable(key: str) -> str:
    return KEY_VARIABLE if key == "default" else f"{KEY_VARIABLE}_{key.upper().replace('-', '_')}"


def _sent(exchange: Exchange) -> str:
    request = exchange.request
    lines = [f"{request.method} {exchange.url}", *(f"{name}: {value}" for name, value in exchange.sent)]
    return "\n".join(lines) + "\n\n" + _clip((request.body or b"").decode("utf-8", "replace"))


def _received(exchange: Exchange) -> str:
    if not exchange.status:
        return f"no answer: {exchange.broken}"
    lines = [f"{exchange.http_version} {exchange.status}", *(f"{k}: {v}" for k, v in exchange.headers.multi_items())]
    end = f"\n(the connection broke: {exchange.broken})" if exchange.broken else ""
    return _clip("\n".join(lines)) + "\n\n" + _clip(exchange.text) + end


def _clip(text: str) -> str:
    return text if len(text) <= LIMIT else f"{text[:LIMIT]}\n... {len(text) - LIMIT} more characters"
