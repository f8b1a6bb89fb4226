"""Requests with one optional field each: what is tried of which field, and that a field never tried is a gap."""

from __future__ import annotations

import copy

import pytest

import gateway_contract
from conformance.__main__ import main
from conformance.cli import fields
from conformance.properties import bodies, trials, values
from conformance.properties.bodies import Subject
from gateway_contract import Contract

CONTRACT = gateway_contract.load()
SUBJECTS = {one.name: one for one in bodies.documented(CONTRACT)}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_trials_are_what_they_say(subject: Subject) -> None:
    """The schema allows all that is right, and refuses all that is wrong; no request is made twice."""
    right, wrong = trials.right(subject, CONTRACT), trials.wrong(subject, CONTRACT)

    assert all(subject.accepts(one.body) for one in right)
    assert not any(subject.accepts(one.body) for one in wrong)
    sent = [subject.encoded(one.body) for one in (*right, *wrong) if isinstance(one.body, dict)]
    assert len(set(sent)) == len(sent)


@pytest.mark.parametrize(
    ("operation", "field", "kind"),
    [
        ("createChatCompletion", "temperature", values.MAXIMUM),
        ("createChatCompletion", "stop", values.MOST),
        ("createChatCompletion", "seed", values.PLAIN),
        ("createChatCompletion", "metadata", values.MOST),
        ("createMessage", "output_config.effort", "the word xhigh"),
        ("generateContent", "generationConfig.topP", values.MINIMUM),
        ("embedContent", "embedContentConfig.autoTruncate", "false"),
    ],
)
def test_fields_are_tried_at_their_bounds(operation: str, field: str, kind: str) -> None:
    """Numbers at both bounds, lists and maps at their longest, each word, in every protocol."""
    tried = {(one.name, one.kind) for one in trials.right(SUBJECTS[operation], CONTRACT)}

    assert (field, kind) in tried


def test_what_a_field_needs_stands_beside_it() -> None:
    """`top_logprobs` comes with `logprobs`, and `responseSchema` with the type of media in the same object."""
    chat = trials.right(SUBJECTS["createChatCompletion"], CONTRACT)
    gemini = trials.right(SUBJECTS["generateContent"], CONTRACT)

    assert all(one.body["logprobs"] is True for one in chat if one.name == "top_logprobs")
    shaped = [one.body["generationConfig"] for one in gemini if one.name == "generationConfig.responseSchema"]
    assert {one["responseMimeType"] for one in shaped} == {"application/json"}


def test_few_values_leave_no_field_out() -> None:
    """However few values are tried of a field, each field is."""
    chat = SUBJECTS["createChatCompletion"]
    few, all_of_them = trials.right(chat, CONTRACT, 2), trials.right(chat, CONTRACT)

    assert {one.path[:1] for one in few} == {one.path[:1] for one in all_of_them}
    assert len(few) < len(all_of_them) / 2


@pytest.fixture
def beyond_reach() -> Contract:
    """A contract with a field that no value satisfies."""
    document = copy.deepcopy(CONTRACT.document)
    document["components"]["schemas"]["CreateSpeechRequest"]["properties"]["odd"] = {"not": {}}
    return Contract("openai", document)


def test_field_that_is_never_tried_is_a_gap(beyond_reach: Contract) -> None:
    """A field without a valid value is named."""
    gaps = {(one.operation, one.field): one.gap for one in fields.rows(beyond_reach) if one.gap}

    assert gaps == {("createSpeech", "odd"): "no valid value is tried"}


@pytest.mark.parametrize("name", fields.FORMATS)
def test_table_of_fields(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """All fields of all gateways are tried, and the command says so."""
    assert main(["coverage", "--fields", "--strict", "--format", name]) == 0

    written = capsys.readouterr().out
    assert "no gaps" in written if name == "text" else "generationConfig.topP" in written
