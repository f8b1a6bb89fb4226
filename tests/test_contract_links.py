"""The links of the contract: they lead to operations, and find what they name in the examples."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import gateway_contract
from gateway_contract import Contract, Link, Operation, errors
from gateway_contract._build import all_names

EVERY = pytest.mark.parametrize("name", all_names())
ELSEWHERE = {"next", "previous", "send"}
"""Links that an answer has only in a situation that no example shows: there is a further page, or an upload began."""


def links(contract: Contract) -> Iterator[tuple[Operation, Link]]:
    """Every link, with the operation that it leads away from."""
    for operation in contract.operations.values():
        yield from ((operation, link) for link in operation.links)


def answers(operation: Operation) -> list[object]:
    """The examples of what an operation answers."""
    responses = [operation.resolve(one) for status, one in operation.document["responses"].items() if status < "3"]
    content = [one.get("content", {}).get("application/json", {}) for one in responses]
    return [operation.resolve(one)["value"] for media in content for one in media.get("examples", {}).values()]


@EVERY
def test_links_lead_to_operations(name: str) -> None:
    """Each link gives every parameter of the path of an operation, or fields of its body."""
    contract = gateway_contract.load(name)
    for operation, link in links(contract):
        target = contract.operations[link.operation]
        in_path = {step.partition("}")[0] for step in target.path.split("{")[1:]}
        assert link.parameters.keys() <= in_path | target.query.keys(), f"{operation.id}: {link.name}"
        assert in_path <= link.parameters.keys(), f"{operation.id}: {link.name}"
        assert link.body.keys() <= (target.request_fields() if target.request_types else set()), link.name


@EVERY
def test_links_find_what_they_name(name: str) -> None:
    """An example of the answer names what each link takes."""
    for operation, link in links(gateway_contract.load(name)):
        some = [link.values({}, answer, path={"response_id": "resp_1"}) for answer in answers(operation)]
        assert any(one is not None for one in some) or link.name in ELSEWHERE, f"{operation.id}: {link.name}"


@EVERY
def test_what_reads_one_thing_is_linked(name: str) -> None:
    """A link leads to each operation that reads or deletes one thing, where the contract has a way to learn its id."""
    contract = gateway_contract.load(name)
    linked = {link.operation for _, link in links(contract)}
    for operation in contract.operations.values():
        if operation.method != "POST" and "{" in operation.path:
            assert operation.id in linked


def test_an_entry_of_a_list_is_taken_by_its_place() -> None:
    """Where the expression speaks of the first entry, another one may be taken instead, and the first again."""
    link = Link("retrieve", "retrieveModel", {"model": "$response.body#/data/0/id"}, {})
    body = {"data": [{"id": "heron"}, {"id": "otter"}]}

    assert [link.values({}, body, entry) for entry in range(3)] == [
        {"model": name} for name in ("heron", "otter", "heron")
    ]
    assert link.values({}, {"data": []}) is None
    assert link.values({}, {"data": [{"id": 7}]}) is None


def test_a_part_of_a_text_is_taken() -> None:
    """An expression may find its value within a header or a member."""
    header = "$response.header.x-goog-upload-url#regex:upload_id=([^&]+)"
    member = "$response.body#/file/name#regex:files/(.+)"

    assert gateway_contract.named(header, {"x-goog-upload-url": "http://x/y?upload_id=7&z"}, None) == "7"
    assert gateway_contract.named(member, {}, {"file": {"name": "files/heron-1"}}) == "heron-1"
    assert gateway_contract.named(member, {}, {"file": {"name": "heron-1"}}) is None
    with pytest.raises(errors.BrokenReference):
        gateway_contract.named("$request.query.limit", {}, {})


def test_a_body_is_filled() -> None:
    """The expressions within a body are replaced, however deep they stand."""
    link = Link("use", "createChatCompletion", {}, {"messages": [{"file": {"file_id": "$response.body#/id"}}]})

    assert link.filled({}, {"id": "file-1"}) == {"messages": [{"file": {"file_id": "file-1"}}]}
    assert link.values({}, {}) == {}
