"""Ways to let in whom one should not, and to keep out whom one should."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import in_error, put, status
from reference_server.faults.words.openai import CHAT, MODELS
from reference_server.faults.words.prompts import NO_KEY
from reference_server.faults.words.situations import asked, both, refused, wrote
from reference_server.faults.words.situations import header as has_header
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

models_unproved = rows(MODELS, request_fault, before="authentication")
unproved = rows(CHAT, request_fault, before="authentication")
chat = rows(CHAT)

_bad_key = refused("invalid_credential")


def _let_in(call: Call) -> None:
    call.headers["authorization"] = "Bearer sk-ok"


def _drop_key(call: Call) -> None:
    call.headers.pop("authorization", None)


def _key(call: Call) -> str:
    return call.headers.get("authorization", "")


_streams = wrote(b'"stream":true')
models_take_no_bearer = models_unproved(
    "auth.bearer models.answers", "The list of models does not accept a bearer token.", _drop_key
)
no_key_needed = unproved(
    "auth.missing", "A whole completion needs no key.", _let_in, when=lambda call: not _key(call) and not _streams(call)
)
streams_need_no_key = unproved(
    "auth.stream", "A streamed completion needs no key.", _let_in, when=lambda call: not _key(call) and _streams(call)
)
stream_without_key_not_found = chat(
    "auth.stream",
    "A stream without a key is answered with 404.",
    status(404),
    when=both(refused("missing_credential"), asked(_streams)),
)
models_need_no_key = models_unproved(
    "auth.models", "The list of models needs no key, against its documents.", _let_in, when=lambda call: not _key(call)
)
any_key_will_do = unproved(
    "auth.unknown",
    "A completion is served for a key that was never issued.",
    _let_in,
    when=lambda call: _key(call) == f"Bearer {NO_KEY}" and wrote(b'"messages":[')(call),
)
body_comes_first = chat(
    "auth.before-validation",
    "A request with a wrong body and a wrong key is refused for its body.",
    status(400),
    when=both(_bad_key, asked(wrote(b'"messages":7'))),
    gateway="foxora",
)
basic_taken = unproved(
    "auth.malformed", "Any Basic credentials are accepted.", _let_in, when=lambda call: _key(call).startswith("Basic")
)
basic_is_bad = chat(
    "auth.malformed-status", "Basic credentials get a 400.", status(400), when=has_header("authorization", "Basic")
)
scheme_has_case = unproved(
    "auth.scheme-case",
    "A key is refused when `Bearer` is not written in its usual case.",
    _drop_key,
    when=lambda call: not _key(call).startswith("Bearer"),
)
bad_key_code_differs = chat(
    "auth.code",
    "The error for a bad key has another code than the documented one.",
    in_error(put("error.code", "unauthorized")),
    when=_bad_key,
    gateway="ofox",
)
bad_key_type_differs = chat(
    "auth.type",
    "The error for a bad key has another type than the documented one.",
    in_error(put("error.type", "invalid_request_error")),
    when=_bad_key,
    gateway="ofox",
)


@chat("auth.echo")
def bad_key_repeated(reply: Reply, call: Call) -> None:
    """The error for a bad key repeats the whole key."""
    if _bad_key(reply, call):
        reply.body["error"]["message"] = f"Incorrect API key provided: {_key(call).partition(' ')[2]}."


expired_key_taken = unproved(
    "auth.expired", "A completion is served for an expired key.", _let_in, when=lambda call: "sk-expired" in _key(call)
)
revoked_key_taken = unproved(
    "auth.revoked", "A completion is served for a revoked key.", _let_in, when=lambda call: "sk-revoked" in _key(call)
)
