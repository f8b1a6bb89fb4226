"""Ways to break what documents say of every answer on one operation, in one protocol, or in one situation only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_server.faults import Fault, fault, rows
from reference_server.faults.words import anthropic, gemini
from reference_server.faults.words.edits import header, in_error, put, refuse, status
from reference_server.faults.words.openai import (
    ACCOUNT,
    CHAT,
    DELETE_FILE,
    EMBED,
    FILE,
    FILE_CONTENT,
    IMAGE_EDIT,
    MODELS,
    MUSIC,
    SPEECH,
    TRANSCRIPTION,
    VIDEO,
    VIDEO_STATE,
    roles,
)
from reference_server.faults.words.situations import Situation, asked, both, has, no, refused, sent, served, whole
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

_ID, _CREDITS, _MODEL, _STORED = "x-request-id", "x-credits-used", "x-model-used", "x-storage-used-bytes"
_LIMITED = refused("rate_limited")


def _of(*names: str) -> Situation:
    """The request names one of these models."""
    return asked(lambda call: sent(call).get("model") in names)


def _without(requirement: str, gateway: str, **usual: Any) -> Callable[..., Fault]:
    """Declares faults that leave a header out of the answers of an operation."""

    def declare(operation: str, sentence: str, name: str, **options: Any) -> Fault:
        edit = header(name, None)
        return fault(operation, sentence, edit, breaks={requirement}, gateway=gateway, **usual | options)

    return declare


_ids = _without("every.request-id", "infery")
_costs = _without("every.credits", "infery")
_models = _without("every.model-used", "infery")
_room = _without("every.storage", "infery")
_waits = _without("every.retry-after", "foxora", when=_LIMITED)
_limits = _without("every.rate-limits", "ofox", when=_LIMITED)

# The id of a request.

edits_without_request_id = _ids(IMAGE_EDIT, "Edited images have no request id.", _ID)
speech_without_request_id = _ids(SPEECH, "An answer with speech, which is binary, has no request id.", _ID, when=served)
file_content_without_request_id = _ids(FILE_CONTENT, "A download of a file has no request id.", _ID)
jobs_without_request_id = _ids(VIDEO_STATE, "The status of a job has no request id.", _ID)
embeddings_refused_without_request_id = _ids(
    EMBED, "A refused request for embeddings has no request id.", _ID, when=no(served)
)

# The cost, and the model that served.

edits_without_credits = _costs(IMAGE_EDIT, "Edited images have no cost header.", _CREDITS)
videos_without_credits = _costs(VIDEO, "Videos have no cost header.", _CREDITS)
music_without_credits = _costs(MUSIC, "Music has no cost header.", _CREDITS)
model_used_after_fallbacks_only = fault(
    CHAT,
    "The header that names the model is sent only after a fallback.",
    header(_MODEL, None),
    when=both(served, no(_of("chain"))),
    breaks={"every.model-used"},
    gateway="infery",
)
transcriptions_without_model_used = _models(
    TRANSCRIPTION, "A transcription lacks the header that names the model.", _MODEL
)

# The room that is left.

file_without_storage = _room(FILE, "A retrieved file lacks the header for the bytes stored.", _STORED)
deletion_without_storage = _room(
    DELETE_FILE, "A deletion lacks the header for the bytes that may be stored.", "x-storage-limit-bytes"
)

# Limits.

models_limited_without_retry_after = _waits(MODELS, "A 429 for the list of models lacks Retry-After.", "retry-after")
account_limited_without_retry_after = _waits(ACCOUNT, "A 429 for the account lacks Retry-After.", "retry-after")
messages_limited_without_limit = _limits(
    anthropic.MESSAGE, "A 429 for a message lacks the header with the limit.", "x-ratelimit-limit-requests"
)
generation_limited_without_reset = _limits(
    gemini.GENERATE,
    "A 429 for a generation lacks the header that says when the limit resets.",
    "x-ratelimit-reset-requests",
)

# Times.

models_created_in_seconds = fault(
    MODELS,
    "The models are listed with their creation time in Unix seconds.",
    put("data[].created", 1767225600),
    breaks={"every.timestamps"},
    gateway="foxora",
)
models_created_in_words = fault(
    MODELS,
    "The models are listed with their creation time in words.",
    put("data[].created", "yesterday"),
    breaks={"every.timestamps"},
    gateway="foxora",
)

# Unified statuses.

_message = rows(anthropic.MESSAGE, gateway="ofox")
_generation = rows(gemini.GENERATE, gateway="ofox")
_UNIFIED = "every.status"

message_forbidden_is_bad = _message(
    _UNIFIED, "A message to a model outside the account is answered with 400.", status(400), when=refused("forbidden")
)
message_internal_is_bad = _message(
    _UNIFIED, "The gateway's own failure at a message is answered with 400.", status(400), when=refused("internal")
)
message_maintenance_is_bad = _message(
    _UNIFIED, "A message during maintenance is answered with 400.", status(400), when=refused("maintenance")
)
generation_forbidden_is_bad = _generation(
    _UNIFIED, "A generation by a model outside the account gets a 400.", status(400), when=refused("forbidden")
)
generation_internal_is_bad = _generation(
    _UNIFIED, "The gateway's own failure at a generation is answered with 400.", status(400), when=refused("internal")
)
generation_maintenance_is_bad = _generation(
    _UNIFIED, "A generation during maintenance is answered with 400.", status(400), when=refused("maintenance")
)
generation_expired_is_forbidden = _generation(
    _UNIFIED, "A generation with an expired key is answered with 403.", status(403), when=refused("expired_credential")
)
streamed_generation_internal_is_bad = fault(
    gemini.STREAM,
    "The gateway's own failure before a streamed generation is a 400.",
    status(400),
    when=refused("internal"),
    breaks={_UNIFIED},
    gateway="ofox",
)
streamed_message_maintenance_is_bad = _message(
    _UNIFIED,
    "Maintenance is a 400 where a stream of a message is asked for.",
    status(400),
    when=both(refused("maintenance"), has("stream")),
)

# Routing in the native protocols, and models of every provider.

_routed = asked(lambda call: "provider" in sent(call))

message_with_provider_refused = _message(
    "provider.native", "A message with `provider` is refused.", anthropic.refuse(400), when=both(served, _routed)
)
generation_with_provider_refused = _generation(
    "provider.native", "A generation with `provider` is refused.", gemini.REFUSAL, when=both(served, _routed)
)


def _listed(name: str) -> Callable[..., bool]:
    return both(served, asked(lambda call: str(sent(call).get("model")).startswith(name)))


models_of_one_provider_unknown = fault(
    CHAT,
    "Chat completions refuse the listed models of one provider as unknown.",
    refuse(404, "no such model", param="model"),
    when=_listed("google/"),
    breaks={"chat.routes-by-provider"},
    gateway="ofox",
)
documented_example_refused = fault(
    CHAT,
    "A temperature of 0.4 beside a system message is refused.",
    refuse(400, "This temperature is not supported here.", param="temperature"),
    when=both(
        served, asked(lambda call: "system" in roles(call)), asked(lambda call: sent(call).get("temperature") == 0.4)
    ),
    breaks={"chat.documented-example"},
    gateway="foxora",
)
deaf_model_refuses_with_422 = fault(
    CHAT,
    "A model that takes no sound refuses it with 422 where 400 is documented.",
    status(422),
    when=no(served),
    breaks={"chat.audio.unsupported"},
    model="no-audio",
    gateway="infery",
)

# The shape of answers.

source_of_a_gemini_file_is_a_number = fault(
    "retrieveGeminiFile",
    "The `source` of a file in the Gemini protocol is a number.",
    put("source", 7),
    when=served,
    breaks={"every.schema"},
)
wrong_input_to_count_has_an_error_without_message = fault(
    anthropic.COUNT,
    "The error for wrong messages that were to be counted has no message.",
    in_error(put("error", {"type": "invalid_request_error"})),
    when=refused(),
    breaks={"every.error"},
)

# Credentials.

_PROVIDERS = "a1B2c3D4e5F6g7H8" * 3
"""What is random in the keys of providers."""

key_of_the_provider_in_an_error = fault(
    CHAT,
    "The error for a provider's failure holds the key that the gateway has there.",
    in_error(put("error.message", f"401 of the provider: Incorrect API key provided: sk-proj-{_PROVIDERS}.")),
    breaks={"every.credential"},
    model="upstream-error",
)
key_of_the_provider_in_a_header = fault(
    CHAT,
    "A header of a whole answer shows how the gateway was let in by a provider.",
    header("x-upstream-authorization", f"Bearer gsk_{_PROVIDERS}"),
    when=whole,
    breaks={"every.credential"},
)


@fault(CHAT, when=refused("rate_limited"), breaks={"every.credential"})
def key_in_the_limit(reply: Reply, call: Call) -> None:
    """The error for a limit names the key whose limit it is."""
    reply.body["error"]["message"] = f"The limit of {call.headers.get('authorization', '')} is reached."
