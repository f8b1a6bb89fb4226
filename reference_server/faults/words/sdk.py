"""The words of faults that official clients meet."""

from __future__ import annotations

from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_BLOCKED = b"<html><body><h1>403 Forbidden</h1>Sorry, you have been blocked.</body></html>"


def block(_: Reply, call: Call) -> Reply:
    """Answer with the page of a firewall that takes the client for a robot."""
    return Reply(403, {"content-type": "text/html", "x-request-id": call.id}, _BLOCKED)
