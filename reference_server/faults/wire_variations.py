"""Legal ways to send a success."""

from __future__ import annotations

import gzip

from reference_server.faults import variation
from reference_server.faults.words.edits import header, label
from reference_server.faults.words.openai import CHAT
from reference_server.faults.words.situations import refused, streamed, whole
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply


@variation("*")
def answers_compressed(reply: Reply, call: Call) -> None:
    """Whole answers are compressed."""
    if whole(reply, call) and reply.body is not None:
        reply.body = gzip.compress(reply.encoded(), mtime=0)
        reply.headers["content-encoding"] = "gzip"


stream_charset_quoted = variation(
    CHAT,
    "The charset of a stream is written in quotes and capitals.",
    label('text/event-stream; Charset="UTF-8"'),
    when=streamed,
)

retry_after_a_date = variation(
    CHAT,
    "Retry-After is a date in the future.",
    header("retry-after", "Fri, 27 Nov 2099 12:00:00 GMT"),
    when=refused("rate_limited"),
)
