"""Ways to break the counting of the input tokens of a response."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import change, put, status
from reference_server.faults.words.situations import asked, has, sent, served

count = rows("countResponseTokens", when=served)

response_count_as_text = count("responses.count-tokens", "The token count is a string.", change("input_tokens", str))
response_count_created = count("responses.count-tokens", "A count is answered with 201.", status(201))
response_count_zero = count(
    "responses.count-tokens",
    "A short input has a token count of 0.",
    put("input_tokens", 0),
    when=asked(lambda call: sent(call).keys() <= {"model", "input"} and len(str(sent(call).get("input"))) < 100),
)
response_count_without_tools = count(
    "responses.count-tokens.grows", "Tools count no tokens.", put("input_tokens", 1), when=has("tools")
)
response_count_quadruple = count(
    "responses.count-tokens.agrees",
    "The count is four times what is charged.",
    change("input_tokens", lambda count: count * 4),
)
