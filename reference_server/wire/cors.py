"""Lets a web page of any origin call the server: preflights, and the headers of CORS on answers to a browser."""

from __future__ import annotations

from collections.abc import Mapping

from reference_server.wire.reply import Reply

_ALLOWED = {"access-control-allow-origin": "*", "access-control-expose-headers": "*"}
Headers = Mapping[str, str]
_WANTS_METHOD = "access-control-request-method"
_WANTS_HEADERS = "access-control-request-headers"


def preflight(method: str, headers: Headers) -> Reply | None:
    """The answer to the question whether a request may be sent; None for any other request."""
    if method != "OPTIONS" or _WANTS_METHOD not in headers:
        return None
    allowed = {
        "access-control-allow-methods": headers[_WANTS_METHOD],
        "access-control-allow-headers": headers.get(_WANTS_HEADERS, "*"),
        "access-control-max-age": "600",
    }
    return Reply(200, {**_ALLOWED, **allowed})


def readable(reply: Reply) -> Reply:
    """The reply, which the page may read."""
    reply.headers.update(_ALLOWED)
    return reply
