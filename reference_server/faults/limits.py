"""Ways to hide limits, to miscount them, and to call them something else."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import header, status
from reference_server.faults.words.openai import CHAT, DONE
from reference_server.faults.words.prompts import COLOUR
from reference_server.faults.words.situations import asks, both, refused, served
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_LIMIT, _REMAINING, _RESET = (f"x-ratelimit-{name}-requests" for name in ("limit", "remaining", "reset"))
_AFTER = "retry-after"
_limited = both(refused("rate_limited"), has_header("authorization", "sk-rate-limited"))
limited = rows(CHAT, when=_limited)
chat = rows(CHAT)
"""The key has always used up its limit."""
_second_key = has_header("authorization", "sk-limited-2b")


def _limit(reply: Reply, _: Call) -> Reply:
    """Answer that there were too many requests."""
    error = {"message": "Too many requests.", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}
    refusal = Reply.json({"error": error}, 429)
    refusal.headers |= {_AFTER: "1", "x-request-id": reply.headers["x-request-id"]}
    return refusal


def _every_second_colour(reply: Reply, call: Call) -> bool:
    """Every second request for a colour that is served."""
    if not both(served, asks(COLOUR))(reply, call):
        return False
    call.memory["colours"] = call.memory.get("colours", 0) + 1
    return bool(call.memory["colours"] % 2)


limit_is_forbidden = limited("limits.rate", "A request beyond the rate limit is answered with 403.", status(403))
limit_without_signal = limited(
    "limits.signal",
    "A 429 has no rate limit header.",
    *(header(name, None) for name in (_AFTER, _LIMIT, _REMAINING, _RESET)),
)
limit_without_retry_after = limited(
    "limits.signal", "A 429 lacks the documented Retry-After.", header(_AFTER, None), gateway="foxora"
)
retry_after_is_a_date = limited(
    "limits.retry-after",
    "Retry-After is a date, although seconds are documented.",
    header(_AFTER, "Wed, 21 Oct 2026 07:28:00 GMT"),
    gateway="foxora",
)
retry_after_is_a_time = limited(
    "limits.retry-after", "Retry-After is a Unix time, which clients take as seconds.", header(_AFTER, "1795269600")
)
retry_after_has_a_unit = limited("limits.retry-after", "Retry-After has a unit.", header(_AFTER, "1s"))
retry_at_once = limited("limits.retry-after", "Retry-After is 0.", header(_AFTER, "0"), gateway="foxora")
no_limit_header = limited(
    "limits.headers.limit", "A 429 lacks the documented header with the limit.", header(_LIMIT, None), gateway="ofox"
)
limit_header_is_text = limited("limits.headers.limit", "The limit is not a number.", header(_LIMIT, "60/min"))
some_remain = limited(
    "limits.headers.remaining", "Requests remain though the limit is used up.", header(_REMAINING, "3"), gateway="ofox"
)
remaining_in_words = limited(
    "limits.headers.remaining", "The remaining requests are a word.", header(_REMAINING, "none"), gateway="ofox"
)
reset_without_unit = limited(
    "limits.headers.reset", "The header with the time until the reset has no unit.", header(_RESET, "1"), gateway="ofox"
)
more_remain_than_allowed = chat(
    "limits.headers.consistent",
    "The headers show more remaining requests than the limit allows.",
    header(_LIMIT, "60"),
    header(_REMAINING, "61"),
    when=served,
)
limit_is_another = limited(
    "limits.headers.number", "The limit differs from the documented one.", header(_LIMIT, "20"), gateway="ofox"
)
limit_never_ends = chat(
    "limits.recovers",
    "A key that has used up its limit is refused ever after.",
    _limit,
    when=lambda reply, call: (
        has_header("authorization", "sk-limited-2@")(reply, call) and reply.cause != "rate_limited"
    ),
)
keys_do_not_share = request_fault(
    CHAT,
    "Each key has a limit of its own, although the documents say that the account has one.",
    lambda call: call.headers.update({"authorization": "Bearer sk-ok"}),
    when=lambda call: "sk-limited-2b" in call.headers.get("authorization", ""),
    breaks={"limits.scope.shared"},
    before="authentication",
    gateway="foxora",
)
keys_share = chat(
    "limits.scope.per-key",
    "All keys of an account share one limit, although the documents say that each has its own.",
    _limit,
    when=_second_key,
    gateway="infery",
)
spend_limit_is_a_failure = chat(
    "limits.spend", "A spend limit that is reached gets a 500.", status(500), when=refused("spend_limit")
)
no_payment_is_unauthorized = chat(
    "limits.no-payment",
    "An account without a payment method gets a 401.",
    status(401),
    when=refused("no_payment_method"),
)
restricted_key_is_invalid = chat(
    "limits.restricted-key",
    "A request that the key has no permission for is answered with 401.",
    status(401),
    when=has_header("authorization", "sk-restricted"),
)
forbidden_model_is_bad = chat(
    "limits.restricted-model",
    "A request for a forbidden model is answered with 400.",
    status(400),
    when=refused("forbidden"),
    model="forbidden-model",
)
limits_as_detail = chat(
    "limits.error-body",
    "The error of a refusal for money or permission stands under `detail`.",
    lambda reply, _: reply.edit_error(lambda _: {"detail": "Not allowed."}),
    when=refused("spend_limit", "no_payment_method", "forbidden"),
)


@chat("limits.error-body limits.stream")
def limit_as_text(reply: Reply, call: Call) -> None:
    """A 429 has a body of plain text."""
    if _limited(reply, call):
        reply.headers["content-type"] = "text/plain"
        reply.body = b"Too Many Requests"


@chat("limits.stream")
def limit_as_stream(reply: Reply, call: Call) -> Reply:
    """A stream beyond the rate limit is answered with 200 and the error as an event."""
    limited = _limited(reply, call) and b'"stream":true' in (call.raw or b"")
    return Reply.stream([reply.body, DONE]) if limited else reply


busy_now_and_then = chat(
    "limits.met.envelope limits.met.retry-after",
    "Every second request for a colour is refused in plain text, without Retry-After.",
    lambda *_: Reply(429, {"content-type": "text/plain"}, b"busy"),
    when=_every_second_colour,
)
busy_for_a_while = chat(
    "limits.met.retry-after",
    "Every second request for a colour is refused, with a Retry-After that cannot be parsed.",
    _limit,
    header(_AFTER, "a while"),
    when=_every_second_colour,
)
retry_in_the_past = limited(
    "limits.retry-after", "Retry-After is a date in the past.", header(_AFTER, "Wed, 21 Oct 2015 07:28:00 GMT")
)
message_retried_in_the_past = fault(
    "createMessage",
    "Retry-After of a limited message is a date in the past.",
    header(_AFTER, "Wed, 21 Oct 2015 07:28:00 GMT"),
    when=refused("rate_limited"),
    breaks={"limits.retry-after"},
)
busy_until_yesterday = chat(
    "limits.met.retry-after",
    "Every second request for a colour is refused, with a Retry-After in the past.",
    _limit,
    header(_AFTER, "Wed, 21 Oct 2015 07:28:00 GMT"),
    when=_every_second_colour,
)
