"""Ways to break what holds for every operation, in the Anthropic and the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words import anthropic, gemini
from reference_server.faults.words.edits import answer, in_error, put, status
from reference_server.faults.words.situations import Situation, both, refused, sent
from reference_server.wire.call import Call

message = rows(anthropic.MESSAGE)
count = rows(anthropic.COUNT)
unjudged = rows(anthropic.MESSAGE, request_fault, before="validation")
generate = rows(gemini.GENERATE)
embed = rows(gemini.EMBED)


def _wrong(name: str, *types: type) -> Situation:
    """A field is of another type than these, and refused."""
    return both(refused(), lambda _, call: name in sent(call) and not isinstance(sent(call)[name], types))


_wrong_safety, _wrong_tools = _wrong("safetySettings", list), _wrong("tools", list)
_unnamed = in_error(put("error.message", "Bad request."))

crash_on_odd_tools_of_a_message = message(
    "properties.invalid.never-5xx properties.invalid.refused",
    "Wrong `tools` of a message are answered with 500.",
    status(500),
    when=_wrong_tools,
)
odd_message_to_count_is_a_500 = count(
    "properties.invalid.never-5xx properties.invalid.refused",
    "Wrong `messages` to be counted are answered with 500.",
    status(500),
    when=_wrong("messages", list),
)
any_system_will_do = unjudged(
    "properties.invalid.refused",
    "A wrong `system` prompt is left out instead of being refused.",
    lambda call: call.body.pop("system") if isinstance(sent(call).get("system"), int | bool | dict) else None,
)
wrong_safety_settings_in_other_words = generate(
    "properties.invalid.envelope",
    "The error for wrong `safetySettings` stands under `detail`.",
    answer({"detail": "safetySettings: input should be a valid list"}, 400),
    when=_wrong_safety,
)
wrong_safety_settings_not_named = generate(
    "properties.invalid.names-field",
    "Wrong `safetySettings` are refused without being named.",
    _unnamed,
    when=_wrong_safety,
)
half_a_body_to_embed_is_a_500 = embed(
    "properties.bytes.never-5xx",
    "Half a body to be embedded is answered with 500.",
    status(500),
    when=refused("malformed_body"),
)


@request_fault(anthropic.MESSAGE, breaks={"properties.bytes.refused"}, before="authentication")
def message_in_an_array_is_taken(call: Call) -> None:
    """A message inside an array is served like the message alone."""
    if call.raw and call.raw[:1] == b"[":
        call.raw = call.raw[1:-1]


tokens_are_counted_without_a_key = request_fault(
    anthropic.COUNT,
    "The tokens of messages are counted without a key.",
    lambda call: call.headers.setdefault("x-api-key", "sk-ok"),
    breaks={"properties.auth"},
    before="authentication",
)
