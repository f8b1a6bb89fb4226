"""An exchange as a reader of a failure wants it: what was sent, what came back, and a curl that repeats it."""

from __future__ import annotations

import shlex

from conformance.exchange import Exchange
from conformance.model import Evidence
from conformance.target import KEY_VARIABLE

LIMIT = 4000
"""The most characters of one body that a report shows. The HAR file has all of it."""
ADDED_BY_CLIENT = {"host", "connection", "content-length", "user-agent", "accept", "accept-encoding", "authorization"}


def evidence(exchange: Exchange) -> Evidence:
    """The evidence of one exchange. Holds no credential."""
    return Evidence(exchange.number, curl(exchange), _sent(exchange), _received(exchange))


def curl(exchange: Exchange) -> str:
    """A shell command that repeats the request; the key is read from the environment."""
    request = exchange.request
    words = ["curl", "-sS", "-i"] + (["-N"] if b'"stream":true' in (request.body or b"") else [])
    if request.method == "HEAD":
        words.append("--head")
    elif request.method != ("GET" if request.body is None else "POST"):
        words += ["-X", request.method]
    words.append(shlex.quote(exchange.url))
    words += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in _headers(exchange)]
    words += _authorization(exchange)
    if request.body is None:
        return " ".join(words)
    try:
        return " ".join([*words, "--data-binary", shlex.quote(request.body.decode())])
    except UnicodeDecodeError:
        octal = "".join(f"\\{byte:03o}" for byte in request.body)
        return f"printf '{octal}' | {' '.join(words)} --data-binary @-"


def _headers(exchange: Exchange) -> list[tuple[str, str]]:
    own = {name.lower() for name, _ in exchange.request.headers}
    shown = [(name, value) for name, value in exchange.sent if name in own or name not in ADDED_BY_CLIENT]
    return [(name, value) for name, value in shown if "***" not in value]


def _authorization(exchange: Exchange) -> list[str]:
    """The credential as a shell variable, or in clear when it is one that the suite made up."""
    if any(name.lower() == "authorization" for name, _ in exchange.request.headers):
        return []
    if not isinstance(exchange.request.key, str):
        made_up = exchange.request.key
        return [f"-H 'Authorization: Bearer {made_up.reveal()}'"] if made_up else []
    sent = dict(exchange.sent)
    return [f'-H "Authorization: Bearer ${_variable(exchange.request.key)}"'] if "authorization" in sent else []


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
