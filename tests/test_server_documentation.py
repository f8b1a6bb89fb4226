"""`/docs`: the contract of a gateway for people."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import httpx
import pytest

import gateway_contract
from reference_server import documentation


@pytest.mark.parametrize("gateway", [None, *gateway_contract.names()])
def test_every_operation_and_field_is_there(gateway: str | None) -> None:
    contract = gateway_contract.load(gateway)

    page = unescape(documentation.page(contract, "http://gateway.test"))

    for operation in contract.operations.values():
        own = page.partition(f'id="{operation.id}"')[2].partition('<details class="operation"')[0]
        assert operation.document["summary"] in own
        fields = [name for media_type in operation.request_types for name in operation.request_fields(media_type)]
        assert all(f"<code>{name}</code>" in own for name in (*fields, *operation.query))
        assert all(f"<h3>{status}</h3>" in own for status in operation.document["responses"])


def test_page_needs_nothing_from_elsewhere() -> None:
    page = documentation.page(gateway_contract.load(), "http://gateway.test")

    assert not re.findall(r"<(?:script|link|img|iframe)\b", page)
    assert set(re.findall(r'(?:href|src)="([^"]*)"', page)) == {"/openapi.json", "/openapi-3.1.json"}


def test_server_shows_it_without_a_key(server: Callable[..., str]) -> None:
    root = server().removesuffix("/v1")

    answer = httpx.get(f"{root}/docs")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert f"<code>{root}/v1</code>" in answer.text


def test_address_is_no_markup() -> None:
    page = documentation.page(gateway_contract.load(), "http://<script>")

    assert "<script>" not in page


def test_rules_and_links_are_told() -> None:
    """What a field needs, among which names it has to be, and which operations take what an answer names."""
    page = unescape(documentation.page(gateway_contract.load(), "http://gateway.test"))
    chat = page.partition('id="createChatCompletion"')[2].partition('<details class="operation"')[0]
    upload = page.partition('id="uploadFile"')[2].partition('<details class="operation"')[0]

    assert "needs stream" in chat
    assert "function.name is among tools[].function.name" in chat
    assert "What it names is taken by <code>retrieveFile</code>, <code>downloadFile</code>" in upload
