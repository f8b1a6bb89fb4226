"""Ways to break answers of several choices."""

from __future__ import annotations

from copy import deepcopy

from reference_server.faults import request_fault, rows
from reference_server.faults.words.edits import Edit, Members, answer, change, drop, each, in_chunks, put
from reference_server.faults.words.openai import CHAT, streams
from reference_server.faults.words.situations import both, has, no, sent, served
from reference_server.wire.reply import Chunk, Reply

request = rows(CHAT, request_fault)
chat = rows(CHAT)


def _later(edit: Members) -> Members:
    """Edit each choice but the first."""
    return each("choices[]", lambda choice: edit.apply(choice) if choice["index"] else None)


def _in_later(edit: Members) -> Edit:
    """Edit what a stream says of each choice but the first."""
    return in_chunks(_later(edit))


n_ignored = request("chat.n.count chat.n.stream.count", "There is one choice, whatever `n` asks for.", drop("n"))
one_choice_too_few = request(
    "chat.n.count chat.n.stream.count",
    "An answer has one choice fewer than `n` asks for.",
    change("n", lambda number: max(number - 1, 1), int),
)
choices_all_numbered_0 = chat(
    "chat.n.index", "All choices of a whole answer have the index 0.", put("choices[].index", 0)
)
later_choices_without_message = chat(
    "chat.n.complete", "Only the first choice of a whole answer has a message.", _later(put("message", None))
)
later_messages_without_role = chat(
    "chat.n.complete", "Only the message of the first choice has a role.", _later(drop("message.role"))
)
later_choices_without_end = chat(
    "chat.n.complete", "Only the first choice of an answer has a finish_reason.", _later(put("finish_reason", None))
)


@chat("chat.n.usage")
def usage_of_one_choice(reply: Reply) -> Reply:
    """Only the tokens of the first choice are counted."""

    def divide(body: Chunk) -> None:
        usage = body["usage"]
        usage["completion_tokens"] //= len(body["choices"])
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]

    return reply.edit(divide)


two_choices_by_default = chat(
    "chat.n.default",
    "Without `n` there are two choices.",
    change("choices", lambda choices: [*choices, deepcopy(choices[0]) | {"index": 1}]),
    when=no(has("n")),
)
n_0_taken_as_1 = request_fault(
    CHAT,
    "`n: 0` is answered with one choice.",
    drop("n"),
    when=lambda call: sent(call).get("n") == 0,
    breaks={"chat.n.zero"},
    before="validation",
)
n_ignored_in_streams = request(
    "chat.n.stream.count", "A stream has one choice, whatever `n` asks for.", drop("n"), when=streams
)
later_choices_without_role = chat(
    "chat.n.stream.role", "Only the first choice of a stream has a role.", _in_later(drop("delta.role"))
)
stream_ends_with_first_choice = chat(
    "chat.n.stream.finish-reason", "Only the first choice of a stream ends.", _in_later(put("finish_reason", None))
)
all_text_in_first_choice = chat(
    "chat.n.stream.text",
    "The text of every choice of a stream is sent with the index 0.",
    in_chunks(each("choices[]", lambda choice: choice["delta"].get("content") and choice.update(index=0))),
)
later_choices_without_text = chat(
    "chat.n.stream.text", "Only the first choice of a stream has text.", _in_later(drop("delta.content"))
)


@chat("chat.n.stream.text")
def first_choice_has_all_words(reply: Reply) -> None:
    """The first choice of a stream also has the words of the other choices."""
    for chunk in reply.chunks:
        for choice in list(chunk.get("choices") or ()):
            if choice["index"] and choice["delta"].get("content"):
                chunk["choices"].append({"index": 0, "delta": choice["delta"], "finish_reason": None})


@chat("chat.n.stream.id")
def id_per_choice(reply: Reply) -> None:
    """Every choice of a stream comes in chunks with an id of its own."""
    for chunk in reply.chunks:
        if chunk.get("choices") and chunk["choices"][0]["index"]:
            chunk["id"] += f"-{chunk['choices'][0]['index']}"


@chat("chat.n.stream.id")
def created_per_choice(reply: Reply) -> None:
    """Every choice of a stream comes in chunks with a `created` of its own."""
    for chunk in reply.chunks:
        if chunk.get("choices"):
            chunk["created"] += chunk["choices"][0]["index"]


several_choices_not_found = chat(
    "chat.n.count chat.n.stream.count",
    "Several choices are answered with the 404 of an unknown route.",
    answer({"detail": "Not Found"}, 404),
    when=both(served, has("n")),
)
