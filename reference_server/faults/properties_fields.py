"""Ways to break one optional field at one value, where no requirement of the field looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from reference_server.errors import Refusal
from reference_server.faults import request_fault, rows
from reference_server.faults.words import anthropic, gemini
from reference_server.faults.words.edits import drop, put, status
from reference_server.faults.words.openai import CHAT, EMBED, IMAGE_EDIT, RESPONSES
from reference_server.faults.words.situations import asked, both, sent, served
from reference_server.wire.call import Call

chat = rows(CHAT)
request = rows(CHAT, request_fault)
unjudged = rows(CHAT, request_fault, before="validation")
message = rows(anthropic.MESSAGE)
generate = rows(gemini.GENERATE)

_VALUES = "properties.generated.fields.values"
_NEVER_5XX = "properties.generated.fields.never-5xx"
_REFUSED = "properties.generated.fields.refused"


def _config(call: Call) -> dict[str, Any]:
    config = sent(call).get("generationConfig")
    return config if isinstance(config, dict) else {}


def _refuse(field: str, test: Callable[[Any], bool], message: str = "") -> Callable[[Call], None]:
    """Refuse a value that passes a test; by a message that names the field, unless another one is to be told."""

    def refuse(call: Call) -> None:
        value = sent(call).get(field)
        if value is not None and test(value):
            raise Refusal("invalid_value", message or f"Unsupported value for '{field}'.", None if message else field)

    return refuse


temperature_above_one_and_a_half_refused = request(
    _VALUES,
    "A `temperature` above 1.5 is refused, and not named.",
    _refuse("temperature", lambda value: value > 1.5, "This cannot be served."),
)
four_stops_refused = request(
    f"chat.stop {_VALUES}",
    "Four stop texts are refused, although one is served.",
    _refuse("stop", lambda value: len(value) == 4),
)
negative_seed_refused = request(
    _VALUES, "A negative `seed` is refused, although others are served.", _refuse("seed", lambda value: value < 0)
)
two_entries_of_metadata_refused = request(
    _VALUES,
    "Two entries of `metadata` are refused, although one is served.",
    _refuse("metadata", lambda value: len(value) > 1),
)
custom_tool_fails = chat(
    _NEVER_5XX,
    "A tool of the type `custom` is answered with 500.",
    status(500),
    when=asked(lambda call: "'type': 'custom'" in str(sent(call).get("tools"))),
)
no_alternatives_break_logprobs = chat(
    "properties.generated.fields.conform",
    "`top_logprobs: 0` makes `content` of `logprobs` a text.",
    put("choices[].logprobs.content", "none"),
    when=both(served, asked(lambda call: sent(call).get("top_logprobs") == 0)),
)
integer_service_tier_served = unjudged(
    _REFUSED,
    "A `service_tier` that is a number is left out instead of being refused.",
    lambda call: call.body.pop("service_tier") if isinstance(sent(call).get("service_tier"), int) else None,
)
top_k_beside_stop_sequences_fails = message(
    "properties.generated.fields.pairs",
    "`top_k` beside `stop_sequences` is answered with 500.",
    anthropic.fail,
    when=asked(lambda call: {"top_k", "stop_sequences"} <= sent(call).keys()),
)
null_user_of_a_message_fails = message(
    _NEVER_5XX,
    "A null `user_id` in `metadata` is answered with 500.",
    anthropic.fail,
    when=asked(lambda call: sent(call).get("metadata") == {"user_id": None}),
)
negative_top_k_of_a_message_served = request_fault(
    anthropic.MESSAGE,
    "A negative `top_k` is left out instead of being refused.",
    lambda call: call.body.pop("top_k") if sent(call).get("top_k") == -1 else None,
    breaks={_REFUSED},
    before="validation",
)
lowest_penalty_of_gemini_fails = generate(
    _NEVER_5XX,
    "A `presencePenalty` of -2 is answered with 500.",
    gemini.CRASH,
    when=asked(lambda call: _config(call).get("presencePenalty") == -2),
)


any_title_will_do = request_fault(
    gemini.EMBED,
    "`title` may be of any type.",
    drop("title"),
    breaks={_REFUSED},
    before="validation",
)


@request_fault(gemini.GENERATE, breaks={_REFUSED}, before="validation")
def six_stops_of_gemini_served(call: Call) -> None:
    """More than five `stopSequences` are cut to five instead of being refused."""
    stops = _config(call).get("stopSequences")
    if isinstance(stops, list) and len(stops) > 5:
        call.body["generationConfig"] = {**_config(call), "stopSequences": stops[:5]}


@request_fault(gemini.GENERATE, breaks={_VALUES})
def negative_seed_of_gemini_refused(call: Call) -> None:
    """A negative `seed` is refused, although others are served."""
    if (_config(call).get("seed") or 0) < 0:
        raise Refusal("invalid_value", "Unsupported value for 'seed'.", "generationConfig.seed")


@request_fault(RESPONSES, breaks={_VALUES})
def null_top_p_of_a_response_refused(call: Call) -> None:
    """A null `top_p` is refused, although numbers are served."""
    if sent(call).get("top_p", 1) is None:
        raise Refusal("invalid_value", "'top_p' must not be null.", "top_p")


@request_fault(RESPONSES, breaks={_VALUES})
def metadata_of_a_response_refused_in_part(call: Call) -> None:
    """More than fifteen entries of `metadata` are refused, although fewer are served."""
    if len(sent(call).get("metadata") or {}) > 15:
        raise Refusal("invalid_value", "There are too many entries in `metadata`.", "metadata")


@request_fault(EMBED, breaks={"properties.generated.fields.some", "embeddings.float", "embeddings.base64"})
def every_option_of_embeddings_refused(call: Call) -> None:
    """Every optional field of embeddings is refused."""
    if more := sorted(sent(call).keys() - {"model", "input"}):
        raise Refusal("invalid_value", f"`{more[0]}` is not supported.", more[0])


@request_fault(RESPONSES, breaks={"properties.options", "responses.instructions"})
def every_plain_option_of_a_response_refused(call: Call) -> None:
    """`instructions`, `temperature`, `top_p` and `metadata` of a response are refused, each by its name."""
    if more := [name for name in ("temperature", "top_p", "instructions", "metadata") if name in sent(call)]:
        raise Refusal("invalid_value", f"`{more[0]}` is not supported.", more[0])


@request_fault(gemini.GENERATE, breaks={"properties.options"})
def every_option_of_gemini_refused(call: Call) -> None:
    """Every member of `generationConfig` is refused by its name, but for the limit."""
    if more := sorted(_config(call).keys() - {"maxOutputTokens"}):
        raise Refusal("invalid_value", f"`{more[0]}` is not supported.", f"generationConfig.{more[0]}")


# Within a field.


@request_fault(CHAT, breaks={_REFUSED}, before="validation")
def detail_of_an_image_of_any_word(call: Call) -> None:
    """An unknown `detail` of an image in a message is left out instead of being refused."""
    for image in _images(call):
        if image.get("detail") not in {None, "low", "high", "auto"}:
            del image["detail"]


def _images(call: Call) -> Iterator[dict[str, Any]]:
    messages = sent(call).get("messages")
    for message in messages if isinstance(messages, list) else ():
        content = message.get("content") if isinstance(message, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and isinstance(part.get("image_url"), dict):
                yield part["image_url"]


@request_fault(gemini.GENERATE, breaks={_REFUSED}, before="validation")
def description_of_a_function_of_any_type(call: Call) -> None:
    """The `description` of a Gemini function is left out instead of being refused where it is no text."""
    tools = sent(call).get("tools")
    for tool in tools if isinstance(tools, list) else ():
        declared = tool.get("functionDeclarations") if isinstance(tool, dict) else None
        for function in declared if isinstance(declared, list) else ():
            if isinstance(function, dict) and not isinstance(function.get("description", ""), str):
                del function["description"]


fidelity_of_an_edit_of_any_word = request_fault(
    IMAGE_EDIT,
    "An unknown `input_fidelity` in the form of an edit is left out instead of being refused.",
    lambda call: call.body.pop("input_fidelity") if _is_odd_fidelity(sent(call).get("input_fidelity")) else None,
    breaks={_REFUSED},
    before="validation",
)


def _is_odd_fidelity(value: Any) -> bool:
    return value not in ("high", "low", None)
