"""Ways to hide limits, to miscount them, and to call them something else."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
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
"""The key has always used up its limit."""
_limited_fault = partial(fault, CHAT, when=_limited)
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


limit_is_forbidden = _limited_fault("Too many requests are a 403.", status(403), breaks={"limits.rate"})
limit_without_signal = _limited_fault(
    "A 429 does not say when to come back.",
    *(header(name, None) for name in (_AFTER, _LIMIT, _REMAINING, _RESET)),
    breaks={"limits.signal"},
)
limit_without_retry_after = _limited_fault(
    "A 429 lacks the documented Retry-After.", header(_AFTER, None), breaks={"limits.signal"}, gateway="foxora"
)
retry_after_is_a_date = _limited_fault(
    "Retry-After is a date, documented are seconds.",
    header(_AFTER, "Wed, 21 Oct 2026 07:28:00 GMT"),
    breaks={"limits.retry-after"},
    gateway="foxora",
)
retry_after_is_a_time = _limited_fault(
    "Retry-After is a Unix time instead of seconds.", header(_AFTER, "1795269600"), breaks={"limits.retry-after"}
)
retry_after_has_a_unit = _limited_fault("Retry-After has a unit.", header(_AFTER, "1s"), breaks={"limits.retry-after"})
retry_at_once = _limited_fault(
    "Retry-After is 0.", header(_AFTER, "0"), breaks={"limits.retry-after"}, gateway="foxora"
)
no_limit_header = _limited_fault(
    "The documented limit header is missing.", header(_LIMIT, None), breaks={"limits.headers.limit"}, gateway="ofox"
)
limit_header_is_text = _limited_fault(
    "The limit is not a number.", header(_LIMIT, "60/min"), breaks={"limits.headers.limit"}
)
some_remain = _limited_fault(
    "Requests remain beyond the limit.", header(_REMAINING, "3"), breaks={"limits.headers.remaining"}, gateway="ofox"
)
remaining_in_words = _limited_fault(
    "What remains is given as a word.", header(_REMAINING, "none"), breaks={"limits.headers.remaining"}, gateway="ofox"
)
reset_without_unit = _limited_fault(
    "The time until the reset has no unit.", header(_RESET, "1"), breaks={"limits.headers.reset"}, gateway="ofox"
)
more_remain_than_allowed = fault(
    CHAT,
    "More requests remain than the limit allows.",
    header(_LIMIT, "60"),
    header(_REMAINING, "61"),
    when=served,
    breaks={"limits.headers.consistent"},
)
limit_is_another = _limited_fault(
    "The limit is not the documented one.", header(_LIMIT, "20"), breaks={"limits.headers.number"}, gateway="ofox"
)
limit_never_ends = fault(
    CHAT,
    "Once used up, a limit stays used up.",
    _limit,
    when=lambda reply, call: (
        has_header("authorization", "sk-limited-2@")(reply, call) and reply.cause != "rate_limited"
    ),
    breaks={"limits.recovers"},
)


@request_fault(CHAT, breaks={"limits.scope.shared"}, before="authentication", gateway="foxora")
def keys_do_not_share(call: Call) -> None:
    """Each key has a limit of its own, although documents say that an account has one."""
    if "sk-limited-2b" in call.headers.get("authorization", ""):
        call.headers["authorization"] = "Bearer sk-ok"


keys_share = fault(
    CHAT,
    "All keys of an account share one limit, although documents say that each has its own.",
    _limit,
    when=_second_key,
    breaks={"limits.scope.per-key"},
    gateway="infery",
)
spend_limit_is_a_failure = fault(
    CHAT,
    "A spend limit that is reached is the server's failure.",
    status(500),
    when=refused("spend_limit"),
    breaks={"limits.spend"},
)
no_payment_is_unauthorized = fault(
    CHAT,
    "An account without a payment method is a 401.",
    status(401),
    when=refused("no_payment_method"),
    breaks={"limits.no-payment"},
)
restricted_key_is_invalid = fault(
    CHAT,
    "A valid key that may not do this is a 401.",
    status(401),
    when=has_header("authorization", "sk-restricted"),
    breaks={"limits.restricted-key"},
)
forbidden_model_is_bad = fault(
    CHAT,
    "A model outside the account is a 400.",
    status(400),
    when=refused("forbidden"),
    breaks={"limits.restricted-model"},
    model="forbidden-model",
)
limits_as_detail = fault(
    CHAT,
    "A refusal for money or permission is a `detail`.",
    lambda reply, _: reply.edit_error(lambda _: {"detail": "Not allowed."}),
    when=refused("spend_limit", "no_payment_method", "forbidden"),
    breaks={"limits.error-body"},
)


@fault(CHAT, breaks={"limits.error-body", "limits.stream"})
def limit_as_text(reply: Reply, call: Call) -> None:
    """A 429 is plain text."""
    if _limited(reply, call):
        reply.headers["content-type"] = "text/plain"
        reply.body = b"Too Many Requests"


@fault(CHAT, breaks={"limits.stream"})
def limit_as_stream(reply: Reply, call: Call) -> Reply:
    """A stream over the limit is a 200 with the error as an event."""
    limited = _limited(reply, call) and b'"stream":true' in (call.raw or b"")
    return Reply.stream([reply.body, DONE]) if limited else reply


busy_now_and_then = fault(
    CHAT,
    "Every second request for a colour is turned away in plain text, without saying for how long.",
    lambda *_: Reply(429, {"content-type": "text/plain"}, b"busy"),
    when=_every_second_colour,
    breaks={"limits.met.envelope", "limits.met.retry-after"},
)
busy_for_a_while = fault(
    CHAT,
    "Every second request for a colour is turned away, until some time that nobody can read.",
    _limit,
    header(_AFTER, "a while"),
    when=_every_second_colour,
    breaks={"limits.met.retry-after"},
)

retry_in_the_past = _limited_fault(
    "Retry-After is a date in the past.",
    header(_AFTER, "Wed, 21 Oct 2015 07:28:00 GMT"),
    breaks={"limits.retry-after"},
)
busy_until_yesterday = fault(
    CHAT,
    "Every second request for a colour is turned away, until a date in the past.",
    _limit,
    header(_AFTER, "Wed, 21 Oct 2015 07:28:00 GMT"),
    when=_every_second_colour,
    breaks={"limits.met.retry-after"},
)
