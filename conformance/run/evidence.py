"""An exchange as a reader of a failure wants it: what was sent, what came back, and a curl that repeats it."""

from __future__ import annotations

import base64
import shlex

from conformance.model import Evidence
from conformance.target import KEY_VARIABLE
from conformance.wire.exchange import MASK, Exchange

LARGEST = 60_000
"""The most bytes of a request body that a command line carries."""
LIMIT = 4000
"""The most characters of one body that a report shows. The HAR file has all of it."""
ADDED_BY_CLIENT = {"host", "connection", "content-length", "user-agent", "accept", "accept-encoding", "authorization"}


def evidence(exchange: Exchange) -> Evidence:
    """The evidence of one exchange. Holds no credential."""
    return Evidence(exchange.number, curl(exchange), _sent(exchange), _received(exchange))


def curl(exchange: Exchange) -> str:
    """A shell command that repeats the request; the key is read from the environment."""
    request = exchange.request
    words = ["curl", "-sS", "-i"] + (["-N"] if _streamed(exchange) else [])
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != ("GET" if request.body is None else "POST"):
        words += ["-X", request.method]
    words.append(_address(exchange))
    words += _headers(exchange) + _authorization(exchange)
    if request.body is None:
        return " ".join(words)
    try:
        return " ".join([*words, "--data-binary", shlex.quote(request.body.decode())])
    except UnicodeDecodeError:
        return _binary(exchange, words)


def _streamed(exchange: Exchange) -> bool:
    return b'"stream":true' in (exchange.request.body or b"") or ":stream" in exchange.request.path


def _address(exchange: Exchange) -> str:
    """The URL; a key that it hides is read from the environment."""
    if MASK not in exchange.url:
        return shlex.quote(exchange.url)
    return f'"{exchange.url.replace(MASK, f"${_variable(str(exchange.request.key))}")}"'


def _binary(exchange: Exchange, words: list[str]) -> str:
    """A body that is no text goes through base64; one that is too long for a command line is named."""
    body = exchange.request.body or b""
    if len(body) > LARGEST:
        return " ".join([*words, "--data-binary", "@BODY"]) + f"  # BODY: {len(body)} bytes, request {exchange.number}"
    return f"echo {base64.b64encode(body).decode()} | base64 -d | {' '.join(words)} --data-binary @-"


def _headers(exchange: Exchange) -> list[str]:
    """The headers that curl would not send by itself; a hidden key is read from the environment."""
    own = {name.lower() for name, _ in exchange.request.headers}
    shown = [(name, value) for name, value in exchange.sent if name in own or name not in ADDED_BY_CLIENT]
    key = exchange.request.key
    variable = _variable(key) if isinstance(key, str) else KEY_VARIABLE
    return [_header(name, value, variable if name in own else _variable(name)) for name, value in shown]


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
    return "\n".join(lines) + "\n\n" + _clip(exchange.text) + end


def _clip(text: str) -> str:
    return text if len(text) <= LIMIT else f"{text[:LIMIT]}\n... {len(text) - LIMIT} more characters"
