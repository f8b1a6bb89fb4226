"""Ways to let in whom one should not, and to keep out whom one should."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import in_error, put, status
from reference_server.faults.words.openai import CHAT, MODELS
from reference_server.faults.words.situations import asked, both, refused
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_STRANGER = "Bearer sk-this-key-was-never-issued"
_bad_key = refused("invalid_credential")


def _let_in(call: Call) -> None:
    call.headers["authorization"] = "Bearer sk-ok"


def _drop_key(call: Call) -> None:
    call.headers.pop("authorization", None)


def _key(call: Call) -> str:
    return call.headers.get("authorization", "")


def _holds(text: bytes) -> Callable[[Call], bool]:
    """The bytes of the request hold these."""
    return lambda call: text in (call.raw or b"")


_before_keys = partial(request_fault, before="authentication")
_streams = _holds(b'"stream":true')
models_take_no_bearer = _before_keys(
    MODELS, "The list of models takes no bearer token.", _drop_key, breaks={"auth.bearer", "models.answers"}
)
no_key_needed = _before_keys(
    CHAT,
    "A completion needs no key, a stream does.",
    _let_in,
    when=lambda call: not _key(call) and not _streams(call),
    breaks={"auth.missing"},
)
streams_need_no_key = _before_keys(
    CHAT,
    "A stream needs no key, a whole completion does.",
    _let_in,
    when=lambda call: not _key(call) and _streams(call),
    breaks={"auth.stream"},
)
stream_without_key_not_found = fault(
    CHAT,
    "For a stream without a key there is nothing here.",
    status(404),
    when=both(refused("missing_credential"), asked(_streams)),
    breaks={"auth.stream"},
)
models_need_no_key = _before_keys(
    MODELS,
    "The list of models is open, although its documents say that it is not.",
    _let_in,
    when=lambda call: not _key(call),
    breaks={"auth.models"},
)
any_key_will_do = _before_keys(
    CHAT,
    "A key that was never issued opens a completion.",
    _let_in,
    when=lambda call: _key(call) == _STRANGER and _holds(b'"messages":[')(call),
    breaks={"auth.unknown"},
)
body_comes_first = fault(
    CHAT,
    "A wrong body is refused before a wrong key.",
    status(400),
    when=both(_bad_key, asked(_holds(b'"messages":7'))),
    gateway="foxora",
    breaks={"auth.before-validation"},
)
basic_taken = _before_keys(
    CHAT,
    "Any basic credentials open a completion.",
    _let_in,
    when=lambda call: _key(call).startswith("Basic"),
    breaks={"auth.malformed"},
)
basic_is_bad = fault(
    CHAT,
    "Credentials of another scheme are a 400.",
    status(400),
    when=has_header("authorization", "Basic"),
    breaks={"auth.malformed-status"},
)
scheme_has_case = _before_keys(
    CHAT,
    "The scheme is read in its usual spelling only.",
    _drop_key,
    when=lambda call: not _key(call).startswith("Bearer"),
    breaks={"auth.scheme-case"},
)
bad_key_code_differs = fault(
    CHAT,
    "A bad key has another code than the documented one.",
    in_error(put("error.code", "unauthorized")),
    when=_bad_key,
    breaks={"auth.code"},
    gateway="ofox",
)
bad_key_type_differs = fault(
    CHAT,
    "A bad key has another type than the documented one.",
    in_error(put("error.type", "invalid_request_error")),
    when=_bad_key,
    breaks={"auth.type"},
    gateway="ofox",
)


@fault(CHAT, breaks={"auth.echo"})
def bad_key_repeated(reply: Reply, call: Call) -> None:
    """The error repeats the whole key."""
    if _bad_key(reply, call):
        reply.body["error"]["message"] = f"Incorrect API key provided: {_key(call).partition(' ')[2]}."


expired_key_taken = _before_keys(
    CHAT,
    "An expired key still opens a completion.",
    _let_in,
    when=lambda call: "sk-expired" in _key(call),
    breaks={"auth.expired"},
)
revoked_key_taken = _before_keys(
    CHAT,
    "A revoked key still opens a completion.",
    _let_in,
    when=lambda call: "sk-revoked" in _key(call),
    breaks={"auth.revoked"},
)
