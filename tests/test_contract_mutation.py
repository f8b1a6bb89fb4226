"""The mutants of the contract: what they change, and that only the server reads the contract otherwise."""

from __future__ import annotations

from typing import Any

import pytest

import gateway_contract
from tests.contract_mutation.answers import AnswerMutant, answer_mutants
from tests.contract_mutation.requests import RequestMutant, request_mutants, shared_mutants, unsaid
from tests.odd_values.members import EACH

CONTRACT = gateway_contract.load()
CHAT = CONTRACT.operations["createChatCompletion"]
BODY = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Say hello."}]}


def named(text: str) -> RequestMutant:
    """The mutant of that name."""
    every = [*shared_mutants(CONTRACT), *request_mutants(CHAT), *request_mutants(CONTRACT.operations["listFiles"])]
    return next(one for one in every if str(one) == text)


@pytest.mark.parametrize(
    ("name", "member", "documented", "mutated"),
    [
        ("CreateChatCompletionRequest.temperature: maximum dropped", {"temperature": 9}, False, True),
        ("CreateChatCompletionRequest.temperature: maximum 1, not 2", {"temperature": 1.5}, True, False),
        ("CreateChatCompletionRequest.seed: type without null", {"seed": None}, True, False),
        ("CreateChatCompletionRequest: messages is optional", {"messages": ...}, False, True),
        ("CreateChatCompletionRequest: seed is required", {}, True, False),
        ("CreateChatCompletionRequest: seed is unknown", {"seed": "x"}, False, True),
        ("CreateChatCompletionRequest: seed is refused", {"seed": 7}, True, False),
    ],
)
def test_server_reads_one_keyword_otherwise(name: str, member: Any, documented: bool, mutated: bool) -> None:
    """A request is taken by one of the documented and the other contract."""
    body = {key: value for key, value in {**BODY, **member}.items() if value is not ...}

    other = named(f"* request {name}").contract(CONTRACT).operations["createChatCompletion"]

    assert CHAT.accepts(body) == documented
    assert other.accepts(body) == mutated


@pytest.mark.parametrize(
    ("name", "may_be"),
    [
        ("CreateChatCompletionRequest: seed is refused", True),
        ("CreateChatCompletionRequest: messages is optional", False),
        ("CustomTool.custom.name: minLength 2, not 1", True),
        ("UploadFileRequest.expires_after: anchor is demanded, and refused", True),
        ("CreateChatCompletionRequest.temperature: maximum 1, not 2", True),
        ("CreateChatCompletionRequest.temperature: maximum dropped", False),
        ("CreateChatCompletionRequest.seed: type without null", False),
    ],
)
def test_model_may_refuse_an_optional_field(name: str, may_be: bool) -> None:
    """A refusal of a field, or of a value at its bound, is no difference when it is clear."""
    assert named(f"* request {name}").may_be == may_be


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CreateChatCompletionRequest: type dropped", True),
        ("CreateChatCompletionRequest.seed: type without null", False),
        ("CreateImageEditForm.user: type without null", True),
        ("CreateTranslationRequest.temperature: type dropped", False),
        ("CreateTranscriptionRequest.timestamp_granularities: type dropped", True),
        ("UploadFileRequest.expires_after: type dropped", False),
    ],
)
def test_some_differences_cannot_be_said(name: str, expected: bool) -> None:
    """A body is an object, and a form says texts and lists of them."""
    assert unsaid(named(f"* request {name}"), CONTRACT) == expected


def test_operation_alone_is_changed() -> None:
    """What operations share may be read otherwise by one of them."""
    mutant = named("createChatCompletion request seed: type without null")
    other = mutant.contract(CONTRACT)

    assert not other.operations["createChatCompletion"].accepts({**BODY, "seed": None})
    assert other.document["components"] is CONTRACT.document["components"]
    assert other.operations.keys() == CONTRACT.operations.keys()


def test_parameter_of_the_query_is_changed() -> None:
    """A limit of the query is one of the contract."""
    other = named("listFiles request parameters.1: minimum dropped").contract(CONTRACT)

    assert CONTRACT.operations["listFiles"].query_problem({"limit": 0})
    assert not other.operations["listFiles"].query_problem({"limit": 0})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("left out", {"choices": [{"message": {}}]}),
        ("renamed", {"choices": [{"message": {"content_": "Hello."}}]}),
        ("of another type", {"choices": [{"message": {"content": 7}}]}),
    ],
)
def test_answer_differs_in_one_member(change: str, expected: Any) -> None:
    """The member differs wherever it stands."""
    body = {"choices": [{"message": {"content": "Hello."}}]}

    AnswerMutant(CHAT.id, "answer", ("choices", EACH, "message", "content"), change).apply(body)

    assert body == expected


def test_answers_chunks_and_errors_have_mutants() -> None:
    """Of whole answers, of chunks and of errors."""
    every = {(one.kind, one.path) for one in answer_mutants(CHAT)}

    assert {
        ("answer", ("choices", EACH, "message", "content")),
        ("chunk", ("choices", EACH, "delta", "content")),
        ("error", ("error", "message")),
    } <= every
