"""Ways to lose or to damage parts of what was sent in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import change, drop, each, in_chunks, put
from reference_server.faults.words.gemini import ARGUMENTS, GENERATE, PARTS, STREAM, as_events
from reference_server.faults.words.situations import served
from reference_server.faults.words.texts import (
    entities,
    first_text,
    last_text,
    no_text_after_image,
    one_image,
    one_line,
    question_marks,
    understand,
    within,
)
from reference_server.wire.call import Call
from reference_server.wire.reply import Reply

content = rows(GENERATE, when=served)
stream = rows(STREAM)
request = rows(GENERATE, request_fault)

_TEXT, _SENT = f"{PARTS}[].text", "contents[].parts"
_RESPONSE = f"{_SENT}[].functionResponse.response"

content_in_question_marks = content(
    "gemini.unicode gemini.json.schema gemini.json.json-schema",
    "Letters outside ASCII become question marks in a whole answer.",
    change(_TEXT, question_marks, str),
)
contents_in_question_marks = request(
    "gemini.unicode",
    "Letters outside ASCII reach the model as question marks.",
    understand(question_marks, "contents"),
    when=lambda call: "tools" not in call.body,
)
content_escaped_for_html = content(
    "gemini.verbatim gemini.json gemini.json.schema gemini.json.json-schema",
    "Text comes as it would stand in HTML.",
    change(_TEXT, entities, str),
)
content_on_one_line = content(
    "gemini.verbatim", "Line breaks of a whole answer become spaces.", change(_TEXT, one_line, str)
)
pieces_escaped_for_html = stream(
    "gemini.stream.verbatim gemini.stream.json",
    "Text of a stream comes as it would stand in HTML.",
    in_chunks(change(_TEXT, entities, str)),
)
pieces_without_leading_space = stream(
    "gemini.stream.verbatim",
    "The space before a word is lost where a piece of a stream begins with it.",
    in_chunks(change(_TEXT, str.lstrip, str)),
)
instruction_in_question_marks = request(
    "gemini.system-instruction.unicode",
    "Letters of an instruction outside ASCII reach the model as question marks.",
    understand(question_marks, "systemInstruction"),
)
second_part_of_instruction_unread = request(
    "gemini.system-instruction",
    "Of the parts of an instruction only the first one reaches the model.",
    change("systemInstruction.parts", first_text, list),
)
first_part_of_instruction_unread = request(
    "gemini.system-instruction",
    "Of the parts of an instruction only the last one reaches the model.",
    change("systemInstruction.parts", last_text, list),
)
second_part_of_turn_unread = request(
    "gemini.parts",
    "Of the texts of a turn only the first one reaches the model.",
    change(_SENT, lambda parts: first_text(parts) if all("text" in one for one in parts) else parts, list),
)
first_part_of_turn_unread = request(
    "gemini.parts",
    "Of the texts of a turn only the last one reaches the model.",
    change(_SENT, lambda parts: last_text(parts) if all("text" in one for one in parts) else parts, list),
)
contents_cut_at_5000 = request(
    "gemini.long-text",
    "The text of a turn is cut at 5,000 characters.",
    change(f"{_SENT}[].text", lambda text: text[:5000], str),
)
text_after_inline_data_unread = request(
    "gemini.vision.text-after",
    "A text after an image does not reach the model.",
    change(_SENT, no_text_after_image, list),
)
inline_data_of_earlier_turn_unseen = request(
    "gemini.vision.turns",
    "An image reaches the model only if it stands in the last turn.",
    change("contents[0].parts", lambda parts: [one for one in parts if "inlineData" not in one], list),
    when=lambda call: len(call.body["contents"]) > 1,
)
one_inline_data_of_a_turn = request(
    "gemini.vision.turns", "Of each turn only the first image reaches the model.", change(_SENT, one_image, list)
)
function_descriptions_unread = request(
    "gemini.tools.definition.counted",
    "The descriptions of functions do not reach the model.",
    drop("tools[].functionDeclarations[].description"),
)
parameter_descriptions_unread = request(
    "gemini.tools.definition.counted",
    "The descriptions of parameters do not reach the model.",
    drop("tools[].functionDeclarations[].parameters.properties.city.description"),
)
function_response_cut_at_4096 = request(
    "gemini.tools.result.counted",
    "The texts of a result are cut at 4,096 characters.",
    change(_RESPONSE, lambda value: within(value, lambda text: text[:4096]), dict),
)
second_member_of_response_unread = request(
    "gemini.tools.result.counted gemini.tools.parallel.counted",
    "Of a result only the first member reaches the model.",
    change(_RESPONSE, lambda value: dict([*value.items()][:1]), dict),
)
second_response_unread = request(
    "gemini.tools.parallel.counted",
    "Of several results only the first one reaches the model.",
    change(_SENT, lambda parts: parts[:1] if all("functionResponse" in one for one in parts) else parts, list),
)
args_in_question_marks = content(
    "gemini.tools.unicode",
    "Letters outside ASCII become question marks in the `args` of a call.",
    change(ARGUMENTS, lambda value: within(value, question_marks), dict),
)
streamed_args_in_question_marks = stream(
    "gemini.tools.unicode",
    "Letters outside ASCII become question marks in the `args` of a streamed call.",
    in_chunks(change(ARGUMENTS, lambda value: within(value, question_marks), dict)),
)
content_costs_one_token = content(
    "gemini.usage.numbers gemini.stream.usage.equals-whole",
    "Every whole answer costs one token.",
    each(
        "usageMetadata",
        lambda usage: usage.update(candidatesTokenCount=1, totalTokenCount=usage["promptTokenCount"] + 1),
    ),
)


@stream("gemini.stream.finish-reason.once")
def finish_reason_on_every_piece(reply: Reply, call: Call) -> None:
    """Every piece that comes before the last has the `finishReason` STOP."""
    for chunk in reply.chunks[:-1] if as_events(reply, call) and "error" not in reply.chunks[-1] else ():
        put("candidates[].finishReason", "STOP").apply(chunk)
