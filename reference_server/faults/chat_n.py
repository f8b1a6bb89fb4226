"""Ways to break answers of several choices."""

from __future__ import annotations

from copy import deepcopy

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import Edit, Members, change, drop, each, in_chunks, put
from reference_server.faults.words.openai import CHAT, streams
from reference_server.faults.words.situations import has, no, sent
from reference_server.wire.reply import Chunk, Reply


def _later(edit: Members) -> Members:
    """Edit each choice but the first."""
    return each("choices[]", lambda choice: edit.apply(choice) if choice["index"] else None)


def _in_later(edit: Members) -> Edit:
    """Edit what a stream says of each choice but the first."""
    return in_chunks(_later(edit))


n_ignored = request_fault(
    CHAT, "One choice, whatever `n` asks for.", drop("n"), breaks={"chat.n.count", "chat.n.stream.count"}
)
one_choice_too_few = request_fault(
    CHAT,
    "Of several choices one is lost.",
    change("n", lambda number: max(number - 1, 1), int),
    breaks={"chat.n.count", "chat.n.stream.count"},
)
choices_all_numbered_0 = fault(
    CHAT, "All choices of a whole answer have the index 0.", put("choices[].index", 0), breaks={"chat.n.index"}
)
later_choices_without_message = fault(
    CHAT, "Only the first choice has a message.", _later(put("message", None)), breaks={"chat.n.complete"}
)
later_messages_without_role = fault(
    CHAT, "Only the message of the first choice has a role.", _later(drop("message.role")), breaks={"chat.n.complete"}
)
later_choices_without_end = fault(
    CHAT, "Only the first choice has a finish_reason.", _later(put("finish_reason", None)), breaks={"chat.n.complete"}
)


@fault(CHAT, breaks={"chat.n.usage"})
def usage_of_one_choice(reply: Reply) -> Reply:
    """Only the tokens of the first choice are counted."""

    def divide(body: Chunk) -> None:
        usage = body["usage"]
        usage["completion_tokens"] //= len(body["choices"])
        usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]

    return reply.edit(divide)


two_choices_by_default = fault(
    CHAT,
    "Without `n` there are two choices.",
    change("choices", lambda choices: [*choices, deepcopy(choices[0]) | {"index": 1}]),
    when=no(has("n")),
    breaks={"chat.n.default"},
)
n_0_taken_as_1 = request_fault(
    CHAT,
    "`n: 0` is one choice.",
    drop("n"),
    when=lambda call: sent(call).get("n") == 0,
    breaks={"chat.n.zero"},
    before="validation",
)
n_ignored_in_streams = request_fault(
    CHAT, "A stream has one choice, whatever `n` asks for.", drop("n"), when=streams, breaks={"chat.n.stream.count"}
)
later_choices_without_role = fault(
    CHAT, "Only the first choice of a stream has a role.", _in_later(drop("delta.role")), breaks={"chat.n.stream.role"}
)
stream_ends_with_first_choice = fault(
    CHAT, "Only the first choice ends.", _in_later(put("finish_reason", None)), breaks={"chat.n.stream.finish-reason"}
)
all_text_in_first_choice = fault(
    CHAT,
    "The text of every choice of a stream is numbered 0.",
    in_chunks(each("choices[]", lambda choice: choice["delta"].get("content") and choice.update(index=0))),
    breaks={"chat.n.stream.text"},
)
later_choices_without_text = fault(
    CHAT, "Only the first choice of a stream has text.", _in_later(drop("delta.content")), breaks={"chat.n.stream.text"}
)


@fault(CHAT, breaks={"chat.n.stream.text"})
def first_choice_has_all_words(reply: Reply) -> None:
    """The words of the other choices of a stream come in the first one too."""
    for chunk in reply.chunks:
        for choice in list(chunk.get("choices") or ()):
            if choice["index"] and choice["delta"].get("content"):
                chunk["choices"].append({"index": 0, "delta": choice["delta"], "finish_reason": None})


@fault(CHAT, breaks={"chat.n.stream.id"})
def id_per_choice(reply: Reply) -> None:
    """Every choice of a stream comes in chunks with an id of its own."""
    for chunk in reply.chunks:
        if chunk.get("choices") and chunk["choices"][0]["index"]:
            chunk["id"] += f"-{chunk['choices'][0]['index']}"


@fault(CHAT, breaks={"chat.n.stream.id"})
def created_per_choice(reply: Reply) -> None:
    """Every choice of a stream comes in chunks with a `created` of its own."""
    for chunk in reply.chunks:
        if chunk.get("choices"):
            chunk["created"] += chunk["choices"][0]["index"]
