"""Ways to hide limits, to miscount them, and to call them something else."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_LIMIT, _REMAINING, _RESET = (f"x-ratelimit-{name}-requests" for name in ("limit", "remaining", "reset"))
_REFUSALS = frozenset({"rate_limited", "spend_limit", "no_payment_method", "forbidden"})


def _is_limited(reply: Reply, call: Call) -> bool:
    """The key has always used up its limit."""
    return reply.cause == "rate_limited" and "sk-rate-limited" in call.headers.get("authorization", "")


def _with_status(reply: Reply, cause: str, status: int) -> None:
    if reply.cause == cause:
        reply.status = status


@fault(_CHAT, breaks={"limits.rate"})
def limit_is_forbidden(reply: Reply, call: Call) -> None:
    """Too many requests are a 403."""
    if _is_limited(reply, call):
        reply.status = 403


@fault(_CHAT, breaks={"limits.signal"})
def limit_without_signal(reply: Reply, call: Call) -> None:
    """A 429 does not say when to come back."""
    if _is_limited(reply, call):
        for name in ("retry-after", _LIMIT, _REMAINING, _RESET):
            del reply.headers[name]


@fault(_CHAT, breaks={"limits.signal"}, gateway="foxora")
def limit_without_retry_after(reply: Reply, call: Call) -> None:
    """A 429 lacks the documented Retry-After."""
    if _is_limited(reply, call):
        del reply.headers["retry-after"]


@fault(_CHAT, breaks={"limits.retry-after"}, gateway="foxora")
def retry_after_is_a_date(reply: Reply, call: Call) -> None:
    """Retry-After is a date, documented are seconds."""
    if _is_limited(reply, call):
        reply.headers["retry-after"] = "Wed, 21 Oct 2026 07:28:00 GMT"


@fault(_CHAT, breaks={"limits.retry-after"})
def retry_after_is_a_time(reply: Reply, call: Call) -> None:
    """Retry-After is a Unix time, which clients take for seconds."""
    if _is_limited(reply, call):
        reply.headers["retry-after"] = "1795269600"


@fault(_CHAT, breaks={"limits.retry-after"})
def retry_after_has_a_unit(reply: Reply, call: Call) -> None:
    """Retry-After has a unit."""
    if _is_limited(reply, call):
        reply.headers["retry-after"] = "1s"


@fault(_CHAT, breaks={"limits.headers.limit"}, gateway="ofox")
def no_limit_header(reply: Reply, call: Call) -> None:
    """The documented header with the limit is missing."""
    if _is_limited(reply, call):
        del reply.headers[_LIMIT]


@fault(_CHAT, breaks={"limits.headers.limit"})
def limit_header_is_text(reply: Reply, call: Call) -> None:
    """The limit is not a number."""
    if _is_limited(reply, call):
        reply.headers[_LIMIT] = "60/min"


@fault(_CHAT, breaks={"limits.headers.remaining"}, gateway="ofox")
def some_remain(reply: Reply, call: Call) -> None:
    """Requests remain although the limit is used up."""
    if _is_limited(reply, call):
        reply.headers[_REMAINING] = "3"


@fault(_CHAT, breaks={"limits.headers.reset"}, gateway="ofox")
def reset_without_unit(reply: Reply, call: Call) -> None:
    """The time until the reset has no unit."""
    if _is_limited(reply, call):
        reply.headers[_RESET] = "1"


@fault(_CHAT, breaks={"limits.headers.consistent"})
def more_remain_than_allowed(reply: Reply) -> None:
    """More requests remain than the limit allows."""
    if reply.ok:
        reply.headers |= {_LIMIT: "60", _REMAINING: "61"}


@fault(_CHAT, breaks={"limits.headers.number"}, gateway="ofox")
def limit_is_another(reply: Reply, call: Call) -> None:
    """The limit is not the documented one."""
    if _is_limited(reply, call):
        reply.headers[_LIMIT] = "20"


@fault(_CHAT, breaks={"limits.recovers"})
def limit_never_ends(reply: Reply, call: Call) -> Reply:
    """Once used up, a limit stays used up."""
    if "sk-limited-2@" not in call.headers.get("authorization", "") or reply.cause == "rate_limited":
        return reply
    return _limited(reply)


@request_fault(_CHAT, breaks={"limits.scope.shared"}, before="authentication", gateway="foxora")
def keys_do_not_share(call: Call) -> None:
    """Each key has a limit of its own, although documents say that an account has one."""
    if "sk-limited-2b" in call.headers.get("authorization", ""):
        call.headers["authorization"] = "Bearer sk-ok"


@fault(_CHAT, breaks={"limits.scope.per-key"}, gateway="infery")
def keys_share(reply: Reply, call: Call) -> Reply:
    """All keys of an account share one limit, although documents say that each has its own."""
    return _limited(reply) if "sk-limited-2b" in call.headers.get("authorization", "") else reply


def _limited(reply: Reply) -> Reply:
    error = {"message": "Too many requests.", "type": "rate_limit_error", "param": None, "code": "rate_limit_exceeded"}
    limited = Reply.json({"error": error}, 429)
    limited.headers |= {"retry-after": "1", "x-request-id": reply.headers["x-request-id"]}
    return limited


@fault(_CHAT, breaks={"limits.spend"})
def spend_limit_is_a_failure(reply: Reply) -> None:
    """A spend limit that is reached is the server's failure."""
    _with_status(reply, "spend_limit", 500)


@fault(_CHAT, breaks={"limits.no-payment"})
def no_payment_is_unauthorized(reply: Reply) -> None:
    """An account without a payment method is a 401."""
    _with_status(reply, "no_payment_method", 401)


@fault(_CHAT, breaks={"limits.restricted-key"})
def restricted_key_is_invalid(reply: Reply, call: Call) -> None:
    """A valid key that may not do this is a 401."""
    if "sk-restricted" in call.headers.get("authorization", ""):
        reply.status = 401


@fault(_CHAT, breaks={"limits.restricted-model"}, model="forbidden-model")
def forbidden_model_is_bad(reply: Reply) -> None:
    """A model outside the account is a 400."""
    _with_status(reply, "forbidden", 400)


@fault(_CHAT, breaks={"limits.error-body"})
def limits_as_detail(reply: Reply) -> None:
    """A refusal for money or permission is a `detail`."""
    if reply.cause in _REFUSALS - {"rate_limited"}:
        reply.body = {"detail": "Not allowed."}


@fault(_CHAT, breaks={"limits.error-body", "limits.stream"})
def limit_as_text(reply: Reply, call: Call) -> None:
    """A 429 is plain text."""
    if _is_limited(reply, call):
        reply.headers["content-type"] = "text/plain"
        reply.body = b"Too Many Requests"


@fault(_CHAT, breaks={"limits.stream"})
def limit_as_stream(reply: Reply, call: Call) -> Reply:
    """A stream over the limit is a 200 with the error as an event."""
    if _is_limited(reply, call) and b'"stream":true' in (call.raw or b""):
        return Reply.stream([reply.body, "[DONE]"])
    return reply


@fault("createChatCompletion", breaks={"limits.met.envelope", "limits.met.retry-after"})
def busy_now_and_then(reply: Reply, call: Call) -> Reply:
    """Every second request for a colour is turned away in plain text, without saying for how long."""
    if not (reply.ok and "colour" in str(call.body)):
        return reply
    _TURN[0] += 1
    return Reply(429, {"content-type": "text/plain"}, b"busy") if _TURN[0] % 2 else reply


_TURN = [0]


@fault(_CHAT, breaks={"limits.retry-after"}, gateway="foxora")
def retry_at_once(reply: Reply, call: Call) -> None:
    """Retry-After is 0."""
    if _is_limited(reply, call):
        reply.headers["retry-after"] = "0"


@fault(_CHAT, breaks={"limits.headers.remaining"}, gateway="ofox")
def remaining_in_words(reply: Reply, call: Call) -> None:
    """What remains of a limit is told in a word."""
    if _is_limited(reply, call):
        reply.headers[_REMAINING] = "none"


@fault(_CHAT, breaks={"limits.met.retry-after"})
def busy_for_a_while(reply: Reply, call: Call) -> Reply:
    """Every second request for a colour is turned away, until some time that nobody can read."""
    if not (reply.ok and "colour" in str(call.body)):
        return reply
    _TURN[0] += 1
    limited = _limited(reply)
    limited.headers["retry-after"] = "a while"
    return limited if _TURN[0] % 2 else reply
