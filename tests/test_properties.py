"""Requests made from the contract alone: wrong bodies are wrong, drawn ones are valid, and a seed repeats them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import gateway_contract
from conformance.properties import conversations, defects, generate
from conformance.properties.bodies import Subject
from conformance.run import runner
from conformance.target import Target, reference
from conformance.wire import sse
from gateway_contract import JSON, Contract, Operation

from .traffic import traffic

CONTRACT = gateway_contract.load()
EVERY = [one for one in CONTRACT.operations.values() if JSON in one.request_types]
TAKING = [one for one in EVERY if one.protocol == "openai"]


def subject(operation: Operation) -> Subject:
    """An operation with the examples of the contract."""
    content = operation.resolve(operation.document["requestBody"])["content"][JSON]
    return Subject(operation, tuple(operation.resolve(one)["value"] for one in content.get("examples", {}).values()))


@pytest.mark.parametrize("operation", EVERY, ids=lambda operation: operation.id)
def test_bodies_with_a_defect_break_their_schema(operation: Operation) -> None:
    """Every body with a defect breaks its schema, and none is listed twice."""
    bodies = [one for some in defects.by_field(subject(operation), CONTRACT).values() for one in some]

    assert bodies
    assert len({defect.name for defect in bodies}) == len(bodies)
    assert all(operation.request_problem(json.loads(defect.body)) for defect in bodies)


@pytest.mark.parametrize("operation", TAKING, ids=lambda operation: operation.id)
def test_each_field_is_wrong_once_for_a_seed_and_in_every_way_for_some(operation: Operation) -> None:
    """The wrong bodies of a run are few; those of several seeds are all that there are."""
    fields = defects.by_field(subject(operation), CONTRACT)
    seeds = [defects.of_fields(subject(operation), CONTRACT, seed) for seed in range(60)]

    assert {len(chosen) for chosen in seeds} == {len(fields)}
    assert {one.name for chosen in seeds for one in chosen} == {one.name for some in fields.values() for one in some}


@pytest.mark.parametrize("name", ["createMessage", "generateContent"])
def test_fields_of_a_native_protocol_are_wrong_once(name: str) -> None:
    """Every field is wrong in a default run; what is within an optional one is left to generated requests."""
    asked = subject(CONTRACT.operations[name])
    chosen = defects.of_fields(asked, CONTRACT)

    assert {one.path[0] for one in chosen} == {name for name, _ in defects.by_field(asked, CONTRACT)}
    assert len(chosen) < len(defects.by_field(asked, CONTRACT))


@pytest.mark.parametrize("name", ["createChatCompletion", "createResponse", "createEmbedding"])
def test_fields_are_wrong_in_every_way(name: str) -> None:
    """What a default run asks is of every kind of defect that the operation can have."""
    asked = subject(CONTRACT.operations[name])
    kinds = {one.kind for some in defects.by_field(asked, CONTRACT).values() for one in some}

    assert {one.kind for one in defects.of_fields(asked, CONTRACT)} == kinds


def test_odd_bytes_are_spread_over_operations() -> None:
    """Each odd form of JSON is sent to some operation, and broken JSON to all."""
    embeddings = subject(CONTRACT.operations["createEmbedding"])
    sent = [{one.kind for one in defects.of_bytes(embeddings, number)} for number in range(defects.SPREAD)]
    chat = {one.kind for one in defects.of_bytes(subject(CONTRACT.operations["createChatCompletion"]), 7)}

    assert set.union(*sent) == chat
    assert set.intersection(*sent) == {"half of it", "in an array"}


@pytest.mark.parametrize("operation", TAKING, ids=lambda operation: operation.id)
def test_drawn_bodies_satisfy_their_schema_and_repeat(operation: Operation) -> None:
    """Two searches with one seed draw the same bodies, a third with another draws others."""

    def drawn(seed: int) -> list[str]:
        bodies: list[str] = []
        strategy = generate.bodies(operation)
        generate.search(strategy, lambda body: bodies.append(json.dumps(body)), seed, 10)
        return bodies

    first, again, other = drawn(1), drawn(1), drawn(2)

    assert first == again != other
    assert all(operation.request_problem(json.loads(body)) is None for body in first)


def test_drawn_conversations_are_legal() -> None:
    """Every call has its result right after it, and the last message needs an answer."""
    chat = CONTRACT.operations["createChatCompletion"]

    def judge(drawn: dict[str, Any]) -> None:
        assert chat.request_problem({"model": "m", **drawn}) is None
        called: list[str] = []
        for message in drawn["messages"]:
            if message["role"] == "tool":
                called.remove(message["tool_call_id"])
            else:
                assert not called, "a call has no result"
                called = [call["id"] for call in message.get("tool_calls", ())]
        assert not called
        assert drawn["messages"][-1]["role"] in {"user", "tool"}

    generate.search(conversations.conversations(), judge, seed=3, examples=100)


def test_drawn_conversations_are_of_every_kind() -> None:
    """Text of every plane, long and empty; every role, parts, and rounds of one and of several calls."""
    kinds: set[str] = set()

    def judge(drawn: dict[str, Any]) -> None:
        kinds.update(conversations.features_of(drawn), (one["role"] for one in drawn["messages"]))
        text = "".join(conversations.said(drawn))
        kinds.update(f"plane {ord(letter) >> 16}" for letter in text)
        kinds.update({"empty"} if "" in conversations.said(drawn) else set())
        kinds.update({"long"} if len(text) > conversations.LONGEST // 2 else set())
        kinds.add(f"waits after {drawn['messages'][-1]['role']}")

    generate.search(conversations.conversations(), judge, seed=0, examples=200)

    roles = {"system", "developer", "user", "assistant", "tool"}
    planes = {f"plane {plane}" for plane in conversations.PLANES}
    assert kinds >= roles | planes | conversations.FEATURES | {"empty", "long", "waits after user", "waits after tool"}


def test_conversations_use_what_is_claimed() -> None:
    """A gateway that claims no other feature gets plain text only."""

    def judge(drawn: dict[str, Any]) -> None:
        assert not conversations.features_of(drawn)

    generate.search(conversations.conversations({"chat"}), judge, seed=0, examples=100)


def test_failure_is_made_small() -> None:
    """The smallest of all failing conversations is reported."""
    failed: list[dict[str, object]] = []

    def judge(drawn: dict[str, object]) -> None:
        if "tools" in drawn:
            failed.append(drawn)
            raise AssertionError("tools")

    with pytest.raises(AssertionError, match="tools"):
        generate.search(conversations.conversations(), judge, seed=0, examples=100)
    assert len(str(failed[-1])) == min(len(str(one)) for one in failed)


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """The reference server."""
    with reference.serving() as target:
        yield target


def unnumbered(text: str) -> str:
    """The text without the numbers of ids: what is asked together comes in any order."""
    return re.sub(r"\bid-\d+", "id", text)


@pytest.mark.slow
def test_runs_with_one_seed_send_the_same_requests(target: Target, tmp_path: Path) -> None:
    """A seed repeats the requests of a run, and another seed makes others; the reference server breaks at none."""
    sent = []
    for number, seed in enumerate([5, 5, 11]):
        place = tmp_path / str(number)
        report = runner.judge(
            base_url=target.base_url,
            target=reference.FIXTURES,
            report_dir=place,
            feature=["generated"],
            seed=seed,
            examples=12,
        ).report
        verdicts = {finding.requirement: finding.verdict.value for finding in report.findings}
        assert {verdict for name, verdict in verdicts.items() if not name.startswith("properties.jobs.")} == {"passed"}
        sent.append([(method, unnumbered(path), body and unnumbered(body)) for method, path, body in traffic(place)])

    assert set(sent[0]) == set(sent[1])
    assert set(sent[0]) != set(sent[2])
    assert len(sent[0]) > 20
    drawn = Counter(path for method, path, _ in sent[0] if method == "POST")
    assert drawn["/chat/completions"] > 20
    assert min(drawn[operation.path] for operation in TAKING if operation.path in drawn) > 6


def _cut(data: bytes, places: list[int]) -> list[tuple[float, bytes]]:
    ends = sorted({place % (len(data) + 1) for place in places} | {len(data)})
    return [(float(end), data[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def test_events_do_not_depend_on_how_the_bytes_are_cut() -> None:
    """Any legal encoding of the same events, cut anywhere, gives the same events."""
    from hypothesis import strategies as st

    line = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)
    events = st.lists(st.lists(line, min_size=1, max_size=3), min_size=1, max_size=4)
    encodings = st.tuples(
        events, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans(), st.booleans(), st.lists(st.integers(0, 10**6))
    )

    def judge(drawn: tuple[list[list[str]], str, bool, bool, list[int]]) -> None:
        expected, end, space, comments, places = drawn
        text = "".join(_encoded(lines, end, space, comments) for lines in expected)

        events_read = sse.read(_cut(text.encode(), places)).events

        assert [event.data for event in events_read] == ["\n".join(lines) for lines in expected]

    generate.search(encodings, judge, seed=0, examples=300)


def _encoded(lines: list[str], end: str, space: bool, comments: bool) -> str:
    """One event. A line that begins with a space needs one after the colon, which is not part of the data."""
    note = f": a comment{end}" if comments else ""
    fields = [f"data:{' ' if space or line.startswith(' ') else ''}{line}{end}" for line in lines]
    return note + "".join(fields) + end


def test_every_gateway_has_something_to_draw() -> None:
    """Each contract has operations whose bodies can be made."""
    for name in gateway_contract.names():
        bodies: list[dict[str, object]] = []
        contract: Contract = gateway_contract.load(name)
        chat = contract.operations["createChatCompletion"]
        generate.search(generate.bodies(chat), bodies.append, seed=0, examples=3)
        assert len(bodies) == 3


def test_default_model_is_no_wrong_answer() -> None:
    """As for the requirement of one operation: where a request without a model is served, there is a default."""
    with reference.serving(None, "no_model_embeds_with_a_default") as target:
        report = runner.judge(
            base_url=target.base_url, target=reference.FIXTURES, requirement=["properties.invalid.refused"]
        ).report

    assert [finding.message for finding in report.findings] == [""]


def test_request_carries_a_small_cap() -> None:
    chat = Subject(CONTRACT.operations["createChatCompletion"], ({"model": "m", "messages": []},), {"max_tokens": 16})

    assert all(b'"max_tokens":16' in one.body for one in defects.of_fields(chat, CONTRACT) if "max_" not in one.at)
    assert chat.capped({"max_completion_tokens": 5}) == {"max_completion_tokens": 5}
