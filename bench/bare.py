"""The least that the HTTP server of the reference server takes: one answer, whatever is asked."""

from __future__ import annotations

import sys

import uvicorn

BODY = b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "' + b"word " * 80 + b'"}}]}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def application(_scope, receive, send) -> None:
    """Answer a request that has been read."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvicorn.run(application, port=int(sys.argv[1]), log_level="critical", access_log=False, lifespan="off", ws="none")
