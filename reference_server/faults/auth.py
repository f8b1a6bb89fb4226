"""Ways to let in whom one should not, and to keep out whom one should."""

from __future__ import annotations

from reference_server.faults import fault, request_fault
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_CHAT = "createChatCompletion"
_STRANGER = "sk-this-key-was-never-issued"


def _let_in(call: Call) -> None:
    call.headers["authorization"] = "Bearer sk-ok"


def _credential(call: Call) -> str:
    return call.headers.get("authorization", "")


@request_fault("listModels", breaks={"auth.bearer", "models.answers"}, before="authentication")
def models_take_no_bearer(call: Call) -> None:
    """The list of models takes no bearer token."""
    call.headers.pop("authorization", None)


@request_fault(_CHAT, breaks={"auth.missing"}, before="authentication")
def no_key_needed(call: Call) -> None:
    """A completion needs no key, a stream does."""
    if not _credential(call) and b'"stream":true' not in (call.raw or b""):
        _let_in(call)


@request_fault(_CHAT, breaks={"auth.stream"}, before="authentication")
def streams_need_no_key(call: Call) -> None:
    """A stream needs no key, a whole completion does."""
    if not _credential(call) and b'"stream":true' in (call.raw or b""):
        _let_in(call)


@fault(_CHAT, breaks={"auth.stream"})
def stream_without_key_not_found(reply: Reply, call: Call) -> None:
    """For a stream without a key there is nothing here."""
    if reply.cause == "missing_credential" and b'"stream":true' in (call.raw or b""):
        reply.status = 404


@request_fault("listModels", breaks={"auth.models"}, before="authentication")
def models_need_no_key(call: Call) -> None:
    """The list of models is open, although its documents say that it is not."""
    if not _credential(call):
        _let_in(call)


@request_fault(_CHAT, breaks={"auth.unknown"}, before="authentication")
def any_key_will_do(call: Call) -> None:
    """A key that was never issued opens a completion."""
    if _credential(call) == f"Bearer {_STRANGER}" and b'"messages":[' in (call.raw or b""):
        _let_in(call)


@fault(_CHAT, breaks={"auth.before-validation"})
def body_comes_first(reply: Reply, call: Call) -> None:
    """A wrong body is refused before a wrong key."""
    if reply.cause == "invalid_credential" and b'"messages":7' in (call.raw or b""):
        reply.status = 400


@request_fault(_CHAT, breaks={"auth.malformed"}, before="authentication")
def basic_taken(call: Call) -> None:
    """Any basic credentials open a completion."""
    if _credential(call).startswith("Basic"):
        _let_in(call)


@fault(_CHAT, breaks={"auth.malformed-status"})
def basic_is_bad(reply: Reply, call: Call) -> None:
    """Credentials of another scheme are a 400."""
    if _credential(call).startswith("Basic"):
        reply.status = 400


@request_fault(_CHAT, breaks={"auth.scheme-case"}, before="authentication")
def scheme_has_case(call: Call) -> None:
    """The scheme is read in its usual spelling only."""
    if not _credential(call).startswith("Bearer"):
        call.headers.pop("authorization", None)


@fault(_CHAT, breaks={"auth.code"}, gateway="ofox")
def bad_key_code_differs(reply: Reply) -> None:
    """A bad key has another code than the documented one."""
    if reply.cause == "invalid_credential":
        reply.body["error"]["code"] = "unauthorized"


@fault(_CHAT, breaks={"auth.type"}, gateway="ofox")
def bad_key_type_differs(reply: Reply) -> None:
    """A bad key has another type than the documented one."""
    if reply.cause == "invalid_credential":
        reply.body["error"]["type"] = "invalid_request_error"


@fault(_CHAT, breaks={"auth.echo"})
def bad_key_repeated(reply: Reply, call: Call) -> None:
    """The error repeats the whole key."""
    if reply.cause == "invalid_credential":
        reply.body["error"]["message"] = f"Incorrect API key provided: {_credential(call).partition(' ')[2]}."


@request_fault(_CHAT, breaks={"auth.expired"}, before="authentication")
def expired_key_taken(call: Call) -> None:
    """An expired key still opens a completion."""
    if "sk-expired" in _credential(call):
        _let_in(call)


@request_fault(_CHAT, breaks={"auth.revoked"}, before="authentication")
def revoked_key_taken(call: Call) -> None:
    """A revoked key still opens a completion."""
    if "sk-revoked" in _credential(call):
        _let_in(call)
